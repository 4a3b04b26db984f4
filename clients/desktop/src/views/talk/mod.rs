//! The conversation that is open: its head, its messages, and where one writes.

pub mod bubble;
pub mod composer;
pub mod emoji;
pub mod head;
pub mod media;
pub mod mention;
pub mod menu;
pub mod plan;
pub mod scroll;
pub mod shown;
pub mod text;
pub mod thread;

use eframe::egui;
use egui::{Margin, Ui};
use longlink_desktop_core::model::{Content, Delivery, Item, NewMessage, Peer, Session, Silence, Thread};

use self::bubble::Touched;
pub use self::composer::Composer;
use self::composer::{Purpose, Wrote};
use self::menu::{Menu, Of};
use self::plan::Did;
pub use self::thread::ThreadView;
use self::thread::Wanted;
use super::dialogs::{Asked, Card, Dialog, GroupInfo, Viewer};
use super::env::{Env, Errand};
use super::fails::About;
use super::names::{content_text, peer_name, user_name};
use super::parts::note;
use super::theme::palette;
use crate::words::fill;

/// The open conversation on the screen.
#[derive(Default)]
pub struct TalkView {
    peer: Option<Peer>,
    pub thread: ThreadView,
    pub composer: Composer,
    editing: Asked,
}

/// What is to be opened over the conversation.
pub enum Opens {
    Dialog(Box<dyn Dialog>),
    Menu(Menu),
}

impl TalkView {
    /// What the next message answers. 0: nothing.
    pub fn reply_to(&self) -> i64 {
        self.composer.purpose.as_ref().filter(|purpose| !purpose.is_edit).map_or(0, |purpose| purpose.queue_id)
    }

    pub fn show(&mut self, ui: &mut Ui, env: &mut Env, session: &mut Session, peer: Peer) -> Vec<Opens> {
        if self.peer != Some(peer) {
            let draft = session.talks.get(peer).map_or(String::new(), |talk| talk.draft.clone());
            *self = Self { peer: Some(peer), composer: Composer::new(draft), ..Self::default() };
        }
        self.look_at_target(env, session);
        let mut opens = Vec::new();
        let look = palette(ui);
        let bar = egui::Frame::new().fill(look.panel).inner_margin(Margin::symmetric(14, 8));
        egui::Panel::top("head").frame(bar).show(ui, |ui| match head::show(ui, env, session, peer) {
            Some(head::Asked::About) => opens.extend(about(session, peer).map(Opens::Dialog)),
            Some(head::Asked::Options(at)) => {
                opens.push(Opens::Menu(Menu { of: Of::Talk(peer), at, is_by_key: false }))
            }
            None => {}
        });
        egui::Panel::bottom("composer").frame(bar).show(ui, |ui| self.below(ui, env, session, peer));
        egui::CentralPanel::default().frame(egui::Frame::new().fill(look.ground)).show(ui, |ui| {
            let Some(thread) = &session.thread else { return };
            let wanted = self.thread.show(ui, env, session, thread);
            for wanted in wanted {
                self.want(env, session, peer, wanted, &mut opens);
            }
        });
        if self.thread.is_near_end() {
            let newest = session.thread.as_ref().filter(|thread| !thread.has_newer).map_or(0, Thread::newest);
            if newest > 0 {
                session.seen(newest);
            }
        }
        opens
    }

    /// The model wants a place in view.
    fn look_at_target(&mut self, env: &Env, session: &mut Session) {
        let Some(thread) = &mut session.thread else { return };
        match thread.target {
            Some(0) => {
                self.thread.to_end();
                thread.target = None;
            }
            Some(place) => {
                if let Some(at) = thread.index_of(place) {
                    self.thread.to_row(thread.first_index + i64::try_from(at).unwrap_or(0), env.now_ms);
                    thread.target = None;
                }
            }
            None => {}
        }
    }

    fn below(&mut self, ui: &mut Ui, env: &mut Env, session: &mut Session, peer: Peer) {
        if self.editing.is_done(session, env.words, About::Edit) {
            self.composer.leave();
            self.composer.focus();
        }
        if !self.editing.problem.is_empty() {
            self.composer.problem = std::mem::take(&mut self.editing.problem);
        }
        if let Some(words) = shut(env, session, peer) {
            note(ui, words);
            return;
        }
        let name = peer_name(session, env, peer);
        let wrote = self.composer.show(ui, env, session, peer, &name);
        if !matches!(wrote, None | Some(Wrote::Typed | Wrote::NeedsMembers)) {
            // The field was drawn with what it had before.
            ui.ctx().request_repaint();
        }
        match wrote {
            Some(Wrote::Typed) => {
                session.typed(peer);
                session.set_draft(peer, self.composer.draft());
            }
            Some(Wrote::Send { text, reply_to, mentions }) => {
                match session.send(peer, NewMessage { text, reply_to, mentions }) {
                    Ok(_) => self.composer.sent(),
                    Err(unfit) => self.composer.problem = super::dialogs::unfit_text(env.words, &unfit),
                }
            }
            Some(Wrote::Change { queue_id, text }) => {
                let asked = session.edit(queue_id, &text);
                self.editing.try_begin(env.words, asked);
            }
            Some(Wrote::EditLast) => {
                if let Some(item) = last_editable(session) {
                    self.edit(env, session, &item);
                }
            }
            Some(Wrote::NeedsMembers) => session.ask_members(peer),
            None => {}
        }
    }

