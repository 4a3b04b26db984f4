//! Links on which nothing happens: their memory, before and after traffic, and what the process does meanwhile. Each
//! round is a fresh process.

use std::time::Duration;

use super::Play;
use crate::driver::Driver;
use crate::options::Sizes;
use crate::peer::Peer;
use crate::peer::server::Server;
use crate::process::{anonymous_bytes, cpu_us, kernel_bytes, now, resident_bytes};
use crate::results::PeerRun;
use crate::speech::Heard;

pub(crate) const SLOPE: &str = "memory of an idle link that is logged in, slope";
pub(crate) const TRAFFIC: &str = "the same after traffic on every link, more";
pub(crate) const SILENCE: &str = "share of a core with all links silent";
pub(crate) const WITH_KERNEL: &str = "memory of an idle link and of its end in the kernel (slab of the whole machine)";
/// Links that find the room which the making of the accounts has left.
const FIRST: usize = 100;
const AT_ONCE: usize = 50;

pub(crate) struct Idle {
    peer: Peer,
    sizes: &'static Sizes,
    is_first: bool,
}

impl Idle {
    pub(crate) fn start(peer: Peer, sizes: &'static Sizes) -> Self {
        Self { peer, sizes, is_first: true }
    }

    /// Sends something along each link to the next one, and waits until all of it has come.
    fn traffic(&self, server: &Server, driver: &mut Driver) {
        let (links, speech) = (driver.links(), server.speech);
        let (mut message, mut number) = (Vec::new(), 0);
        for some in (0..links).collect::<Vec<_>>().chunks(AT_ONCE) {
            for link in some {
                number += 1;
                message.clear();
                speech.sign(server.user((link + 1) % links)).put(number, &mut message);
                driver.say(*link, &message);
            }
            let (mut arrived, mut acknowledged) = (0, 0);
            let owed = if speech.acknowledges() { some.len() } else { 0 };
            driver.hear_until(|_, heard, _| {
                match heard {
                    Heard::Messages(count) => arrived += count as usize,
                    Heard::Acknowledged => acknowledged += 1,
                    Heard::Answered | Heard::Other => {}
                }
                arrived == some.len() && acknowledged == owed
            });
        }
    }

    /// What is left of the links when they are gone.
    fn leave(&self, server: &Server, driver: Driver, empty: u64, figures: &mut PeerRun) {
        let links = driver.links();
        drop(driver);
        server.settle();
        // Allocators give pages back that were not used for a while.
        std::thread::sleep(Duration::from_secs(self.sizes.decay_s));
        let left = anonymous_bytes(server.pid()) as f64 - empty as f64;
        figures.add("left behind by a link that has gone", "bytes", left / links as f64);
    }
}

impl Play for Idle {
    fn round(&mut self, figures: &mut PeerRun) {
        let (few, many) = (self.sizes.few_links, self.sizes.many_links);
        let mut server = self.peer.start();
        let (pid, pause) = (server.pid(), Duration::from_secs(self.sizes.silence_s));
        server.add_users(many);
        let mut driver = server.driver();
        server.log_in(&mut driver, FIRST);
        let empty = anonymous_bytes(pid);
        server.log_in(&mut driver, few);
        driver.rest(pause);
        let per_link = |from: u64, to: u64| (to as f64 - from as f64) / (many - few) as f64;
        let (memory, kernel) = (anonymous_bytes(pid), kernel_bytes());
        server.log_in(&mut driver, many);
        let (before, begun) = (cpu_us(pid), now());
        driver.rest(pause);
        figures.add(SLOPE, "bytes", per_link(memory, anonymous_bytes(pid)));
        figures.add(SILENCE, "%", (cpu_us(pid) - before) / begun.elapsed().as_micros() as f64 * 100.0);
        // Both ends of a link are on this machine.
        let with_kernel = per_link(memory, anonymous_bytes(pid)) + per_link(kernel, kernel_bytes()) / 2.0;
        figures.add(WITH_KERNEL, "bytes", with_kernel);
        figures.add("memory resident, all links", "MB", resident_bytes(pid) as f64 / 1e6);

        let silent = anonymous_bytes(pid);
        self.traffic(&server, &mut driver);
        let grown = anonymous_bytes(pid) as f64 - silent as f64;
        let own = silent as f64 - empty as f64;
        figures.add(TRAFFIC, "%", grown / own * 100.0);
        if std::mem::replace(&mut self.is_first, false) && Peer::IN_TREE.contains(&self.peer) {
            self.leave(&server, driver, empty, figures);
        }
    }
}
