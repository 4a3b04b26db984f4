//! The people with whom no messages pass.

use eframe::egui;
use egui::Ui;

use super::{Asked, Desk, Dialog, Next};
use crate::views::avatar::{self, Face};
use crate::views::fails::About;
use crate::views::names::{picture_of, user_name};
use crate::views::parts::{note, one_line, problem};

#[derive(Default)]
pub struct Blocks {
    asked: Asked,
    is_begun: bool,
}

impl Dialog for Blocks {
    fn title(&self, desk: &Desk<'_>) -> String {
        desk.env.words.contact.block_title.to_owned()
    }

    fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Next {
        let words = desk.env.words;
        if !std::mem::replace(&mut self.is_begun, true) {
            self.asked.begin(desk.session.ask_blocks());
        }
        self.asked.is_done(desk.session, words, About::Contact);
        problem(ui, &self.asked.problem);
        let blocked = desk.session.contacts.blocked.clone();
        note(
            ui,
            match &blocked {
                None => words.talk.loading,
                Some(none) if none.is_empty() => words.contact.block_none,
                Some(_) => words.contact.block_what,
            },
        );
        for user in blocked.into_iter().flatten() {
            desk.session.want(user);
            let name = user_name(desk.session, desk.env, user);
            ui.horizontal(|ui| {
                let face = Face { peer: user, name: &name, picture: picture_of(desk.session, user), is_online: false };
                avatar::show(ui, desk.env, 30.0, &face);
                let wide = ui.available_width() - 120.0;
                ui.allocate_ui_with_layout(
                    egui::vec2(wide, 30.0),
                    egui::Layout::left_to_right(egui::Align::Center),
                    |ui| {
                        ui.set_min_width(wide);
                        one_line(ui, name.as_str());
                    },
                );
                if ui.button(words.contact.block_end).clicked() && !self.asked.is_busy() {
                    self.asked.begin(desk.session.block(user, false));
                }
            });
        }
        Next::Stay
    }
}
