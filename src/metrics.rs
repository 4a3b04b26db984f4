//! What is counted, for `/metrics`: plain atomics, so that counting costs a hot path next to nothing.

mod limits;

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::wire::CloseReason;
pub use limits::{LIMITS, Limit};

/// Everything that is counted since the start.
#[derive(Debug, Default)]
pub struct Metrics {
    pub connections: Counter,
    pub connections_refused: Counter,
    pub accept_errors: Counter,
    pub proxy_headers_refused: Counter,
    pub handshakes: Counter,
    pub handshakes_failed: Counter,
    pub logins: Counter,
    pub logins_refused: Counter,
    pub requests: Counter,
    pub requests_refused: Counter,
    pub entries_appended: Counter,
    pub entries_duplicate: Counter,
    pub entries_offered: Counter,
    pub contacts_made: Counter,
    pub presence_states: Counter,
    pub presence_pushes: Counter,
    pub accounts_erased: Counter,
    pub entries_removed: Counter,
    pub datagrams: Counter,
    pub uploads: Counter,
    pub upload_bytes: Counter,
    pub downloads: Counter,
    closed: [Counter; CLOSE_REASONS.len()],
    limited: [Counter; LIMITS.len()],
}

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub fn add(&self, count: u64) {
        self.0.fetch_add(count, Ordering::Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

const CLOSE_REASONS: [CloseReason; 13] = [
    CloseReason::Shutdown,
    CloseReason::Idle,
    CloseReason::Slow,
    CloseReason::Crowded,
    CloseReason::StoreFailed,
    CloseReason::Gone,
    CloseReason::BadFrame,
    CloseReason::FrameTooLong,
    CloseReason::Replaced,
    CloseReason::LoggedOut,
    CloseReason::AccountEnded,
    CloseReason::TooManyLogins,
    CloseReason::TooMuchBeforeLogin,
];

/// A value of this moment, measured by whoever asks for the metrics.
#[derive(Clone, Copy, Debug)]
pub struct Gauge {
    pub name: &'static str,
    pub help: &'static str,
    pub value: u64,
}

impl Metrics {
    /// Counts an entry that the log has, new or as a duplicate.
    pub fn appended(&self, duplicate: bool) {
        if duplicate { &self.entries_duplicate } else { &self.entries_appended }.add(1);
    }

    /// Counts the end of a link by its reason.
    pub fn closed(&self, reason: CloseReason) {
        if let Some(place) = CLOSE_REASONS.iter().position(|known| *known == reason)
            && let Some(counter) = self.closed.get(place)
        {
            counter.add(1);
        }
    }

    /// Counts that somebody was refused at a bound.
    pub fn limited(&self, limit: Limit) {
        if let Some(counter) = self.limited.get(limit as usize) {
            counter.add(1);
        }
    }

    /// How often somebody was refused at a bound.
    pub fn limited_count(&self, limit: Limit) -> u64 {
        self.limited.get(limit as usize).map_or(0, Counter::get)
    }

    /// All of it in the text format of Prometheus.
    pub fn render(&self, gauges: &[Gauge]) -> String {
        let mut page = String::new();
        let counters = [
            ("connections_total", "Connections accepted.", &self.connections),
            (
                "connections_refused_total",
                "Connections closed at once because a bound was reached.",
                &self.connections_refused,
            ),
            ("accept_errors_total", "Failed accepts, such as for want of descriptors.", &self.accept_errors),
            (
                "proxy_headers_refused_total",
                "Connections of proxies closed for want of a good PROXY header.",
                &self.proxy_headers_refused,
            ),
            ("tls_handshakes_total", "TLS handshakes begun.", &self.handshakes),
            (
                "tls_handshakes_failed_total",
                "TLS handshakes that failed, took too long or made room.",
                &self.handshakes_failed,
            ),
            ("logins_total", "Logins accepted.", &self.logins),
            ("logins_refused_total", "Logins refused.", &self.logins_refused),
            ("requests_total", "Requests carried out or refused.", &self.requests),
            ("requests_refused_total", "Requests refused with a code.", &self.requests_refused),
            ("entries_appended_total", "Entries written to the log.", &self.entries_appended),
            ("entries_duplicate_total", "Sends that the log had already.", &self.entries_duplicate),
            ("entries_offered_total", "Entries taken from the tail and offered to readers.", &self.entries_offered),
            ("contacts_made_total", "Pairs of users that became contacts.", &self.contacts_made),
            ("presence_states_total", "Users whose coming online or going was told.", &self.presence_states),
            ("presence_pushes_total", "Pushes that told contacts of it.", &self.presence_pushes),
            ("accounts_erased_total", "Accounts erased to the end.", &self.accounts_erased),
            (
                "entries_removed_total",
                "Old entries removed from the log, those about groups counted.",
                &self.entries_removed,
            ),
            ("datagrams_total", "UDP datagrams counted and dropped.", &self.datagrams),
            ("uploads_total", "Files and avatars uploaded and kept.", &self.uploads),
            ("upload_bytes_total", "Bytes of those.", &self.upload_bytes),
            ("downloads_total", "Files and avatars that were asked for and found.", &self.downloads),
        ];
        for (name, help, counter) in counters {
            line(&mut page, name, help, "counter");
            let _ = writeln!(page, "longlink_{name} {}", counter.get());
        }
        line(&mut page, "links_closed_total", "Links closed, by reason.", "counter");
        for (reason, counter) in CLOSE_REASONS.iter().zip(&self.closed) {
            let _ = writeln!(page, "longlink_links_closed_total{{reason=\"{}\"}} {}", reason.word(), counter.get());
        }
        line(&mut page, "limited_total", "Refused at a bound, by the setting that it is.", "counter");
        for limit in LIMITS {
            let (setting, count) = (limit.setting(), self.limited_count(limit));
            let _ = writeln!(page, "longlink_limited_total{{setting=\"{setting}\"}} {count}");
        }
        for gauge in gauges {
            line(&mut page, gauge.name, gauge.help, "gauge");
            let _ = writeln!(page, "longlink_{} {}", gauge.name, gauge.value);
        }
        page
    }
}

fn line(page: &mut String, name: &str, help: &str, kind: &str) {
    let _ = writeln!(page, "# HELP longlink_{name} {help}\n# TYPE longlink_{name} {kind}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bound_is_counted_under_its_setting() {
        let metrics = Metrics::default();
        for (place, limit) in LIMITS.into_iter().enumerate() {
            assert_eq!(limit as usize, place, "{limit:?} is not at its place");
            metrics.limited(limit);
            let line = format!("longlink_limited_total{{setting=\"{}\"}} 1\n", limit.setting());
            assert!(metrics.render(&[]).contains(&line), "{line}");
        }
    }

    #[test]
    fn every_close_reason_is_counted_under_its_word() {
        let metrics = Metrics::default();
        for number in 100..300 {
            if let Ok(reason) = CloseReason::try_from(number) {
                metrics.closed(reason);
                let line = format!("longlink_links_closed_total{{reason=\"{}\"}} 1\n", reason.word());
                assert!(metrics.render(&[]).contains(&line), "{line}");
            }
        }
    }
}
