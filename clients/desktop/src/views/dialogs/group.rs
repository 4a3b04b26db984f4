//! About a group: its name and picture, who is in it, how one comes in, its rules, and leaving it.

use eframe::egui;
use egui::Ui;
use longlink_client::pb::{GroupJoin, GroupRole};
use longlink_desktop_core::model::Peer;

use super::confirm::{Confirm, Deed};
use super::members::Chosen;
use super::picker::Picker;
use super::picture::PictureEditor;
use super::{Asked, Desk, Dialog, Next, card, members, rules};
use crate::views::avatar::{self, Face};
use crate::views::fails::About;
use crate::views::names::{peer_name, picture_of, user_name};
use crate::views::parts::{danger_button, field, one_line, problem, section};
use crate::words::{count, fill};

pub struct GroupInfo {
    group: Peer,
    is_begun: bool,
    name: String,
    picker: Picker,
    picture: PictureEditor,
    asked: Asked,
    inviting: Asked,
}

impl GroupInfo {
    pub fn new(group: Peer) -> Box<Self> {
        Box::new(Self {
            group,
            is_begun: false,
            name: String::new(),
            picker: Picker::default(),
            picture: PictureEditor::new(group),
            asked: Asked::default(),
            inviting: Asked::default(),
        })
    }

    fn begin(&mut self, desk: &mut Desk<'_>) {
        if std::mem::replace(&mut self.is_begun, true) {
            return;
        }
        self.name = desk.session.groups.get(self.group).map(|group| group.name.clone()).unwrap_or_default();
        desk.session.ask_members(self.group);
        if desk.session.groups.is_admin(self.group) {
            desk.session.ask_requests(self.group);
        }
    }

    fn head(&mut self, ui: &mut Ui, desk: &mut Desk<'_>, is_admin: bool) {
        if !is_admin {
            let name = peer_name(desk.session, desk.env, self.group);
            let face =
                Face { peer: self.group, name: &name, picture: picture_of(desk.session, self.group), is_online: false };
            avatar::show(ui, desk.env, 72.0, &face);
            return;
        }
        self.picture.show(ui, desk);
        field(ui, desk.env.words.group.name, &mut self.name);
        let is_other = desk.session.groups.get(self.group).is_some_and(|group| group.name != self.name.trim());
        if ui.add_enabled(is_other, egui::Button::new(desk.env.words.dialog.save)).clicked() {
            let asked = desk.session.rename_group(self.group, self.name.trim());
            self.asked.try_begin(desk.env.words, asked);
        }
    }

    fn requests(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) {
        let asking: Vec<_> = desk.session.groups.requests(self.group).cloned().collect();
        if asking.is_empty() {
            return;
        }
        section(ui, desk.env.words.rule.join_requests);
        for request in asking {
            let Some(user) = request.user.map(|user| user.id) else { continue };
            let name = user_name(desk.session, desk.env, user);
            ui.horizontal(|ui| {
                let face = Face { peer: user, name: &name, picture: picture_of(desk.session, user), is_online: false };
                avatar::show(ui, desk.env, 30.0, &face);
                let wide = ui.available_width() - 190.0;
                ui.allocate_ui_with_layout(
                    egui::vec2(wide, 30.0),
                    egui::Layout::left_to_right(egui::Align::Center),
                    |ui| {
                        ui.set_min_width(wide);
                        one_line(ui, format!("{name}  {}", request.greeting));
                    },
                );
                let w = &desk.env.words.contact;
                for (words, accept) in [(w.accept, true), (w.decline, false)] {
                    if ui.small_button(words).clicked() {
                        self.asked.begin(desk.session.answer_request(self.group, user, accept));
                    }
                }
            });
        }
    }

    fn adding(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) {
        let w = &desk.env.words.group;
        if self.inviting.is_done(desk.session, desk.env.words, About::Any) {
            self.picker.chosen.clear();
            desk.session.ask_members(self.group);
        }
        let group = self.group;
        egui::CollapsingHeader::new(w.add).id_salt("add").show(ui, |ui| {
            let there: std::collections::BTreeSet<_> = desk
                .session
                .groups
                .members(group)
                .map(|members| members.all.iter().map(|member| member.user).collect())
                .unwrap_or_default();
            self.picker.show(ui, desk.env, desk.session, |user| there.contains(&user));
            problem(ui, &self.inviting.problem);
            let is_ready = !self.picker.chosen.is_empty() && !self.inviting.is_busy();
            if ui.add_enabled(is_ready, egui::Button::new(w.invite)).clicked() {
                let asked = desk.session.invite(group, self.picker.chosen.clone());
                self.inviting.try_begin(desk.env.words, asked);
            }
        });
    }

    fn leaving(&self, ui: &mut Ui, desk: &Desk<'_>) -> Option<Next> {
        let w = &desk.env.words.group;
        let group = desk.session.groups.get(self.group)?;
        let mut next = None;
        let is_owner = group.role() == GroupRole::Owner;
        ui.horizontal_wrapped(|ui| {
            if danger_button(ui, w.leave).clicked() {
                let words = if is_owner && group.member_count > 1 { w.leave_owner } else { w.leave_sure };
                let words = fill(words, &[("name", &group.name)]);
                next = Some(Next::Over(Confirm::new(w.leave, words, Deed::LeaveGroup(self.group))));
            }
            if is_owner && danger_button(ui, w.dissolve).clicked() {
                let words = fill(w.dissolve_sure, &[("name", &group.name)]);
                next = Some(Next::Over(Confirm::new(w.dissolve, words, Deed::DissolveGroup(self.group))));
            }
        });
        next
    }
}

impl Dialog for GroupInfo {
    fn title(&self, desk: &Desk<'_>) -> String {
        peer_name(desk.session, desk.env, self.group)
    }

    fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Next {
        self.begin(desk);
        let group = self.group;
        let Some(known) = desk.session.groups.get(group) else { return Next::Close };
        let (member_count, rules_now) = (known.member_count, known.rules.unwrap_or_default());
        let is_admin = desk.session.groups.is_admin(group);
        self.asked.is_done(desk.session, desk.env.words, About::Any);
        if desk.session.groups.members(group).is_none_or(|members| !members.is_whole && !members.is_asking)
            && desk.session.link.is_online()
        {
            desk.session.ask_members(group);
        }
        self.head(ui, desk, is_admin);
        problem(ui, &self.asked.problem);
        self.requests(ui, desk);
        section(ui, count(u64::from(member_count), desk.env.words.peer.members_one, desk.env.words.peer.members_other));
        let mut next = Next::Stay;
        match members::show(ui, desk, group) {
            Chosen::Nothing => {}
            Chosen::Asked(ticket) => self.asked.begin(ticket),
            Chosen::Next(chosen) => next = chosen,
        }
        let may_invite = desk.session.groups.may_invite(group);
        if may_invite {
            self.adding(ui, desk);
        }
        let mut asked = None;
        if is_admin || (may_invite && rules_now.join() != GroupJoin::Closed) {
            asked = rules::link(ui, desk, group);
        }
        if is_admin {
            asked = rules::rules(ui, desk, group).or(asked);
        }
        if let Some(ticket) = asked {
            self.asked.begin(ticket);
        }
        card::toggles(ui, desk, group);
        ui.separator();
        self.leaving(ui, desk).unwrap_or(next)
    }

    fn picture_chosen(&mut self, desk: &mut Desk<'_>, peer: Peer, path: &std::path::Path) -> bool {
        self.picture.chosen(desk, peer, path)
    }
}
