//! The head of a conversation: whose it is, who is there, who is writing.

use eframe::egui;
use egui::{RichText, Ui};
use longlink_desktop_core::model::{EVERYONE, Peer, Session};

use crate::views::avatar::{self, Face};
use crate::views::env::Env;
use crate::views::names::{peer_name, picture_of, presence_text, user_name};
use crate::views::parts::{one_line, sign_button};
use crate::views::theme::palette;
use crate::words::{count, fill};

/// What the person wants to see.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Asked {
    About,
    Options(egui::Pos2),
}

pub fn show(ui: &mut Ui, env: &mut Env, session: &Session, peer: Peer) -> Option<Asked> {
    let look = palette(ui);
    let mut asked = None;
    ui.horizontal(|ui| {
        let name = peer_name(session, env, peer);
        let is_online = peer > 0 && session.presence.is_online(peer);
        avatar::show(ui, env, 38.0, &Face { peer, name: &name, picture: picture_of(session, peer), is_online });
        let wide = (ui.available_width() - 84.0).max(40.0);
        ui.allocate_ui_with_layout(egui::vec2(wide, 40.0), egui::Layout::top_down(egui::Align::Min), |ui| {
            ui.set_min_width(wide);
            ui.spacing_mut().item_spacing.y = 1.0;
            one_line(ui, RichText::new(format!("{name}{}", marks(session, peer))).strong().size(15.5));
            let (about, is_lively) = about(session, env, peer);
            one_line(ui, RichText::new(about).size(12.5).color(if is_lively { look.accent } else { look.soft }));
        });
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let options = sign_button(ui, "…", env.words.talk.options);
            if options.clicked() {
                asked = Some(Asked::Options(options.rect.left_bottom() - egui::vec2(150.0, 0.0)));
            }
            let is_known = peer > 0 || session.groups.get(peer).is_some();
            let title = if peer < 0 { env.words.group.info } else { env.words.contact.card_title };
            if peer != EVERYONE && is_known && sign_button(ui, "ℹ", title).clicked() {
                asked = Some(Asked::About);
            }
        });
    });
    asked
}

fn marks(session: &Session, peer: Peer) -> &'static str {
    match session.talks.get(peer).map(|talk| (talk.is_pinned, talk.is_muted)) {
        Some((true, true)) => "  📌🔇",
        Some((true, false)) => "  📌",
        Some((false, true)) => "  🔇",
        Some((false, false)) | None => "",
    }
}

/// The line below the name, and whether it is about something that happens now.
fn about(session: &Session, env: &Env, peer: Peer) -> (String, bool) {
    let w = env.words;
    let mut typing = session.typing.in_talk(peer);
    if let Some(user) = typing.next() {
        let is_one = peer < 0 && typing.next().is_none();
        let name = user_name(session, env, user);
        return (if is_one { fill(w.talk.typing1, &[("a", &name)]) } else { w.talk.typing_short.to_owned() }, true);
    }
    match peer {
        EVERYONE => (w.peer.everyone_hint.to_owned(), false),
        me if me == session.me => (String::new(), false),
        1.. => (presence_text(session, env, peer), session.presence.is_online(peer)),
        _ => match session.groups.get(peer) {
            Some(group) => (count(u64::from(group.member_count), w.peer.members_one, w.peer.members_other), false),
            None if session.groups.is_left(peer) => (w.group.left.to_owned(), false),
            None => (String::new(), false),
        },
    }
}
