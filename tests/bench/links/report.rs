//! The report: a page of Markdown from the raw numbers.

use std::fmt::Write;

use crate::budget;
use crate::grow::{self, Axis};
use crate::peer::Peer;
use crate::results::{Growth, PeerRun, Results, Run, Samples};
use crate::scenario::Scenario;

const OURS: &str = "longlink";

/// The whole page.
pub(crate) fn page(results: &Results) -> String {
    let mut out = String::from(HEAD);
    out.push_str(&budget::table(results));
    peers(&mut out, results);
    for scenario in crate::scenario::ALL {
        if let Some(run) = results.runs.get(scenario.name) {
            chapter(&mut out, scenario, run);
        }
    }
    for axis in grow::ALL {
        if let Some(growth) = results.growths.get(axis.name) {
            curves(&mut out, axis, growth);
        }
    }
    out
}

const HEAD: &str = "# longlink beside other servers\n\n\
    Written by `bash tests/bench/compare`. A value is the median over the rounds and, in brackets, the least and the\n\
    greatest. A ratio is longlink's value through the peer's, the medians and then the range over the rounds, in each of\n\
    which the peers took turns: below 1 longlink is better. Rows in which longlink is worse stay in. Bytes, processor\n\
    time and system calls are robust; rows marked (side) belong to the machine and its neighbours.\n\n";

const QUICK: &str = "**Tiny sizes (`--quick`): these are no measurements.**\n\n";

/// Who took part, what each does for a message, and what kept one away.
fn peers(out: &mut String, results: &Results) {
    out.push_str("## Who is compared\n\n| peer | version | what it does for a message |\n|---|---|---|\n");
    let runs = || results.runs.values().flat_map(|run| &run.peers);
    for peer in Peer::ALL {
        let Some(run) = runs().find(|run| run.peer == peer.name()) else { continue };
        let _ = writeln!(out, "| {} | {} | {} |", peer.name(), run.version, peer.does());
    }
    let absent: Vec<&str> =
        Peer::ALL.into_iter().map(Peer::name).filter(|name| !runs().any(|run| run.peer == *name)).collect();
    if !absent.is_empty() {
        let _ = writeln!(out, "\nNot asked to take part: {}.", absent.join(", "));
    }
    for (scenario, run) in &results.runs {
        for missing in run.missing() {
            let _ = writeln!(out, "\n**Not measured in {scenario}:** {missing}");
        }
    }
    out.push('\n');
}

fn chapter(out: &mut String, scenario: &Scenario, run: &Run) {
    let _ = writeln!(out, "## {}\n\n{}. {} rounds.\n", scenario.name, scenario.what, run.rounds);
    let _ = writeln!(out, "{}, {}, {} s.\n", run.at, run.machine, run.took_s);
    out.push_str(if run.is_quick { QUICK } else { "" });
    let mut figures: Vec<(&str, &str)> = Vec::new();
    for figure in run.peers.iter().flat_map(|run| &run.figures) {
        if !figures.iter().any(|(what, _)| *what == figure.what) {
            figures.push((&figure.what, &figure.unit));
        }
    }
    for (what, unit) in figures {
        table(out, run, what, unit);
    }
    let busy: Vec<String> = run.peers.iter().filter_map(busy_driver).collect();
    if !busy.is_empty() {
        let _ = writeln!(out, "The driver's processor time, of the server's: {}.\n", busy.join(", "));
    }
}

/// What grows, down; the peers, across.
fn curves(out: &mut String, axis: &Axis, growth: &Growth) {
    let Axis { name, along, .. } = axis;
    let _ = writeln!(out, "## {name}: cost along the number of {along}\n\n![{name}]({name}.svg)\n");
    let _ = writeln!(out, "{}, {}, {} s.\n", growth.at, growth.machine, growth.took_s);
    out.push_str(if growth.is_quick { QUICK } else { "" });
    for failure in &growth.failures {
        let _ = writeln!(out, "**Not measured:** {failure}\n");
    }
    let mut figures: Vec<(&str, &str)> = Vec::new();
    for curve in &growth.curves {
        if !figures.iter().any(|(what, _)| *what == curve.what) {
            figures.push((&curve.what, &curve.unit));
        }
    }
    for (what, unit) in figures {
        let curves: Vec<_> = growth.curves.iter().filter(|curve| curve.what == what).collect();
        let peers: Vec<&str> = curves.iter().map(|curve| curve.peer.as_str()).collect();
        let _ = writeln!(out, "{what}, {unit}:\n\n| {along} | {} |", peers.join(" | "));
        let _ = writeln!(out, "|---|{}", "---|".repeat(peers.len()));
        let xs = curves.iter().max_by_key(|curve| curve.points.len()).map(|curve| &curve.points);
        for (x, _) in xs.into_iter().flatten() {
            let at = |points: &[(f64, f64)]| points.iter().find(|(at, _)| at == x).map(|(_, y)| format!("{y:.2}"));
            let values: Vec<String> = curves.iter().map(|curve| at(&curve.points).unwrap_or_default()).collect();
            let _ = writeln!(out, "| {x} | {} |", values.join(" | "));
        }
        out.push('\n');
    }
}

/// One figure over all peers.
fn table(out: &mut String, run: &Run, what: &str, unit: &str) {
    let _ = writeln!(out, "| {what} | {unit} | longlink / peer |\n|---|---|---|");
    let ours = run.peers.iter().find(|run| run.peer == OURS).and_then(|run| run.samples(what));
    for peer in &run.peers {
        let Some(samples) = peer.samples(what) else { continue };
        let ratio = ours.filter(|_| peer.peer != OURS).map(|ours| ratio(ours, samples));
        let _ = writeln!(out, "| {} | {} | {} |", peer.peer, samples.text(), ratio.as_deref().unwrap_or(""));
    }
    out.push('\n');
}

fn ratio(ours: &Samples, theirs: &Samples) -> String {
    // Some figures are nothing but noise around zero.
    if theirs.median().abs() < 0.01 {
        return "-".to_owned();
    }
    ours.ratio_text(theirs)
}

/// Where the driver was the limit, the server was not.
fn busy_driver(run: &PeerRun) -> Option<String> {
    (run.server_us > 0.0).then(|| format!("{} {:.0} %", run.peer, run.driver_us / run.server_us * 100.0))
}
