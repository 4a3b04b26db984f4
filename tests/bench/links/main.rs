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
mod grow;
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

use grow::Axis;
use peer::{bare, slim};
use results::Results;
use scenario::Scenario;

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
    let scenarios = plan.scenarios.iter().map(|scenario| (scenario.name, scenario.estimate_s(&plan)));
    let axes = plan.axes.iter().map(|axis| (axis.name, axis.estimate_s(&plan)));
    let steps: Vec<(&str, f64)> = scenarios.chain(axes).collect();
    let mut left_s: f64 = steps.iter().map(|(_, seconds)| seconds).sum();
    let mut missing: Vec<String> = Vec::new();
    for (place, (name, seconds)) in steps.iter().enumerate() {
        let minutes = (left_s / 60.0).ceil();
        eprintln!("[{}/{}] {name}, about {seconds:.0} s; about {minutes:.0} min to the end", place + 1, steps.len());
        let begun = process::now();
        if let Some(scenario) = Scenario::named(name) {
            let run = scenario.run(&plan);
            missing.extend(run.missing().into_iter().map(|missing| format!("not measured in {name}: {missing}")));
            results.runs.insert((*name).to_owned(), run);
        } else if let Some(axis) = Axis::named(name) {
            let growth = axis.run(&plan);
            missing.extend(growth.failures.iter().map(|failure| format!("not measured in {name}: {failure}")));
            results.growths.insert((*name).to_owned(), growth);
        }
        eprintln!("  took {} s", begun.elapsed().as_secs());
        left_s -= seconds;
        // After each one, so that a run that is stopped has lost only what it was at.
        results.save(&raw);
        fs::write(&page, report::page(&results)).unwrap();
    }
    println!("{}", page.display());
    // Said in the report as well; the exit code is for who runs this unseen.
    if !missing.is_empty() {
        eprintln!("{}", missing.join("\n"));
        std::process::exit(1);
    }
}
