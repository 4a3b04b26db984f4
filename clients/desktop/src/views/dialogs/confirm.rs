//! A question before something that cannot be undone.

use eframe::egui;
use egui::Ui;
use longlink_client::pb::GroupRole;
use longlink_desktop_core::model::{Peer, Session, Ticket, Unfit, UserId};

use super::{Asked, Desk, Dialog, Next};
use crate::views::fails::About;
use crate::views::parts::{danger_button, problem};

/// What is done after a yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Recall { queue_id: i64 },
    RemoveContact(UserId),
    Block(UserId),
    LeaveGroup(Peer),
    DissolveGroup(Peer),
    RemoveMember(Peer, UserId),
    HandOver(Peer, UserId),
}

pub struct Confirm {
    title: String,
    words: String,
    deed: Deed,
    asked: Asked,
}

impl Confirm {
    pub fn new(title: impl Into<String>, words: impl Into<String>, deed: Deed) -> Box<Self> {
        Box::new(Self { title: title.into(), words: words.into(), deed, asked: Asked::default() })
    }
}

impl Dialog for Confirm {
    fn title(&self, _desk: &Desk<'_>) -> String {
        self.title.clone()
    }

    fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Next {
        let about = match self.deed {
            Deed::Recall { .. } => About::Edit,
            Deed::RemoveContact(_) | Deed::Block(_) => About::Contact,
            Deed::LeaveGroup(_) | Deed::DissolveGroup(_) | Deed::RemoveMember(..) | Deed::HandOver(..) => About::Any,
        };
        if self.asked.is_done(desk.session, desk.env.words, about) {
            return Next::Close;
        }
        ui.label(&self.words);
        ui.add_space(6.0);
        problem(ui, &self.asked.problem);
        let mut next = Next::Stay;
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if danger_button(ui, &self.title).clicked() && !self.asked.is_busy() {
                self.asked.try_begin(desk.env.words, carry_out(desk.session, self.deed));
            }
            if ui.button(desk.env.words.dialog.cancel).clicked() {
                next = Next::Close;
            }
        });
        next
    }
}

fn carry_out(session: &mut Session, deed: Deed) -> Result<Ticket, Unfit> {
    match deed {
        Deed::Recall { queue_id } => session.recall(queue_id),
        Deed::RemoveContact(user) => Ok(session.remove_contact(user)),
        Deed::Block(user) => Ok(session.block(user, true)),
        Deed::LeaveGroup(group) => Ok(session.leave_group(group)),
        Deed::DissolveGroup(group) => Ok(session.dissolve_group(group)),
        Deed::RemoveMember(group, user) => session.remove_members(group, vec![user]),
        Deed::HandOver(group, user) => Ok(session.set_role(group, user, GroupRole::Owner)),
    }
}
