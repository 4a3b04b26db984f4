//! The list of contacts: who asks, who is one, and who was asked.

use eframe::egui;
use egui::{Rect, Ui};
use longlink_client::pb::ContactState;
use longlink_desktop_core::model::{Session, UserId};

use super::{Picked, Sidebar, lines, row};
use crate::views::env::Env;
use crate::views::names::user_name;
use crate::views::parts::note;

/// One line of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    Title(ContactState),
    Who(UserId, ContactState),
}

/// The list as it was sorted last, and of which state that was.
#[derive(Default)]
pub(super) struct Listed {
    entries: Vec<Entry>,
    of: (u64, u64),
}

impl Sidebar {
    /// True when the keyboard has left the list at its upper end.
    pub(super) fn list_contacts(
        &mut self,
        ui: &mut Ui,
        env: &mut Env,
        session: &mut Session,
        picked: &mut Vec<Picked>,
    ) -> bool {
        let of = (session.contacts.version() + 1, session.people.version());
        if self.contacts.of != of {
            self.contacts = Listed { entries: sorted(session, env), of };
        }
        if self.contacts.entries.is_empty() {
            note(ui, env.words.contact.none);
            return false;
        }
        let entries = &self.contacts.entries;
        let mut seen = Vec::new();
        let left = {
            let session = &*session;
            self.rows.show(
                ui,
                "contacts",
                entries.len(),
                row::HEIGHT,
                |at| match entries.get(at) {
                    Some(Entry::Who(user, _)) => Some(row::id_of("contacts", *user)),
                    Some(Entry::Title(_)) | None => None,
                },
                |ui, at, rect| match entries.get(at) {
                    Some(Entry::Who(user, state)) => {
                        seen.push(*user);
                        person(ui, env, session, *user, *state, rect, picked)
                    }
                    Some(Entry::Title(state)) => {
                        row::heading(ui, rect, title(env, *state));
                        false
                    }
                    None => false,
                },
            )
        };
        session.shown(seen);
        left.is_some()
    }
}

fn sorted(session: &Session, env: &Env) -> Vec<Entry> {
    let mut entries = Vec::new();
    for state in [ContactState::Asks, ContactState::Contact, ContactState::Asked] {
        let users = session.contacts.in_state(state).filter_map(|contact| contact.user.as_ref());
        let mut named: Vec<_> = users.map(|user| (user_name(session, env, user.id).to_lowercase(), user.id)).collect();
        named.sort();
        if !named.is_empty() {
            entries.push(Entry::Title(state));
            entries.extend(named.into_iter().map(|(_, user)| Entry::Who(user, state)));
        }
    }
    entries
}

fn title(env: &Env, state: ContactState) -> &'static str {
    match state {
        ContactState::Asks => env.words.contact.requests,
        ContactState::Asked => env.words.contact.waiting,
        ContactState::Contact | ContactState::None => env.words.contact.all,
    }
}

fn person(
    ui: &mut Ui,
    env: &mut Env,
    session: &Session,
    user: UserId,
    state: ContactState,
    rect: Rect,
    picked: &mut Vec<Picked>,
) -> bool {
    let w = &env.words.contact;
    let line = match state {
        ContactState::Asks => {
            let greeting = session.contacts.get(user).map_or("", |contact| contact.greeting.as_str());
            let words = if greeting.is_empty() { w.asks } else { greeting }.to_owned();
            lines::of_asking(session, env, user, words)
        }
        ContactState::Asked => lines::of_asking(session, env, user, w.asked.to_owned()),
        ContactState::Contact | ContactState::None => lines::of_person(session, env, user),
    };
    let response = row::show(ui, env, "contacts", &line, rect);
    if response.clicked() {
        picked.push(if state == ContactState::Contact { Picked::Open(user) } else { Picked::Card(user) });
    }
    if response.secondary_clicked() {
        picked.push(Picked::Card(user));
    }
    if state == ContactState::Asks {
        answers(ui, env, user, rect, picked);
    }
    response.has_focus()
}

fn answers(ui: &mut Ui, env: &Env, user: UserId, rect: Rect, picked: &mut Vec<Picked>) {
    let place = Rect::from_min_max(
        egui::pos2(rect.left() + 70.0, rect.top() + 4.0),
        egui::pos2(rect.right() - 8.0, rect.top() + 32.0),
    );
    let builder = egui::UiBuilder::new().max_rect(place).layout(egui::Layout::right_to_left(egui::Align::Center));
    ui.scope_builder(builder, |ui| {
        for (words, accept) in [(env.words.contact.accept, true), (env.words.contact.decline, false)] {
            if ui.small_button(words).clicked() {
                picked.push(Picked::Answer(user, accept));
            }
        }
    });
}
