//! A few words that stand on the screen for a moment.

use eframe::egui;
use egui::{Align2, Id, RichText, Ui};
use longlink_desktop_core::model::TimeMs;

use super::theme::palette;

const SHOWN_MS: TimeMs = 4_000;
/// More than these are not read anyway.
const TOASTS_MAX: usize = 4;

#[derive(Default)]
pub struct Toasts {
    all: Vec<(String, TimeMs)>,
}

impl Toasts {
    pub fn say(&mut self, words: impl Into<String>, now: TimeMs) {
        if self.all.len() >= TOASTS_MAX {
            self.all.remove(0);
        }
        self.all.push((words.into(), now + SHOWN_MS));
    }

    pub fn show(&mut self, ui: &Ui, now: TimeMs) {
        self.all.retain(|(_, until)| *until > now);
        let Some(next) = self.all.iter().map(|(_, until)| until - now).min() else { return };
        ui.ctx().request_repaint_after(std::time::Duration::from_millis(next.unsigned_abs()));
        let look = palette(ui);
        egui::Area::new(Id::unique("toasts"))
            .anchor(Align2::CENTER_BOTTOM, [0.0, -80.0])
            .order(egui::Order::Tooltip)
            .interactable(false)
            .show(ui.ctx(), |ui| {
                for (words, _) in &self.all {
                    egui::Frame::new()
                        .fill(look.ink)
                        .corner_radius(10)
                        .inner_margin(egui::Margin::symmetric(14, 9))
                        .show(ui, |ui| {
                            ui.label(RichText::new(words).color(look.panel));
                        });
                }
            });
    }
}
