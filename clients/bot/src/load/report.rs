//! What was measured, for a program: everything, with the settings and the machine. `table` shows it to people.

use std::collections::BTreeMap;

use serde::Serialize;

use super::args::{Scenario, Settings};
use super::course::Row;
use super::latencies::{Latencies, PARTS};
use super::process::Machine;
use super::run::Outcome;
use super::tally::{Counts, Tally};

/// Less than this part of what was asked for is not what was asked for.
const RATE_KEPT: f64 = 0.99;
/// With less than this of a core neither the bot nor the server has anything to do.
const CORE_SHARE_MIN: f64 = 0.05;
/// A bot that is later than this has measured itself.
const OWN_DELAY_MAX_US: u64 = 5_000;

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) version: &'static str,
    pub(crate) begun_at_ms: i64,
    pub(crate) settings: Settings,
    pub(crate) machine: Machine,
    /// From when a latency counts: when it was due, or when it was sent.
    pub(crate) latencies_count_from: &'static str,
    pub(crate) was_interrupted: bool,
    pub(crate) arriving_s: f64,
    pub(crate) playing_s: f64,
    pub(crate) settling_s: f64,
    pub(crate) links_at_begin: u64,
    pub(crate) links_at_most: u64,
    pub(crate) counts: Counts,
    pub(crate) errors: BTreeMap<String, u64>,
    /// While it played, each second.
    pub(crate) rates: Rates,
    pub(crate) latencies: BTreeMap<&'static str, Spread>,
    pub(crate) server: Option<Server>,
    pub(crate) bot: Bot,
    pub(crate) warnings: Vec<String>,
    pub(crate) course: Vec<Row>,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Rates {
    pub(crate) sent: f64,
    pub(crate) acknowledged: f64,
    pub(crate) received: f64,
    pub(crate) echoes: f64,
    pub(crate) logins: f64,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Spread {
    pub(crate) count: u64,
    pub(crate) mean_us: f64,
    pub(crate) percentiles_us: Vec<(&'static str, u64)>,
    /// Each latency, in microseconds to three digits, and how often it was.
    pub(crate) histogram: Vec<(u64, u64)>,
}

/// What the server used, from when everybody was there to the end.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Server {
    pub(crate) cpu_s: f64,
    pub(crate) core_share: f64,
    pub(crate) cpu_us_per: BTreeMap<&'static str, f64>,
    pub(crate) resident_bytes_before: u64,
    pub(crate) resident_bytes_at_begin: u64,
    pub(crate) resident_bytes_at_end: u64,
    /// Of memory that no file is behind, from before the first link to when all were there.
    pub(crate) bytes_per_link: Option<f64>,
    /// Reads and writes as /proc counts them: not `recv`, `send` or waiting.
    pub(crate) reads_and_writes: u64,
    /// All, as `perf` counts them.
    pub(crate) system_calls: Option<u64>,
    pub(crate) system_calls_per: BTreeMap<&'static str, f64>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Bot {
    pub(crate) processes: u32,
    pub(crate) cpu_s: f64,
    pub(crate) core_share: f64,
    /// How late it was by its own fault.
    pub(crate) own_delay: Option<Spread>,
    pub(crate) reads_and_writes: u64,
}

impl Report {
    pub(crate) fn new(settings: Settings, machine: Machine, begun_at_ms: i64, outcome: Outcome) -> Self {
        let mut all = outcome.arriving.clone();
        all.add(&outcome.played);
        let rate = |count: u64| count as f64 / outcome.playing_s.max(0.001);
        let in_time = outcome.in_time;
        let rates = Rates {
            sent: rate(in_time.sent),
            acknowledged: rate(in_time.acknowledged),
            received: rate(in_time.received),
            echoes: rate(in_time.echoes),
            logins: rate(in_time.logins),
        };
        let server = server(settings.scenario, &outcome);
        let cpu_s = outcome.bot_cpu_us.saturating_sub(outcome.bot_cpu_at_begin_us) as f64 / 1e6;
        let bot = Bot {
            processes: settings.processes,
            cpu_s,
            core_share: cpu_s / (outcome.playing_s + outcome.settling_s).max(0.001),
            own_delay: spread(&outcome.played.own_delay),
            reads_and_writes: outcome.played.counts.own_calls,
        };
        let warnings = warnings(&settings, &outcome, &rates, server.as_ref(), &bot);
        // A scenario without logins of its own tells those of the arrival.
        let logins = if settings.scenario == Scenario::Storm { &outcome.played.login } else { &all.login };
        let latencies = [
            ("delivery", &outcome.played.delivery),
            ("acknowledgement", &outcome.played.acknowledgement),
            ("echo", &outcome.played.echo),
            ("login", logins),
            ("catching up", &outcome.played.catching_up),
        ];
        Self {
            version: env!("CARGO_PKG_VERSION"),
            begun_at_ms,
            latencies_count_from: if settings.is_open_loop() { "when it was due" } else { "when it was sent" },
            was_interrupted: outcome.was_interrupted,
            arriving_s: outcome.arriving_s,
            playing_s: outcome.playing_s,
            settling_s: outcome.settling_s,
            links_at_begin: outcome.links_at_begin,
            links_at_most: outcome.links_at_most,
            counts: all.counts,
            errors: all.errors,
            rates,
            latencies: latencies.into_iter().filter_map(|(what, of)| Some((what, spread(of)?))).collect(),
            server,
            bot,
            warnings,
            course: outcome.course,
            settings,
            machine,
        }
    }
}

fn spread(latencies: &Latencies) -> Option<Spread> {
    (latencies.count() > 0).then(|| Spread {
        count: latencies.count(),
        mean_us: latencies.mean_us(),
        percentiles_us: PARTS.iter().map(|(name, part)| (*name, latencies.at_us(*part))).collect(),
        histogram: latencies.pairs(),
    })
}

fn server(scenario: Scenario, outcome: &Outcome) -> Option<Server> {
    let (before, end) = (outcome.server_before?, outcome.server_at_end?);
    let begin = outcome.server_at_begin.unwrap_or(before);
    let cpu_us = end.cpu_us.saturating_sub(begin.cpu_us);
    let calls = (end.reads + end.writes).saturating_sub(begin.reads + begin.writes);
    let per = |amount: u64| -> BTreeMap<&'static str, f64> {
        let shares = units(scenario, &outcome.played);
        shares.into_iter().map(|(what, count)| (what, amount as f64 / count as f64)).collect()
    };
    let links = outcome.links_at_begin;
    let grown = begin.anonymous_bytes.saturating_sub(before.anonymous_bytes);
    Some(Server {
        cpu_s: cpu_us as f64 / 1e6,
        core_share: cpu_us as f64 / 1e6 / (outcome.playing_s + outcome.settling_s).max(0.001),
        cpu_us_per: per(cpu_us),
        resident_bytes_before: before.resident_bytes,
        resident_bytes_at_begin: begin.resident_bytes,
        resident_bytes_at_end: end.resident_bytes,
        bytes_per_link: (links > 0).then(|| grown as f64 / links as f64),
        reads_and_writes: calls,
        system_calls: outcome.server_calls,
        system_calls_per: outcome.server_calls.map(per).unwrap_or_default(),
    })
}

