//! What happened in a world, as lines with its virtual time, and one hash over all of them: two runs of a seed are the
//! same if their hashes are.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::time::Instant;

/// So many of the last lines are kept.
const KEPT: usize = 400;

/// A handle to the one trace of a world.
#[derive(Clone, Default)]
pub(crate) struct Trace(Arc<Mutex<Book>>);

#[derive(Default)]
struct Book {
    hash: u64,
    events: u64,
    last: VecDeque<String>,
    /// Printed as it happens.
    aloud: bool,
    /// How long earlier lives of the server took, and when this one began.
    before: Duration,
    began: Option<Instant>,
}

impl Trace {
    pub(crate) fn new(aloud: bool) -> Self {
        Self(Arc::new(Mutex::new(Book { aloud, ..Book::default() })))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap()
    }

    /// A new life begins, with a runtime whose time is its own.
    pub(crate) fn begin_life(&self) {
        self.book().began = Some(Instant::now());
    }

    pub(crate) fn end_life(&self) {
        let mut book = self.book();
        let lasted = book.began.take().map(|began| began.elapsed()).unwrap_or_default();
        book.before += lasted;
    }

    /// How much time has passed in the world.
    pub(crate) fn elapsed(&self) -> Duration {
        let book = self.book();
        book.before + book.began.map(|began| began.elapsed()).unwrap_or_default()
    }

    pub(crate) fn note(&self, what: impl fmt::Display) {
        let at = self.elapsed().as_millis();
        let line = format!("{at:>7} ms  {what}");
        let mut book = self.book();
        for byte in line.bytes() {
            book.hash = (book.hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        book.events += 1;
        if book.aloud {
            println!("{line}");
        }
        if book.last.len() == KEPT {
            book.last.pop_front();
        }
        book.last.push_back(line);
    }

    /// How much happened, and the hash over it.
    pub(crate) fn sum(&self) -> (u64, u64) {
        let book = self.book();
        (book.events, book.hash)
    }

    pub(crate) fn last(&self, lines: usize) -> Vec<String> {
        let book = self.book();
        book.last.iter().skip(book.last.len().saturating_sub(lines)).cloned().collect()
    }
}
