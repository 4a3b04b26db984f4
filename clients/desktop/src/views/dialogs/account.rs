//! The account itself: its password, leaving it, and its end.

use eframe::egui;
use egui::Ui;

use super::{Asked, Desk, Dialog, Next};
use crate::views::fails::About;
use crate::views::parts::{danger_button, main_button, note, problem, secret_field, warning};

#[derive(Default)]
pub struct Password {
    old: String,
    new: String,
    again: String,
    asked: Asked,
}

impl Dialog for Password {
    fn title(&self, desk: &Desk<'_>) -> String {
        desk.env.words.profile.password_change.to_owned()
    }

    fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Next {
        let words = desk.env.words;
        let w = &words.profile;
        if self.asked.is_done(desk.session, words, About::Password) {
            desk.say(w.password_changed);
            return Next::Close;
        }
        note(ui, w.password_others);
        secret_field(ui, w.password_old, &mut self.old);
        secret_field(ui, w.password_new, &mut self.new);
        secret_field(ui, w.password_again, &mut self.again);
        problem(ui, &self.asked.problem);
        let is_ready = ![&self.old, &self.new, &self.again].iter().any(|text| text.is_empty()) && !self.asked.is_busy();
        if main_button(ui, w.password_change, is_ready).clicked() {
            if self.new == self.again {
                let asked = desk.session.change_password(&self.old, &self.new);
                self.asked.try_begin(words, asked);
            } else {
                w.password_differ.clone_into(&mut self.asked.problem);
            }
        }
        Next::Stay
    }
}

/// The end of the account.
#[derive(Default)]
pub struct Erase {
    password: String,
    asked: Asked,
}

impl Dialog for Erase {
    fn title(&self, desk: &Desk<'_>) -> String {
        desk.env.words.profile.erase_title.to_owned()
    }

    fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Next {
        let words = desk.env.words;
        let w = &words.profile;
        if self.asked.is_done(desk.session, words, About::Erase) {
            desk.say(w.erase_done);
            // What is kept here of it is of no use to anybody.
            desk.session.log_out(true);
            return Next::Close;
        }
        ui.label(w.erase_what);
        warning(ui, w.erase_final);
        secret_field(ui, words.login.password, &mut self.password);
        problem(ui, &self.asked.problem);
        if danger_button(ui, w.erase_yes).clicked() && !self.asked.is_busy() {
            self.asked.begin(desk.session.delete_account(&self.password));
        }
        Next::Stay
    }
}

/// Leaving the account on this machine, with what is kept of it or without.
pub struct LogOut {
    pub forget: bool,
}

impl Dialog for LogOut {
    fn title(&self, desk: &Desk<'_>) -> String {
        let w = &desk.env.words.settings;
        if self.forget { w.log_out_forget } else { w.log_out }.to_owned()
    }

    fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Next {
        let w = &desk.env.words.settings;
        ui.label(if self.forget { w.log_out_forget_sure } else { w.log_out_sure });
        if !desk.session.outbox.is_empty() && !self.forget {
            warning(ui, w.log_out_unsent);
        }
        let mut next = Next::Stay;
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if danger_button(ui, if self.forget { w.log_out_forget } else { w.log_out }).clicked() {
                desk.session.log_out(self.forget);
                next = Next::Close;
            }
            if ui.button(desk.env.words.dialog.cancel).clicked() {
                next = Next::Close;
            }
        });
        next
    }
}
