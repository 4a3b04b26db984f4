//! The thread that writes: lines while there are few, sums when there are many.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tracing::error;

use super::Noted;
use super::event::Event;
use super::file::Rotated;

/// Sums are written when nothing has come for so long, and otherwise with the first line of another second.
const SUMS_AFTER: Duration = Duration::from_secs(1);

pub(super) struct Writer {
    acts: Rotated,
    logins: Rotated,
    lines_per_second: u32,
    /// Lines that had no place in the queue.
    dropped: Arc<AtomicU64>,
    second: i64,
    /// How many lines each kind has had in this second. Kinds and reasons are few.
    lines: BTreeMap<&'static str, u32>,
    /// What had no line of its own, by kind and reason.
    sums: BTreeMap<(&'static str, &'static str), u64>,
    /// Only the first of many failures is told.
    has_failed: bool,
}

impl Writer {
    pub(super) fn new(acts: Rotated, logins: Rotated, lines_per_second: u32, dropped: Arc<AtomicU64>) -> Self {
        let (lines, sums) = (BTreeMap::new(), BTreeMap::new());
        Self { acts, logins, lines_per_second, dropped, second: 0, lines, sums, has_failed: false }
    }

    /// Until nobody can note anything any more.
    pub(super) fn run(mut self, noted: &Receiver<Noted>) {
        let mut last_ms = 0;
        loop {
            match noted.recv_timeout(SUMS_AFTER) {
                Ok(Noted { at_ms, event }) => {
                    last_ms = at_ms;
                    self.take(at_ms, event);
                }
                Err(RecvTimeoutError::Timeout) => self.write_sums(last_ms),
                Err(RecvTimeoutError::Disconnected) => {
                    self.write_sums(last_ms);
                    let synced = self.logins.sync();
                    self.tell(synced);
                    return;
                }
            }
        }
    }

    fn take(&mut self, at_ms: i64, event: Event) {
        let second = at_ms.div_euclid(1000);
        if second != self.second {
            self.write_sums(at_ms);
            self.second = second;
            self.lines.clear();
        }
        if let Event::Command(_) = event {
            let line = line(at_ms, event.kind(), event.fields());
            // What an operator did is not to be lost with the power.
            let written = self.acts.write(&line).and_then(|()| self.acts.sync());
            return self.tell(written);
        }
        let lines = self.lines.entry(event.kind()).or_default();
        if event.is_only_counted() || *lines >= self.lines_per_second {
            *self.sums.entry((event.kind(), event.reason())).or_default() += 1;
            return;
        }
        *lines += 1;
        let written = self.logins.write(&line(at_ms, event.kind(), event.fields()));
        self.tell(written);
    }

    /// Says how many there were that had no line of their own, and how many had no place in the queue.
    fn write_sums(&mut self, at_ms: i64) {
        let dropped = self.dropped.swap(0, Ordering::Relaxed);
        if dropped > 0 {
            *self.sums.entry(("dropped", "")).or_default() += dropped;
        }
        for ((kind, reason), count) in std::mem::take(&mut self.sums) {
            let fields = match (json!({"count": count}), reason) {
                (Value::Object(mut fields), reason) if !reason.is_empty() => {
                    fields.insert("reason".into(), reason.into());
                    fields
                }
                (Value::Object(fields), _) => fields,
                _ => Map::new(),
            };
            let written = self.logins.write(&line(at_ms, kind, fields));
            self.tell(written);
        }
    }

    /// A disk that takes nothing is told of once, until it takes something again.
    fn tell(&mut self, written: io::Result<()>) {
        match written {
            Ok(()) => self.has_failed = false,
            Err(error) => {
                if !self.has_failed {
                    error!(%error, "the audit log cannot be written; what happens meanwhile is missing in it");
                }
                self.has_failed = true;
            }
        }
    }
}

/// A line: the time, what happened, and its fields.
fn line(at_ms: i64, kind: &str, fields: Map<String, Value>) -> String {
    let mut object = Map::new();
    object.insert("at_ms".into(), at_ms.into());
    object.insert("event".into(), kind.into());
    object.extend(fields);
    format!("{}\n", Value::Object(object))
}
