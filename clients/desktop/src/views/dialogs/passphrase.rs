//! The passphrase by which what is kept on this machine is encrypted.

use eframe::egui;
use egui::Ui;

use super::{Desk, Dialog, Next};
use crate::views::parts::{danger_button, main_button, note, problem, secret_field, warning};

#[derive(Default)]
pub struct Passphrase {
    first: String,
    again: String,
    problem: String,
    /// What was asked for: whether it is to be encrypted.
    wanted: Option<bool>,
}

impl Dialog for Passphrase {
    fn title(&self, desk: &Desk<'_>) -> String {
        let w = &desk.env.words.settings;
        if desk.session.is_encrypted { w.passphrase_change } else { w.passphrase_set }.to_owned()
    }

    fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Next {
        let w = &desk.env.words.settings;
        if let Some(why) = &desk.session.encrypting_failed {
            self.problem.clone_from(why);
            self.wanted = None;
        }
        note(ui, if desk.session.is_encrypted { w.kept_encrypted } else { w.kept_readable });
        warning(ui, w.passphrase_lost);
        secret_field(ui, desk.env.words.login.passphrase, &mut self.first);
        secret_field(ui, w.passphrase_again, &mut self.again);
        problem(ui, &self.problem);
        let mut is_asked = false;
        ui.horizontal(|ui| {
            let is_ready = !self.first.is_empty() && !self.again.is_empty();
            if main_button(ui, desk.env.words.dialog.save, is_ready).clicked() {
                if self.first == self.again {
                    desk.session.encrypt(&self.first);
                    self.wanted = Some(true);
                    is_asked = true;
                } else {
                    w.passphrase_differ.clone_into(&mut self.problem);
                }
            }
            if desk.session.is_encrypted && danger_button(ui, w.passphrase_remove).clicked() {
                desk.session.encrypt("");
                self.wanted = Some(false);
                is_asked = true;
            }
        });
        // With another passphrase than before nothing can be seen to have changed, so that it is not waited for.
        if is_asked || self.wanted.is_some_and(|wanted| wanted == desk.session.is_encrypted) {
            Next::Close
        } else {
            Next::Stay
        }
    }
}
