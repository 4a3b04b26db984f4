//! Somebody's card: who they are, what they are to this person, and what can be done about that.

use eframe::egui;
use egui::{RichText, TextEdit, Ui};
use longlink_client::pb::{ContactState, Sex};
use longlink_desktop_core::model::{Session, UserId};

use super::confirm::{Confirm, Deed};
use super::{Asked, Desk, Dialog, Next};
use crate::views::avatar::{self, Face};
use crate::views::env::Env;
use crate::views::fails::About;
use crate::views::names::{own_name, picture_of, presence_text, user_name};
use crate::views::parts::{danger_button, hinted_field, labelled, main_button, note, problem, section, warning};
use crate::views::theme::palette;
use crate::words::{Words, fill};

pub struct Card {
    user: UserId,
    is_begun: bool,
    greeting: String,
    alias: String,
    remark: String,
    asked: Asked,
    noted: Asked,
}

impl Card {
    pub fn new(user: UserId) -> Box<Self> {
        Box::new(Self {
            user,
            is_begun: false,
            greeting: String::new(),
            alias: String::new(),
            remark: String::new(),
            asked: Asked::default(),
            noted: Asked::default(),
        })
    }

    fn begin(&mut self, session: &mut Session) {
        if std::mem::replace(&mut self.is_begun, true) {
            return;
        }
        session.refresh_user(self.user);
        if session.contacts.blocked.is_none() {
            session.ask_blocks();
        }
        if let Some(contact) = session.contacts.get(self.user) {
            self.alias.clone_from(&contact.alias);
            self.remark.clone_from(&contact.remark);
        }
    }

    fn head(&self, ui: &mut Ui, desk: &mut Desk<'_>) {
        let (env, session) = (&mut *desk.env, &*desk.session);
        let name = user_name(session, env, self.user);
        let is_online = session.presence.is_online(self.user);
        let others = other_names(session, env, self.user, &name);
        ui.horizontal(|ui| {
            avatar::show(
                ui,
                env,
                72.0,
                &Face { peer: self.user, name: &name, picture: picture_of(session, self.user), is_online },
            );
            ui.vertical(|ui| {
                ui.label(RichText::new(&name).size(17.0).strong());
                if !others.is_empty() {
                    note(ui, others);
                }
                let seen = presence_text(session, env, self.user);
                if !seen.is_empty() {
                    ui.label(RichText::new(seen).size(12.5).color(if is_online {
                        palette(ui).online
                    } else {
                        palette(ui).soft
                    }));
                }
            });
        });
        if let Some(bio) = session.people.get(self.user).map(|known| known.bio.clone()).filter(|bio| !bio.is_empty()) {
            ui.label(bio);
        }
    }

