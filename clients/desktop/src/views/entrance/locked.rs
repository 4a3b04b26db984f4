//! The screens of an account that cannot be shown yet, or no more: locked by a passphrase, or ended.

use eframe::egui;
use egui::{RichText, Ui};

use crate::views::env::Env;
use crate::views::parts::{entered, main_button, problem, secret_field};
use crate::views::theme::palette;

/// What was typed of the passphrase.
#[derive(Default)]
pub struct Locked {
    passphrase: String,
    is_placed: bool,
}

impl Locked {
    /// Shows the question. The passphrase, once it is given.
    pub fn show(&mut self, ui: &mut Ui, env: &Env, is_wrong: bool) -> Option<String> {
        let w = &env.words.login;
        let mut given = None;
        card(ui, |ui| {
            ui.heading(w.passphrase_title);
            ui.label(w.passphrase_why);
            let field = secret_field(ui, w.passphrase, &mut self.passphrase);
            if !self.is_placed {
                self.is_placed = true;
                field.request_focus();
            }
            if is_wrong {
                problem(ui, w.passphrase_wrong);
            }
            let goes = entered(ui, &field);
            if (main_button(ui, w.passphrase_open, !self.passphrase.is_empty()).clicked() || goes)
                && !self.passphrase.is_empty()
            {
                given = Some(std::mem::take(&mut self.passphrase));
                self.is_placed = false;
            }
        });
        given
    }
}

/// The end of a link for good: why, and the way on. True when the person wants it.
pub fn ended(ui: &mut Ui, env: &Env, why: &str, must_log_in: bool) -> bool {
    let w = &env.words.link;
    let mut goes = false;
    card(ui, |ui| {
        ui.heading(w.ended_title);
        ui.label(RichText::new(why));
        ui.add_space(8.0);
        goes = main_button(ui, if must_log_in { w.ended_log_in } else { w.ended_again }, true).clicked();
    });
    goes
}

fn card(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let look = palette(ui);
    egui::CentralPanel::default().frame(egui::Frame::new().fill(look.ground)).show(ui, |ui| {
        ui.vertical_centered(|ui| {
            ui.add_space((ui.available_height() * 0.2).max(8.0));
            ui.set_max_width(super::CARD_WIDTH);
            let frame = egui::Frame::new().fill(look.panel).corner_radius(14).inner_margin(20);
            ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| {
                frame.show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    content(ui);
                })
            });
        });
    });
}
