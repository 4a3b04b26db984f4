//! Where one writes: a message, an answer to one, or a change of one. Enter sends, Shift and Enter makes a new line.

use std::collections::BTreeMap;

use eframe::egui;
use egui::text::CCursor;
use egui::{
    CompletionPopup, Event, EventFilter, Id, ImeEvent, Key, KeyboardShortcut, Modifiers, Popup, RichText, Suggestion,
    TextEdit, Ui,
};
use longlink_desktop_core::model::{Peer, Session, UserId};

use super::{emoji, mention};
use crate::views::env::{Env, Errand};
use crate::views::parts::{main_button, problem, sign_button};
use crate::views::theme::palette;
use crate::words::fill;

const HEIGHT_MAX: f32 = 150.0;

/// What the text is for, besides being a message of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Purpose {
    pub is_edit: bool,
    pub queue_id: i64,
    /// Who wrote it, and what.
    pub who: String,
    pub what: String,
}

/// A field for one conversation.
#[derive(Default)]
pub struct Composer {
    pub text: String,
    pub purpose: Option<Purpose>,
    /// Why it was not taken.
    pub problem: String,
    /// Who was picked, by the name that stands in the text.
    picked: BTreeMap<String, UserId>,
    /// What was in the field before a message was edited in it.
    before: String,
    is_composing: bool,
    wants_focus: bool,
}

/// What the person did here.
#[derive(Clone, Debug, PartialEq)]
pub enum Wrote {
    /// Something was typed: the others may be told, and the draft is kept.
    Typed,
    Send {
        text: String,
        reply_to: i64,
        mentions: Vec<UserId>,
    },
    Change {
        queue_id: i64,
        text: String,
    },
    /// The last of one's own messages is to be changed.
    EditLast,
    /// Nobody is known of the group yet, and somebody is to be named.
    NeedsMembers,
}

impl Composer {
    pub fn id() -> Id {
        Id::unique("message")
    }

    pub fn new(draft: String) -> Self {
        Self { text: draft, wants_focus: true, ..Self::default() }
    }

    pub fn focus(&mut self) {
        self.wants_focus = true;
    }

    /// The next message answers this one.
    pub fn reply(&mut self, purpose: Purpose) {
        self.leave();
        self.purpose = Some(purpose);
        self.wants_focus = true;
    }

    /// The text of this message is changed.
    pub fn edit(&mut self, purpose: Purpose, text: String) {
        self.leave();
        self.before = std::mem::replace(&mut self.text, text);
        self.purpose = Some(purpose);
        self.wants_focus = true;
    }

    /// Neither an answer nor a change any more.
    pub fn leave(&mut self) {
        if self.purpose.take().is_some_and(|purpose| purpose.is_edit) {
            self.text = std::mem::take(&mut self.before);
        }
        self.problem.clear();
    }

    /// What is kept as a draft: not a change of an earlier message.
    pub fn draft(&self) -> &str {
        if self.is_edit() { &self.before } else { &self.text }
    }

    fn is_edit(&self) -> bool {
        self.purpose.as_ref().is_some_and(|purpose| purpose.is_edit)
    }

