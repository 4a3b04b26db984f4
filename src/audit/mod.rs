//! The audit log: who logged in and who was refused, what operators did, and what was refused for good reason.
//!
//! Noting a line never waits: a thread of its own writes, behind a queue with a bound, and says how many lines had no
//! place. Of what strangers can cause, only so much a second has a line each, and the rest is summed, so that a flood
//! fills neither the disk nor the file. What operators do has a file of its own, which no flood can push out.
//!
//! A line has names, numbers and reasons; there is no place in an `Event` for a password, a token or a text.

mod event;
mod file;
mod flood;
mod writer;

use std::io;
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

pub use event::{Command, Event};
use file::Rotated;
pub use file::pieces;
use flood::Flood;
use writer::Writer;

/// The folder's name in the data folder, and the files in it.
pub const FOLDER: &str = "audit";
/// What operators do, and what happens to logins.
pub const ACTS: &str = "acts";
pub const LOGINS: &str = "logins";
/// So many lines wait for the disk. More have no place, and are counted.
const LINES_WAITING_MAX: usize = 1024;

/// How much is written down.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// So many lines a second of each kind that strangers can cause; more are summed.
    pub lines_per_second: u32,
    /// Each of the two files ends at so many bytes, and the oldest of its pieces go.
    pub bytes_max: u64,
}

/// Where lines are noted. Copies are the same log. `Audit::default()` notes nothing.
#[derive(Clone, Debug, Default)]
pub struct Audit(Option<Arc<Open>>);

#[derive(Debug)]
struct Open {
    /// `None`: it is closed.
    lines: Mutex<Option<SyncSender<Noted>>>,
    flood: Arc<Mutex<Flood>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// An event and when it was, in Unix milliseconds.
pub(crate) struct Noted {
    at_ms: i64,
    event: Event,
}

impl Open {
    fn flood(&self) -> MutexGuard<'_, Flood> {
        self.flood.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Audit {
    /// Opens the files in the folder, which is made if need be, for its owner alone. Blocks.
    pub fn open(folder: &Path, settings: Settings) -> io::Result<Self> {
        let acts = Rotated::open(folder, ACTS, settings.bytes_max)?;
        let logins = Rotated::open(folder, LOGINS, settings.bytes_max)?;
        let (sender, receiver) = sync_channel(LINES_WAITING_MAX);
        let flood = Arc::new(Mutex::new(Flood::new(settings.lines_per_second)));
        let writer = Writer::new(acts, logins, Arc::clone(&flood));
        let thread = thread::Builder::new().name("audit".into()).spawn(move || writer.run(&receiver))?;
        let (lines, thread) = (Mutex::new(Some(sender)), Mutex::new(Some(thread)));
        Ok(Self(Some(Arc::new(Open { lines, flood, thread }))))
    }

    /// Notes what happened. Never waits.
    pub fn note(&self, at_ms: i64, event: Event) {
        let Some(open) = &self.0 else { return };
        let is_act = matches!(event, Event::Command(_));
        if !is_act && !open.flood().lets_through(at_ms, &event) {
            return;
        }
        let lines = open.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let noted = lines.as_ref().is_some_and(|lines| lines.try_send(Noted { at_ms, event }).is_ok());
        if !noted {
            open.flood().count("dropped", if is_act { "act" } else { "login" }, 1);
        }
    }

    /// Writes what is noted, and ends. Blocks.
    pub fn close(&self) {
        let Some(open) = &self.0 else { return };
        drop(open.lines.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = open.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread of the audit log has panicked");
        }
    }
}

#[cfg(test)]
mod tests;
