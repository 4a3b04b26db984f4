//! What a run is asked for: `[SCENARIO|PEER ...] [--rounds N] [--quick] [--out FOLDER]`.

use std::path::PathBuf;

use clap::Parser;
use clap::ValueEnum;

use crate::grow::{self, Axis};
use crate::peer::Peer;
use crate::scenario::{self, Scenario};

#[derive(Parser)]
#[command(about = "Compares what links cost, between longlink and other servers, in one run")]
struct Arguments {
    /// Scenarios and peers by name; all scenarios, and the peers that are built with the project, when none is named.
    names: Vec<String>,
    /// Rounds over all peers.
    #[arg(long, default_value_t = 4)]
    rounds: usize,
    /// Tiny sizes: shows that all of it works, and measures nothing.
    #[arg(long)]
    quick: bool,
    /// When no peer is named: all of them, also those from Debian's packages.
    #[arg(long)]
    all_peers: bool,
    /// Where the report and the raw numbers go.
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/target/compare"))]
    out: PathBuf,
    /// Cargo says so to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

pub(crate) struct Plan {
    pub(crate) scenarios: Vec<&'static Scenario>,
    pub(crate) axes: Vec<&'static Axis>,
    pub(crate) peers: Vec<Peer>,
    pub(crate) rounds: usize,
    pub(crate) is_quick: bool,
    pub(crate) sizes: &'static Sizes,
    pub(crate) out: PathBuf,
}

/// How much of everything.
pub(crate) struct Sizes {
    pub(crate) pairs: usize,
    /// In a round at one in flight.
    pub(crate) messages: u64,
    pub(crate) logins: usize,
    pub(crate) readers: usize,
    pub(crate) broadcasts: u64,
    pub(crate) heartbeat_s: usize,
    pub(crate) few_links: usize,
    pub(crate) many_links: usize,
    /// Before memory is looked at: some servers and allocators give back what was not used for so long.
    pub(crate) silence_s: u64,
    pub(crate) decay_s: u64,
    pub(crate) durable_s: u64,
    pub(crate) log_entries: usize,
    pub(crate) grow_links: &'static [usize],
    pub(crate) grow_groups: &'static [usize],
    pub(crate) grow_logs: &'static [usize],
}

const FULL: Sizes = Sizes {
    pairs: 500,
    messages: 40_000,
    logins: 5_000,
    readers: 10_000,
    broadcasts: 10,
    heartbeat_s: 2,
    few_links: 10_000,
    many_links: 19_000,
    silence_s: 10,
    decay_s: 15,
    durable_s: 4,
    log_entries: 2_000_000,
    grow_links: &[1_000, 2_000, 5_000, 10_000, 19_000],
    grow_groups: &[10, 100, 1_000, 5_000],
    grow_logs: &[10_000, 100_000, 1_000_000, 5_000_000],
};

const QUICK: Sizes = Sizes {
    pairs: 10,
    messages: 1_000,
    logins: 100,
    readers: 100,
    broadcasts: 2,
    heartbeat_s: 1,
    few_links: 150,
    many_links: 300,
    silence_s: 1,
    decay_s: 0,
    durable_s: 1,
    log_entries: 5_000,
    grow_links: &[50, 100, 200],
    grow_groups: &[10, 30, 120],
    grow_logs: &[1_000, 2_000, 4_000],
};

/// What the command line asks for, or why that cannot be.
pub(crate) fn parse() -> Result<Plan, String> {
    let arguments = Arguments::parse();
    let (mut scenarios, mut axes, mut peers) = (Vec::new(), Vec::new(), Vec::new());
    for name in &arguments.names {
        if let Some(scenario) = Scenario::named(name) {
            scenarios.push(scenario);
        } else if let Some(axis) = Axis::named(name) {
            axes.push(axis);
        } else if name == "grow" {
            axes.extend(grow::ALL);
        } else if let Ok(peer) = Peer::from_str(name, false) {
            peers.push(peer);
        } else {
            let scenarios = scenario::ALL.iter().map(|scenario| scenario.name);
            let known: Vec<&str> = scenarios.chain(grow::ALL.iter().map(|axis| axis.name)).collect();
            let known_peers = Peer::ALL.map(Peer::name).join(" ");
            return Err(format!("{name} is neither a scenario ({} grow) nor a peer ({known_peers})", known.join(" ")));
        }
    }
    if scenarios.is_empty() && axes.is_empty() {
        scenarios.extend(scenario::ALL);
    }
    if peers.is_empty() {
        peers.extend_from_slice(if arguments.all_peers { &Peer::ALL } else { &Peer::IN_TREE });
    }
    let sizes = if arguments.quick { &QUICK } else { &FULL };
    let rounds = if arguments.quick { 1 } else { arguments.rounds.max(1) };
    Ok(Plan { scenarios, axes, peers, rounds, is_quick: arguments.quick, sizes, out: arguments.out })
}
