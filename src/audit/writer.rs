//! The thread that writes: lines as they come, and sums of what had none.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value};
use tracing::error;

use super::Noted;
use super::event::Event;
use super::file::Rotated;
use super::flood::Flood;

/// Sums are written when nothing has come for so long, and otherwise before the first line of another second.
const SUMS_AFTER: Duration = Duration::from_secs(1);

pub(super) struct Writer {
    acts: Rotated,
    logins: Rotated,
    flood: Arc<Mutex<Flood>>,
    /// When the last line was noted.
    at_ms: i64,
    /// Whether something of what operators did may still be lost with the power.
    has_unsynced: bool,
    /// Only the first of many failures is told.
    has_failed: bool,
}

impl Writer {
    pub(super) fn new(acts: Rotated, logins: Rotated, flood: Arc<Mutex<Flood>>) -> Self {
        Self { acts, logins, flood, at_ms: 0, has_unsynced: false, has_failed: false }
    }

    /// Until nobody can note anything any more.
    pub(super) fn run(mut self, noted: &Receiver<Noted>) {
        loop {
            // One sync for all that wait.
            let next = noted.try_recv().or_else(|_| {
                self.sync();
                noted.recv_timeout(SUMS_AFTER)
            });
            match next {
                Ok(Noted { at_ms, event }) => {
                    if at_ms.div_euclid(1000) != self.at_ms.div_euclid(1000) {
                        self.write_sums(at_ms);
                    }
                    self.at_ms = at_ms;
                    self.write(event);
                }
                Err(RecvTimeoutError::Timeout) => self.write_sums(self.at_ms.saturating_add(1000)),
                Err(RecvTimeoutError::Disconnected) => {
                    self.write_sums(self.at_ms);
                    let synced = self.logins.sync();
                    self.tell(synced);
                    return;
                }
            }
        }
    }

    fn write(&mut self, event: Event) {
        let is_act = matches!(event, Event::Command(_));
        let file = if is_act { &mut self.acts } else { &mut self.logins };
        let written = file.write(&line(self.at_ms, event.kind(), event.fields()));
        self.has_unsynced |= is_act;
        self.tell(written);
    }

    /// What an operator did is not to be lost with the power.
    fn sync(&mut self) {
        if std::mem::take(&mut self.has_unsynced) {
            let synced = self.acts.sync();
            self.tell(synced);
        }
    }

    /// Says how many there were that had no line of their own.
    fn write_sums(&mut self, at_ms: i64) {
        let sums = self.flood.lock().unwrap_or_else(PoisonError::into_inner).take();
        for ((kind, reason), count) in sums {
            let mut fields = Map::new();
            fields.insert("count".into(), count.into());
            if !reason.is_empty() {
                fields.insert("reason".into(), reason.into());
            }
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
