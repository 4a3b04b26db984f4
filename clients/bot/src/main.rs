//! The bot: what a person or a script does with longlink from a terminal.
//!
//! Each subcommand is a module with its `Args` and its `run`, which ends well or with a [`Failure`].

mod chat;
mod clock;
mod echo;
mod failure;
#[cfg(unix)]
mod load;
mod login;
mod text;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tokio::runtime::Builder;
use tracing_subscriber::EnvFilter;

use failure::Failure;
use longlink_bot::check;
use longlink_bot::check::verdict::Verdict;

#[derive(Parser)]
#[command(name = "bot", version, about = "Talk to a longlink server from the terminal", after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Chat in the terminal, or let a script chat: without a terminal, lines go in and plain lines come out
    Chat(chat::Args),
    /// Answer each private message with the same text
    Echo(echo::Args),
    /// Find out what a server can bear: many links, in one of several scenarios, and a report
    #[cfg(unix)]
    #[command(after_help = load::SCENARIOS)]
    Load(Box<load::Args>),
    /// One of the processes that `load` starts of itself
    #[cfg(unix)]
    #[command(name = load::WORKER, hide = true)]
    LoadProcess,
    /// Prove that a server loses, doubles and reorders nothing, while links are cut and it is killed
    Check(Box<check::Args>),
}

const EXIT_CODES: &str = "Exit codes: 0 done, 1 something failed, 2 wrong usage, 3 login refused, \
4 ended by the server. RUST_LOG=debug tells on stderr what the client does.";

fn main() -> ExitCode {
    let cli = Cli::parse();
    // On stderr, since stdout is for what people say.
    tracing_subscriber::fmt().with_env_filter(EnvFilter::from_default_env()).with_writer(io::stderr).init();
    match run(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("bot: {failure}");
            failure.exit_code()
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Chat(args) => on_runtime(chat::run(args)),
        Command::Echo(args) => on_runtime(echo::run(args)),
        Command::Check(args) => on_runtime(async { checked(check::run(*args).await) }),
        #[cfg(unix)]
        Command::Load(args) => on_runtime(load::run(*args)),
        #[cfg(unix)]
        Command::LoadProcess => load::work(),
    }
}

fn on_runtime(run: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    // The link lives on a worker of its own, so that a terminal that blocks does not silence it.
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| Failure::other(format!("cannot start: {error}")))?;
    let outcome = runtime.block_on(run);
    // A thread may still wait for a line that nobody wants any more.
    runtime.shutdown_background();
    outcome
}

fn checked(outcome: Result<Verdict, String>) -> Result<(), Failure> {
    let verdict = outcome.map_err(Failure::other)?;
    println!("{verdict}");
    if verdict.is_clean() { Ok(()) } else { Err(Failure::other("the server was not found to keep its promises")) }
}
