//! The course of a run: a row every so often, of what happened since the last one.

use serde::Serialize;

use super::process::Sample;
use super::tally::Tally;
use super::time::SECOND_NS;

pub(crate) struct Course {
    pub(crate) rows: Vec<Row>,
    start_ns: u64,
    since_ns: u64,
    since: Tally,
    errors: u64,
    server_cpu_us: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Row {
    /// Since the first connection was begun.
    pub(crate) at_s: f64,
    pub(crate) stage: &'static str,
    pub(crate) links: u64,
    pub(crate) sent_per_second: f64,
    pub(crate) received_per_second: f64,
    pub(crate) logins_per_second: f64,
    pub(crate) noops_per_second: f64,
    /// Of what: deliveries, or else echoes, acknowledgements, logins.
    pub(crate) latency: &'static str,
    pub(crate) p50_us: u64,
    pub(crate) p99_us: u64,
    pub(crate) max_us: u64,
    /// Up to now.
    pub(crate) errors: u64,
    /// How much of a core the server took since the last row.
    pub(crate) server_core_share: Option<f64>,
    pub(crate) server: Option<Sample>,
}

impl Course {
    pub(crate) fn new(start_ns: u64) -> Self {
        Self { rows: Vec::new(), start_ns, since_ns: start_ns, since: Tally::default(), errors: 0, server_cpu_us: None }
    }

    pub(crate) fn add(&mut self, tally: &Tally) {
        self.since.add(tally);
        self.errors += tally.errors_in_all() + tally.counts.wrong();
    }

    /// Closes a row.
    pub(crate) fn row(&mut self, now_ns: u64, stage: &'static str, links: u64, server: Option<Sample>) -> &Row {
        let row = self.open_row(now_ns, stage, links, server);
        self.since.clear();
        self.since_ns = now_ns;
        self.server_cpu_us = server.map(|now| now.cpu_us);
        self.rows.push(row);
        // There is one: it was pushed just now.
        self.rows.last().unwrap_or_else(|| unreachable!("a row was pushed"))
    }

    pub(crate) fn line_now(&self, now_ns: u64, stage: &'static str, links: u64) -> String {
        self.open_row(now_ns, stage, links, None).line()
    }

    fn open_row(&self, now_ns: u64, stage: &'static str, links: u64, server: Option<Sample>) -> Row {
        let seconds = |from: u64| now_ns.saturating_sub(from) as f64 / SECOND_NS as f64;
        let passed = seconds(self.since_ns).max(0.001);
        let counts = &self.since.counts;
        let (latency, of) = self.since.main_latency();
        Row {
            at_s: seconds(self.start_ns),
            stage,
            links,
            sent_per_second: counts.sent as f64 / passed,
            received_per_second: counts.received as f64 / passed,
            logins_per_second: counts.logins as f64 / passed,
            noops_per_second: counts.echoes as f64 / passed,
            latency,
            p50_us: of.at_us(0.5),
            p99_us: of.at_us(0.99),
            max_us: of.at_us(1.0),
            errors: self.errors,
            server_core_share: server
                .zip(self.server_cpu_us)
                .map(|(now, before)| now.cpu_us.saturating_sub(before) as f64 / 1e6 / passed),
            server,
        }
    }
}

impl Row {
    /// As one line for a person.
    pub(crate) fn line(&self) -> String {
        let Self { at_s, stage, links, p50_us, p99_us, errors, .. } = self;
        let mut line = format!("{at_s:7.1} s  {stage}  {links} links");
        for (what, per_second) in [
            ("sent", self.sent_per_second),
            ("received", self.received_per_second),
            ("logins", self.logins_per_second),
            ("noops", self.noops_per_second),
        ] {
            if per_second > 0.0 {
                line += &format!("  {what} {per_second:.0}/s");
            }
        }
        if *p50_us > 0 {
            let (p50, p99) = (*p50_us as f64 / 1_000.0, *p99_us as f64 / 1_000.0);
            line += &format!("  {} p50 {p50:.2} p99 {p99:.2} ms", self.latency);
        }
        line += &format!("  errors {errors}");
        if let Some(server) = self.server {
            line += &format!("  server {:.1} MB", server.resident_bytes as f64 / 1e6);
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_what_happened_since_the_last_one_and_all_errors() {
        let mut course = Course::new(0);
        let mut tally = Tally::default();
        tally.counts.sent = 50;
        tally.counts.lost = 1;
        tally.error("x");
        tally.delivery.record_ns(3_000_000);
        course.add(&tally);
        let first = course.row(SECOND_NS / 2, "playing", 7, None).clone();
        assert_eq!((first.at_s, first.links, first.sent_per_second, first.errors), (0.5, 7, 100.0, 2));
        assert_eq!((first.latency, first.p50_us), ("delivery", 3_001));
        let second = course.row(SECOND_NS, "playing", 7, None).clone();
        assert_eq!((second.sent_per_second, second.p50_us, second.errors), (0.0, 0, 2));
        assert_eq!(second.line(), "    1.0 s  playing  7 links  errors 2");
        assert!(first.line().contains("sent 100/s  delivery p50 3.00 p99 3.00 ms"), "{}", first.line());
    }
}
