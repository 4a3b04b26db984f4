//! The command line: what can be asked of the program, and how it ends.

mod archive;
mod audit;
mod certificate;
mod log;
mod operator;
mod repair;
mod secrecy;
mod serve;
mod token;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use rustix::fs::Mode;
use rustix::process::umask;

use crate::config::{Config, Flags};
pub use log::LogCommand;

/// Settings or a command line that cannot be used (sysexits.h, EX_USAGE).
const EXIT_USAGE: u8 = 64;

/// A chat and push server for long TCP connections, with one durable log behind every link.
#[derive(Debug, Parser)]
#[command(name = "longlink", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    flags: Flags,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server until SIGTERM or Ctrl-C.
    Serve,
    /// Print the settings in force, and where each is from.
    Config,
    /// Accounts.
    #[command(subcommand)]
    User(UserCommand),
    /// Print an invitation with which one account may be registered.
    Invite {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Login tokens: making them, looking at them, ending logins.
    Token(token::TokenArgs),
    /// Put a new key in front that signs tokens from now on. Tokens of the keys before stay good.
    RotateKeys,
    /// Have the running server read its TLS certificate again. Links stay as they are. SIGHUP does the same.
    Reload,
    /// Make a certificate that vouches for itself, to try TLS out or for clients that are given it by hand.
    Certificate {
        /// For which names and addresses it is good.
        #[arg(required = true, value_name = "NAME")]
        names: Vec<String>,
        /// Where to put certificate.pem and key.pem.
        #[arg(long, value_name = "DIRECTORY", default_value = ".")]
        to: PathBuf,
    },
    /// Read the audit log: what operators did, who logged in, who was refused.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Look into the log.
    #[command(subcommand)]
    Log(LogCommand),
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Make an account. The password is asked for, or read from standard input.
    Add {
        name: String,
        /// An account that logs in with tokens only.
        #[arg(long)]
        no_password: bool,
    },
    /// List the accounts.
    List {
        /// Only those whose names begin so, by name, and at most 1,000.
        #[arg(long)]
        prefix: Option<String>,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Print what there is about an account.
    Show {
        name: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Erase an account. What its user wrote stays, under a number; the name is free again.
    Delete { name: String },
    /// Give an account a new password. Its links end, and all its tokens.
    Passwd { name: String },
    /// Disable an account. Its links end, and all its tokens.
    Disable { name: String },
    /// Let a disabled account in again.
    Enable { name: String },
}

/// How a command failed: one sentence for standard error.
#[derive(Debug)]
enum Failure {
    /// It cannot have worked, as it was asked for.
    Usage(String),
    Failed(String),
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Runs what the arguments ask for.
pub fn run() -> ExitCode {
    // What the program makes is its owner's alone: everything that people say is in these files.
    umask(Mode::RWXG | Mode::RWXO);
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(EXIT_USAGE) } else { ExitCode::SUCCESS };
        }
    };
    match carry_out(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(sentence)) => {
            complain(&sentence);
            ExitCode::from(EXIT_USAGE)
        }
        Err(Failure::Failed(sentence)) => {
            complain(&sentence);
            ExitCode::FAILURE
        }
    }
}

fn carry_out(cli: Cli) -> Result<(), Failure> {
    let config = Config::load(&cli.flags).map_err(|error| Failure::Usage(error.to_string()))?;
    if !config.operators.core_dumps {
        secrecy::keep_memory_private()
            .map_err(|error| Failure::Failed(format!("cannot keep the memory out of core dumps: {error}")))?;
    }
    match cli.command {
        Command::Serve => serve::serve(&config),
        Command::Config => {
            // Who pipes into `head` has seen enough.
            let _ = write!(io::stdout(), "{}", config.render());
            Ok(())
        }
        Command::User(command) => operator::user(&config, command),
        Command::Invite { json } => operator::invite(&config, json),
        Command::Token(args) => token::token(&config, args),
        Command::RotateKeys => operator::rotate_keys(&config),
        Command::Reload => operator::reload(&config),
        Command::Certificate { names, to } => certificate::make(&names, &to),
        Command::Audit(command) => audit::audit(&config, command),
        Command::Log(command) => log::log(&config, command),
    }
}

/// Says something to the operator. That nobody hears it is no reason to fail as well.
fn complain(sentence: &str) {
    let _ = writeln!(io::stderr(), "longlink: {sentence}");
}
