//! Coming in: the accounts of this machine, logging in, registering, and where the server is.

pub mod accounts;
pub mod locked;
pub mod server;

use eframe::egui;
use egui::{RichText, Ui};
use longlink_desktop_core::accounts::{Account, AccountKey};
use longlink_desktop_core::vault::VaultKind;

pub use self::locked::{Locked, ended};
pub use self::server::{Address, Protect, ServerForm};
use super::env::Env;
use super::parts::{field, hinted_field, main_button, note, problem, secret_field};
use super::theme::palette;
use crate::words::Language;

const CARD_WIDTH: f32 = 380.0;

/// What the person did here.
#[derive(Clone, Debug, PartialEq)]
pub enum Entered {
    LogIn { address: Address, name: String, password: String },
    Register { address: Address, name: String, password: String, invitation: String },
    Open(AccountKey),
    Forget(AccountKey),
    Back,
    Speak(Language),
}

/// The screen before a conversation can be had.
#[derive(Default)]
pub struct Entrance {
    pub accounts: Vec<Account>,
    /// Where secrets are kept, once that is known.
    pub vault: Option<VaultKind>,
    pub server: ServerForm,
    pub name: String,
    pub password: String,
    invitation: String,
    is_register: bool,
    /// The form is shown although there are accounts to choose from.
    pub wants_form: bool,
    /// There is an account open that one can go back to.
    pub may_go_back: bool,
    /// The server is being asked.
    pub is_busy: bool,
    /// Why it did not work.
    pub problem: String,
    /// Something to know, that is no failure.
    pub note: String,
    shows_password: bool,
    is_placed: bool,
    /// What is kept of this account is to go, after a question.
    forgetting: Option<AccountKey>,
}

impl Entrance {
    pub fn new(server: ServerForm, accounts: Vec<Account>) -> Self {
        Self { server, accounts, ..Self::default() }
    }

    /// The form for an account that has to log in again.
    pub fn again(&mut self, account: &Account, note: &str) {
        self.server.fill(account);
        self.name.clone_from(&account.user_name);
        self.password.clear();
        self.is_register = false;
        self.wants_form = true;
        self.is_placed = false;
        note.clone_into(&mut self.note);
    }

    /// Shows it, and says what the person did.
    pub fn show(&mut self, ui: &mut Ui, env: &mut Env) -> Option<Entered> {
        let mut entered = None;
        let look = palette(ui);
        egui::CentralPanel::default().frame(egui::Frame::new().fill(look.ground)).show(ui, |ui| {
            egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                ui.vertical_centered(|ui| {
                    ui.add_space((ui.available_height() * 0.06).clamp(8.0, 60.0));
                    ui.set_max_width(CARD_WIDTH);
                    ui.label(RichText::new("longlink").size(30.0).strong().color(look.accent));
                    note(ui, env.words.login.app_tagline);
                    ui.add_space(10.0);
                    ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| entered = self.card(ui, env));
                    ui.add_space(6.0);
                    ui.horizontal(|ui| {
                        let mut language = env.language;
                        let all = Language::ALL.map(|language| (language, language.name()));
                        if super::parts::choice(ui, &mut language, &all) {
                            entered = Some(Entered::Speak(language));
                        }
                    });
                });
            });
        });
        entered
    }

    fn card(&mut self, ui: &mut Ui, env: &mut Env) -> Option<Entered> {
        let look = palette(ui);
        let frame = egui::Frame::new()
            .fill(look.panel)
            .corner_radius(14)
            .inner_margin(20)
            .stroke(egui::Stroke::new(1.0, look.line));
        frame
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                if self.wants_form || self.accounts.is_empty() { self.form(ui, env) } else { self.choose(ui, env) }
            })
            .inner
    }

    fn form(&mut self, ui: &mut Ui, env: &mut Env) -> Option<Entered> {
        let w = &env.words.login;
        ui.heading(if self.is_register { w.register_title } else { w.title });
        if !self.note.is_empty() {
            super::parts::warning(ui, &self.note);
        }
        let name = field(ui, w.name, &mut self.name);
        let password = if self.shows_password {
            field(ui, w.password, &mut self.password)
        } else {
            secret_field(ui, w.password, &mut self.password)
        };
        self.place_focus(&name, &password);
        let mut goes = super::parts::entered(ui, &password) || super::parts::entered(ui, &name);
        if self.is_register {
            let invitation = hinted_field(ui, w.register_invitation, w.register_invitation_hint, &mut self.invitation);
            goes |= super::parts::entered(ui, &invitation);
        }
        problem(ui, &self.problem);
        let text = match (self.is_register, self.is_busy) {
            (false, false) => w.submit,
            (false, true) => w.busy,
            (true, false) => w.register_submit,
            (true, true) => w.register_busy,
        };
        let is_ready = !self.is_busy && !self.name.trim().is_empty() && !self.password.is_empty();
        goes |= main_button(ui, text, is_ready).clicked();
        ui.add_space(4.0);
        let other = if self.is_register { w.register_to_login } else { w.to_register };
        ui.horizontal_wrapped(|ui| {
            if ui.add(egui::Button::new(other).frame(false)).clicked() {
                self.is_register = !self.is_register;
                self.problem.clear();
            }
        });
        let show = if self.shows_password { w.hide } else { w.show };
        if ui.add(egui::Button::new(RichText::new(show).small()).frame(false)).clicked() {
            self.shows_password = !self.shows_password;
        }
        ui.separator();
        self.server.show(ui, env);
        if let Some(kind) = self.vault {
            note(ui, vault_text(env, kind));
        }
        if (!self.accounts.is_empty() || self.may_go_back) && ui.button(env.words.dialog.cancel).clicked() {
            self.wants_form = false;
            return self.may_go_back.then_some(Entered::Back);
        }
        if goes && is_ready { self.submit(env) } else { None }
    }

    fn submit(&mut self, env: &Env) -> Option<Entered> {
        match self.server.address(env.words) {
            Ok(address) => {
                self.problem.clear();
                let (name, password) = (self.name.trim().to_owned(), self.password.clone());
                Some(if self.is_register {
                    Entered::Register { address, name, password, invitation: self.invitation.trim().to_owned() }
                } else {
                    Entered::LogIn { address, name, password }
                })
            }
            Err(why) => {
                why.clone_into(&mut self.problem);
                self.server.is_open = true;
                None
            }
        }
    }

    fn place_focus(&mut self, name: &egui::Response, password: &egui::Response) {
        if !self.is_placed {
            self.is_placed = true;
            if self.name.is_empty() { name.request_focus() } else { password.request_focus() }
        }
    }
}

/// Where the secret of a login is kept, in words.
pub fn vault_text(env: &Env, kind: VaultKind) -> &'static str {
    match kind {
        VaultKind::Keyring => env.words.login.secret_keyring,
        VaultKind::File => env.words.login.secret_file,
    }
}
