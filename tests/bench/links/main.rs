//! What links cost: memory, processor time and system calls, measured on the real program from outside, and beside it
//! on other servers in the same rounds.
//!
//! `bash tests/bench/compare` runs it over all peers; `cargo bench --bench links [-- NAMES]` over those that are built
//! with the project: longlink with the memory engine, so that the disk is left out, `slim`, a forwarder on tokio, and
//! `bare`, one on epoll alone. Peers take turns within each round, so that a neighbour's noise meets all of them, and
//! the ratio of the medians is what to compare between runs. Bytes, processor time and system calls are robust;
//! messages a second and latencies belong to the machine and its neighbours. Nothing here passes or fails: the report
//! says what came out, also where others are better.

// A measurement that meets what it did not expect is worth nothing: its peer stops there, and the report says so.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod budget;
mod driver;
#[path = "../store/load.rs"]
mod load;
mod options;
mod peer;
mod process;
mod report;
mod results;
mod scenario;
mod speech;

use std::env;
use std::fs;

use peer::{bare, slim};
use results::Results;

/// As the server: what is compared is not the allocator.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    match env::args().nth(1).as_deref() {
        Some(slim::ARGUMENT) => return slim::serve(),
        Some(bare::ARGUMENT) => return bare::serve(),
        _ => {}
    }
    let plan = options::parse().unwrap_or_else(|wrong| {
        eprintln!("{wrong}");
        std::process::exit(64);
    });
    process::pin(std::process::id(), process::DRIVER_CORE);
    // A peer's failure is said in its row; the place in our code says nothing more.
    std::panic::set_hook(Box::new(|_| {}));
    fs::create_dir_all(&plan.out).unwrap();
    let (raw, page) = (plan.out.join("raw.json"), plan.out.join("report.md"));
    let mut results = Results::load(&raw);
    let estimate_s: f64 = plan.scenarios.iter().map(|scenario| scenario.estimate_s(&plan)).sum();
    eprintln!("{} scenarios, about {:.0} min", plan.scenarios.len(), (estimate_s / 60.0).ceil());
    for (place, scenario) in plan.scenarios.iter().enumerate() {
        let estimate_s = scenario.estimate_s(&plan);
        eprintln!("[{}/{}] {}, about {estimate_s:.0} s", place + 1, plan.scenarios.len(), scenario.name);
        let run = scenario.run(&plan);
        eprintln!("  took {} s", run.took_s);
        results.0.insert(scenario.name.to_owned(), run);
        // After each one, so that a run that is stopped has lost only what it was at.
        results.save(&raw);
        fs::write(&page, report::page(&results)).unwrap();
    }
    println!("{}", page.display());
}