    pub fn show(&mut self, ui: &mut Ui, env: &mut Env, session: &Session, peer: Peer, name: &str) -> Option<Wrote> {
        problem(ui, &self.problem);
        self.strip(ui, env);
        let mut wrote = None;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            if !self.is_edit() && sign_button(ui, "📎", env.words.media.attach_choose).clicked() {
                env.wants(Errand::ChooseFiles(peer));
            }
            self.emoji(ui, env);
            let wide = ui.available_width() - 84.0;
            ui.allocate_ui_with_layout(egui::vec2(wide, 34.0), egui::Layout::top_down(egui::Align::Min), |ui| {
                ui.set_min_width(wide);
                egui::ScrollArea::vertical().max_height(HEIGHT_MAX).id_salt("composer").show(ui, |ui| {
                    wrote = self.field(ui, env, session, peer, name, wide);
                });
            });
            let is_ready = !self.text.trim().is_empty();
            if main_button(ui, env.words.talk.send, is_ready).clicked() && is_ready {
                wrote = self.submit();
                self.wants_focus = true;
            }
        });
        wrote
    }

    fn field(
        &mut self,
        ui: &mut Ui,
        env: &mut Env,
        session: &Session,
        peer: Peer,
        name: &str,
        wide: f32,
    ) -> Option<Wrote> {
        // While a word is being put together (as in Chinese), Enter ends the word.
        let ends_word = self.look_at_ime(ui);
        let had_focus = ui.memory(|memory| memory.has_focus(Self::id()));
        let wants_last = had_focus && self.text.is_empty() && self.purpose.is_none() && pressed(ui, Key::ArrowUp);
        let mut needs_members = false;
        // Escape leaves what one answers or changes, before it leaves the field.
        let arrows = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
        let edit = TextEdit::multiline(&mut self.text)
            .hint_text(env.words.talk.write)
            .desired_rows(1)
            .desired_width(wide)
            .margin(egui::vec2(10.0, 7.0))
            .event_filter(EventFilter { escape: self.purpose.is_some(), ..arrows })
            .return_key(KeyboardShortcut::new(Modifiers::SHIFT, Key::Enter));
        let found = CompletionPopup::new(Self::id()).show(ui, edit, |query| {
            let Some((at, prefix)) = mention::typed(query.word) else { return Vec::new() };
            needs_members = peer < 0 && session.groups.members(peer).is_none_or(|members| members.all.is_empty());
            let before = query.word.get(..at).unwrap_or("");
            let candidates = mention::candidates(session, env, peer, prefix);
            candidates
                .into_iter()
                .map(|who| Suggestion::new(format!("{before}@{} ", who.name)).content(who.shown))
                .collect()
        });
        let response = found.text_edit.response.response;
        let response = response.accessible_name(fill(env.words.talk.write_to, &[("name", name)]));
        if let Some(accepted) = found.accepted {
            self.pick(session, env, peer, &accepted.insert);
        }
        if std::mem::take(&mut self.wants_focus) {
            response.request_focus();
            put_cursor_at_end(ui, &self.text);
        }
        if had_focus && !ends_word && pressed(ui, Key::Enter) {
            return self.submit();
        }
        if had_focus && self.purpose.is_some() && pressed(ui, Key::Escape) {
            self.leave();
            response.request_focus();
        }
        if wants_last {
            return Some(Wrote::EditLast);
        }
        if needs_members {
            return Some(Wrote::NeedsMembers);
        }
        (response.changed() && !self.is_edit()).then_some(Wrote::Typed)
    }

    /// What this is, when it is no message of its own.
    fn strip(&mut self, ui: &mut Ui, env: &Env) {
        let Some(purpose) = &self.purpose else { return };
        let w = &env.words.talk;
        let title = if purpose.is_edit { w.editing.to_owned() } else { fill(w.replying, &[("name", &purpose.who)]) };
        let what = purpose.what.clone();
        let look = palette(ui);
        ui.horizontal(|ui| {
            let is_left = sign_button(ui, "✖", env.words.dialog.cancel).clicked();
            ui.label(RichText::new(title).strong().color(look.accent));
            ui.add(egui::Label::new(RichText::new(what).color(look.soft)).truncate());
            if is_left {
                self.leave();
                self.wants_focus = true;
            }
        });
    }

    fn emoji(&mut self, ui: &mut Ui, env: &Env) {
        let button = sign_button(ui, "😊", env.words.talk.emoji);
        let picked = Popup::menu(&button).show(emoji::show);
        if let Some(emoji) = picked.and_then(|shown| shown.inner) {
            self.insert(ui, emoji);
            self.wants_focus = true;
        }
    }

    /// Puts it where the cursor is.
    fn insert(&mut self, ui: &Ui, what: &str) {
        let state = TextEdit::load_state(ui.ctx(), Self::id());
        let cursor = state.and_then(|state| state.cursor.char_range()).map(|range| range.primary.index.0);
        let at = cursor.and_then(|cursor| self.text.char_indices().nth(cursor)).map_or(self.text.len(), |(at, _)| at);
        self.text.insert_str(at, what);
    }

    fn look_at_ime(&mut self, ui: &Ui) -> bool {
        let mut ends_word = self.is_composing;
        ui.input(|input| {
            for event in &input.events {
                let Event::Ime(ime) = event else { continue };
                ends_word = true;
                if let ImeEvent::Preedit { text, .. } = ime {
                    self.is_composing = !text.is_empty();
                } else if matches!(ime, ImeEvent::Commit(_)) {
                    self.is_composing = false;
                }
            }
        });
        ends_word
    }

    fn pick(&mut self, session: &Session, env: &Env, peer: Peer, inserted: &str) {
        let Some((_, name)) = mention::typed(inserted.trim_end()) else { return };
        if let Some(who) = mention::candidates(session, env, peer, name).into_iter().find(|who| who.name == name) {
            self.picked.insert(who.name, who.user);
        }
    }

    fn submit(&mut self) -> Option<Wrote> {
        let text = self.text.trim().to_owned();
        if text.is_empty() {
            return None;
        }
        self.problem.clear();
        match &self.purpose {
            Some(purpose) if purpose.is_edit => Some(Wrote::Change { queue_id: purpose.queue_id, text }),
            purpose => {
                let reply_to = purpose.as_ref().map_or(0, |purpose| purpose.queue_id);
                let mut mentions: Vec<_> = self
                    .picked
                    .iter()
                    .filter(|(name, _)| text.contains(&format!("@{name}")))
                    .map(|(_, user)| *user)
                    .collect();
                mentions.sort_unstable();
                mentions.dedup();
                Some(Wrote::Send { text, reply_to, mentions })
            }
        }
    }

    /// What was written is on its way.
    pub fn sent(&mut self) {
        self.text.clear();
        self.picked.clear();
        self.purpose = None;
        self.problem.clear();
        self.wants_focus = true;
    }
}

fn pressed(ui: &Ui, key: Key) -> bool {
    ui.input(|input| input.modifiers.is_none() && input.key_pressed(key))
}

fn put_cursor_at_end(ui: &Ui, text: &str) {
    let Some(mut state) = TextEdit::load_state(ui.ctx(), Composer::id()) else { return };
    let end = CCursor::new(text.chars().count());
    state.cursor.set_char_range(Some(egui::text::CCursorRange::one(end)));
    TextEdit::store_state(ui.ctx(), Composer::id(), state);
}
