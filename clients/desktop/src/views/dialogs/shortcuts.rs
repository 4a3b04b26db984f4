//! The keys that do something.

use eframe::egui;
use egui::{RichText, Ui};

use super::{Desk, Dialog, Next};

pub struct Shortcuts;

impl Dialog for Shortcuts {
    fn title(&self, desk: &Desk<'_>) -> String {
        desk.env.words.settings.shortcuts.to_owned()
    }

    fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Next {
        let w = &desk.env.words.settings;
        let keys = [
            ("Ctrl K", w.key_search),
            ("Ctrl N", w.key_new),
            ("Alt ⬇", w.key_next),
            ("Alt ⬆", w.key_previous),
            ("Enter", w.key_send),
            ("Shift Enter", w.key_line),
            ("⬆", w.key_edit_last),
            ("Ctrl M", w.key_messages),
            ("Ctrl O", w.key_attach),
            ("Ctrl ,", w.key_settings),
            ("F1", w.key_help),
            ("Esc", w.key_close),
        ];
        egui::Grid::new("shortcuts").num_columns(2).spacing([24.0, 8.0]).show(ui, |ui| {
            for (key, what) in keys {
                ui.label(RichText::new(key).monospace().strong());
                ui.add(egui::Label::new(what).wrap());
                ui.end_row();
            }
        });
        Next::Stay
    }
}