    fn actions(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Next {
        let w = &desk.env.words.contact;
        let state = desk.session.contacts.state(self.user);
        let mut next = Next::Stay;
        if state == ContactState::Asks {
            let greeting = desk.session.contacts.get(self.user).map_or("", |contact| contact.greeting.as_str());
            let words =
                if greeting.is_empty() { w.asks.to_owned() } else { fill(w.asks_saying, &[("text", greeting)]) };
            warning(ui, &words);
            ui.horizontal(|ui| {
                for (words, accept) in [(w.accept, true), (w.decline, false)] {
                    if ui.button(words).clicked() {
                        self.asked.begin(desk.session.answer_contact(self.user, accept));
                    }
                }
            });
            return next;
        }
        ui.horizontal(|ui| {
            if main_button(ui, w.card_write, true).clicked() {
                next = Next::GoTo(self.user);
            }
            if state == ContactState::Asked {
                note(ui, w.asked);
                if ui.button(w.take_back).clicked() {
                    self.asked.begin(desk.session.remove_contact(self.user));
                }
            }
        });
        if state == ContactState::None && self.user != desk.session.me {
            section(ui, w.add);
            hinted_field(ui, w.greeting, w.greeting_hint, &mut self.greeting);
            if ui.button(w.ask).clicked() && !self.asked.is_busy() {
                let asked = desk.session.ask_contact(self.user, self.greeting.trim());
                self.asked.try_begin(desk.env.words, asked);
            }
        }
        next
    }

    fn notes(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) {
        let w = &desk.env.words.contact;
        hinted_field(ui, w.alias, w.only_you, &mut self.alias);
        labelled(ui, w.remark, w.only_you, TextEdit::multiline(&mut self.remark).desired_rows(2));
        problem(ui, &self.noted.problem);
        if ui.button(desk.env.words.dialog.save).clicked() && !self.noted.is_busy() {
            let asked = desk.session.note_contact(self.user, self.alias.trim(), self.remark.trim());
            self.noted.try_begin(desk.env.words, asked);
        }
    }

    fn dangers(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Next {
        let w = &desk.env.words.contact;
        let name = user_name(desk.session, desk.env, self.user);
        let mut next = Next::Stay;
        ui.horizontal_wrapped(|ui| {
            if desk.session.contacts.is_contact(self.user) && danger_button(ui, w.remove).clicked() {
                let words = fill(w.remove_sure, &[("name", &name)]);
                next = Next::Over(Confirm::new(w.remove, words, Deed::RemoveContact(self.user)));
            }
            if desk.session.contacts.is_blocked(self.user) {
                if ui.button(w.block_end).clicked() {
                    self.asked.begin(desk.session.block(self.user, false));
                }
            } else if self.user != desk.session.me && danger_button(ui, w.block_block).clicked() {
                let words = fill(w.block_sure, &[("name", &name)]);
                next = Next::Over(Confirm::new(w.block_block, words, Deed::Block(self.user)));
            }
        });
        next
    }
}

impl Dialog for Card {
    fn title(&self, desk: &Desk<'_>) -> String {
        desk.env.words.contact.card_title.to_owned()
    }

    fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Next {
        self.begin(desk.session);
        self.asked.is_done(desk.session, desk.env.words, About::Contact);
        if self.noted.is_done(desk.session, desk.env.words, About::Contact) {
            desk.say(desk.env.words.dialog.saved);
        }
        self.head(ui, desk);
        problem(ui, &self.asked.problem);
        let next = self.actions(ui, desk);
        if desk.session.contacts.is_contact(self.user) {
            self.notes(ui, desk);
        }
        toggles(ui, desk, self.user);
        ui.separator();
        match (self.dangers(ui, desk), next) {
            (Next::Stay, next) => next,
            (danger, _) => danger,
        }
    }
}

/// What a person makes of a conversation for themselves.
pub(super) fn toggles(ui: &mut Ui, desk: &mut Desk<'_>, peer: i64) {
    let w = &desk.env.words.talk;
    let talk = desk.session.talks.get(peer);
    let (mut is_pinned, mut is_muted) = talk.map_or((false, false), |talk| (talk.is_pinned, talk.is_muted));
    if ui.checkbox(&mut is_pinned, w.pin).changed() {
        desk.session.set_pinned(peer, is_pinned);
    }
    if ui.checkbox(&mut is_muted, w.mute).changed() {
        desk.session.set_muted(peer, is_muted);
    }
}

/// What else they are called, and what they say they are.
fn other_names(session: &Session, env: &Env, user: UserId, shown: &str) -> String {
    let own = own_name(session, env, user);
    let known = session.people.get(user);
    let login = known.map_or("", |known| known.name.as_str());
    let mut parts = Vec::new();
    if own != shown {
        parts.push(own.clone());
    }
    if !login.is_empty() && login != shown && login != own {
        parts.push(format!("@{login}"));
    }
    if let Some(sex) = known.map(longlink_client::pb::User::sex).filter(|sex| *sex != Sex::Unspecified) {
        parts.push(sex_text(env.words, sex).to_owned());
    }
    parts.join(" · ")
}

pub(super) fn sex_text(words: &Words, sex: Sex) -> &'static str {
    let w = &words.peer;
    match sex {
        Sex::Unspecified => w.sex_none,
        Sex::Male => w.sex_male,
        Sex::Female => w.sex_female,
        Sex::Other => w.sex_other,
    }
}
