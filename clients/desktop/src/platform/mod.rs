//! What surrounds the window: a mark in the tray, notifications, a call for attention, the program's icon.
//!
//! All of it may be missing on a machine. The program is whole without it, and its log says once what is not there. None of
//! it knows the model: the views say what is to be shown, and are told what the person did with it.

mod icon;
mod notices;
mod tray;

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use eframe::egui::{Context, UserAttentionType, ViewportBuilder, ViewportCommand};
use longlink_desktop_core::model::Peer;

pub use notices::Notice;
pub use tray::Face;

use notices::Notices;
use tray::Tray;

/// The program's name to the desktop: its `.desktop` file, its window class, and what its notifications come from.
pub const APP_ID: &str = "io.longlink.desktop";

/// What a person can do around the window before the next frame; more of it is dropped, since it says the same again.
const HAPPENED_MAX: usize = 32;

/// What the person did outside of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// Asked for the window.
    Open,
    /// Clicked a notification of this conversation.
    Talk(Peer),
    Quit,
}

/// The surroundings of one window.
pub struct Platform {
    tray: Tray,
    notices: Notices,
    happened: Receiver<Happened>,
    is_calling: bool,
}

/// The window's icon, and the name by which the desktop knows it.
pub fn viewport(builder: ViewportBuilder) -> ViewportBuilder {
    builder.with_app_id(APP_ID).with_icon(icon::window())
}

impl Platform {
    /// On the main thread, once there is an event loop: Windows and macOS want the tray there.
    pub fn start(ctx: &Context) -> Platform {
        let (sender, happened) = sync_channel(HAPPENED_MAX);
        let teller = Teller { sender, ctx: ctx.clone() };
        Platform { tray: Tray::start(&teller), notices: Notices::start(teller), happened, is_calling: false }
    }

    /// What the tray shows. Costs nothing while it stays the same.
    pub fn show(&mut self, ctx: &Context, face: Face) {
        self.tray.show(face);
        if self.is_calling && is_focused(ctx) {
            ctx.send_viewport_cmd(ViewportCommand::RequestUserAttention(UserAttentionType::Reset));
            self.is_calling = false;
        }
    }

    /// There is a tray icon from which a hidden window can be brought back.
    pub fn has_tray(&self) -> bool {
        self.tray.is_there()
    }

    /// Shows a notification, where there is something that shows them.
    pub fn notify(&self, notice: Notice) {
        self.notices.show(notice);
    }

    /// Makes the taskbar point at the window, until the person looks at it.
    pub fn call(&mut self, ctx: &Context) {
        if !self.is_calling && !is_focused(ctx) {
            ctx.send_viewport_cmd(ViewportCommand::RequestUserAttention(UserAttentionType::Informational));
            self.is_calling = true;
        }
    }

    /// What the person did since the last time.
    pub fn happened(&self) -> impl Iterator<Item = Happened> + '_ {
        self.happened.try_iter()
    }
}

fn is_focused(ctx: &Context) -> bool {
    ctx.input(|input| input.viewport().focused.unwrap_or(true))
}

/// Says from any thread what the person did, and wakes the window.
#[derive(Clone)]
struct Teller {
    sender: SyncSender<Happened>,
    ctx: Context,
}

impl Teller {
    fn tell(&self, happened: Happened) {
        // A window that has not looked at 32 of them is not looking; that it is closed is no news to us.
        let _ = self.sender.try_send(happened);
        self.ctx.request_repaint();
    }
}
