//! Who has read a message of a group.

use eframe::egui;
use egui::Ui;
use longlink_desktop_core::model::Peer;

use super::{Asked, Desk, Dialog, Next};
use crate::views::fails::About;
use crate::views::names::user_name;
use crate::views::parts::{note, problem};
use crate::words::{count, fill};

pub struct WhoRead {
    group: Peer,
    queue_id: i64,
    asked: Asked,
    is_begun: bool,
}

impl WhoRead {
    pub fn new(group: Peer, queue_id: i64) -> Box<Self> {
        Box::new(Self { group, queue_id, asked: Asked::default(), is_begun: false })
    }
}

impl Dialog for WhoRead {
    fn title(&self, desk: &Desk<'_>) -> String {
        desk.env.words.act.readers.to_owned()
    }

    fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Next {
        let words = desk.env.words;
        if !std::mem::replace(&mut self.is_begun, true) {
            self.asked.begin(desk.session.ask_readers(self.group, self.queue_id));
        }
        self.asked.is_done(desk.session, words, About::Any);
        problem(ui, &self.asked.problem);
        let known =
            desk.session.readers.clone().filter(|readers| readers.queue_id == self.queue_id && !readers.is_asking);
        let Some(readers) = known else {
            note(ui, words.talk.loading);
            return Next::Stay;
        };
        let read = count(u64::from(readers.read), words.act.read_of_one, words.act.read_of_other);
        note(ui, fill(&read, &[("members", &readers.members.to_string())]));
        for user in &readers.users {
            desk.session.want(*user);
            ui.label(user_name(desk.session, desk.env, *user));
        }
        if readers.has_more
            && ui.button(words.list.more).clicked()
            && let Some(ticket) = desk.session.ask_more_readers()
        {
            self.asked.begin(ticket);
        }
        Next::Stay
    }
}
