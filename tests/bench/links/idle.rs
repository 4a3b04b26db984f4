//! Links on which nothing happens: their memory, before and after traffic, and what the process does meanwhile.

use std::time::Duration;

use super::driver::Driver;
use super::process::{anonymous_bytes, cpu_us, resident_bytes};
use super::server::Server;
use super::speech::{self, Speech, Template};
use super::table::{Samples, Table};

const FEW: usize = 10_000;
const MANY: usize = 19_000;
const DECAY: Duration = Duration::from_secs(15);
const SILENCE: Duration = Duration::from_secs(20);

struct Idle {
    driver: Driver,
    server: Server,
    empty: u64,
    many: u64,
}

/// Memory and processor time of links that say nothing.
pub(crate) fn measure(table: &mut Table) {
    let [server, slim] = [Server::longlink, Server::slim].map(|start| {
        let mut memory = Vec::new();
        let idle = Idle::new(start(), &mut memory);
        let before = cpu_us(idle.server.pid());
        std::thread::sleep(SILENCE);
        let percent = (cpu_us(idle.server.pid()) - before) as f64 / SILENCE.as_micros() as f64 * 100.0;
        memory.push(("19,000 silent links: share of a core", "%", percent));
        memory
    });
    rows(table, server, slim);
}

/// Memory after every link has sent something and got something.
pub(crate) fn measure_traffic(table: &mut Table) {
    let [server, slim] = [Server::longlink, Server::slim].map(|start| Idle::new(start(), &mut Vec::new()).traffic());
    rows(table, server, slim);
}

type Figure = (&'static str, &'static str, f64);

fn rows(table: &mut Table, server: Vec<Figure>, slim: Vec<Figure>) {
    for ((what, unit, server), (_, _, slim)) in server.into_iter().zip(slim) {
        table.row(what, unit, Samples::one(server), Some(Samples::one(slim)));
    }
}

impl Idle {
    fn new(mut server: Server, memory: &mut Vec<Figure>) -> Self {
        let mut driver = Driver::new();
        server.add_users(MANY);
        // The first links find room that the making of the accounts has left.
        server.log_in(&mut driver, 100);
        let empty = anonymous_bytes(server.pid());
        memory.push(("memory resident, 100 links", "MB", resident_bytes(server.pid()) as f64 / 1e6));
        server.log_in(&mut driver, FEW);
        let few = anonymous_bytes(server.pid());
        server.log_in(&mut driver, MANY);
        let many = anonymous_bytes(server.pid());
        memory.push(("memory resident, 19,000 links", "MB", resident_bytes(server.pid()) as f64 / 1e6));
        let slope = |from: u64, to: u64, links: usize| to.saturating_sub(from) as f64 / links as f64;
        memory.push(("a logged-in idle link, 10,000 to 19,000", "bytes", slope(few, many, MANY - FEW)));
        memory.push(("a logged-in idle link, 100 to 19,000", "bytes", slope(empty, many, MANY - 100)));
        Self { driver, server, empty, many }
    }

    fn traffic(mut self) -> Vec<Figure> {
        let links = self.driver.links();
        let mut number = 0;
        let round: Vec<(usize, usize)> = (0..links).map(|link| (link, (link + 1) % links)).collect();
        // Signs, since the memory engine keeps what is a message.
        for some in round.chunks(50) {
            self.send(some, Speech::sign, &mut number);
        }
        let grown = self.memory() as f64 - self.many as f64;
        let idle = (self.many - self.empty) as f64 / links as f64;
        let busy = self.memory();
        for _ in 0..links / 50 {
            self.send(&[(0, 1); 50], Speech::message, &mut number);
        }
        let kept = self.memory().saturating_sub(busy) as f64;
        let server = self.server;
        let pid = server.pid();
        drop(self.driver);
        server.settle();
        // The allocator gives pages back that were not used for so long.
        std::thread::sleep(DECAY);
        let left = anonymous_bytes(pid) as f64 - self.empty as f64 - kept;
        vec![
            ("a link after traffic, more than before", "bytes", grown / links as f64),
            ("a link after traffic, more than before", "%", grown / links as f64 / idle * 100.0),
            ("left behind by a link that has gone", "bytes", left / links as f64),
            ("(side) a message in the memory engine", "bytes", kept / links as f64),
        ]
    }

    fn memory(&self) -> u64 {
        anonymous_bytes(self.server.pid())
    }

    /// Has something said for each pair, and waits until all of it has come and is acknowledged.
    fn send(&mut self, pairs: &[(usize, usize)], what: impl Fn(Speech, i64) -> Template, number: &mut u64) {
        let (speech, mut message) = (self.server.speech, Vec::new());
        for (from, to) in pairs {
            *number += 1;
            message.clear();
            what(speech, self.server.user(*to)).put(*number, &mut message);
            self.driver.say(*from, &message);
        }
        let (mut arrived, mut acknowledged) = (0, 0);
        self.driver.hear_until(|_, header, body, _| {
            let messages = speech::messages_in(header, body);
            if messages == 0 {
                speech::check(speech, body);
                acknowledged += 1;
            }
            arrived += messages as usize;
            arrived == pairs.len() && acknowledged == pairs.len()
        });
    }
}