/// By what costs are divided: by all that there was of what the scenario is about.
fn units(scenario: Scenario, played: &Tally) -> Vec<(&'static str, u64)> {
    let counts = &played.counts;
    let units = match scenario {
        Scenario::Idle => vec![],
        Scenario::Heartbeat => vec![("noop", counts.echoes)],
        Scenario::Storm => vec![("login", counts.logins)],
        Scenario::Pairs | Scenario::Offline | Scenario::Poll => vec![("message", counts.acknowledged)],
        Scenario::Fanout | Scenario::Group | Scenario::Mixed => {
            vec![("message", counts.acknowledged), ("delivery", counts.received)]
        }
    };
    units.into_iter().filter(|(_, count)| *count > 0).collect()
}

fn warnings(settings: &Settings, outcome: &Outcome, rates: &Rates, server: Option<&Server>, bot: &Bot) -> Vec<String> {
    let mut warnings = Vec::new();
    match server {
        Some(server) if bot.cpu_s > server.cpu_s && bot.core_share > CORE_SHARE_MIN => warnings.push(format!(
            "the bot used more processor time than the server ({:.2} s and {:.2} s): it may be the bot's limit that was found",
            bot.cpu_s, server.cpu_s
        )),
        Some(_) => {}
        None if outcome.server_before.is_some() => warnings.push("the server's process has ended".to_owned()),
        None => warnings.push("what the server used is not known: give its --pid".to_owned()),
    }
    if bot.core_share > 0.95 * f64::from(bot.processes) {
        warnings.push("the bot was busy all the time: give it more --processes and more cores".to_owned());
    }
    let begun = match settings.scenario {
        Scenario::Heartbeat => rates.echoes,
        Scenario::Storm => rates.logins,
        Scenario::Idle => settings.rate_per_second,
        Scenario::Pairs | Scenario::Fanout | Scenario::Group | Scenario::Offline | Scenario::Poll | Scenario::Mixed => {
            rates.sent
        }
    };
    // One more or less is not a matter of the rate.
    let one = 1.0 / outcome.playing_s.max(0.001);
    if settings.is_open_loop() && begun + one < RATE_KEPT * settings.rate_per_second {
        warnings.push(format!(
            "the asked rate was not kept: {:.1} {} a second of {:.1}",
            begun,
            settings.scenario.unit(),
            settings.rate_per_second
        ));
    }
    let not_begun = outcome.played.counts.not_begun;
    if not_begun > 0 {
        warnings.push(format!(
            "{not_begun} were due and not begun at the end: the latencies have how long they had waited"
        ));
    }
    let late = outcome.played.own_delay.at_us(0.99);
    if late > OWN_DELAY_MAX_US {
        let late = late as f64 / 1_000.0;
        warnings.push(format!(
            "the bot itself was late by {late:.1} ms and more in one of a hundred: it had too little processor"
        ));
    }
    let wanted = u64::from(settings.connections);
    // Half of them have gone already.
    let wanted = if settings.scenario == Scenario::Offline { wanted - wanted / 2 } else { wanted };
    if settings.scenario != Scenario::Storm && outcome.links_at_begin < wanted {
        warnings.push(format!("{} of {wanted} links were there when it began", outcome.links_at_begin));
    }
    if outcome.was_interrupted {
        warnings.push("it was interrupted before its time".to_owned());
    }
    warnings
}
