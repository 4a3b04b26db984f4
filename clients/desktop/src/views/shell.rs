//! The window of an account: list and conversation side by side, dialogs over them, and the keys that work everywhere.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui;
use egui::{Key, KeyboardShortcut, Margin, Modifiers, RichText, Ui};
use longlink_desktop_core::accounts::{Account, AppSettings};
use longlink_desktop_core::model::{Content, LinkState, Peer, Session};

use super::dialogs::{
    Attach, Card, Confirm, Deed, Desk, Dialog, Dialogs, Join, NewGroup, Profile, SettingsDialog, Shortcuts, WhoRead,
};
use super::entrance::{Locked, ended};
use super::env::{Chosen, Env, Errand};
use super::names::user_name;
use super::sidebar::{Picked, Sidebar};
use super::talk::menu::{self, Menu, Of};
use super::talk::{Opens, TalkView, ThreadView, about};
use super::theme::palette;
use super::toast::Toasts;
use super::{banner, fails};
use crate::words::fill;

const SIDE_WIDTH: f32 = 320.0;

/// What an account's window remembers besides the model.
#[derive(Default)]
pub struct Shell {
    sidebar: Sidebar,
    talk: TalkView,
    dialogs: Dialogs,
    menu: Option<Menu>,
    locked: Locked,
    pub toasts: Toasts,
}

/// What the account's window cannot do by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Left {
    /// The person has to log in again.
    LogIn,
}

impl Shell {
    pub fn show(
        &mut self,
        ui: &mut Ui,
        env: &mut Env,
        session: &mut Session,
        settings: &mut AppSettings,
        accounts: &[Account],
    ) -> Option<Left> {
        match &session.link {
            LinkState::Locked { is_wrong } => {
                if let Some(passphrase) = self.locked.show(ui, env, *is_wrong) {
                    session.unlock(&passphrase);
                }
                return None;
            }
            LinkState::Ended { why, must_log_in } => {
                let must_log_in = *must_log_in;
                let words = fails::ended_text(env.words, why);
                if ended(ui, env, &words, must_log_in) {
                    if must_log_in {
                        return Some(Left::LogIn);
                    }
                    session.reconnect();
                }
                return None;
            }
            LinkState::Opening | LinkState::Connecting | LinkState::Online | LinkState::Away { .. } => {}
        }
        if !self.dialogs.is_any() {
            self.keys(ui, env, session);
        }
        self.take_drops(ui, env, session);
        banner::show(ui, env, session);
        self.side(ui, env, session, accounts);
        self.place(ui, env, session);
        self.over(ui, env, session, settings);
        None
    }

