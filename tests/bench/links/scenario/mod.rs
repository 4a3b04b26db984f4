//! The scenarios, and how they are played: the peers take turns within each round, so that a neighbour's noise meets
//! all of them.

pub(crate) mod durable;
pub(crate) mod fanout;
pub(crate) mod heartbeat;
pub(crate) mod idle;
pub(crate) mod login;
pub(crate) mod open;
pub(crate) mod pairs;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::options::Plan;
use crate::peer::Peer;
use crate::process::{self, cpu_us, now};
use crate::results::{PeerRun, Run};

/// About how long a peer takes with tiny sizes.
const QUICK_S: f64 = 2.0;
/// A compiler that complains may go on for pages.
const FAILURE_CHARS_MAX: usize = 400;

pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    /// About how long a peer takes to begin, and how long a round of it takes, on the machine of the figures.
    seconds: (f64, f64),
    play: fn(&Plan, &Scenario) -> Vec<PeerRun>,
    /// Whether peers that differ in how they pass a message on take part, or only one of each kind.
    has_variants: bool,
    /// Whether it is played with the peers at all, or is about longlink's store alone.
    has_peers: bool,
    /// Enough for what hardly differs between rounds.
    rounds_max: usize,
}

pub(crate) const ALL: &[Scenario] = &[
    Scenario {
        name: "pairs-1",
        what: "500 pairs, each with one message of 128 bytes that goes to and fro",
        seconds: (2.0, 0.6),
        play: |plan, scenario| compare(plan, scenario, |peer| pairs::Pairs::start(peer, 1, plan.sizes)),
        has_variants: true,
        has_peers: true,
        rounds_max: usize::MAX,
    },
    Scenario {
        name: "pairs-16",
        what: "500 pairs, each with sixteen messages of 128 bytes that go to and fro",
        seconds: (2.5, 0.9),
        play: |plan, scenario| compare(plan, scenario, |peer| pairs::Pairs::start(peer, 16, plan.sizes)),
        has_variants: true,
        has_peers: true,
        rounds_max: usize::MAX,
    },
    Scenario {
        name: "login",
        what: "5,000 links that connect and log in",
        seconds: (2.0, 1.0),
        play: |plan, scenario| compare(plan, scenario, |peer| login::Login::start(peer, plan.sizes)),
        has_variants: false,
        has_peers: true,
        rounds_max: usize::MAX,
    },
    Scenario {
        name: "fanout",
        what: "one message of 128 bytes to everyone, with 10,000 links",
        seconds: (3.0, 3.0),
        play: |plan, scenario| compare(plan, scenario, |peer| fanout::Fanout::start(peer, plan.sizes)),
        has_variants: true,
        has_peers: true,
        rounds_max: usize::MAX,
    },
    Scenario {
        name: "heartbeat",
        what: "10,000 links that say one heartbeat a second",
        seconds: (1.5, 4.5),
        play: |plan, scenario| compare(plan, scenario, |peer| heartbeat::Heartbeat::start(peer, plan.sizes)),
        has_variants: false,
        has_peers: true,
        rounds_max: usize::MAX,
    },
    Scenario {
        name: "idle",
        what: "links that say nothing: memory from 10,000 to 19,000 of them, a fresh process for each round",
        seconds: (6.0, 25.0),
        play: |plan, scenario| compare(plan, scenario, |peer| idle::Idle::start(peer, plan.sizes)),
        has_variants: false,
        has_peers: true,
        rounds_max: 2,
    },
    Scenario {
        name: "durable-64",
        what: "64 sends in flight to the embedded store, each answered when it is on the disk",
        seconds: (0.0, 8.5),
        play: |plan, scenario| durable::measure(plan, scenario, 64),
        has_variants: false,
        has_peers: false,
        rounds_max: usize::MAX,
    },
    Scenario {
        name: "durable-1024",
        what: "1,024 sends in flight to the embedded store, each answered when it is on the disk",
        seconds: (0.0, 8.5),
        play: |plan, scenario| durable::measure(plan, scenario, 1_024),
        has_variants: false,
        has_peers: false,
        rounds_max: usize::MAX,
    },
    Scenario {
        name: "open",
        what: "the program on a log of two million entries in the embedded store, from its start until it listens",
        seconds: (30.0, 0.5),
        play: open::measure,
        has_variants: false,
        has_peers: false,
        rounds_max: usize::MAX,
    },
];

