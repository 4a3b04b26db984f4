//! The app: the accounts that are open, and between them, the bridge, and the screen, who is told what.

mod dialogs;
mod errands;
mod open;
mod seen;
mod trouble;

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use eframe::egui::{self, ThemePreference, ViewportCommand};
use longlink_desktop_core::accounts::{AccountKey, AppSettings, Theme};
use longlink_desktop_core::bridge::{Bridge, Form};
use tempfile::TempDir;

use self::open::Open;
pub use self::trouble::Trouble;
use crate::args::Args;
use crate::clock;
use crate::platform::{Face, Platform};
use crate::views::entrance::{Address, Entered, Entrance};
use crate::views::env::{Chosen, Env};
use crate::views::shell::Left;
use crate::words::Language;

/// So many file dialogs may be answered before the next frame.
const CHOSEN_MAX: usize = 16;

pub struct App {
    bridge: Option<Bridge>,
    platform: Option<Platform>,
    env: Env,
    settings: AppSettings,
    entrance: Entrance,
    /// The entrance is shown, though accounts are open.
    is_entering: bool,
    open: Vec<Open>,
    shown: Option<AccountKey>,
    chosen: (SyncSender<Answer>, Receiver<Answer>),
    /// Pictures that are opened with the system's own program lie here until the end.
    temporary: Option<TempDir>,
    /// What is to be opened once it is saved, by its hash.
    opening: Vec<String>,
    title: String,
    is_quitting: bool,
}

/// What came of a dialog or of work on another thread.
pub(crate) enum Answer {
    Chosen(Chosen),
    SaveAs { hash: String, size: u64, to: std::path::PathBuf },
}

impl App {
    pub fn new(ctx: &egui::Context, bridge: Bridge, platform: Option<Platform>, args: &Args) -> Self {
        let settings = bridge.settings();
        let chosen = settings.language.as_deref().and_then(Language::of_tag);
        let language =
            chosen.or_else(|| sys_locale::get_locale().as_deref().and_then(Language::of_tag)).unwrap_or_default();
        let entrance = Entrance::new(args.server_form(), bridge.accounts());
        let mut app = Self {
            platform,
            env: Env::new(language, jiff::tz::TimeZone::system()),
            entrance,
            is_entering: false,
            open: Vec::new(),
            shown: settings.last_account.clone(),
            chosen: sync_channel(CHOSEN_MAX),
            temporary: None,
            opening: Vec::new(),
            title: String::new(),
            is_quitting: false,
            settings,
            bridge: Some(bridge),
        };
        for account in app.entrance.accounts.clone() {
            app.open_account(account);
        }
        app.look(ctx);
        app
    }

    /// As the person likes it.
    fn look(&self, ctx: &egui::Context) {
        ctx.set_theme(match self.settings.theme {
            Theme::System => ThemePreference::System,
            Theme::Light => ThemePreference::Light,
            Theme::Dark => ThemePreference::Dark,
        });
        ctx.set_zoom_factor(self.settings.scale.clamp(0.5, 3.0));
    }

    fn shown(&mut self) -> Option<&mut Open> {
        let key = self.shown.as_ref()?;
        self.open.iter_mut().find(|open| open.account.key == *key)
    }

    fn show_account(&mut self, key: AccountKey) {
        self.is_entering = false;
        self.env.pictures.forget_unfinished();
        if self.settings.last_account.as_ref() != Some(&key) {
            self.settings.last_account = Some(key.clone());
            self.keep_settings();
        }
        self.shown = Some(key);
    }

    fn keep_settings(&self) {
        if let Some(bridge) = &self.bridge {
            bridge.keep_settings(self.settings.clone());
        }
    }

