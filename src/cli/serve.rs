//! `longlink serve`: from settings to a running server, and down again.

use std::io::{self, Write};
use std::net::SocketAddr;

use rustix::process::Signal;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::spawn_blocking;
use tracing::info;

use super::Failure;
use crate::chat::PARTITION;
use crate::config::Config;
use crate::listening::Ports;
use crate::plan::{open_data, plan, read_certificate, told};
use crate::server::Server;
use crate::telemetry;
use crate::wire::CloseReason;

const DEMO_USERS: i64 = 8;
const DEMO_PASSWORD: &str = "demo";

/// Asked twice, it ends at once.
const STOPPED_TWICE: &str =
    "stopped at once, as asked twice: some links were not told; nothing that was acknowledged is lost";

pub(super) fn serve(config: &Config) -> Result<(), Failure> {
    telemetry::start(&config.log).map_err(|error| Failure::Usage(error.to_string()))?;
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        // With a handler, a file that may not grow is an error of the write, which the store tells; without one it
        // would be the sudden end of the process.
        let _too_long = signal(SignalKind::from_raw(Signal::XFSZ.as_raw()))?;
        let (version, pid, data_dir) = (env!("CARGO_PKG_VERSION"), std::process::id(), told(&config.data_dir));
        info!(version, pid, data_dir = %data_dir.display(), "opening the data folder");
        let (opened, tls) = {
            let config = config.clone();
            let open = move || {
                let opened = open_data(&config).map_err(Failure::from)?;
                Ok::<_, Failure>((opened, read_certificate(&config)?))
            };
            spawn_blocking(open).await??
        };
        // A new log, where an old one was meant, should be noticed.
        info!(epoch = opened.store.epoch(), head = %opened.store.head(PARTITION), "the log is open");
        // Before the ports are open, so that no signal finds nobody listening.
        let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let mut plan = plan(config, opened);
        let has_tls = tls.is_some();
        plan.tls = tls;
        if config.demo {
            plan.first_accounts = demo_accounts();
        }
        // Where nothing is to be read again, a terminal that closes ends the server, as it does other programs.
        let mut hangup = if has_tls { Some(signal(SignalKind::hangup())?) } else { None };
        let server = Server::start(plan).await?;
        greet(config, &server);
        let failed = loop {
            tokio::select! {
                biased;
                _ = term.recv() => break None,
                _ = int.recv() => break None,
                reason = server.failed() => break Some(reason),
                // What renews certificates tells servers of it so.
                () = async {
                    match &mut hangup {
                        Some(hangup) => drop(hangup.recv().await),
                        None => std::future::pending().await,
                    }
                } => server.reload().await,
            }
        };
        let reason = if failed.is_some() { CloseReason::StoreFailed } else { CloseReason::Shutdown };
        tokio::select! {
            () = server.stop(reason) => {}
            _ = term.recv() => return Err(Failure::Failed(STOPPED_TWICE.into())),
            _ = int.recv() => return Err(Failure::Failed(STOPPED_TWICE.into())),
        }
        match failed {
            None => Ok(()),
            Some(reason) => {
                Err(Failure::Failed(format!("{reason}; nothing that was acknowledged is lost; start again")))
            }
        }
    })
}

/// The accounts of a first look.
fn demo_accounts() -> Vec<(String, String)> {
    (1..=DEMO_USERS).map(|number| (format!("User{number:02}"), DEMO_PASSWORD.to_owned())).collect()
}

/// Says on standard output where it listens, and in a demo what to type next. The first four lines are for programs.
fn greet(config: &Config, server: &Server) {
    let Ports { tcp, http, tcp_tls, https, admin } = server.ports();
    let at = |port: Option<SocketAddr>| port.map_or_else(|| "off".to_owned(), |port| port.to_string());
    let (tcp, http, tcp_tls, https) = (at(tcp), at(http), at(tcp_tls), at(https));
    // Who started us may not listen any more.
    let mut out = io::stdout();
    let _ = writeln!(out, "tcp {tcp}\nhttp {http}\ntcp-tls {tcp_tls}\nhttps {https}");
    if let Some(admin) = admin {
        let _ = writeln!(out, "admin {admin}");
    }
    if config.demo {
        let bot = "cargo run --release -p longlink-bot -- chat";
        let _ = writeln!(
            out,
            "\nThis is a demo: everybody on this machine may register, and write to everyone.\n\
             User01 to User08 are there; their password is \"{DEMO_PASSWORD}\".\n\n\
             Open  http://{http}/\n\
             In a second terminal:  {bot} --server {tcp} --user User01 --password {DEMO_PASSWORD}\n\
             In a third:            {bot} --server {tcp} --user User02 --password {DEMO_PASSWORD}\n\n\
             Ctrl-C stops the server. What was said is in {}/ and there again at the next start.",
            config.data_dir.display()
        );
    }
}
