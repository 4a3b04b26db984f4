//! What may be asked of `bot load`, and the bounds of it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;
use longlink_bot::protection::Protected;
use longlink_bot::span::span;
use serde::Serialize;

use super::worker::NAME_BYTES;

/// The content of an entry by default may have no more.
const PAYLOAD_BYTES_MAX: i64 = 65_536;

pub(crate) const SCENARIOS: &str = "\
Scenarios:
  name       what happens                                                    rate by default      read from it
  idle       all log in, and say only what keeps a link alive                none                 memory of a link
  heartbeat  the same with many noops                                        1/s a link           an echo's cost, latency
  pairs      two and two write to each other                                 as fast as it goes   a message's cost, latency
  fanout     one writes to everyone                                          1 in 10 s            a delivery's
  group      people write into groups of --group-size                        1/s for 10 links     a delivery's
  storm      connect, log in, close, again                                   as fast as it goes   a login's
  offline    half go, are written to, and come back at the end               1/s for 2 links      catching up
  poll       half wait over the old contract, by HTTP, and are written to    1/s for 2 links      a wake-up's
  mixed      a tenth talk, to people and groups; a tenth come and go         1/s for 10 links     all together

In each, every message that arrives is checked: that it is for whom it came to, came once, and in its sender's order. One
that was acknowledged and did not come is lost. Any of these makes the exit code 1.

With a rate the load is an open loop: messages fall due at that rate whatever the server does, and a latency counts from
when a message was due. Without one (--rate 0) the next is sent when there is room in flight, and a latency counts from
sending: a slow server is then asked less, and its latencies look better than they are.

Whether the log is durable, and who may write to everyone how often, are the server's settings
(store.engine, chat.broadcast_allowed, chat.broadcasts_per_minute), as is how many links one address may have
(link.*_per_address*), and how much one user may send (chat.*_of_user). With --tls, a connection counts as made when its
handshake is, and one that comes back resumes its session where the server lets it, as apps do.

Examples:
  bot load pairs --data-dir longlink-demo
  bot load mixed --data-dir longlink-demo --duration 1h --json soak.json --plot soak.svg
  bot load mixed --data-dir longlink-demo --duration 1h --faults 1m --plot soak.svg
  bot load idle --users-file users.txt --connections 100000 --source 127.0.0.2-127.0.0.7";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scenario {
    Idle,
    Heartbeat,
    Pairs,
    Fanout,
    Group,
    Storm,
    Offline,
    Poll,
    Mixed,
}

#[derive(clap::Args)]
pub(crate) struct Args {
    /// What to do; see below
    #[arg(value_enum, hide_possible_values = true)]
    pub(crate) scenario: Scenario,
    /// Where the server listens
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8081")]
    pub(crate) server: String,
    #[command(flatten)]
    pub(crate) protected: Protected,
    /// Where it listens for HTTP in the clear: `poll` asks there, and its metrics are read there
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8080")]
    pub(crate) http: String,
    /// How many links, or users
    #[arg(long, short = 'c', value_name = "N", default_value_t = 1000,
        value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    pub(crate) connections: u32,
    /// Messages (noops, logins) a second in all; 0: as many as there is room for in flight. The default is the scenario's
    #[arg(long, value_name = "N", value_parser = rate)]
    pub(crate) rate: Option<f64>,
    /// How many messages of each writer to each receiver are under way at once [default: 1, with a rate 32]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) in_flight: Option<u64>,
    /// How long a message is, in bytes
    #[arg(long, value_name = "BYTES", default_value_t = 128,
        value_parser = clap::value_parser!(i64).range(NAME_BYTES as i64..=PAYLOAD_BYTES_MAX))]
    pub(crate) payload: i64,
    /// How long it goes on, once everybody is there: 30s, 10m, 1h
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = span)]
    pub(crate) duration: Duration,
    /// How many connections are begun each second
    #[arg(long, value_name = "N", default_value_t = 2000.0, value_parser = positive)]
    pub(crate) ramp: f64,
    /// Addresses to connect from, as a list or a range (127.0.0.2-127.0.0.9): each has its own 28,000 or so ports
    #[arg(long, value_name = "ADDRESSES", value_parser = sources)]
    pub(crate) source: Option<Sources>,
    /// How many processes share the work [default: as many as the limit of descriptors asks for]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) processes: Option<u32>,
    /// How many people a group has
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(2..=100_000))]
    pub(crate) group_size: u32,
    /// How long those stay away who come and go in `mixed`
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = span)]
    pub(crate) away: Duration,
    /// Puts faults in the way of those who listen in `mixed`, one for each of them in so long, on average: links are cut,
    /// devices stop reading for a while or read slowly, and every fifth time half of all links come anew at once
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub(crate) faults: Option<Duration>,
    /// The users, one a line: number and token. With --register it is written
    #[arg(long, value_name = "FILE", conflicts_with = "data_dir")]
    pub(crate) users_file: Option<PathBuf>,
    /// The data folder of a server that runs on this machine: makes accounts load-000001 … there, and tokens for them
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Registers the users by the protocol, where registration is open. Slow, since each password is hashed
    #[arg(long, value_name = "PREFIX", conflicts_with = "data_dir")]
    pub(crate) register: Option<String>,
    /// The server's process, to measure what it uses. With --data-dir it is found
    #[arg(long)]
    pub(crate) pid: Option<u32>,
    /// Counts all of the server's system calls by `perf`, which slows it down
    #[arg(long)]
    pub(crate) count_calls: bool,
    /// Writes everything that was measured, with the settings and the machine
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Draws latencies and the course of the run, as SVG
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) plot: Option<PathBuf>,
    /// How often the course of the run is written down [default: 1s, and no more than 600 times]
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub(crate) every: Option<Duration>,
    /// When nothing comes for so long at the end, what is missing is lost
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = span)]
    pub(crate) patience: Duration,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sources(pub(crate) Vec<IpAddr>);