    fn enter(&mut self, entered: Entered) {
        match entered {
            Entered::Speak(language) => {
                self.env.speak(language);
                self.settings.language = Some(language.tag().to_owned());
                self.keep_settings();
            }
            Entered::LogIn { address, name, password } => self.order(form(address, name, password), None),
            Entered::Register { address, name, password, invitation } => {
                self.order(form(address, name, password), Some(invitation));
            }
            Entered::Open(key) => self.show_account(key),
            Entered::Forget(key) => {
                if let Some(open) = self.open.iter_mut().find(|open| open.account.key == key) {
                    open.session.log_out(true);
                }
            }
            Entered::Back => self.is_entering = false,
        }
    }

    fn order(&mut self, form: Form, invitation: Option<String>) {
        let Some(bridge) = &self.bridge else { return };
        self.entrance.is_busy = true;
        match invitation {
            Some(invitation) => bridge.register(form, invitation),
            None => bridge.log_in(form),
        }
    }

    /// The title, the tray, and when to look again though nothing happens.
    fn surroundings(&mut self, ctx: &egui::Context) {
        let unread: u64 = self.open.iter().map(|open| open.session.unread().messages).sum();
        let title = if unread > 0 { format!("({unread}) longlink") } else { "longlink".to_owned() };
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title.clone_from(&title);
        }
        if let Some(platform) = &mut self.platform {
            let w = self.env.words;
            let (open, quit) = (w.settings.open_window.to_owned(), w.settings.quit.to_owned());
            platform.show(ctx, Face { unread, tooltip: title, open, quit });
        }
        let wake = self.open.iter().filter_map(|open| open.session.wake_at_ms()).min();
        if let Some(at) = wake {
            let wait = u64::try_from(at - self.env.now_ms).unwrap_or(0);
            ctx.request_repaint_after(Duration::from_millis(wait));
        }
    }

    /// Whether the window may go, or only hides.
    fn closing(&mut self, ctx: &egui::Context) {
        if !ctx.input(|input| input.viewport().close_requested()) || self.is_quitting {
            return;
        }
        if self.settings.close_to_tray && self.platform.as_ref().is_some_and(Platform::has_tray) {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            ctx.send_viewport_cmd(ViewportCommand::Visible(false));
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.env.now_ms = clock::now_ms();
        let is_focused = ctx.input(|input| {
            let viewport = input.viewport();
            viewport.focused.unwrap_or(true) && !viewport.minimized.unwrap_or(false)
        });
        for open in &mut self.open {
            let is_shown = self.shown.as_ref() == Some(&open.account.key) && !self.is_entering;
            open.session.set_focused(is_focused && is_shown);
            open.session.advance(self.env.now_ms);
        }
        self.take_seen(ctx);
        self.take_happened(ctx);
        self.take_answers(ctx);
        self.tell_notices(ctx, is_focused);
        self.hand_wishes_on();
        self.closing(ctx);
        self.surroundings(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.env.pictures.next_frame();
        let accounts: Vec<_> = self.open.iter().map(|open| open.account.clone()).collect();
        let key = self.shown.clone().filter(|_| !self.is_entering);
        let at = key.and_then(|key| self.open.iter().position(|open| open.account.key == key));
        match at.and_then(|at| self.open.get_mut(at)) {
            Some(open) => {
                let left = open.shell.show(ui, &mut self.env, &mut open.session, &mut self.settings, &accounts);
                if left == Some(Left::LogIn) {
                    self.entrance.again(&open.account, self.env.words.login.again);
                    self.is_entering = true;
                }
            }
            None => {
                self.entrance.may_go_back = self.is_entering && !self.open.is_empty();
                if let Some(entered) = self.entrance.show(ui, &mut self.env) {
                    self.enter(entered);
                }
            }
        }
        self.run_errands(ui.ctx());
        self.hand_wishes_on();
        self.surroundings(ui.ctx());
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        if let Some(bridge) = self.bridge.take() {
            bridge.close();
        }
    }
}

fn form(address: Address, name: String, password: String) -> Form {
    let Address { host, link_port, http_port, protection } = address;
    Form { host, link_port, http_port, protection, name, password: password.into() }
}
