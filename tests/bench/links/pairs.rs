//! Messages from one to another: 500 pairs, each with 1 or 16 messages that go to and fro. A message that arrives
//! sends the next one back, so that so many are always in flight.

use std::time::Instant;

use super::driver::Driver;
use super::process::{Calls, cpu_us, now};
use super::server::Server;
use super::speech::{self, Template};
use super::table::{Samples, Table};

const PAIRS: usize = 500;
const ROUNDS: usize = 5;

struct Play {
    driver: Driver,
    server: Server,
    templates: Vec<Template>,
    sent: u64,
}

#[derive(Default)]
struct Figures {
    cpu: Samples,
    calls: Samples,
    rate: Samples,
    /// One way, at one in flight: half of what a message and the one that answers it take.
    latencies_us: Vec<u64>,
    driver_us: u64,
    server_us: u64,
}

/// Plays rounds of `messages` messages, of which `in_flight` are under way in each pair.
pub(crate) fn measure(table: &mut Table, in_flight: u64, messages: u64) {
    let mut plays = [Play::new(Server::longlink()), Play::new(Server::slim())];
    let mut figures = [Figures::default(), Figures::default()];
    for play in &mut plays {
        // Warm: code, caches, and the memory of a first crowd.
        play.round(in_flight, messages / 4, &mut Figures::default());
    }
    for _ in 0..ROUNDS {
        for (play, figures) in plays.iter_mut().zip(&mut figures) {
            play.round(in_flight, messages, figures);
        }
    }
    for (play, figures) in plays.iter_mut().zip(&mut figures) {
        // By itself, since counting slows the calls down.
        play.count_calls(in_flight, messages / 4, figures);
    }
    report(table, in_flight, figures);
}

fn report(table: &mut Table, in_flight: u64, [server, slim]: [Figures; 2]) {
    table.note_driver(&format!("pairs, {in_flight} in flight"), server.driver_us, server.server_us);
    let [latencies, slim_latencies] = [&server, &slim].map(Figures::percentiles);
    let mut row =
        |what: &str, unit, server, slim| table.row(format!("{what}, {in_flight} in flight"), unit, server, slim);
    row("routed message: processor time", "us", server.cpu, Some(slim.cpu));
    if server.calls.0.is_empty() {
        row("routed message: system calls, not measured", "calls", Samples::default(), None);
    } else {
        row("routed message: system calls", "calls", server.calls, Some(slim.calls));
    }
    row("(side) messages", "1/s", server.rate, Some(slim.rate));
    for ((name, latency), (_, slim)) in latencies.into_iter().zip(slim_latencies) {
        row(&format!("(side) there and back, {name}"), "us", Samples::one(latency), Some(Samples::one(slim)));
    }
}

impl Play {
    fn new(mut server: Server) -> Self {
        let mut driver = Driver::new();
        server.add_users(2 * PAIRS);
        server.log_in(&mut driver, 2 * PAIRS);
        let templates = (0..2 * PAIRS).map(|link| server.speech.message(server.user(link ^ 1))).collect();
        Self { driver, server, templates, sent: 0 }
    }

    fn round(&mut self, in_flight: u64, messages: u64, figures: &mut Figures) {
        let (cpu, own, start) = (cpu_us(self.server.pid()), cpu_us(std::process::id()), now());
        self.play(in_flight, messages, figures);
        let (cpu, own) = (cpu_us(self.server.pid()) - cpu, cpu_us(std::process::id()) - own);
        figures.cpu.push(cpu as f64 / messages as f64);
        figures.rate.push(messages as f64 / start.elapsed().as_secs_f64());
        figures.driver_us += own;
        figures.server_us += cpu;
    }

    fn count_calls(&mut self, in_flight: u64, messages: u64, figures: &mut Figures) {
        let Some(calls) = Calls::start(self.server.pid()) else { return };
        self.play(in_flight, messages, &mut Figures::default());
        if let Some(calls) = calls.stop() {
            figures.calls.push(calls as f64 / messages as f64);
        }
    }

    /// Has `messages` messages arrive, and every one of them acknowledged.
    fn play(&mut self, in_flight: u64, messages: u64, figures: &mut Figures) {
        let (mut arrived, mut acknowledged, mut begun) = (0, 0, 0);
        let mut heard_at: Vec<Option<Instant>> = vec![None; 2 * PAIRS];
        let mut first = Vec::new();
        for link in (0..2 * PAIRS).step_by(2) {
            first.clear();
            for _ in 0..in_flight.min(messages - begun) {
                begun += 1;
                self.sent += 1;
                self.templates[link].put(self.sent, &mut first);
            }
            self.driver.say(link, &first);
        }
        let (templates, sent, speech) = (&mut self.templates, &mut self.sent, self.server.speech);
        self.driver.hear_until(|link, header, body, say| {
            let count = speech::messages_in(header, body);
            if count == 0 {
                speech::check(speech, body);
                acknowledged += 1;
            }
            arrived += count;
            if count > 0 && in_flight == 1 {
                let at = now();
                let before = heard_at[link].replace(at);
                figures.latencies_us.extend(before.map(|before| at.duration_since(before).as_micros() as u64));
            }
            for _ in 0..count.min(messages - begun) {
                begun += 1;
                *sent += 1;
                templates[link].put(*sent, say);
            }
            arrived == messages && acknowledged == messages
        });
    }
}

impl Figures {
    fn percentiles(&self) -> Vec<(&'static str, f64)> {
        let mut sorted = self.latencies_us.clone();
        sorted.sort_unstable();
        let at = |part: f64| sorted.get(((sorted.len() as f64 * part) as usize).min(sorted.len() - 1)).copied();
        if sorted.is_empty() {
            return Vec::new();
        }
        [("median", 0.5), ("p99", 0.99)].map(|(name, part)| (name, at(part).unwrap_or_default() as f64)).to_vec()
    }
}
