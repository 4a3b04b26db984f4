//! What a person sees while it runs: one line that changes on a terminal, and a line now and then without one.

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Without a terminal, progress of a long preparation is said at each of so many parts.
const PARTS: u64 = 10;

#[derive(Clone)]
pub(crate) struct Progress {
    bar: ProgressBar,
    is_terminal: bool,
    done: Arc<AtomicU64>,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self { bar: ProgressBar::hidden(), is_terminal: io::stderr().is_terminal(), done: Arc::default() }.shown()
    }

    fn shown(mut self) -> Self {
        if self.is_terminal {
            self.bar = ProgressBar::new_spinner();
            self.bar.enable_steady_tick(Duration::from_millis(200));
        }
        self
    }

    /// Something begins of which the end is known.
    pub(crate) fn stage(&self, what: &str, count: u64) {
        self.done.store(0, Ordering::Relaxed);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} of {len} {msg}, {per_sec}, {eta} left") {
            self.bar.set_style(style);
        }
        self.bar.reset();
        self.bar.set_length(count);
        self.bar.set_message(what.to_owned());
        if !self.is_terminal {
            eprintln!("{count} {what}");
        }
    }

    pub(crate) fn done(&self, more: u64) {
        self.bar.inc(more);
        let done = self.done.fetch_add(more, Ordering::Relaxed) + more;
        let all = self.bar.length().unwrap_or(0);
        if !self.is_terminal && all >= PARTS && done.is_multiple_of(all / PARTS) {
            eprintln!("  {done} of {all}");
        }
    }

    /// How it is now. It takes the place of what was said before.
    pub(crate) fn now(&self, line: &str) {
        if self.is_terminal {
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                self.bar.set_style(style);
            }
            self.bar.set_message(line.to_owned());
        }
    }

    /// The same, where nothing can be taken back: for what comes seldom.
    pub(crate) fn row(&self, line: &str) {
        if !self.is_terminal {
            eprintln!("{line}");
        }
    }

    /// What stays.
    pub(crate) fn say(&self, line: &str) {
        self.bar.suspend(|| eprintln!("{line}"));
    }

    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }
}
