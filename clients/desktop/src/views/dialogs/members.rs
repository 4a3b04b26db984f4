//! The people of a group, with what each is there, and what this person may do about that.

use eframe::egui;
use egui::Ui;
use longlink_client::pb::GroupRole;
use longlink_desktop_core::model::{Member, Peer, Session, Ticket};

use super::confirm::{Confirm, Deed};
use super::{Card, Desk, Next};
use crate::views::avatar::{self, Face};
use crate::views::env::Env;
use crate::views::names::{peer_name, picture_of, user_name};
use crate::views::parts::{note, one_line, sign_button};
use crate::words::fill;

const HOUR_MS: i64 = 3_600_000;
const ROW: f32 = 44.0;
const LIST_MAX: f32 = 264.0;

/// What was chosen in the list.
pub(super) enum Chosen {
    Nothing,
    Asked(Ticket),
    Next(Next),
}

/// Shows who is in the group. Thousands cost no more than those that are seen.
pub(super) fn show(ui: &mut Ui, desk: &mut Desk<'_>, group: Peer) -> Chosen {
    let mut members = desk.session.groups.members(group).map(|members| members.all.clone()).unwrap_or_default();
    if members.is_empty() {
        note(ui, desk.env.words.talk.loading);
        return Chosen::Nothing;
    }
    members.sort_by_key(|member| (rank(member.role), member.user));
    let mut chosen = Chosen::Nothing;
    let tall = LIST_MAX.min(members.len() as f32 * (ROW + ui.spacing().item_spacing.y));
    let area = egui::ScrollArea::vertical().id_salt("members").max_height(tall.max(ROW)).auto_shrink([false, true]);
    area.show_rows(ui, ROW, members.len(), |ui, rows| {
        for member in members.get(rows).unwrap_or_default() {
            desk.session.want(member.user);
            if let Some(did) = row(ui, desk, group, *member) {
                chosen = did;
            }
        }
    });
    chosen
}

fn rank(role: GroupRole) -> u8 {
    match role {
        GroupRole::Owner => 0,
        GroupRole::Admin => 1,
        GroupRole::Member => 2,
    }
}

fn row(ui: &mut Ui, desk: &mut Desk<'_>, group: Peer, member: Member) -> Option<Chosen> {
    let (env, session) = (&mut *desk.env, &mut *desk.session);
    env.rows_laid_out += 1;
    let name = peer_name(session, env, member.user);
    let about = about(env, member);
    let mut chosen = None;
    ui.horizontal(|ui| {
        ui.set_height(ROW);
        let is_online = session.presence.is_online(member.user);
        avatar::show(
            ui,
            env,
            34.0,
            &Face { peer: member.user, name: &name, picture: picture_of(session, member.user), is_online },
        );
        let wide = ui.available_width() - 44.0;
        ui.allocate_ui_with_layout(egui::vec2(wide, ROW), egui::Layout::left_to_right(egui::Align::Center), |ui| {
            ui.set_min_width(wide);
            one_line(ui, if about.is_empty() { name.clone() } else { format!("{name} · {about}") });
        });
        let options = sign_button(ui, "…", &fill(env.words.group.member_options, &[("name", &name)]));
        egui::Popup::menu(&options).show(|ui| {
            ui.set_min_width(180.0);
            chosen = menu(ui, env, session, group, member);
        });
    });
    chosen
}

fn about(env: &Env, member: Member) -> String {
    let w = &env.words.group;
    let mut parts = Vec::new();
    match member.role {
        GroupRole::Owner => parts.push(w.owner),
        GroupRole::Admin => parts.push(w.admin),
        GroupRole::Member => {}
    }
    if is_silent(env, member) {
        parts.push(w.silent);
    }
    parts.join(" · ")
}

fn is_silent(env: &Env, member: Member) -> bool {
    member.muted_until_ms < 0 || member.muted_until_ms > env.now_ms
}

fn menu(ui: &mut Ui, env: &Env, session: &mut Session, group: Peer, member: Member) -> Option<Chosen> {
    let (w, user) = (&env.words.group, member.user);
    let mut chosen = None;
    if user != session.me && ui.button(env.words.contact.card_title).clicked() {
        chosen = Some(Chosen::Next(Next::Over(Card::new(user))));
    }
    let is_owner = session.groups.role(group) == GroupRole::Owner;
    let is_above = session.groups.is_above(group, member);
    if is_owner && member.role == GroupRole::Member && ui.button(w.make_admin).clicked() {
        chosen = Some(Chosen::Asked(session.set_role(group, user, GroupRole::Admin)));
    }
    let may_end = is_owner || user == session.me;
    if may_end && member.role == GroupRole::Admin && ui.button(w.end_admin).clicked() {
        chosen = Some(Chosen::Asked(session.set_role(group, user, GroupRole::Member)));
    }
    if is_above {
        let ways: &[(&str, i64)] = if is_silent(env, member) {
            &[(w.unsilence, 0)]
        } else {
            &[(w.silence_hour, HOUR_MS), (w.silence_day, 24 * HOUR_MS), (w.silence, -1)]
        };
        for (words, for_ms) in ways {
            if ui.button(*words).clicked() {
                chosen = Some(Chosen::Asked(session.mute_member(group, user, *for_ms)));
            }
        }
    }
    let name = user_name(session, env, user);
    if is_owner && user != session.me && ui.button(w.hand_over).clicked() {
        let words = fill(w.hand_over_sure, &[("name", &name)]);
        chosen = Some(Chosen::Next(Next::Over(Confirm::new(w.hand_over, words, Deed::HandOver(group, user)))));
    }
    if is_above && ui.button(w.remove_member).clicked() {
        let words = fill(w.remove_sure, &[("name", &name)]);
        chosen = Some(Chosen::Next(Next::Over(Confirm::new(w.remove_member, words, Deed::RemoveMember(group, user)))));
    }
    chosen
}