    fn side(&mut self, ui: &mut Ui, env: &mut Env, session: &mut Session, accounts: &[Account]) {
        let frame = egui::Frame::new().fill(palette(ui).panel).inner_margin(Margin::symmetric(8, 8));
        let panel =
            egui::Panel::left("side").frame(frame).resizable(true).default_size(SIDE_WIDTH).size_range(220.0..=480.0);
        let shown = panel.show(ui, |ui| {
            // In a place of its own: what does not fit is cut, and does not push the panel wider.
            let (rect, _) = ui.allocate_exact_size(ui.available_size(), egui::Sense::hover());
            let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(rect));
            self.sidebar.show(&mut ui, env, session, accounts)
        });
        let picked = shown.inner;
        if !picked.is_empty() {
            ui.ctx().request_repaint();
        }
        for picked in picked {
            self.pick(env, session, picked);
        }
    }

    fn place(&mut self, ui: &mut Ui, env: &mut Env, session: &mut Session) {
        let Some(peer) = session.thread.as_ref().map(|thread| thread.peer) else {
            return nothing(ui, env);
        };
        for opens in self.talk.show(ui, env, session, peer) {
            ui.ctx().request_repaint();
            match opens {
                Opens::Dialog(dialog) => self.dialogs.open(dialog),
                Opens::Menu(menu) => self.menu = Some(menu),
            }
        }
    }

    /// What stands over everything.
    fn over(&mut self, ui: &mut Ui, env: &mut Env, session: &mut Session, settings: &mut AppSettings) {
        let was_message = matches!(&self.menu, Some(Menu { of: Of::Message(..), .. }));
        if let Some((of, chosen)) = menu::show(ui, env, session, &mut self.menu) {
            self.choose(ui, env, session, of, chosen);
            ui.ctx().request_repaint();
        } else if was_message && self.menu.is_none() && ui.memory(|memory| memory.focused().is_none()) {
            // The arrow keys go on where they were.
            ui.memory_mut(|memory| memory.request_focus(ThreadView::id()));
        }
        let mut desk = Desk { env, session, settings, toasts: &mut self.toasts };
        if let Some(peer) = self.dialogs.show(ui, &mut desk) {
            self.open(session, peer);
        }
        let now = env.now_ms;
        self.toasts.show(ui, now);
        self.hint_drop(ui, env, session);
    }

    /// Opens a conversation and brings the keyboard to where one writes.
    pub fn open(&mut self, session: &mut Session, peer: Peer) {
        session.open(peer);
        self.sidebar.opened(session);
        self.talk.composer.focus();
    }

    fn pick(&mut self, env: &mut Env, session: &mut Session, picked: Picked) {
        match picked {
            Picked::Open(peer) => self.open(session, peer),
            Picked::OpenAt(peer, queue_id) => {
                session.open_at(peer, queue_id);
                self.talk.composer.focus();
            }
            Picked::Options(peer, at, is_by_key) => self.menu = Some(Menu { of: Of::Talk(peer), at, is_by_key }),
            Picked::NewGroup => self.dialogs.open(Box::new(NewGroup::default())),
            Picked::Join => self.dialogs.open(Box::new(Join::default())),
            Picked::Settings => self.dialogs.open(Box::new(SettingsDialog)),
            Picked::Profile => self.dialogs.open(Profile::new(session.me)),
            Picked::Card(user) => self.dialogs.open(Card::new(user)),
            Picked::Answer(user, accept) => {
                session.answer_contact(user, accept);
            }
            Picked::MorePeople => {
                session.find_more_people();
            }
            Picked::Account(key) => env.wants(Errand::ShowAccount(key)),
            Picked::AddAccount => env.wants(Errand::AddAccount),
        }
    }

    fn choose(&mut self, ui: &Ui, env: &mut Env, session: &mut Session, of: Of, chosen: menu::Chosen) {
        use menu::Chosen as C;
        let w = env.words;
        match (of, chosen) {
            (Of::Message(_, item), C::Reply) => self.talk.reply(env, session, &item),
            (Of::Message(_, item), C::Edit) => self.talk.edit(env, session, &item),
            (_, C::Copy(text)) => {
                ui.ctx().copy_text(text);
                self.toasts.say(w.act.copied, env.now_ms);
            }
            (_, C::Link(address)) => env.wants(Errand::OpenAddress(address)),
            (Of::Message(_, item), C::Save) => {
                if let Content::Upload(upload) = &item.content {
                    let size = u64::try_from(upload.media.size).unwrap_or(0);
                    env.wants(Errand::SaveFile {
                        hash: upload.media.hash.clone(),
                        size,
                        name: upload.media.name.clone(),
                    });
                }
            }
            (Of::Message(group, item), C::Readers) => self.dialogs.open(WhoRead::new(group, item.queue_id)),
            (Of::Message(_, item), C::Recall) => {
                let words = if item.from == session.me {
                    w.act.recall_sure.to_owned()
                } else {
                    fill(w.act.recall_other, &[("name", &user_name(session, env, item.from))])
                };
                self.dialogs.open(Confirm::new(w.act.recall, words, Deed::Recall { queue_id: item.queue_id }));
            }
            (Of::Talk(peer), C::About) => self.dialogs.open_some(about(session, peer)),
            (Of::Talk(peer), C::Pin(is_pinned)) => {
                session.set_pinned(peer, is_pinned);
            }
            (Of::Talk(peer), C::Mute(is_muted)) => {
                session.set_muted(peer, is_muted);
            }
            (Of::Message(..), C::About | C::Pin(_) | C::Mute(_))
            | (Of::Talk(_), C::Reply | C::Edit | C::Save | C::Readers | C::Recall) => {}
        }
    }

    /// The keys that work wherever the focus is.
    fn keys(&mut self, ui: &Ui, env: &mut Env, session: &mut Session) {
        let pressed =
            |modifiers, key| ui.input_mut(|input| input.consume_shortcut(&KeyboardShortcut::new(modifiers, key)));
        if pressed(Modifiers::COMMAND, Key::K) {
            self.sidebar.focus_search();
        }
        if pressed(Modifiers::COMMAND, Key::N) {
            self.dialogs.open(Box::new(NewGroup::default()));
        }
        if pressed(Modifiers::COMMAND, Key::Comma) {
            self.dialogs.open(Box::new(SettingsDialog));
        }
        if pressed(Modifiers::COMMAND, Key::M) {
            ui.memory_mut(|memory| memory.request_focus(ThreadView::id()));
        }
        if pressed(Modifiers::NONE, Key::F1) {
            self.dialogs.open(Box::new(Shortcuts));
        }
        let peer = session.thread.as_ref().map(|thread| thread.peer);
        if let Some(peer) = peer.filter(|_| pressed(Modifiers::COMMAND, Key::O)) {
            env.wants(Errand::ChooseFiles(peer));
        }
        for (key, by) in [(Key::ArrowDown, 1), (Key::ArrowUp, -1)] {
            if pressed(Modifiers::ALT, key) {
                self.step(session, by);
            }
        }
        let is_writing = ui.memory(|memory| memory.has_focus(super::talk::Composer::id()));
        if self.menu.is_none()
            && !is_writing
            && peer.is_some()
            && !self.sidebar.has_query()
            && pressed(Modifiers::NONE, Key::Escape)
        {
            self.talk.composer.focus();
        }
    }

    /// To the next conversation of the list, or the one before.
    fn step(&mut self, session: &mut Session, by: isize) {
        let at = session.thread.as_ref().and_then(|thread| session.talks.line_of(thread.peer));
        let to = at.map_or(Some(0), |at| at.checked_add_signed(by));
        if let Some(peer) = to.and_then(|to| session.talks.at(to)).map(|talk| talk.peer) {
            self.open(session, peer);
        }
    }

    /// Files that are dropped on the window, and pictures that are pasted, go to the open conversation, after a question.
    fn take_drops(&mut self, ui: &Ui, env: &mut Env, session: &Session) {
        let Some(peer) = session.thread.as_ref().map(|thread| thread.peer) else { return };
        let dropped: Vec<PathBuf> =
            ui.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect());
        self.attach(peer, dropped);
        let pasted = ui.input(|input| {
            let picture = |event: &egui::Event| {
                if let egui::Event::PasteImage(picture) = event { Some(Arc::clone(picture)) } else { None }
            };
            input.events.iter().find_map(picture)
        });
        if let Some(picture) = pasted.filter(|_| !self.dialogs.is_any()) {
            env.wants(Errand::Paste(peer, picture));
        }
    }

    fn attach(&mut self, peer: Peer, paths: Vec<PathBuf>) {
        if !paths.is_empty() {
            self.dialogs.open(Attach::new(peer, self.talk.reply_to(), paths));
        }
    }

    fn hint_drop(&self, ui: &Ui, env: &Env, session: &Session) {
        let hovers = ui.input(|input| !input.raw.hovered_files.is_empty());
        if !hovers || session.thread.is_none() {
            return;
        }
        let look = palette(ui);
        let rect = ui.ctx().content_rect();
        let painter = ui.ctx().layer_painter(egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop")));
        painter.rect_filled(rect, 0.0, look.accent.gamma_multiply(0.25));
        let font = egui::FontId::proportional(26.0);
        painter.text(rect.center(), egui::Align2::CENTER_CENTER, env.words.media.attach_drop, font, look.ink);
    }

    /// A file dialog was answered.
    pub fn chosen(&mut self, env: &mut Env, session: &mut Session, settings: &mut AppSettings, chosen: Chosen) {
        match chosen {
            Chosen::Files(peer, paths) => self.attach(peer, paths),
            Chosen::Avatar(peer, path) => {
                let mut desk = Desk { env, session, settings, toasts: &mut self.toasts };
                self.dialogs.picture_chosen(&mut desk, peer, &path);
            }
            Chosen::Pasted(peer, png) => {
                let dialog = Attach::pasted(peer, self.talk.reply_to(), png, env.words.media.pasted);
                self.dialogs.open(dialog);
            }
            Chosen::CaFile(_) => {}
        }
    }

    pub fn open_dialog(&mut self, dialog: Box<dyn Dialog>) {
        self.dialogs.open(dialog);
    }
}

fn nothing(ui: &mut Ui, env: &Env) {
    let look = palette(ui);
    egui::CentralPanel::default().frame(egui::Frame::new().fill(look.ground)).show(ui, |ui| {
        ui.vertical_centered(|ui| {
            ui.add_space(ui.available_height() * 0.4);
            ui.label(RichText::new(env.words.talk.none).size(20.0).strong());
            ui.label(RichText::new(env.words.talk.none_hint).color(look.soft));
        });
    });
}
