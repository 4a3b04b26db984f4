//! `bot load`: finds out what a longlink server can bear.
//!
//! A scenario becomes a plan for each of the processes that the bot starts of itself (`scenario`, `plan`); the parent
//! gets the users (`accounts`), tells the processes when (`crew`, `run`), looks at the server's process meanwhile
//! (`process`), adds up what they counted (`tally`, `latencies`, `course`) and tells it (`report`, `table`, `plot`). A
//! process carries its plan out on one thread (`worker`), in an open loop if there is a rate (`schedule`).

mod accounts;
mod args;
mod course;
mod crew;
mod latencies;
mod plan;
mod plot;
mod process;
mod progress;
mod report;
#[cfg(test)]
mod report_tests;
mod run;
mod scenario;
mod schedule;
mod table;
mod tally;
mod time;
mod worker;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::lookup_host;
use tokio::task::spawn_blocking;

use longlink_client::Server;

use crate::clock;
use crate::failure::Failure;
pub(crate) use args::{Args, SCENARIOS};
use args::{Scenario, Settings};
pub(crate) use crew::WORKER;
use plan::{Account, Tls};
use progress::Progress;
use report::Report;
pub(crate) use worker::work;

/// Half of the ports that Linux gives out by itself.
const PORTS_QUICKLY_FOUND: usize = 14_000;
/// Descriptors of a process that are not for links.
const DESCRIPTORS_RESERVED: u64 = 64;

pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    let (server, http) = (resolve(&args.server).await?, resolve(&args.http).await?);
    let protection = args.protected.protection().map_err(Failure::usage)?;
    let named = Server::new(&args.server, protection);
    let tls = named.tls().map(|(name, _)| Tls { name: name.to_owned(), protected: args.protected.clone() });
    let settings = Settings::new(&args, server, http, tls.is_some(), links_max()).map_err(Failure::usage)?;
    let begun_at_ms = clock::now_ms();
    let machine = process::machine();
    let pid = args.pid.or_else(|| args.data_dir.as_deref().and_then(accounts::pid));
    if let Some(pid) = args.pid.filter(|pid| process::sample(*pid).is_none()) {
        return Err(Failure::usage(format!("process {pid} cannot be looked at: is it there, and ours?")));
    }
    for path in [&args.json, &args.plot].into_iter().flatten() {
        check_writable(path)?;
    }
    let progress = Progress::new();
    progress.say(&intention(&settings));
    if let Some(hint) = ports_hint(&settings) {
        progress.say(&hint);
    }
    let accounts = accounts(&args, settings.connections as usize, &progress).await?;
    // Tells this run's messages from those of any other.
    let number = u32::from_str_radix(longlink_client::fresh_id().get(..8).unwrap_or("0"), 16).unwrap_or(0);
    let mut plans = scenario::plans(&settings, number, accounts);
    for plan in &mut plans {
        plan.tls.clone_from(&tls);
    }
    let outcome = run::run(&settings, plans, pid, args.count_calls, &progress).await;
    progress.end();
    let report = Report::new(settings, machine, begun_at_ms, outcome?);
    // Who started us may not listen any more; the files are still to be written.
    let _ = writeln!(io::stdout(), "{report}");
    if let Some(path) = &args.json {
        let text = serde_json::to_string_pretty(&report).map_err(|error| Failure::other(error.to_string()))?;
        write(path, &text)?;
    }
    if let Some(path) = &args.plot {
        let svg = plot::svg(&report).map_err(|error| Failure::other(format!("cannot draw: {error}")))?;
        write(path, &svg)?;
    }
    judge(&report)
}

/// What it comes to for whoever runs it.
fn judge(report: &Report) -> Result<(), Failure> {
    let counts = &report.counts;
    if counts.wrong() > 0 {
        return Err(Failure::other(format!(
            "{} messages were lost, {} came twice, {} out of order, {} to somebody else",
            counts.lost, counts.doubled, counts.disordered, counts.misdirected
        )));
    }
    if counts.logins == 0 && !report.was_interrupted {
        return Err(Failure::other("nobody could log in: see the errors above"));
    }
    Ok(())
}

/// What is about to be done, and to whom.
fn intention(settings: &Settings) -> String {
    let Settings { server, tls, connections, processes, duration_s, ramp_per_second, .. } = settings;
    let name = settings.scenario.name();
    let load = match (settings.scenario, settings.is_open_loop()) {
        (Scenario::Idle, _) => "no messages".to_owned(),
        (scenario, true) => format!("{} {} a second in all", settings.rate_per_second, scenario.unit()),
        (Scenario::Heartbeat | Scenario::Storm, false) => "as fast as it goes".to_owned(),
        (scenario, false) => format!("{} as fast as it goes, {} in flight", scenario.unit(), settings.in_flight),
    };
    format!(
        "{name} at {server}{}: {connections} connections at up to {ramp_per_second} a second from {processes} processes, \
         then {load} for {duration_s} s",
        if *tls { " over TLS" } else { "" }
    )
}

/// Linux connects from every second port first, and then looks long for each of the others: 2 ms and more, which would
/// be taken for the server's.
fn ports_hint(settings: &Settings) -> Option<String> {
    let sources = settings.sources.len().max(1);
    let each = settings.connections as usize / sources;
    (each > PORTS_QUICKLY_FOUND).then(|| {
        format!(
            "hint: beyond some {PORTS_QUICKLY_FOUND} connections from one address the system is slow to find a free port, \
             and has no more than 28,000 or so: give --source more addresses, on loopback any of 127.0.0.0/8"
        )
    })
}

async fn accounts(args: &Args, count: usize, progress: &Progress) -> Result<Vec<Account>, Failure> {
    if let Some(prefix) = &args.register {
        let accounts = accounts::register(&args.server, &args.protected, prefix, count, progress).await?;
        if let Some(path) = &args.users_file {
            accounts::keep(path, &accounts)?;
        }
        return Ok(accounts);
    }
    if let Some(path) = &args.users_file {
        return accounts::from_file(path, count);
    }
    let Some(data_dir) = args.data_dir.clone() else {
        return Err(Failure::usage(
            "as whom? --data-dir FOLDER for a server on this machine, --users-file FILE, or --register PREFIX",
        ));
    };
    // Scoped threads and a lent progress: they end before this does.
    let progress = progress.clone();
    let made = spawn_blocking(move || accounts::by_operator(&data_dir, count, &progress));
    made.await.map_err(|error| Failure::other(error.to_string()))?
}

async fn resolve(address: &str) -> Result<SocketAddr, Failure> {
    let mut found = lookup_host(address)
        .await
        .map_err(|error| Failure::usage(format!("{address} is no address and port, or cannot be found: {error}")))?;
    found.next().ok_or_else(|| Failure::usage(format!("{address} has no address")))
}

/// Takes as many descriptors as there may be, which our processes inherit, and says for how many links that is.
fn links_max() -> u32 {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    let most = getrlimit(Resource::Nofile).current.unwrap_or(u64::from(u32::MAX));
    u32::try_from(most.saturating_sub(DESCRIPTORS_RESERVED)).unwrap_or(u32::MAX).max(1)
}

/// Finds out before an hour of work, not after it.
fn check_writable(path: &Path) -> Result<(), Failure> {
    let opened = OpenOptions::new().append(true).create(true).open(path);
    opened.map(drop).map_err(|error| Failure::usage(format!("cannot write {}: {error}", path.display())))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    fs::write(path, text).map_err(|error| Failure::other(format!("cannot write {}: {error}", path.display())))
}