/// So many addresses are enough for everybody.
const SOURCES_MAX: u32 = 1024;

fn rate(text: &str) -> Result<f64, String> {
    let rate: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    (0.0..=1e9).contains(&rate).then_some(rate).ok_or_else(|| "not from 0 to 1000000000".to_owned())
}

fn positive(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    (1.0..=1e6).contains(&number).then_some(number).ok_or_else(|| "not from 1 to 1000000".to_owned())
}

fn sources(text: &str) -> Result<Sources, String> {
    let address = |text: &str| text.trim().parse::<IpAddr>().map_err(|_| format!("{text} is no address"));
    let mut sources = Vec::new();
    for part in text.split(',') {
        match part.split_once('-') {
            None => sources.push(address(part)?),
            Some((first, last)) => {
                let (IpAddr::V4(first), IpAddr::V4(last)) = (address(first)?, address(last)?) else {
                    return Err(format!("{part}: a range is of IPv4 addresses; list the others"));
                };
                let (first, last) = (first.to_bits(), last.to_bits());
                if last < first || last - first >= SOURCES_MAX {
                    return Err(format!("{part} is not a range of 1 to {SOURCES_MAX} addresses"));
                }
                sources.extend((first..=last).map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits))));
            }
        }
    }
    Ok(Sources(sources))
}

/// What is asked for, with every default filled in: this is what the report says was done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Settings {
    pub(crate) scenario: Scenario,
    pub(crate) server: SocketAddr,
    pub(crate) http: SocketAddr,
    pub(crate) tls: bool,
    pub(crate) connections: u32,
    /// 0: as many as there is room for in flight.
    pub(crate) rate_per_second: f64,
    pub(crate) in_flight: u64,
    pub(crate) payload_bytes: usize,
    pub(crate) duration_s: f64,
    pub(crate) ramp_per_second: f64,
    pub(crate) sources: Vec<IpAddr>,
    pub(crate) processes: u32,
    pub(crate) group_size: u32,
    pub(crate) away_s: f64,
    pub(crate) faults_every_s: Option<f64>,
    pub(crate) patience_s: f64,
    pub(crate) every_s: f64,
}

impl Settings {
    /// `links_max` is how many one process may hold.
    pub(crate) fn new(
        args: &Args,
        server: SocketAddr,
        http: SocketAddr,
        tls: bool,
        links_max: u32,
    ) -> Result<Self, String> {
        let connections = args.connections;
        let rate_per_second = args.rate.unwrap_or_else(|| args.scenario.usual_rate(connections));
        let enough = connections.div_ceil(links_max.max(1));
        let processes = args.processes.unwrap_or(enough);
        if processes < enough {
            return Err(format!(
                "{connections} connections need {enough} processes: each may hold {links_max} (ulimit -n)"
            ));
        }
        if args.faults.is_some() && args.scenario != Scenario::Mixed {
            return Err("--faults is for `mixed`".to_owned());
        }
        let duration_s = args.duration.as_secs_f64();
        let least = args.scenario.connections_min(args.group_size).saturating_mul(processes);
        if connections < least {
            return Err(format!("this scenario needs {least} connections at least in {processes} processes"));
        }
        Ok(Self {
            scenario: args.scenario,
            server,
            http,
            tls,
            connections,
            rate_per_second,
            in_flight: args.in_flight.unwrap_or(if rate_per_second > 0.0 { 32 } else { 1 }),
            payload_bytes: usize::try_from(args.payload).unwrap_or(NAME_BYTES),
            duration_s,
            ramp_per_second: args.ramp,
            sources: args.source.as_ref().map(|sources| sources.0.clone()).unwrap_or_default(),
            processes,
            group_size: args.group_size,
            away_s: args.away.as_secs_f64(),
            faults_every_s: args.faults.map(|every| every.as_secs_f64()),
            patience_s: args.patience.as_secs_f64(),
            every_s: args.every.map_or_else(|| (duration_s / 600.0).ceil().max(1.0), |every| every.as_secs_f64()),
        })
    }

