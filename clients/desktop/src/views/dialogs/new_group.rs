//! Making a group.

use eframe::egui;
use egui::Ui;

use super::picker::Picker;
use super::{Asked, Desk, Dialog, Next};
use crate::views::fails::About;
use crate::views::parts::{field, main_button, problem, section};

#[derive(Default)]
pub struct NewGroup {
    name: String,
    picker: Picker,
    asked: Asked,
    is_placed: bool,
}

impl Dialog for NewGroup {
    fn title(&self, desk: &Desk<'_>) -> String {
        desk.env.words.group.new.to_owned()
    }

    fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Next {
        let w = &desk.env.words.group;
        if self.asked.is_done(desk.session, desk.env.words, About::Any) {
            return desk.session.groups.made.map_or(Next::Close, Next::GoTo);
        }
        let name = field(ui, w.name, &mut self.name);
        if !std::mem::replace(&mut self.is_placed, true) {
            name.request_focus();
        }
        section(ui, w.add);
        self.picker.show(ui, desk.env, desk.session, |_| false);
        problem(ui, &self.asked.problem);
        let is_ready = !self.name.trim().is_empty() && !self.asked.is_busy();
        if main_button(ui, w.create, is_ready).clicked() {
            let asked = desk.session.create_group(self.name.trim(), self.picker.chosen.clone());
            self.asked.try_begin(desk.env.words, asked);
        }
        Next::Stay
    }
}
