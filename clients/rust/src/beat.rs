//! The heartbeat: when to say noop, and when a silence is too long. Time is an argument.

use std::time::Duration;

use tokio::time::Instant;

/// The heartbeat of one link.
#[derive(Debug)]
pub(crate) struct Beat {
    interval: Duration,
    echo_timeout: Duration,
    said_at: Instant,
    heard_at: Instant,
    /// Since when an echo is due. The first of several, if there were several.
    noop_at: Option<Instant>,
}

impl Beat {
    /// `interval` is what the server asked for at login; 0 if it did not.
    pub(crate) fn new(interval: Duration, echo_timeout: Duration, now: Instant) -> Self {
        let interval = if interval.is_zero() { INTERVAL_DEFAULT } else { interval.max(INTERVAL_MIN) };
        Self { interval, echo_timeout, said_at: now, heard_at: now, noop_at: None }
    }

    pub(crate) fn said(&mut self, now: Instant) {
        self.said_at = now;
    }

    pub(crate) fn heard(&mut self, now: Instant) {
        self.heard_at = now;
    }

    pub(crate) fn noop_said(&mut self, now: Instant) {
        self.said_at = now;
        self.noop_at.get_or_insert(now);
    }

    pub(crate) fn echo_heard(&mut self) {
        self.noop_at = None;
    }

    /// The time we did not read was no silence of the server's.
    pub(crate) fn reading_again(&mut self, now: Instant) {
        self.heard_at = now;
        self.noop_at = self.noop_at.map(|_| now);
    }

    /// When to say noop: an interval after our last word, since the server closes a link on which it hears nothing.
    /// Also an interval after its last word, since a client that writes all day would never ask otherwise; but not
    /// again while that noop has no echo, nor while we don't read.
    pub(crate) fn noop_due(&self, reading: bool) -> Instant {
        let by_said = self.said_at + self.interval;
        if reading && self.noop_at.is_none() { by_said.min(self.heard_at + self.interval) } else { by_said }
    }

    /// When the server has been silent for too long.
    pub(crate) fn silent_at(&self) -> Option<Instant> {
        self.noop_at.map(|noop_at| noop_at + self.echo_timeout)
    }
}

/// For a server that names no interval: well below the 15 minutes that no link is closed within.
const INTERVAL_DEFAULT: Duration = Duration::from_secs(240);
/// A server cannot make its clients flood it.
const INTERVAL_MIN: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const ECHO: Duration = Duration::from_secs(8);

    #[test]
    fn a_client_that_writes_all_day_still_asks_whether_it_is_heard() {
        let start = Instant::now();
        let mut beat = Beat::new(MINUTE, ECHO, start);
        for second in 1..60 {
            beat.said(start + Duration::from_secs(second));
        }
        assert_eq!(beat.noop_due(true), start + MINUTE);
        beat.noop_said(start + MINUTE);
        beat.said(start + MINUTE + ECHO / 2);
        assert_eq!(beat.silent_at(), Some(start + MINUTE + ECHO));
    }

    #[test]
    fn a_client_that_only_listens_is_heard_every_interval() {
        let start = Instant::now();
        let mut beat = Beat::new(MINUTE, ECHO, start);
        beat.heard(start + MINUTE / 2);
        assert_eq!(beat.noop_due(true), start + MINUTE);
        beat.noop_said(start + MINUTE);
        beat.echo_heard();
        assert_eq!(beat.silent_at(), None);
        assert_eq!(beat.noop_due(true), start + MINUTE + MINUTE / 2);
    }

    #[test]
    fn while_the_app_takes_nothing_noops_go_on_and_the_server_is_not_blamed() {
        let start = Instant::now();
        let mut beat = Beat::new(MINUTE, ECHO, start);
        beat.noop_said(start + MINUTE);
        assert_eq!(beat.noop_due(false), start + 2 * MINUTE);
        beat.noop_said(start + 2 * MINUTE);
        beat.reading_again(start + 3 * MINUTE);
        assert_eq!(beat.silent_at(), Some(start + 3 * MINUTE + ECHO));
    }
}
