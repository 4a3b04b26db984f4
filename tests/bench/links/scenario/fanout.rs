//! One message to everyone.

use super::{Play, cpu_of};
use crate::driver::Driver;
use crate::options::Sizes;
use crate::peer::Peer;
use crate::peer::server::Server;
use crate::process::Calls;
use crate::results::PeerRun;
use crate::speech::Heard;

pub(crate) const CPU: &str = "processor time of a delivery";
const WARM: u64 = 2;

pub(crate) struct Fanout {
    server: Server,
    readers: usize,
    broadcasts: u64,
    number: u64,
}

impl Fanout {
    pub(crate) fn start(peer: Peer, sizes: &Sizes) -> Self {
        let mut server = peer.start();
        server.add_users(sizes.readers);
        let mut play = Self { server, readers: sizes.readers, broadcasts: sizes.broadcasts, number: 0 };
        if peer.warm_up() > 1 {
            play.round(&mut PeerRun::default());
        }
        play
    }

    fn crowd(&self) -> Driver {
        let mut driver = self.server.driver();
        self.server.log_in_readers(&mut driver, self.readers);
        driver
    }

    /// Writes to everyone, one message after the other, and gives how often they were delivered.
    fn broadcast(&mut self, driver: &mut Driver, count: u64) -> u64 {
        let speech = self.server.speech;
        let mut template = speech.message(0);
        let owed = driver.links() as u64 - u64::from(!speech.writer_hears_all());
        let mut message = Vec::new();
        for _ in 0..count {
            self.number += 1;
            message.clear();
            template.put(self.number, &mut message);
            driver.say(0, &message);
            let (mut delivered, mut acknowledged) = (0, !speech.acknowledges());
            driver.hear_until(|_, heard, _| {
                match heard {
                    Heard::Messages(count) => delivered += count,
                    Heard::Acknowledged => acknowledged = true,
                    Heard::Answered | Heard::Other => {}
                }
                acknowledged && delivered == owed
            });
        }
        count * owed
    }
}

impl Play for Fanout {
    fn round(&mut self, figures: &mut PeerRun) {
        let mut driver = self.crowd();
        self.broadcast(&mut driver, WARM);
        let mut deliveries = 0;
        let (pid, broadcasts) = (self.server.pid(), self.broadcasts);
        let cpu = cpu_of(pid, figures, |_| deliveries = self.broadcast(&mut driver, broadcasts));
        figures.add(CPU, "us", cpu / deliveries as f64);
        drop(driver);
        self.server.settle();
    }

    /// The counting by itself, since it slows the calls down.
    fn last(&mut self, figures: &mut PeerRun) {
        let mut driver = self.crowd();
        let Some(calls) = Calls::start(self.server.pid()) else { return };
        let deliveries = self.broadcast(&mut driver, WARM);
        if let Some(calls) = calls.stop() {
            figures.add("system calls of a delivery", "calls", calls as f64 / deliveries as f64);
        }
    }
}
