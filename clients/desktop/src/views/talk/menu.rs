//! What one can do with a message, and with a conversation: menus that open where the mouse is, or at the message that the
//! arrow keys have come to.

use eframe::egui;
use egui::{Id, Order, Popup, PopupKind, Pos2, Ui};
use longlink_desktop_core::model::{Content, Item, Peer, Session};

use super::text::Text;
use crate::views::env::Env;
use crate::words::fill;

/// A menu that is open.
#[derive(Clone, Debug, PartialEq)]
pub struct Menu {
    pub of: Of,
    pub at: Pos2,
    /// It was opened by a key: its first entry has the keyboard.
    pub is_by_key: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Of {
    Message(Peer, Box<Item>),
    Talk(Peer),
}

/// What was chosen.
#[derive(Clone, Debug, PartialEq)]
pub enum Chosen {
    Reply,
    Copy(String),
    Save,
    Edit,
    Readers,
    Recall,
    Link(String),
    About,
    Pin(bool),
    Mute(bool),
}

/// Shows the menu; what was chosen. It closes itself then, and by a click elsewhere or Escape.
pub fn show(ui: &Ui, env: &Env, session: &Session, menu: &mut Option<Menu>) -> Option<(Of, Chosen)> {
    let open = menu.clone()?;
    let id = Id::unique("menu of a message");
    let mut is_open = true;
    let mut is_new = open.is_by_key;
    if let Some(menu) = menu {
        menu.is_by_key = false;
    }
    let layer = egui::LayerId::new(Order::Foreground, id);
    let shown =
        Popup::new(id, ui.ctx().clone(), open.at, layer).kind(PopupKind::Menu).open_bool(&mut is_open).show(|ui| {
            ui.set_min_width(170.0);
            let mut focus = std::mem::take(&mut is_new);
            match &open.of {
                Of::Message(peer, item) => of_message(ui, env, session, *peer, item, &mut focus),
                Of::Talk(peer) => of_talk(ui, env, session, *peer, &mut focus),
            }
        });
    let chosen = shown.and_then(|shown| shown.inner);
    if chosen.is_some() || !is_open {
        *menu = None;
    }
    chosen.map(|chosen| (open.of, chosen))
}

fn of_message(ui: &mut Ui, env: &Env, session: &Session, peer: Peer, item: &Item, focus: &mut bool) -> Option<Chosen> {
    let w = &env.words.act;
    let may_write = session.groups.silence(peer, env.now_ms).is_none();
    let is_message = item.is_kept() && !item.is_recalled() && !item.is_event();
    let text = match &item.content {
        Content::Text(text) => text.as_str(),
        Content::Upload(upload) => upload.media.caption.as_str(),
        Content::Event(_) | Content::Recalled | Content::Other(_) => "",
    };
    let mut chosen = None;
    let mut offer = |ui: &mut Ui, words: &str, choice: Chosen| {
        if entry(ui, words, focus) {
            chosen = Some(choice);
        }
    };
    if is_message && may_write {
        offer(ui, w.reply, Chosen::Reply);
    }
    if !text.is_empty() {
        offer(ui, w.copy, Chosen::Copy(text.to_owned()));
    }
    for address in Text::addresses(text).into_iter().take(5) {
        offer(ui, &fill(w.open_link, &[("address", &shortened(&address))]), Chosen::Link(address.clone()));
    }
    if matches!(&item.content, Content::Upload(upload) if !upload.media.hash.is_empty()) {
        offer(ui, w.save, Chosen::Save);
    }
    if may_write && session.may_edit(item) {
        offer(ui, w.edit, Chosen::Edit);
    }
    if is_message && peer < 0 && item.from == session.me {
        offer(ui, w.readers, Chosen::Readers);
    }
    if may_write && session.may_recall(peer, item) {
        offer(ui, w.recall, Chosen::Recall);
    }
    chosen
}

fn of_talk(ui: &mut Ui, env: &Env, session: &Session, peer: Peer, focus: &mut bool) -> Option<Chosen> {
    let w = &env.words.talk;
    let (is_pinned, is_muted) = session.talks.get(peer).map_or((false, false), |talk| (talk.is_pinned, talk.is_muted));
    let mut chosen = None;
    let is_known = peer > 0 || (peer < 0 && session.groups.get(peer).is_some());
    let title = if peer < 0 { env.words.group.info } else { env.words.contact.card_title };
    if is_known && entry(ui, title, focus) {
        chosen = Some(Chosen::About);
    }
    if entry(ui, if is_pinned { w.unpin } else { w.pin }, focus) {
        chosen = Some(Chosen::Pin(!is_pinned));
    }
    if entry(ui, if is_muted { w.unmute } else { w.mute }, focus) {
        chosen = Some(Chosen::Mute(!is_muted));
    }
    chosen
}

/// One entry; the first one takes the keyboard, if that is to be.
fn entry(ui: &mut Ui, words: &str, focus: &mut bool) -> bool {
    let button = ui.button(words);
    if std::mem::take(focus) {
        button.request_focus();
    }
    button.clicked()
}

fn shortened(address: &str) -> String {
    if address.chars().count() <= 40 { address.to_owned() } else { address.chars().take(39).chain(['…']).collect() }
}
