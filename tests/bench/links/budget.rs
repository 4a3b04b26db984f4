//! What longlink is meant to cost, row by row, and what it was found to cost. A budget that is missed stays in.

use std::fmt::Write;

use crate::results::Results;
use crate::scenario::{durable, fanout, heartbeat, idle, login, open, pairs};

const OURS: &str = "longlink";

struct Budget {
    what: &'static str,
    scenario: &'static str,
    figure: &'static str,
    /// Through whose figure ours is divided; ours as it is where there is nobody.
    peer: Option<&'static str>,
    unit: &'static str,
    goal: f64,
    /// Never worse than this.
    limit: Option<f64>,
    /// Whether more is better.
    is_rate: bool,
}

const fn budget(what: &'static str, scenario: &'static str, figure: &'static str) -> Budget {
    Budget { what, scenario, figure, peer: None, unit: "", goal: f64::NAN, limit: None, is_rate: false }
}

const BUDGETS: [Budget; 14] = [
    Budget {
        unit: " B",
        goal: 900.0,
        limit: Some(1024.0),
        ..budget("memory per idle link that is logged in, slope 10,000 to 19,000", "idle", idle::SLOPE)
    },
    Budget {
        unit: " %",
        goal: 5.0,
        limit: Some(10.0),
        ..budget("more of it after traffic on every link", "idle", idle::TRAFFIC)
    },
    Budget {
        peer: Some("bare"),
        unit: " x bare",
        goal: 1.3,
        ..budget("processor time of a routed message, 1 in flight", "pairs-1", pairs::CPU)
    },
    Budget {
        peer: Some("netty"),
        unit: " x netty",
        goal: 0.8,
        limit: Some(1.0),
        ..budget("the same", "pairs-1", pairs::CPU)
    },
    Budget {
        peer: Some("netty"),
        unit: " x netty",
        goal: 0.35,
        limit: Some(0.5),
        ..budget("processor time of a routed message, 16 in flight", "pairs-16", pairs::CPU)
    },
    Budget {
        goal: 2.2,
        limit: Some(3.1),
        ..budget("system calls of a routed message, 1 in flight", "pairs-1", pairs::CALLS)
    },
    Budget {
        goal: 0.25,
        limit: Some(0.5),
        ..budget("system calls of a routed message, 16 in flight", "pairs-16", pairs::CALLS)
    },
    Budget {
        peer: Some("bare"),
        unit: " x bare",
        goal: 1.2,
        limit: Some(1.5),
        ..budget("processor time of a delivery to one of 10,000", "fanout", fanout::CPU)
    },
    Budget {
        peer: Some("netty"),
        unit: " x netty",
        goal: 0.7,
        limit: Some(1.0),
        ..budget("processor time of a heartbeat", "heartbeat", heartbeat::CPU)
    },
    Budget {
        peer: Some("mosquitto-qos0"),
        unit: " x mosquitto",
        goal: 0.6,
        limit: Some(1.0),
        ..budget("processor time to connect and log in", "login", login::CPU)
    },
    Budget {
        peer: Some(durable::SEGMENT),
        unit: " x a bare segment file",
        goal: 0.5,
        limit: Some(0.3),
        is_rate: true,
        ..budget("durable sends a second, 64 in flight", "durable-64", durable::RATE)
    },
    Budget {
        peer: Some(durable::SEGMENT),
        unit: " x a bare segment file",
        goal: 0.3,
        limit: Some(0.2),
        is_rate: true,
        ..budget("durable sends a second, 1,024 in flight", "durable-1024", durable::RATE)
    },
    Budget {
        unit: " % of a core",
        goal: 0.5,
        limit: Some(1.0),
        ..budget("19,000 silent links", "idle", idle::SILENCE)
    },
    Budget {
        unit: " s",
        goal: 0.5,
        limit: Some(2.0),
        ..budget("start with two million entries in the log", "open", open::AFTER_STOP)
    },
];

/// The table, and what came out of it.
pub(crate) fn table(results: &Results) -> String {
    let mut out = String::from(
        "## The budget\n\n| what | goal | never worse than | measured | verdict |\n|---|---|---|---|---|\n",
    );
    for budget in &BUDGETS {
        let Budget { what, unit, goal, limit, .. } = budget;
        let limit = limit.map(|limit| format!("{limit}{unit}")).unwrap_or_default();
        let (measured, verdict) = match budget.measured(results) {
            Some((text, value)) => (format!("{text}{unit}"), budget.verdict(value)),
            None => (String::new(), "not measured"),
        };
        let _ = writeln!(out, "| {what} | {goal}{unit} | {limit} | {measured} | {verdict} |");
    }
    let kernel = results.samples("idle", OURS, idle::WITH_KERNEL);
    let (measured, verdict) = match kernel {
        Some(samples) => (format!("{} B", samples.text()), "not measured with a million: from 10,000 to 19,000 here"),
        None => (String::new(), "not measured"),
    };
    let _ = writeln!(out, "| one of a million links, kernel included | 5200 B |  | {measured} | {verdict} |\n");
    out
}

impl Budget {
    /// As it is to be read, and as it is to be judged.
    fn measured(&self, results: &Results) -> Option<(String, f64)> {
        let ours = results.samples(self.scenario, OURS, self.figure)?;
        let Some(peer) = self.peer else { return Some((ours.text(), ours.median())) };
        let theirs = results.samples(self.scenario, peer, self.figure)?;
        Some((ours.ratio_text(theirs), ours.median() / theirs.median()))
    }

    fn verdict(&self, value: f64) -> &'static str {
        let holds = |bound: f64| if self.is_rate { value >= bound } else { value <= bound };
        match self.limit {
            _ if holds(self.goal) => "met",
            Some(limit) if holds(limit) => "within the limit",
            Some(_) => "**MISSED**",
            None => "missed, no limit set",
        }
    }
}
