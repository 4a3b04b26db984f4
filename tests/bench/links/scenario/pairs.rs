//! Messages from one to another: pairs, each with 1 or 16 messages that go to and fro. A message that arrives sends
//! the next one back, so that so many are always in flight.

use std::time::Instant;

use super::{Play, cpu_of};
use crate::driver::Driver;
use crate::options::Sizes;
use crate::peer::Peer;
use crate::peer::server::Server;
use crate::process::{Calls, now};
use crate::results::PeerRun;
use crate::speech::{Heard, Template};

pub(crate) const CPU: &str = "processor time of a routed message";
pub(crate) const CALLS: &str = "system calls of a routed message";

pub(crate) struct Pairs {
    driver: Driver,
    server: Server,
    templates: Vec<Template>,
    in_flight: u64,
    messages: u64,
    sent: u64,
}

impl Pairs {
    pub(crate) fn start(peer: Peer, in_flight: u64, sizes: &Sizes) -> Self {
        let mut server = peer.start();
        let mut driver = server.driver();
        let links = 2 * sizes.pairs;
        server.add_users(links);
        server.log_in(&mut driver, links);
        let templates = (0..links).map(|link| server.speech.message(server.user(link ^ 1))).collect();
        // Sixteen in flight cost a fraction each, and a round must not be too short to be measured.
        let messages = if in_flight == 1 { sizes.messages } else { 4 * sizes.messages };
        let mut play = Self { driver, server, templates, in_flight, messages, sent: 0 };
        play.play(peer.warm_up() * messages / 2, &mut Vec::new());
        play
    }

    /// Has `messages` messages arrive, and every one of them acknowledged where that is done.
    fn play(&mut self, messages: u64, latencies_us: &mut Vec<u64>) {
        let speech = self.server.speech;
        let owed = if speech.acknowledges() { messages } else { 0 };
        let (mut arrived, mut acknowledged, mut begun) = (0, 0, 0);
        let mut heard_at: Vec<Option<Instant>> = vec![None; self.templates.len()];
        let mut first = Vec::new();
        for link in (0..self.templates.len()).step_by(2) {
            first.clear();
            for _ in 0..self.in_flight.min(messages - begun) {
                begun += 1;
                self.sent += 1;
                self.templates[link].put(self.sent, &mut first);
            }
            self.driver.say(link, &first);
        }
        let (templates, sent, in_flight) = (&mut self.templates, &mut self.sent, self.in_flight);
        self.driver.hear_until(|link, heard, say| {
            let count = match heard {
                Heard::Messages(count) => count,
                Heard::Acknowledged => {
                    acknowledged += 1;
                    0
                }
                Heard::Answered | Heard::Other => 0,
            };
            arrived += count;
            if count > 0 && in_flight == 1 {
                let at = now();
                let before = heard_at[link].replace(at);
                latencies_us.extend(before.map(|before| at.duration_since(before).as_micros() as u64));
            }
            for _ in 0..count.min(messages - begun) {
                begun += 1;
                *sent += 1;
                templates[link].put(*sent, say);
            }
            arrived == messages && acknowledged == owed
        });
    }
}

impl Play for Pairs {
    fn round(&mut self, figures: &mut PeerRun) {
        let (pid, messages, start) = (self.server.pid(), self.messages, now());
        let mut latencies_us = Vec::new();
        let cpu = cpu_of(pid, figures, |_| self.play(messages, &mut latencies_us));
        figures.add(CPU, "us", cpu / messages as f64);
        figures.add("(side) messages a second", "1/s", messages as f64 / start.elapsed().as_secs_f64());
        latencies_us.sort_unstable();
        for (what, share) in [("(side) there and back, median", 50), ("(side) there and back, p99", 99)] {
            if let Some(latency) = latencies_us.get(latencies_us.len() * share / 100) {
                figures.add(what, "us", *latency as f64);
            }
        }
    }

    /// The counting by itself, since it slows the calls down.
    fn last(&mut self, figures: &mut PeerRun) {
        let messages = self.messages / 4;
        let Some(calls) = Calls::start(self.server.pid()) else { return };
        self.play(messages, &mut Vec::new());
        if let Some(calls) = calls.stop() {
            figures.add(CALLS, "calls", calls as f64 / messages as f64);
        }
    }
}
