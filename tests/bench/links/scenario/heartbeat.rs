//! Heartbeats: links that say one every second, evenly spread, each of which is answered.

use std::time::Duration;

use super::{Play, cpu_of};
use crate::driver::Driver;
use crate::options::Sizes;
use crate::peer::Peer;
use crate::peer::server::Server;
use crate::process::now;
use crate::results::PeerRun;
use crate::speech::Heard;

pub(crate) const CPU: &str = "processor time of a heartbeat";
const STEPS_PER_SECOND: usize = 100;

pub(crate) struct Heartbeat {
    server: Server,
    links: usize,
    seconds: usize,
}

impl Heartbeat {
    pub(crate) fn start(peer: Peer, sizes: &Sizes) -> Self {
        let mut server = peer.start();
        server.add_users(sizes.readers);
        let mut play = Self { server, links: sizes.readers, seconds: sizes.heartbeat_s };
        if peer.warm_up() > 1 {
            play.round(&mut PeerRun::default());
        }
        play
    }

    fn beat(&self, driver: &mut Driver, seconds: usize) {
        let (noop, start) = (self.server.speech.noop(), now());
        let (mut answered, mut next, owed) = (0, 0, self.links * seconds);
        for step in 0..seconds * STEPS_PER_SECOND {
            let due = start + Duration::from_secs(1) * step as u32 / STEPS_PER_SECOND as u32;
            std::thread::sleep(due.saturating_duration_since(now()));
            while next < owed * (step + 1) / (seconds * STEPS_PER_SECOND) {
                driver.say(next % self.links, &noop);
                next += 1;
            }
            driver.hear_now(|_, heard, _| answered += usize::from(heard == Heard::Answered));
        }
        while answered < owed {
            driver.hear_until(|_, heard, _| {
                answered += usize::from(heard == Heard::Answered);
                answered >= owed
            });
        }
    }
}

impl Play for Heartbeat {
    fn round(&mut self, figures: &mut PeerRun) {
        let mut driver = self.server.driver();
        self.server.log_in(&mut driver, self.links);
        self.beat(&mut driver, 1);
        let cpu = cpu_of(self.server.pid(), figures, |_| self.beat(&mut driver, self.seconds));
        figures.add(CPU, "us", cpu / (self.links * self.seconds) as f64);
        drop(driver);
        self.server.settle();
    }
}
