//! The network between the devices and the server: a TCP proxy that delays, cuts and goes silent when it is told to.
//!
//! It looks at no frame, so that a cut falls anywhere.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use super::faults::{Fault, Faults, around};
use super::link::Door;
use super::recorder::Recorder;
use super::server::Addresses;

/// The longest that a byte is held back: shorter than a device's patience.
const DELAY_MAX_MS: u64 = 300;
/// How long the server is left with a link whose device has gone.
const HALF_OPEN_MAX_MS: u64 = 3_000;
const BUFFER_BYTES: usize = 16 * 1024;

pub(super) struct Proxy {
    pub(super) listener: TcpListener,
    /// Of the server, which is now there.
    pub(super) door: Door,
    pub(super) server: watch::Receiver<Addresses>,
    pub(super) faults: Faults,
    /// The mean time until a connection meets a fault.
    pub(super) fault_every: Duration,
    pub(super) random: StdRng,
    /// Faults end when this is true.
    pub(super) calm: watch::Receiver<bool>,
    pub(super) recorder: Recorder,
}

/// What a connection meets.
#[derive(Clone)]
struct Plan {
    fault: Option<(Fault, Instant)>,
    random_seed: u64,
    calm: watch::Receiver<bool>,
    recorder: Recorder,
}

impl Proxy {
    /// Carries connections until it is dropped.
    pub(super) async fn run(mut self) -> io::Error {
        let mut connections = JoinSet::new();
        loop {
            let device = match self.listener.accept().await {
                Ok((device, _)) => device,
                Err(error) => return error,
            };
            // Those that are over.
            while connections.try_join_next().is_some() {}
            let kinds: Vec<_> =
                [Fault::Cut, Fault::Delay, Fault::Stall].into_iter().filter(|one| self.faults.has(*one)).collect();
            let kind = kinds.get(self.random.random_range(0..kinds.len().max(1))).copied();
            let at = Instant::now() + around(self.fault_every, &mut self.random);
            let plan = Plan {
                fault: kind.map(|kind| (kind, at)),
                random_seed: self.random.random(),
                calm: self.calm.clone(),
                recorder: self.recorder.clone(),
            };
            let listens = *self.server.borrow();
            let server = match self.door {
                Door::Tcp => Some(listens.tcp),
                Door::WebSocket => listens.http,
            };
            // Nobody is sent to a door that is not there.
            let Some(server) = server else { continue };
            connections.spawn(carry(device, server, plan));
        }
    }
}

/// Carries one connection to its end. The device sees a server that is not there as a connection that ends at once.
async fn carry(device: TcpStream, server: SocketAddr, plan: Plan) {
    let Ok(server) = TcpStream::connect(server).await else { return };
    if device.set_nodelay(true).is_err() || server.set_nodelay(true).is_err() {
        return;
    }
    let mut random = StdRng::seed_from_u64(plan.random_seed);
    let ((mut from_device, mut to_device), (mut from_server, mut to_server)) =
        (device.into_split(), server.into_split());
    let (up, down) = (random.random(), random.random());
    let fate = {
        let up = one_way(&mut from_device, &mut to_server, &plan, up);
        let down = one_way(&mut from_server, &mut to_device, &plan, down);
        tokio::select! {
            fate = up => fate,
            fate = down => fate,
        }
    };
    match fate {
        Fate::Over => {}
        Fate::Cut => plan.recorder.fault(Fault::Cut.word()),
        Fate::Stalled => {
            plan.recorder.fault(Fault::Stall.word());
            // What the device still says goes nowhere. When it gives up, the server is told later.
            let mut nowhere = vec![0; BUFFER_BYTES];
            while matches!(from_device.read(&mut nowhere).await, Ok(read) if read > 0) {}
            sleep(Duration::from_millis(random.random_range(0..HALF_OPEN_MAX_MS))).await;
        }
    }
}

/// How one direction of a connection ended, and with it the connection.
enum Fate {
    Over,
    Cut,
    Stalled,
}

async fn one_way(from: &mut OwnedReadHalf, to: &mut OwnedWriteHalf, plan: &Plan, seed: u64) -> Fate {
    let mut random = StdRng::seed_from_u64(seed);
    let mut bytes = vec![0; BUFFER_BYTES];
    let mut told = false;
    loop {
        let Ok(read @ 1..) = from.read(&mut bytes).await else { return Fate::Over };
        let due = plan.fault.filter(|(_, at)| *at <= Instant::now() && !*plan.calm.borrow());
        let Some((kind, _)) = due else {
            if !write(to, &bytes, read).await {
                return Fate::Over;
            }
            continue;
        };
        if kind == Fault::Delay {
            if !told {
                plan.recorder.fault(Fault::Delay.word());
                told = true;
            }
            sleep_until(Instant::now() + Duration::from_millis(random.random_range(1..DELAY_MAX_MS))).await;
            if !write(to, &bytes, read).await {
                return Fate::Over;
            }
            continue;
        }
        // Some of it still comes through.
        if !write(to, &bytes, random.random_range(0..=read)).await {
            return Fate::Over;
        }
        return if kind == Fault::Cut { Fate::Cut } else { Fate::Stalled };
    }
}

async fn write(to: &mut OwnedWriteHalf, bytes: &[u8], count: usize) -> bool {
    match bytes.get(..count) {
        Some(some) => to.write_all(some).await.is_ok(),
        None => false,
    }
}
