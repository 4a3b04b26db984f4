//! What happens because time passes.

use super::{LinkState, Session};
use crate::model::TimeMs;

/// When what waits is due.
#[derive(Debug, Default)]
pub(super) struct Due {
    /// Names that are wanted in the same moment are asked for together.
    pub(super) people: Option<TimeMs>,
    pub(super) recount: Option<TimeMs>,
    pub(super) group_list: Option<TimeMs>,
    pub(super) read_counts: Option<TimeMs>,
}

pub(super) const PEOPLE_GATHER_MS: TimeMs = 20;
pub(super) const LIST_GATHER_MS: TimeMs = 300;

impl Session {
    /// Says what time it is: to be called before anything else in a frame, and when [`Session::wake_at_ms`] says so.
    pub fn advance(&mut self, now_ms: TimeMs) {
        self.now_ms = now_ms;
        self.typing.advance(now_ms);
        self.search_if_due();
        if self.link.is_online() {
            if is_due(&mut self.due.people, now_ms) {
                self.ask_people();
            }
            if is_due(&mut self.due.recount, now_ms) {
                self.recount();
            }
            if is_due(&mut self.due.group_list, now_ms) {
                self.refresh_groups();
            }
            if is_due(&mut self.due.read_counts, now_ms) {
                self.count_readers();
            }
            self.tell_marks();
        }
        self.refresh_search();
    }

    /// When [`Session::advance`] has something to do, though nothing else happens. Nothing: when something does.
    pub fn wake_at_ms(&self) -> Option<TimeMs> {
        let Due { people, recount, group_list, read_counts } = self.due;
        let asking = [people, recount, group_list, read_counts, self.reading.next_at_ms(self.now_ms)];
        let asking = asking.into_iter().flatten().filter(|_| self.link.is_online());
        // A view that counts down to the next try does so by itself.
        asking.chain(self.typing.next_at_ms()).chain(self.search.due_ms).min()
    }

    pub(super) fn soon(due: &mut Option<TimeMs>, at_ms: TimeMs) {
        due.get_or_insert(at_ms);
    }

    /// There is no link: nothing is asked, and nothing waits for an answer.
    pub(super) fn forget_due(&mut self) {
        self.due = Due::default();
    }

    pub(super) fn is_online(&self) -> bool {
        matches!(self.link, LinkState::Online)
    }
}

fn is_due(due: &mut Option<TimeMs>, now_ms: TimeMs) -> bool {
    due.take_if(|at| *at <= now_ms).is_some()
}
