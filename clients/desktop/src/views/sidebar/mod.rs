//! The left side: who one is, searching, conversations and contacts.

pub mod contacts;
pub mod found;
pub mod lines;
pub mod own;
pub mod row;
pub mod rows;

use eframe::egui;
use egui::{Id, Key, Pos2, Rect, TextEdit, Ui};
use longlink_client::pb::ContactState;
use longlink_desktop_core::accounts::{Account, AccountKey};
use longlink_desktop_core::model::{EVERYONE, Peer, Session, UserId};

use self::rows::Rows;
use super::env::Env;
use super::parts::{entered, sign_button};
use crate::words::count;

/// What the person did here.
#[derive(Clone, Debug, PartialEq)]
pub enum Picked {
    Open(Peer),
    OpenAt(Peer, i64),
    /// The menu of a conversation, at this place; whether a key has asked for it.
    Options(Peer, Pos2, bool),
    NewGroup,
    Join,
    Settings,
    Profile,
    Card(UserId),
    Answer(UserId, bool),
    MorePeople,
    Account(AccountKey),
    AddAccount,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tab {
    #[default]
    Talks,
    Contacts,
}

/// What the left side remembers.
#[derive(Default)]
pub struct Sidebar {
    tab: Tab,
    query: String,
    rows: Rows,
    wants_search: bool,
    /// Enter was pressed in the search: the first of what is found is meant.
    wants_first: bool,
    found: found::Found,
    contacts: contacts::Listed,
}

impl Sidebar {
    pub fn search_id() -> Id {
        Id::unique("search")
    }

    /// Brings the keyboard to the search.
    pub fn focus_search(&mut self) {
        self.wants_search = true;
    }

    pub fn has_query(&self) -> bool {
        !self.query.is_empty()
    }

    /// A conversation was opened: what was searched for is found.
    pub fn opened(&mut self, session: &mut Session) {
        if !self.query.is_empty() {
            self.query.clear();
            session.search_for("");
        }
    }

    pub fn show(&mut self, ui: &mut Ui, env: &mut Env, session: &mut Session, accounts: &[Account]) -> Vec<Picked> {
        let mut picked = Vec::new();
        own::show(ui, env, session, accounts, &mut picked);
        self.search(ui, env, session);
        self.tabs(ui, env, session);
        ui.add_space(2.0);
        let left = if !self.query.trim().is_empty() {
            self.list_found(ui, env, session, &mut picked)
        } else {
            match self.tab {
                Tab::Talks => self.list_talks(ui, env, session, &mut picked),
                Tab::Contacts => self.list_contacts(ui, env, session, &mut picked),
            }
        };
        if left {
            self.wants_search = true;
        }
        picked
    }

    fn search(&mut self, ui: &mut Ui, env: &Env, session: &mut Session) {
        ui.horizontal(|ui| {
            let wide = ui.available_width() - if self.query.is_empty() { 0.0 } else { 40.0 };
            let edit = TextEdit::singleline(&mut self.query)
                .id(Self::search_id())
                .hint_text(env.words.list.search)
                .margin(egui::vec2(10.0, 7.0))
                .desired_width(wide);
            let field = ui.add(edit).accessible_name(env.words.list.search);
            if std::mem::take(&mut self.wants_search) {
                field.request_focus();
            }
            let is_cleared = !self.query.is_empty() && sign_button(ui, "✖", env.words.list.search_clear).clicked();
            let escaped = (field.has_focus() || field.lost_focus()) && ui.input(|input| input.key_pressed(Key::Escape));
            if is_cleared || (escaped && !self.query.is_empty()) {
                self.query.clear();
                field.request_focus();
                session.search_for("");
            } else if field.changed() {
                session.search_for(self.query.trim());
            }
            self.wants_first = !self.query.trim().is_empty() && entered(ui, &field);
            if field.has_focus() && ui.input(|input| input.key_pressed(Key::ArrowDown)) {
                self.rows.focus(0);
            }
        });
    }

    fn tabs(&mut self, ui: &mut Ui, env: &Env, session: &Session) {
        let asking = session.contacts.in_state(ContactState::Asks).count();
        ui.horizontal(|ui| {
            ui.selectable_value(&mut self.tab, Tab::Talks, env.words.list.conversations);
            let mut contacts = env.words.contact.all.to_owned();
            if asking > 0 {
                contacts = format!("{contacts} ({asking})");
            }
            let tab = ui.selectable_value(&mut self.tab, Tab::Contacts, contacts);
            if asking > 0 {
                tab.on_hover_text(count(asking as u64, env.words.contact.asking_one, env.words.contact.asking_other));
            }
        });
    }

    /// True when the keyboard has left the list at its upper end.
    fn list_talks(&mut self, ui: &mut Ui, env: &mut Env, session: &mut Session, picked: &mut Vec<Picked>) -> bool {
        // Everyone is always there.
        let listed = session.talks.len();
        let is_everyone_listed = session.talks.line_of(EVERYONE).is_some();
        let all = listed + usize::from(!is_everyone_listed);
        let peer_at = |session: &Session, at: usize| session.talks.at(at).map_or(EVERYONE, |talk| talk.peer);
        let mut seen = Vec::new();
        let left = {
            let session = &*session;
            self.rows.show(
                ui,
                "conversations",
                all,
                row::HEIGHT,
                |at| Some(row::id_of("talks", peer_at(session, at))),
                |ui, at, rect| {
                    let peer = peer_at(session, at);
                    seen.push(peer);
                    talk_line(ui, env, session, "talks", peer, rect, picked)
                },
            )
        };
        session.shown(seen);
        left.is_some()
    }
}

/// Draws a conversation's line and says whether it has the focus.
fn talk_line(
    ui: &mut Ui,
    env: &mut Env,
    session: &Session,
    list: &str,
    peer: Peer,
    rect: Rect,
    picked: &mut Vec<Picked>,
) -> bool {
    let line = lines::of_talk(session, env, peer);
    let response = row::show(ui, env, list, &line, rect);
    if response.clicked() {
        picked.push(Picked::Open(peer));
    }
    let wants_menu = response.has_focus() && ui.input(|input| input.modifiers.shift && input.key_pressed(Key::F10));
    if response.secondary_clicked() || wants_menu {
        let at = response.interact_pointer_pos().filter(|_| !wants_menu).unwrap_or(rect.center());
        picked.push(Picked::Options(peer, at, wants_menu));
    }
    response.has_focus()
}
