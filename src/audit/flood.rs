//! What keeps a flood out of the audit log: of each kind that strangers can cause, so many lines a second are let
//! through, and the rest is counted. It is asked before anything is handed to the thread that writes, so that a storm of
//! logins costs a counter each.

use std::collections::BTreeMap;

use super::event::Event;

/// How many there were, by kind and reason. Both are few.
pub(super) type Sums = BTreeMap<(&'static str, &'static str), u64>;

#[derive(Debug)]
pub(super) struct Flood {
    lines_per_second: u32,
    second: i64,
    /// How many lines each kind has had in this second.
    lines: BTreeMap<&'static str, u32>,
    /// What had no line of its own.
    sums: Sums,
}

impl Flood {
    pub(super) fn new(lines_per_second: u32) -> Self {
        Self { lines_per_second, second: 0, lines: BTreeMap::new(), sums: Sums::new() }
    }

    /// Whether an event has a line of its own; otherwise it is counted.
    pub(super) fn lets_through(&mut self, at_ms: i64, event: &Event) -> bool {
        let second = at_ms.div_euclid(1000);
        if second != self.second {
            self.second = second;
            self.lines.clear();
        }
        let lines = self.lines.entry(event.kind()).or_default();
        if event.is_only_counted() || *lines >= self.lines_per_second {
            self.count(event.kind(), event.reason(), 1);
            return false;
        }
        *lines += 1;
        true
    }

    pub(super) fn count(&mut self, kind: &'static str, reason: &'static str, count: u64) {
        *self.sums.entry((kind, reason)).or_default() += count;
    }

    /// What was counted since it was asked last.
    pub(super) fn take(&mut self) -> Sums {
        std::mem::take(&mut self.sums)
    }
}
