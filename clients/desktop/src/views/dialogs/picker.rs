//! Choosing people for a group: contacts at first, and whoever is found by name.

use eframe::egui;
use egui::{TextEdit, Ui};
use longlink_client::pb::ContactState;
use longlink_desktop_core::model::{Session, UserId};

use crate::views::env::Env;
use crate::views::names::user_name;
use crate::views::parts::note;

/// So many can be brought in at once.
const CHOSEN_MAX: usize = 100;
const SHOWN_MAX: usize = 60;

#[derive(Default)]
pub struct Picker {
    query: String,
    pub chosen: Vec<UserId>,
}

impl Picker {
    /// Shows the people that can be chosen, those left out that are there already.
    pub fn show(&mut self, ui: &mut Ui, env: &Env, session: &mut Session, is_there: impl Fn(UserId) -> bool) {
        let edit =
            TextEdit::singleline(&mut self.query).hint_text(env.words.group.add_hint).desired_width(f32::INFINITY);
        let field = ui.add(edit.margin(egui::vec2(10.0, 7.0))).accessible_name(env.words.group.add_hint);
        if field.changed() {
            session.find_people(self.query.trim());
        }
        let users = self.offered(env, session, is_there);
        if users.is_empty() {
            note(ui, env.words.list.none);
        }
        egui::ScrollArea::vertical().id_salt("picker").max_height(190.0).show(ui, |ui| {
            for user in users {
                let mut is_chosen = self.chosen.contains(&user);
                if ui.checkbox(&mut is_chosen, user_name(session, env, user)).changed() {
                    if is_chosen && self.chosen.len() < CHOSEN_MAX {
                        self.chosen.push(user);
                    } else {
                        self.chosen.retain(|chosen| *chosen != user);
                    }
                }
            }
        });
    }

    fn offered(&self, env: &Env, session: &Session, is_there: impl Fn(UserId) -> bool) -> Vec<UserId> {
        let wanted = self.query.trim().to_lowercase();
        let mut users = self.chosen.clone();
        let contacts = session.contacts.in_state(ContactState::Contact).filter_map(|contact| contact.user.as_ref());
        users.extend(
            contacts.map(|user| user.id).filter(|user| user_name(session, env, *user).to_lowercase().contains(&wanted)),
        );
        if !wanted.is_empty() {
            users.extend(session.people.found.users.iter().copied());
        }
        let mut seen = std::collections::BTreeSet::new();
        users.retain(|user| *user != session.me && !is_there(*user) && seen.insert(*user));
        users.truncate(SHOWN_MAX);
        users
    }
}
