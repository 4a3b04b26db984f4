//! What was found: conversations and contacts by name, people of the server, and messages.

use eframe::egui;
use egui::{Rect, Ui};
use longlink_desktop_core::model::{Peer, Session, UserId};

use super::{Picked, Sidebar, lines, row, talk_line};
use crate::views::env::Env;
use crate::views::names::preview;
use crate::views::parts::note;

/// One line of what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    Title(&'static str),
    Talk(Peer),
    Person(UserId),
    More,
    /// The message at this place of the hits.
    Hit(usize),
}

/// What is shown of it.
#[derive(Default)]
pub(super) struct Found {
    entries: Vec<Entry>,
}

impl Sidebar {
    /// True when the keyboard has left the list at its upper end.
    pub(super) fn list_found(
        &mut self,
        ui: &mut Ui,
        env: &mut Env,
        session: &mut Session,
        picked: &mut Vec<Picked>,
    ) -> bool {
        self.found.entries = entries(session, env);
        let entries = &self.found.entries;
        if entries.is_empty() {
            note(ui, words_for_nothing(session, env));
            return false;
        }
        if std::mem::take(&mut self.wants_first) {
            picked.extend(entries.iter().find_map(|entry| meant(session, *entry)));
        }
        let mut seen = Vec::new();
        let left = {
            let session = &*session;
            self.rows.show(
                ui,
                "found",
                entries.len(),
                row::HEIGHT,
                |at| match entries.get(at) {
                    Some(Entry::Talk(peer) | Entry::Person(peer)) => Some(row::id_of("found", *peer)),
                    Some(Entry::Hit(hit)) => Some(egui::Id::unique(("hit", hit))),
                    Some(Entry::Title(_) | Entry::More) | None => None,
                },
                |ui, at, rect| match entries.get(at) {
                    Some(Entry::Title(title)) => {
                        row::heading(ui, rect, title);
                        false
                    }
                    Some(Entry::Talk(peer)) => {
                        seen.push(*peer);
                        talk_line(ui, env, session, "found", *peer, rect, picked)
                    }
                    Some(Entry::Person(user)) => person(ui, env, session, *user, rect, picked),
                    Some(Entry::Hit(hit)) => hit_line(ui, env, session, *hit, rect, picked),
                    Some(Entry::More) => {
                        if ui
                            .put(rect.shrink2(egui::vec2(40.0, 14.0)), egui::Button::new(env.words.list.more))
                            .clicked()
                        {
                            picked.push(Picked::MorePeople);
                        }
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

fn entries(session: &Session, env: &Env) -> Vec<Entry> {
    let w = &env.words.list;
    let search = &session.search;
    let mut entries: Vec<_> = search.peers.iter().map(|peer| Entry::Talk(*peer)).collect();
    let found = &session.people.found;
    let others: Vec<_> =
        found.users.iter().filter(|user| **user != session.me && !search.peers.contains(user)).collect();
    if !others.is_empty() {
        entries.push(Entry::Title(w.people));
        entries.extend(others.into_iter().map(|user| Entry::Person(*user)));
        if found.has_more {
            entries.push(Entry::More);
        }
    }
    if !search.hits.is_empty() {
        entries.push(Entry::Title(w.messages_found));
        entries.extend((0..search.hits.len()).map(Entry::Hit));
    }
    entries
}

/// What a line stands for, when it is opened.
fn meant(session: &Session, entry: Entry) -> Option<Picked> {
    match entry {
        Entry::Talk(peer) | Entry::Person(peer) => Some(Picked::Open(peer)),
        Entry::Hit(hit) => session.search.hits.get(hit).map(|(peer, item)| Picked::OpenAt(*peer, item.queue_id)),
        Entry::Title(_) | Entry::More => None,
    }
}

fn words_for_nothing(session: &Session, env: &Env) -> String {
    let w = &env.words.list;
    if session.search.is_searching || session.people.found.is_asking {
        return w.searching.to_owned();
    }
    if session.people.is_listing == Some(false) { format!("{}. {}", w.none, w.whole_name) } else { w.none.to_owned() }
}

fn person(ui: &mut Ui, env: &mut Env, session: &Session, user: UserId, rect: Rect, picked: &mut Vec<Picked>) -> bool {
    let line = lines::of_person(session, env, user);
    let response = row::show(ui, env, "found", &line, rect);
    if response.clicked() {
        picked.push(Picked::Open(user));
    }
    if response.secondary_clicked() {
        picked.push(Picked::Card(user));
    }
    response.has_focus()
}

fn hit_line(ui: &mut Ui, env: &mut Env, session: &Session, hit: usize, rect: Rect, picked: &mut Vec<Picked>) -> bool {
    let Some((peer, item)) = session.search.hits.get(hit) else { return false };
    let text = preview(session, env, *peer, item);
    let time = env.dates.short(item.sent_at_ms, env.now_ms);
    let line = row::Line { text, time, is_current: false, ..lines::of_person(session, env, *peer) };
    let response = row::show_as(ui, env, egui::Id::unique(("hit", hit)), &line, rect);
    if response.clicked() {
        picked.push(Picked::OpenAt(*peer, item.queue_id));
    }
    response.has_focus()
}
