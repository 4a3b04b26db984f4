//! The accounts of this machine, to choose one.

use eframe::egui;
use egui::{Button, RichText, Ui};

use super::{Entered, Entrance};
use crate::views::avatar::{self, Face};
use crate::views::env::Env;
use crate::views::parts::{danger_button, note, problem, sign_button, warning};
use crate::words::fill;

impl Entrance {
    pub(super) fn choose(&mut self, ui: &mut Ui, env: &mut Env) -> Option<Entered> {
        let mut entered = None;
        ui.heading(env.words.login.choose_account);
        problem(ui, &self.problem);
        for account in &self.accounts {
            let name = &account.user_name;
            ui.horizontal(|ui| {
                let face = Face { peer: account.user_id, name, picture: "", is_online: false };
                avatar::show(ui, env, 36.0, &face);
                let line = format!("{name}\n{}", account.host);
                let wide = ui.available_width() - 44.0;
                if ui
                    .add(Button::new(line).min_size(egui::vec2(wide, 44.0)))
                    .accessible_name(format!("{name} {}", account.host))
                    .clicked()
                {
                    entered = Some(Entered::Open(account.key.clone()));
                }
                if sign_button(ui, "✖", &fill(env.words.login.forget_account, &[("name", name)])).clicked() {
                    self.forgetting = Some(account.key.clone());
                }
            });
        }
        if let Some(key) = self.forgetting.clone() {
            warning(ui, env.words.settings.log_out_forget_sure);
            ui.horizontal(|ui| {
                if danger_button(ui, env.words.settings.log_out_forget).clicked() {
                    self.forgetting = None;
                    entered = Some(Entered::Forget(key));
                }
                if ui.button(env.words.dialog.cancel).clicked() {
                    self.forgetting = None;
                }
            });
        }
        ui.add_space(6.0);
        if ui.button(RichText::new(env.words.login.other_account)).clicked() {
            self.wants_form = true;
            self.problem.clear();
        }
        if let Some(kind) = self.vault {
            note(ui, super::vault_text(env, kind));
        }
        entered
    }
}