    /// Whether latencies count from when something was due.
    pub(crate) fn is_open_loop(&self) -> bool {
        self.rate_per_second > 0.0
    }
}

impl Scenario {
    /// What is done when nobody says how much.
    fn usual_rate(self, connections: u32) -> f64 {
        let connections = f64::from(connections);
        match self {
            Self::Idle | Self::Pairs | Self::Storm => 0.0,
            // One noop a second on each link.
            Self::Heartbeat => connections,
            // As often as one may by default is six times a minute.
            Self::Fanout => 0.1,
            // One a second from each who talks, and no more than small machines bear.
            Self::Group => (connections / 10.0).clamp(1.0, 1_000.0),
            Self::Offline | Self::Poll => (connections / 2.0).clamp(1.0, 1_000.0),
            Self::Mixed => (connections / 10.0).clamp(1.0, 10_000.0),
        }
    }

    fn connections_min(self, group_size: u32) -> u32 {
        match self {
            Self::Idle | Self::Heartbeat | Self::Storm => 1,
            Self::Pairs | Self::Fanout | Self::Offline | Self::Poll => 2,
            Self::Group => group_size,
            Self::Mixed => 10,
        }
    }

    /// What its rate is a rate of.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Heartbeat => "noops",
            Self::Storm => "logins",
            Self::Idle | Self::Pairs | Self::Fanout | Self::Group | Self::Offline | Self::Poll | Self::Mixed => {
                "messages"
            }
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Heartbeat => "heartbeat",
            Self::Pairs => "pairs",
            Self::Fanout => "fanout",
            Self::Group => "group",
            Self::Storm => "storm",
            Self::Offline => "offline",
            Self::Poll => "poll",
            Self::Mixed => "mixed",
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: Args,
    }

    fn parsed(line: &str) -> Result<Args, String> {
        let words = format!("load {line}");
        Line::try_parse_from(words.split(' ')).map(|line| line.args).map_err(|error| error.to_string())
    }

    fn settings(line: &str, links_max: u32) -> Result<Settings, String> {
        let address = "127.0.0.1:1".parse().unwrap();
        Settings::new(&parsed(line).unwrap(), address, address, false, links_max)
    }

    #[test]
    fn what_is_out_of_bounds_is_refused() {
        for wrong in [
            "walk",
            "pairs --payload 47",
            "pairs --payload 65537",
            "pairs --connections 0",
            "pairs --rate -1",
            "pairs --rate NaN",
            "pairs --rate 1e10",
            "pairs --ramp 0",
            "pairs --in-flight 0",
            "pairs --duration 5x",
            "pairs --duration 0s",
            "pairs --duration 31000h",
            "pairs --source nowhere",
            "pairs --source 127.0.0.9-127.0.0.2",
            "pairs --source 127.0.0.2-127.0.9.2",
            "pairs --source ::1-::2",
            "pairs --processes 0",
            "group --group-size 1",
            "pairs --users-file a --data-dir b",
        ] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_are_read_as_people_write_them() {
        let list = |text: &str| sources(text).unwrap().0.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        assert_eq!(list("127.0.0.2"), "127.0.0.2");
        assert_eq!(list("127.0.0.254-127.0.1.1,::1"), "127.0.0.254 127.0.0.255 127.0.1.0 127.0.1.1 ::1");
    }

    #[test]
    fn as_many_processes_are_taken_as_the_descriptors_ask_for() {
        assert_eq!(settings("idle --connections 100000", 19_000).unwrap().processes, 6);
        assert_eq!(settings("idle --connections 19000", 19_000).unwrap().processes, 1);
        assert_eq!(settings("idle --connections 100 --processes 3", 19_000).unwrap().processes, 3);
        let few = settings("idle --connections 100000 --processes 2", 19_000).unwrap_err();
        assert_eq!(few, "100000 connections need 6 processes: each may hold 19000 (ulimit -n)");
        assert!(settings("pairs --faults 1m", 100).unwrap_err().contains("--faults"));
        assert!(settings("pairs --connections 1", 100).is_err(), "nobody to write to");
        assert!(settings("group --connections 60 --processes 2", 100).is_err(), "no process has a whole group");
    }

    #[test]
    fn a_rate_makes_it_an_open_loop_with_more_in_flight() {
        let closed = settings("pairs", 19_000).unwrap();
        assert_eq!((closed.rate_per_second, closed.in_flight, closed.is_open_loop()), (0.0, 1, false));
        let open = settings("pairs --rate 500", 19_000).unwrap();
        assert_eq!((open.in_flight, open.is_open_loop()), (32, true));
        assert!(!settings("mixed --rate 0", 19_000).unwrap().is_open_loop());
        assert_eq!(settings("mixed --duration 1h", 19_000).unwrap().every_s, 6.0);
        assert_eq!(settings("mixed", 19_000).unwrap().every_s, 1.0);
    }
}
