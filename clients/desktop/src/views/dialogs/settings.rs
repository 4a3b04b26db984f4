//! What one can choose, the account, and the way out.

use eframe::egui;
use egui::Ui;
use longlink_desktop_core::accounts::Theme;

use super::{Blocks, Desk, Dialog, Erase, LogOut, Next, Passphrase, Password, Profile, Shortcuts};
use crate::views::env::Errand;
use crate::views::parts::{choice, danger_button, note, section};
use crate::words::Language;

pub struct SettingsDialog;

const SCALES: [f32; 6] = [0.8, 0.9, 1.0, 1.15, 1.3, 1.5];

impl Dialog for SettingsDialog {
    fn title(&self, desk: &Desk<'_>) -> String {
        desk.env.words.settings.settings.to_owned()
    }

    fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Next {
        let words = desk.env.words;
        let w = &words.settings;
        let mut next = Next::Stay;
        ui.horizontal_wrapped(|ui| {
            if ui.button(words.profile.title).clicked() {
                next = Next::Over(Profile::new(desk.session.me));
            }
            if ui.button(words.profile.password_change).clicked() {
                next = Next::Over(Box::new(Password::default()));
            }
            if ui.button(words.contact.block_title).clicked() {
                next = Next::Over(Box::new(Blocks::default()));
            }
            if ui.button(w.shortcuts).clicked() {
                next = Next::Over(Box::new(Shortcuts));
            }
        });
        looks(ui, desk);
        section(ui, w.privacy);
        note(ui, if desk.session.is_encrypted { w.kept_encrypted } else { w.kept_readable });
        if ui.button(if desk.session.is_encrypted { w.passphrase_change } else { w.passphrase_set }).clicked() {
            next = Next::Over(Box::new(Passphrase::default()));
        }
        ui.separator();
        ui.horizontal_wrapped(|ui| {
            if danger_button(ui, w.log_out).clicked() {
                next = Next::Instead(Box::new(LogOut { forget: false }));
            }
            if danger_button(ui, w.log_out_forget).clicked() {
                next = Next::Instead(Box::new(LogOut { forget: true }));
            }
            if danger_button(ui, words.profile.erase_title).clicked() {
                next = Next::Instead(Box::new(Erase::default()));
            }
            if ui.button(w.quit).clicked() {
                desk.env.wants(Errand::Quit);
            }
        });
        next
    }
}

/// Language, colours, size, notices.
fn looks(ui: &mut Ui, desk: &mut Desk<'_>) {
    let mut is_changed = false;
    let mut language = desk.env.language;
    section(ui, desk.env.words.settings.language);
    if choice(ui, &mut language, &Language::ALL.map(|language| (language, language.name()))) {
        desk.env.speak(language);
        desk.settings.language = Some(language.tag().to_owned());
        is_changed = true;
    }
    let w = &desk.env.words.settings;
    section(ui, w.theme);
    let themes = [(Theme::System, w.theme_auto), (Theme::Light, w.theme_light), (Theme::Dark, w.theme_dark)];
    is_changed |= choice(ui, &mut desk.settings.theme, &themes);
    section(ui, w.scale);
    let names = SCALES.map(|scale| (scale, format!("{:.0} %", scale * 100.0)));
    let scales = names.each_ref().map(|(scale, name)| (*scale, name.as_str()));
    is_changed |= choice(ui, &mut desk.settings.scale, &scales);
    is_changed |= ui.checkbox(&mut desk.settings.notifications, w.notifications).changed();
    is_changed |= ui.checkbox(&mut desk.settings.close_to_tray, w.close_to_tray).changed();
    if is_changed {
        desk.env.wants(Errand::KeepSettings);
    }
}
