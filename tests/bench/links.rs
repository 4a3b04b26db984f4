//! What links cost: memory, processor time and system calls, measured on the real program from outside.
//!
//! `cargo bench --bench links [-- SCENARIO ...]`, with the scenarios `pairs-1 pairs-16 login fanout heartbeat idle
//! traffic`; all of them when none is named. The server runs with the memory engine, so that the disk is left out, and beside it runs
//! `slim`, a forwarder that does nothing but forward: what it costs is what sockets and the runtime cost. Rounds of the
//! two alternate, so that a neighbour's noise meets both, and the ratio of the medians is what to compare between runs.
//! Bytes, processor time and system calls are robust; messages a second and latencies belong to the machine and its
//! neighbours. Nothing here passes or fails.

// A measurement that meets what it did not expect is worth nothing: it stops there.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "links/driver.rs"]
mod driver;
#[path = "links/fanout.rs"]
mod fanout;
#[path = "links/heartbeat.rs"]
mod heartbeat;
#[path = "links/idle.rs"]
mod idle;
#[path = "links/login.rs"]
mod login;
#[path = "links/pairs.rs"]
mod pairs;
#[path = "links/process.rs"]
mod process;
#[path = "links/server.rs"]
mod server;
#[path = "links/slim.rs"]
mod slim;
#[path = "links/speech.rs"]
mod speech;
#[path = "links/table.rs"]
mod table;

use std::env;

use table::Table;

/// As the server: what is compared is not the allocator.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

type Scenario = fn(&mut Table);

const SCENARIOS: [(&str, Scenario); 7] = [
    ("pairs-1", |table| pairs::measure(table, 1, 40_000)),
    ("pairs-16", |table| pairs::measure(table, 16, 160_000)),
    ("login", login::measure),
    ("fanout", fanout::measure),
    ("heartbeat", heartbeat::measure),
    ("idle", idle::measure),
    ("traffic", idle::measure_traffic),
];

fn main() {
    // Cargo says `--bench` to every benchmark.
    let named: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if named.first().is_some_and(|first| first == slim::ARGUMENT) {
        return slim::serve();
    }
    if let Some(unknown) = named.iter().find(|named| !SCENARIOS.iter().any(|(name, _)| name == named)) {
        eprintln!("no scenario is called {unknown:?}");
        std::process::exit(64);
    }
    process::pin(std::process::id(), process::DRIVER_CORE);
    let mut table = Table::default();
    for (name, measure) in SCENARIOS {
        if named.is_empty() || named.iter().any(|named| name == named) {
            eprintln!("{name} ...");
            measure(&mut table);
        }
    }
    println!("{}\n{table}", process::machine());
}
