//! What can be said on the command line.

use std::path::PathBuf;
use std::time::Duration;

use super::faults::Faults;
use crate::protection::Protected;
use crate::span::span;

/// Many bots write to one another while links are cut and the server is killed; then it is told whether anything was
/// lost, doubled, reordered, skipped or shown to the wrong one.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Where the server listens. Not needed with --serve: the server says it
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8081")]
    pub(super) server: String,
    /// Where the same server listens for HTTP, or with TLS for HTTPS: every third device then comes by WebSocket. With --serve it is known
    #[arg(long, value_name = "HOST:PORT")]
    pub(super) http: Option<String>,
    #[command(flatten)]
    pub(super) protected: Protected,
    /// Make the accounts by the operator's door in this folder, the server's data_dir
    #[arg(long, value_name = "DIR", conflicts_with = "register")]
    pub(super) data_dir: Option<PathBuf>,
    /// Make the accounts by registering, with names that begin so; for servers where registration is open
    #[arg(long, value_name = "PREFIX")]
    pub(super) register: Option<String>,
    /// How many users there are
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(2..=2_000))]
    pub(super) users: u32,
    /// How many devices there are in all; the first users have the second ones. By default half more than users
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(super) devices: Option<u32>,
    /// How many groups there are
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(0..=1_000))]
    pub(super) groups: u32,
    /// How many messages are written in a second by all together
    #[arg(long, default_value_t = 100.0, value_parser = positive)]
    pub(super) rate: f64,
    /// For how long. What was begun is then finished, and everything read
    #[arg(long, value_name = "TIME", default_value = "20s", value_parser = span)]
    pub(super) duration: Duration,
    /// What is put in the way: cut, delay, stall (all three: links), pause, away, retry, kill, all or none. Kills need
    /// --serve
    #[arg(long, value_name = "LIST", default_value = "all")]
    pub(super) faults: Faults,
    /// How many seconds it takes on average until a link or a device meets a fault
    #[arg(long, value_name = "SECONDS", default_value_t = 4.0, value_parser = positive)]
    pub(super) fault_every: f64,
    /// How many seconds it takes on average until the server is killed
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0, value_parser = positive)]
    pub(super) kill_every: f64,
    /// The seed of the random choices. It is printed, to be given again
    #[arg(long)]
    pub(super) seed: Option<u64>,
    /// Save the history, one JSON object a line
    #[arg(long, value_name = "FILE")]
    pub(super) save: Option<PathBuf>,
    /// Check a history that was saved, and do nothing else
    #[arg(long, value_name = "FILE", conflicts_with_all = ["save", "serve", "data_dir", "register"])]
    pub(super) history: Option<PathBuf>,
    /// Start the server with this program and all that follows, kill it now and then, and start it again
    #[arg(long, value_name = "PROGRAM", num_args = 1.., allow_hyphen_values = true)]
    pub(super) serve: Vec<String>,
}

const EXAMPLES: &str = "Examples:
  bot check --data-dir longlink-data
      against a server that runs, with everything but kills
  bot check --data-dir /tmp/d --serve longlink serve --data-dir /tmp/d --tcp 127.0.0.1:0 --http 127.0.0.1:0
      against a server of its own, which is killed and started again

The exit code is 0 when every promise was kept, and 1 when one was broken or it could not be checked.";

impl Args {
    pub(super) fn devices(&self) -> u32 {
        self.devices.unwrap_or(self.users + self.users / 2).max(self.users)
    }

    /// The mean time between two sends of one device.
    pub(super) fn send_every(&self) -> Duration {
        Duration::from_secs_f64(f64::from(self.devices()) / self.rate)
    }
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 && number <= 1e6 => Ok(number),
        Ok(_) | Err(_) => Err("a number above 0 is needed, and none above a million".to_owned()),
    }
}
