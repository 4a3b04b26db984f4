//! Dialogs: one over the other, of which the topmost is shown.

pub mod account;
pub mod asked;
pub mod attach;
pub mod blocks;
pub mod card;
pub mod confirm;
pub mod group;
pub mod join;
pub mod members;
pub mod new_group;
pub mod passphrase;
pub mod picker;
pub mod picture;
pub mod profile;
pub mod readers;
pub mod rules;
pub mod settings;
pub mod shortcuts;

use eframe::egui;
use egui::{Id, Modal, RichText, Ui};
use longlink_desktop_core::accounts::AppSettings;
use longlink_desktop_core::model::{Peer, Session};

pub use self::account::{Erase, LogOut, Password};
pub use self::asked::{Asked, unfit_text};
pub use self::attach::Attach;
pub use self::blocks::Blocks;
pub use self::card::Card;
pub use self::confirm::{Confirm, Deed};
pub use self::group::GroupInfo;
pub use self::join::Join;
pub use self::new_group::NewGroup;
pub use self::passphrase::Passphrase;
pub use self::picture::Viewer;
pub use self::profile::Profile;
pub use self::readers::WhoRead;
pub use self::settings::SettingsDialog;
pub use self::shortcuts::Shortcuts;

use super::env::Env;
use super::parts::sign_button;
use super::toast::Toasts;

const WIDTH: f32 = 440.0;

/// What a dialog works on.
pub struct Desk<'a> {
    pub env: &'a mut Env,
    pub session: &'a mut Session,
    pub settings: &'a mut AppSettings,
    pub toasts: &'a mut Toasts,
}

impl Desk<'_> {
    pub fn say(&mut self, words: impl Into<String>) {
        self.toasts.say(words, self.env.now_ms);
    }
}

/// What becomes of a dialog after a frame.
pub enum Next {
    Stay,
    Close,
    /// Another one over this one.
    Over(Box<dyn Dialog>),
    /// Another one in its place.
    Instead(Box<dyn Dialog>),
    /// All dialogs are done: this conversation is to be shown.
    GoTo(Peer),
}

pub trait Dialog {
    fn title(&self, desk: &Desk<'_>) -> String;

    fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Next;

    /// A file dialog gave this picture for this peer. True when it was this dialog that had asked.
    fn picture_chosen(&mut self, _desk: &mut Desk<'_>, _peer: Peer, _path: &std::path::Path) -> bool {
        false
    }

    /// It takes the whole window.
    fn is_wide(&self) -> bool {
        false
    }
}

/// All that are open.
#[derive(Default)]
pub struct Dialogs {
    open: Vec<Box<dyn Dialog>>,
}

impl Dialogs {
    pub fn open(&mut self, dialog: Box<dyn Dialog>) {
        self.open.push(dialog);
    }

    pub fn open_some(&mut self, dialog: Option<Box<dyn Dialog>>) {
        self.open.extend(dialog);
    }

    pub fn is_any(&self) -> bool {
        !self.open.is_empty()
    }

    pub fn close_all(&mut self) {
        self.open.clear();
    }

    pub fn picture_chosen(&mut self, desk: &mut Desk<'_>, peer: Peer, path: &std::path::Path) {
        let _ = self.open.iter_mut().rev().any(|dialog| dialog.picture_chosen(desk, peer, path));
    }

    /// Shows the topmost. A conversation that is to be opened.
    pub fn show(&mut self, ui: &Ui, desk: &mut Desk<'_>) -> Option<Peer> {
        let depth = self.open.len();
        let dialog = self.open.last_mut()?;
        let title = dialog.title(desk);
        let width = if dialog.is_wide() { ui.ctx().content_rect().width() - 60.0 } else { WIDTH };
        let frame = egui::Frame::popup(ui.style()).inner_margin(18);
        let whole = ui.ctx().content_rect().height();
        let id = Id::unique(("dialog", depth));
        let shown =
            Modal::new(id).area(Modal::default_area(id).default_height(whole)).frame(frame).show(ui.ctx(), |ui| {
                ui.set_width(width);
                let is_closed = head(ui, desk, &title);
                let tall = whole - 140.0;
                let mut next = Next::Stay;
                // An area has the room that its content took before: without a least height it would not grow with it.
                egui::ScrollArea::vertical().max_height(tall).min_scrolled_height(tall).show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    next = dialog.show(ui, desk);
                });
                if is_closed { Next::Close } else { next }
            });
        let is_left = shown.should_close();
        match shown.inner {
            Next::Stay if is_left => {
                self.open.pop();
            }
            Next::Stay => {}
            Next::Close => {
                self.open.pop();
            }
            Next::Over(other) => self.open.push(other),
            Next::Instead(other) => {
                self.open.pop();
                self.open.push(other);
            }
            Next::GoTo(peer) => {
                self.open.clear();
                return Some(peer);
            }
        }
        None
    }
}

/// The title, and the way out.
fn head(ui: &mut Ui, desk: &Desk<'_>, title: &str) -> bool {
    let mut is_closed = false;
    ui.horizontal(|ui| {
        let wide = ui.available_width() - 40.0;
        ui.allocate_ui_with_layout(egui::vec2(wide, 32.0), egui::Layout::left_to_right(egui::Align::Center), |ui| {
            ui.set_min_width(wide);
            ui.add(egui::Label::new(RichText::new(title).heading().strong()).truncate());
        });
        is_closed = sign_button(ui, "✖", desk.env.words.dialog.close).clicked();
    });
    ui.add_space(4.0);
    is_closed
}