impl Scenario {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        ALL.iter().find(|scenario| scenario.name == name)
    }

    fn peers(&self, plan: &Plan) -> Vec<Peer> {
        plan.peers.iter().copied().filter(|peer| self.has_variants || !peer.is_variant()).collect()
    }

    fn rounds(&self, plan: &Plan) -> usize {
        plan.rounds.min(self.rounds_max)
    }

    pub(crate) fn estimate_s(&self, plan: &Plan) -> f64 {
        let (start, round) = self.seconds;
        let peers = if self.has_peers { self.peers(plan).len() } else { 1 };
        if plan.is_quick {
            return QUICK_S * peers as f64;
        }
        (start + round * self.rounds(plan) as f64) * peers as f64
    }

    pub(crate) fn run(&self, plan: &Plan) -> Run {
        let begun = now();
        let machine = process::machine();
        let peers = (self.play)(plan, self);
        let took_s = begun.elapsed().as_secs();
        Run { at: process::date(), machine, rounds: self.rounds(plan), is_quick: plan.is_quick, took_s, peers }
    }
}

/// A peer within a scenario.
trait Play {
    fn round(&mut self, figures: &mut PeerRun);

    /// Once, behind the rounds: what would disturb them.
    fn last(&mut self, _figures: &mut PeerRun) {}
}

/// Starts every peer, then has them play round after round in turn. One that fails is out, and its failure is kept.
fn compare<P: Play>(plan: &Plan, scenario: &Scenario, start: impl Fn(Peer) -> P) -> Vec<PeerRun> {
    let mut runs = Vec::new();
    for peer in scenario.peers(plan) {
        let mut run = PeerRun { peer: peer.name().to_owned(), version: peer.version(), ..PeerRun::default() };
        let play = attempt(&mut run, |_| start(peer));
        runs.push((run, play));
    }
    rounds_of(plan, scenario, |_| {
        for (run, play) in &mut runs {
            take(run, play, |play, run| play.round(run));
            eprint!(" {};", run.summary());
        }
    });
    for (run, play) in &mut runs {
        take(run, play, |play, run| play.last(run));
    }
    runs.into_iter().map(|(run, _)| run).collect()
}

/// Does something in each round, which says to the one who waits what it gives.
fn rounds_of(plan: &Plan, scenario: &Scenario, mut what: impl FnMut(usize)) {
    let rounds = scenario.rounds(plan);
    for round in 1..=rounds {
        eprint!("  round {round} of {rounds}:");
        what(round);
        eprintln!();
    }
}

fn take<P>(run: &mut PeerRun, play: &mut Option<P>, what: impl FnOnce(&mut P, &mut PeerRun)) {
    if let Some(mut playing) = play.take() {
        *play = attempt(run, |run| {
            what(&mut playing, run);
            playing
        });
    }
}

/// What a peer does that it should not stops the peer, not the others.
fn attempt<T>(run: &mut PeerRun, what: impl FnOnce(&mut PeerRun) -> T) -> Option<T> {
    match caught(|| what(run)) {
        Ok(done) => Some(done),
        Err(failure) => {
            run.failure = Some(failure);
            None
        }
    }
}

/// What it comes to, or what stopped it.
pub(crate) fn caught<T>(what: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(what)).map_err(|cause| {
        let text = cause.downcast_ref::<String>().cloned();
        let text = text.or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let text = text.unwrap_or_else(|| "it failed without a word".to_owned());
        text.chars().take(FAILURE_CHARS_MAX).collect::<String>().replace('\n', " ")
    })
}

/// The processor time of the server and of the driver over something, in microseconds; the driver's is noted.
fn cpu_of(pid: u32, figures: &mut PeerRun, what: impl FnOnce(&mut PeerRun)) -> f64 {
    let (server, driver) = (cpu_us(pid), cpu_us(std::process::id()));
    what(figures);
    let (server, driver) = (cpu_us(pid) - server, cpu_us(std::process::id()) - driver);
    figures.driver_us += driver;
    figures.server_us += server;
    server
}
