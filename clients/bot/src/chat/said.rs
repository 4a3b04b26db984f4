//! What was shown lately, so that an answer can show what it answers, and the last message can be meant. Pure.

use std::collections::BTreeMap;

/// A message as it was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) peer: i64,
    pub(super) from: i64,
    /// Its beginning, harmless and on one line.
    pub(super) text: String,
}

/// Messages by their place.
#[derive(Debug, Default)]
pub(super) struct Said {
    shown: BTreeMap<i64, Shown>,
}

impl Said {
    pub(super) fn show(&mut self, queue_id: i64, shown: Shown) {
        self.shown.insert(queue_id, shown);
        if self.shown.len() > SHOWN_MAX {
            self.shown.pop_first();
        }
    }

    /// It reads otherwise now.
    pub(super) fn change(&mut self, queue_id: i64, text: String) {
        if let Some(shown) = self.shown.get_mut(&queue_id) {
            shown.text = text;
        }
    }

    pub(super) fn forget(&mut self, queue_id: i64) {
        self.shown.remove(&queue_id);
    }

    pub(super) fn get(&self, queue_id: i64) -> Option<&Shown> {
        self.shown.get(&queue_id)
    }

    /// The place of the last message of a conversation that `is_meant`, by its writer.
    pub(super) fn last(&self, peer: i64, is_meant: impl Fn(i64) -> bool) -> Option<i64> {
        let of_it = |shown: &Shown| shown.peer == peer && is_meant(shown.from);
        self.shown.iter().rev().find(|(_, shown)| of_it(shown)).map(|(queue_id, _)| *queue_id)
    }

    pub(super) fn start_over(&mut self) {
        self.shown.clear();
    }
}

/// More than anybody scrolls back in a terminal.
const SHOWN_MAX: usize = 5000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_message_is_the_last_of_its_conversation_and_of_who_is_meant() {
        let mut said = Said::default();
        for (queue_id, peer, from) in [(1, 3, 3), (2, 3, 7), (3, 4, 4), (4, 3, 3)] {
            said.show(queue_id, Shown { peer, from, text: queue_id.to_string() });
        }
        assert_eq!(said.last(3, |from| from == 7), Some(2));
        assert_eq!(said.last(3, |from| from != 7), Some(4));
        said.forget(4);
        assert_eq!(said.last(3, |from| from != 7), Some(1));
        assert_eq!(said.last(5, |_| true), None);
        said.change(1, "new".into());
        assert_eq!(said.get(1).map(|shown| &*shown.text), Some("new"));
    }

    #[test]
    fn it_keeps_no_more_than_it_may() {
        let mut said = Said::default();
        for queue_id in 0..2 * SHOWN_MAX as i64 {
            said.show(queue_id, Shown { peer: 3, from: 3, text: String::new() });
        }
        assert_eq!(said.shown.len(), SHOWN_MAX);
    }
}
