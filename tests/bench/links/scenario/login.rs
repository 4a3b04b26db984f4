//! Coming: connect, say who one is, hear that it is good.

use super::{Play, cpu_of};
use crate::options::Sizes;
use crate::peer::Peer;
use crate::peer::server::Server;
use crate::results::PeerRun;

pub(crate) const CPU: &str = "processor time to connect and log in";

pub(crate) struct Login {
    server: Server,
    logins: usize,
}

impl Login {
    pub(crate) fn start(peer: Peer, sizes: &Sizes) -> Self {
        let mut server = peer.start();
        server.add_users(sizes.logins);
        let mut play = Self { server, logins: sizes.logins };
        for _ in 0..peer.warm_up().min(2) {
            play.round(&mut PeerRun::default());
        }
        play
    }
}

impl Play for Login {
    fn round(&mut self, figures: &mut PeerRun) {
        let mut driver = self.server.driver();
        let cpu = cpu_of(self.server.pid(), figures, |_| self.server.log_in(&mut driver, self.logins));
        figures.add(CPU, "us", cpu / self.logins as f64);
        drop(driver);
        self.server.settle();
    }
}
