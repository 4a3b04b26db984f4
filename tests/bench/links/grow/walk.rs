//! Messages that walk over all links: who hears one writes the next one to its neighbour. So a few in flight touch
//! every link, where pairs that write to and fro stay warm.

use crate::driver::Driver;
use crate::peer::server::Server;
use crate::process::cpu_us;
use crate::results::Samples;
use crate::speech::{Heard, Template};

pub(super) struct Walk {
    templates: Vec<Template>,
    number: u64,
}

impl Walk {
    /// Over all links that the driver has.
    pub(super) fn new(server: &Server, driver: &Driver) -> Self {
        let links = driver.links();
        let templates = (0..links).map(|link| server.speech.message(server.user((link + 1) % links))).collect();
        Self { templates, number: 0 }
    }

    /// Goes on behind the numbers that were given before.
    pub(super) fn after(self, number: u64) -> Self {
        Self { number, ..self }
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The server's processor time for each of `messages` messages, `in_flight` of them at a time: the median of
    /// several rounds behind a warm one, in microseconds.
    pub(super) fn cpu_us(&mut self, server: &Server, driver: &mut Driver, in_flight: usize, messages: u64) -> f64 {
        self.go(server, driver, in_flight, messages / 2);
        let mut samples = Samples::default();
        for _ in 0..ROUNDS {
            let before = cpu_us(server.pid());
            self.go(server, driver, in_flight, messages);
            samples.0.push((cpu_us(server.pid()) - before) / messages as f64);
        }
        samples.median()
    }

    fn go(&mut self, server: &Server, driver: &mut Driver, in_flight: usize, messages: u64) {
        let links = self.templates.len();
        let in_flight = in_flight.min(links).min(messages as usize);
        let owed = if server.speech.acknowledges() { messages } else { 0 };
        let (templates, number) = (&mut self.templates, &mut self.number);
        let mut first = Vec::new();
        for place in 0..in_flight {
            let link = place * links / in_flight;
            first.clear();
            *number += 1;
            templates[link].put(*number, &mut first);
            driver.say(link, &first);
        }
        let (mut arrived, mut acknowledged, mut begun) = (0, 0, in_flight as u64);
        driver.hear_until(|link, heard, say| {
            match heard {
                Heard::Messages(count) => {
                    arrived += count;
                    for _ in 0..count.min(messages - begun) {
                        begun += 1;
                        *number += 1;
                        templates[link].put(*number, say);
                    }
                }
                Heard::Acknowledged => acknowledged += 1,
                Heard::Answered | Heard::Other => {}
            }
            arrived == messages && acknowledged == owed
        });
    }
}

const ROUNDS: usize = 3;
