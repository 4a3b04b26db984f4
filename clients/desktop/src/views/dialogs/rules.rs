//! A group's rules, and its link.

use eframe::egui;
use egui::Ui;
use longlink_client::pb::{GroupJoin, GroupRules};
use longlink_desktop_core::model::{Peer, Ticket};

use super::Desk;
use crate::views::parts::{choice, note, section};

/// What admins decide. What was asked.
pub(super) fn rules(ui: &mut Ui, desk: &mut Desk<'_>, group: Peer) -> Option<Ticket> {
    let w = &desk.env.words.rule;
    let before = desk.session.groups.get(group).and_then(|it| it.rules).unwrap_or_default();
    let mut rules: GroupRules = before;
    let mut join = rules.join();
    section(ui, w.title);
    ui.label(w.join);
    let ways =
        [(GroupJoin::Closed, w.join_closed), (GroupJoin::Approval, w.join_approval), (GroupJoin::Open, w.join_open)];
    if choice(ui, &mut join, &ways) {
        rules.set_join(join);
    }
    ui.checkbox(&mut rules.only_admins_invite, w.only_admins_invite);
    ui.checkbox(&mut rules.only_admins_write, w.only_admins_write);
    ui.checkbox(&mut rules.members_mention_all, w.members_mention_all);
    (rules != before).then(|| desk.session.set_group_rules(group, rules))
}

/// The link by which people join. What was asked.
pub(super) fn link(ui: &mut Ui, desk: &mut Desk<'_>, group: Peer) -> Option<Ticket> {
    let w = &desk.env.words.rule;
    let is_admin = desk.session.groups.is_admin(group);
    let join = desk.session.groups.get(group).and_then(|it| it.rules).unwrap_or_default().join();
    section(ui, w.join_title);
    if join == GroupJoin::Closed {
        note(ui, w.link_closed);
        return None;
    }
    note(ui, if join == GroupJoin::Open { w.join_open_note } else { w.join_approval_note });
    let mut asked = None;
    let known = desk.session.groups.link(group).map(str::to_owned);
    if let Some(link) = &known {
        ui.add(egui::TextEdit::singleline(&mut link.as_str()).desired_width(f32::INFINITY))
            .accessible_name(w.join_link);
    }
    ui.horizontal(|ui| {
        if ui.button(w.join_copy).clicked() {
            match &known {
                Some(link) => {
                    ui.ctx().copy_text(link.clone());
                    desk.toasts.say(desk.env.words.act.copied, desk.env.now_ms);
                }
                None => asked = Some(desk.session.ask_group_link(group, false)),
            }
        }
        if known.is_some() && is_admin && ui.button(w.join_renew).clicked() {
            asked = Some(desk.session.ask_group_link(group, true));
        }
    });
    asked
}