    fn want(&mut self, env: &mut Env, session: &mut Session, peer: Peer, wanted: Wanted, opens: &mut Vec<Opens>) {
        match wanted {
            Wanted::Menu(item, at, is_by_key) => {
                opens.push(Opens::Menu(Menu { of: Of::Message(peer, item), at, is_by_key }))
            }
            Wanted::Older => session.load_older(),
            Wanted::Newer => session.load_newer(),
            Wanted::Again => session.load_again(),
            Wanted::End => session.to_latest(),
            Wanted::Quote(queue_id) => {
                session.quoted(queue_id);
            }
            Wanted::Name(user) => session.want(user),
            Wanted::Row(item, did) => self.act(env, session, &item, did, opens),
        }
    }

    fn act(&mut self, env: &mut Env, session: &mut Session, item: &Item, did: Did, opens: &mut Vec<Opens>) {
        match did {
            Did::Card(user) => opens.push(Opens::Dialog(Card::new(user))),
            Did::Retry => session.retry(&item.client_msg_id),
            Did::Discard => {
                session.discard(&item.client_msg_id);
            }
            Did::Touched(Touched::Quote) => {
                session.open_at(session.thread.as_ref().map_or(0, |thread| thread.peer), item.reply_to)
            }
            Did::Touched(Touched::Link(address)) => env.wants(Errand::OpenAddress(address)),
            Did::Touched(Touched::Menu(_)) => {}
            Did::Touched(touched @ (Touched::Picture | Touched::Save | Touched::Cancel | Touched::Retry)) => {
                let Content::Upload(upload) = &item.content else { return };
                let media = &upload.media;
                let size = u64::try_from(media.size).unwrap_or(0);
                match touched {
                    Touched::Picture => {
                        opens.push(Opens::Dialog(Viewer::new(media.hash.clone(), media.name.clone(), size)))
                    }
                    Touched::Cancel if matches!(item.delivery, Delivery::Kept) => session.cancel_download(&media.hash),
                    Touched::Cancel => {
                        session.discard(&item.client_msg_id);
                    }
                    Touched::Retry => env.pictures.retry(&media.hash),
                    Touched::Save | Touched::Menu(_) | Touched::Quote | Touched::Link(_) => {
                        env.wants(Errand::SaveFile { hash: media.hash.clone(), size, name: media.name.clone() });
                    }
                }
            }
        }
    }

    /// The next message answers this one.
    pub fn reply(&mut self, env: &Env, session: &Session, item: &Item) {
        self.composer.reply(purpose(env, session, item, false));
    }

    /// This message gets another text.
    pub fn edit(&mut self, env: &Env, session: &Session, item: &Item) {
        if let Content::Text(text) = &item.content {
            self.composer.edit(purpose(env, session, item, true), text.clone());
        }
    }
}

fn purpose(env: &Env, session: &Session, item: &Item, is_edit: bool) -> Purpose {
    Purpose {
        is_edit,
        queue_id: item.queue_id,
        who: user_name(session, env, item.from),
        what: content_text(env, &item.content),
    }
}

fn last_editable(session: &Session) -> Option<Item> {
    let thread = session.thread.as_ref()?;
    thread.items.iter().rev().find(|item| session.may_edit(item)).cloned()
}

/// Who or what it is.
pub fn about(session: &Session, peer: Peer) -> Option<Box<dyn Dialog>> {
    if peer == 0 {
        return None;
    }
    if peer < 0 {
        return session.groups.get(peer).map(|_| GroupInfo::new(peer) as Box<dyn Dialog>);
    }
    Some(if peer == session.me { super::dialogs::Profile::new(peer) } else { Card::new(peer) })
}

/// Why nothing can be written here, if that is so.
fn shut(env: &Env, session: &Session, peer: Peer) -> Option<String> {
    let w = env.words;
    if session.people.get(peer).is_some_and(|user| user.deleted) {
        return Some(w.talk.deleted.to_owned());
    }
    Some(match session.groups.silence(peer, env.now_ms)? {
        Silence::Left => w.group.left.to_owned(),
        Silence::Admins => w.talk.only_admins.to_owned(),
        Silence::Muted { until_ms } if until_ms < 0 => w.talk.muted_for_good.to_owned(),
        Silence::Muted { until_ms } => fill(w.talk.muted, &[("time", &env.dates.full(until_ms))]),
    })
}
