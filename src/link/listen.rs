//! The TCP doors, plain and encrypted: accepts connections and gives each a link; and the UDP datagrams that Mars sends to the same port.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::tcp::TcpTransport;
use super::{Door, Entrance};
use crate::address::Address;
use crate::metrics::Metrics;
use crate::tls::Acceptor;

/// How many connections may wait to be accepted. The kernel cuts it to net.core.somaxconn.
const BACKLOG: i32 = 4096;
/// Finds peers that are gone without a word; the idle deadline would find them too, but later.
const KEEPALIVE: Duration = Duration::from_secs(300);
/// After a failed accept. There are mostly no descriptors left, and asking again at once would only burn a core.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Every so many failed accepts are said in the log.
const ACCEPT_ERRORS_PER_LINE: u64 = 100;

/// Listens on an address. With port 0 the kernel chooses one.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // A restart must not wait for the old links' TIME_WAIT.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

/// Accepts until `stop`, with TLS if there is an acceptor for it. Every link is a task of the entrance's.
pub async fn accept(listener: TcpListener, tls: Option<Acceptor>, entrance: Entrance, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, socket)) => open(stream, socket, tls.as_ref(), &entrance, &stop),
            Err(error) => {
                pause_after(&error, &entrance.door.metrics).await;
            }
        }
    }
}

/// Says that a connection could not be accepted, now and then, and gives the others time to go.
pub async fn pause_after(error: &io::Error, metrics: &Metrics) {
    let errors = metrics.accept_errors.get();
    metrics.accept_errors.add(1);
    if errors.is_multiple_of(ACCEPT_ERRORS_PER_LINE) {
        warn!(%error, errors = errors + 1, "cannot accept; new connections wait. Out of descriptors? See ulimit -n");
    }
    sleep(ACCEPT_PAUSE).await;
}

fn open(stream: TcpStream, socket: SocketAddr, tls: Option<&Acceptor>, entrance: &Entrance, stop: &CancellationToken) {
    prepare(&stream);
    if !entrance.proxies.announces(socket) {
        return begin(stream, Address::new(socket.ip()), tls, entrance, stop);
    }
    let (tls, stop, inside) = (tls.cloned(), stop.clone(), entrance.clone());
    entrance.tasks.spawn(async move {
        let mut stream = stream;
        if let Some(address) = inside.announced(&mut stream, socket, &stop).await {
            begin(stream, address, tls.as_ref(), &inside, &stop);
        }
    });
}

/// Gives a connection its place, and makes it a link.
fn begin(stream: TcpStream, address: Address, tls: Option<&Acceptor>, entrance: &Entrance, stop: &CancellationToken) {
    // Before the handshake, so that whoever takes his time with it counts as well.
    let Ok(place) = entrance.open(address) else { return };
    let Some(tls) = tls else {
        return entrance.enter(TcpTransport::new(stream), place);
    };
    let (tls, stop, inside) = (tls.clone(), stop.clone(), entrance.clone());
    // In a task of its own, which is gone when the link begins: a slow handshake holds nobody up.
    entrance.tasks.spawn(async move {
        if let Some(stream) = inside.encrypt(&tls, stream, address, &stop).await {
            inside.enter(TcpTransport::new(stream), place);
        }
    });
}

/// Sets what every accepted socket has. One that is dead already fails at its first read: no reason to refuse it here.
pub fn prepare(stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
    let _ = SockRef::from(stream).set_tcp_keepalive(&TcpKeepalive::new().with_time(KEEPALIVE));
}

/// Counts and drops what comes as datagrams, which is Mars' signalling keep-alive (command 243). It wants no answer,
/// but a closed port would answer for us with an ICMP error.
pub async fn drop_datagrams(socket: UdpSocket, door: Arc<Door>, stop: CancellationToken) {
    // A datagram that is longer is cut; nobody looks at it.
    let mut bytes = [0; 64];
    loop {
        let received = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            received = socket.recv_from(&mut bytes) => received,
        };
        match received {
            Ok(_) => door.metrics.datagrams.add(1),
            Err(error) => {
                debug!(%error, "cannot receive a datagram");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}
