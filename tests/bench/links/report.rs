//! The report: a page of Markdown from the raw numbers.

use std::fmt::Write;

use crate::budget;
use crate::peer::Peer;
use crate::results::{PeerRun, Results, Run, Samples};
use crate::scenario::Scenario;

const OURS: &str = "longlink";

/// The whole page.
pub(crate) fn page(results: &Results) -> String {
    let mut out = String::from(HEAD);
    out.push_str(&budget::table(results));
    peers(&mut out, results);
    for scenario in crate::scenario::ALL {
        if let Some(run) = results.0.get(scenario.name) {
            chapter(&mut out, scenario, run);
        }
    }
    out
}

const HEAD: &str = "# longlink beside other servers\n\n\
    Written by `bash tests/bench/compare`. A value is the median over the rounds and, in brackets, the least and the\n\
    greatest. A ratio is longlink's value through the peer's, the medians and then the range over the rounds, in each of\n\
    which the peers took turns: below 1 longlink is better. Rows in which longlink is worse stay in. Bytes, processor\n\
    time and system calls are robust; rows marked (side) belong to the machine and its neighbours.\n\n";

/// Who took part, what each does for a message, and what kept one away.
fn peers(out: &mut String, results: &Results) {
    out.push_str("## Who is compared\n\n| peer | version | what it does for a message |\n|---|---|---|\n");
    let runs = || results.0.values().flat_map(|run| &run.peers);
    for peer in Peer::ALL {
        let Some(run) = runs().find(|run| run.peer == peer.name()) else { continue };
        let _ = writeln!(out, "| {} | {} | {} |", peer.name(), run.version, peer.does());
    }
    let absent: Vec<&str> =
        Peer::ALL.into_iter().map(Peer::name).filter(|name| !runs().any(|run| run.peer == *name)).collect();
    if !absent.is_empty() {
        let _ = writeln!(out, "\nNot asked to take part: {}.", absent.join(", "));
    }
    for (scenario, run) in &results.0 {
        for (peer, failure) in run.peers.iter().filter_map(|run| Some((&run.peer, run.failure.as_ref()?))) {
            let _ = writeln!(out, "\n**{peer} failed in {scenario}:** {failure}");
        }
    }
    out.push('\n');
}

fn chapter(out: &mut String, scenario: &Scenario, run: &Run) {
    let _ = writeln!(out, "## {}\n\n{}. {} rounds.\n", scenario.name, scenario.what, run.rounds);
    let _ = writeln!(out, "{}, {}, {} s.\n", run.at, run.machine, run.took_s);
    if run.is_quick {
        out.push_str("**Tiny sizes (`--quick`): these are no measurements.**\n\n");
    }
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
    let middle = ours.median() / theirs.median();
    let rounds = ours.over(theirs);
    match rounds.range() {
        Some((least, most)) => format!("{middle:.2} [{least:.2}..{most:.2}]"),
        None => format!("{middle:.2}"),
    }
}

/// Where the driver was the limit, the server was not.
fn busy_driver(run: &PeerRun) -> Option<String> {
    (run.server_us > 0.0).then(|| format!("{} {:.0} %", run.peer, run.driver_us / run.server_us * 100.0))
}
