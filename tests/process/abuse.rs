//! Abuse of every door at once: what it costs in memory stays below a bound that follows from the settings, and somebody
//! who means no harm is answered all the while. The bound is the one of ARCHITECTURE.md, "What abuse can cost".

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use longlink::wire::{Command, pb};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, timeout};

use super::program::{Home, PATIENCE, Program, spawn};
use crate::support::http::{exchange, read_head};
use crate::support::tls::certify;
use crate::support::{Peer, bytes};

const SETTINGS: &str = "
listen.tcp_tls = \"127.0.0.1:0\"
listen.https = \"127.0.0.1:0\"
tls.certificate = \"certificate.pem\"
tls.key = \"key.pem\"
link.links_per_address_max = 400
link.connects_per_address_per_s = 50
link.devices_max = 400
link.write_timeout_s = 600
store.ring_mb = 1
store.cache_mb = 8
";
/// So many connections at each door.
const MANY: usize = 200;
/// What a link and a connection cost by themselves, and what their buffers may grow to: see ARCHITECTURE.md.
const LINK_KB: u64 = 4;
const STRANGER_KB: u64 = LINK_KB + 2 * 8 + 16;
const HTTP_KB: u64 = 10 + 2 * 64;
const HANDSHAKE_KB: u64 = 10 + 72;
const OUTBOX_KB: u64 = 256 + 2 * 64 + 64;
/// What an allocator and a store that are at work take anyway.
const SLACK_KB: u64 = 16 * 1024;

/// A connection from an address of its own, which takes as little as the kernel allows.
async fn connect(at: SocketAddr, host: u8) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, host), 0))).unwrap();
    socket.connect(at).await.unwrap()
}

fn port(program: &Program, name: &str) -> SocketAddr {
    let lines = program.said();
    lines.iter().find_map(|line| line.strip_prefix(name)).unwrap().trim().parse().unwrap()
}

fn resident_kb(program: &Program) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", program.pid().as_raw_nonzero())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Carries an attack out, and holds its connections and the server's memory until both were looked at.
async fn costs<T>(what: &str, program: &Program, bound_kb: u64, attack: impl Future<Output = T>) -> T {
    let before = resident_kb(program);
    let held = attack.await;
    let grown = resident_kb(program).saturating_sub(before);
    println!("{what}: {grown} KB more, of at most {bound_kb}");
    assert!(grown <= bound_kb, "{what} costs {grown} KB, more than {bound_kb}");
    held
}

/// Many connections that say so much and nothing more.
async fn begin(at: SocketAddr, host: u8, said: &[u8]) -> Vec<TcpStream> {
    let mut all = Vec::new();
    for _ in 0..MANY {
        let mut stream = connect(at, host).await;
        stream.write_all(said).await.unwrap();
        all.push(stream);
    }
    all
}

/// One more byte on each, whoever is still there.
async fn drip(all: &mut [TcpStream]) {
    for stream in all {
        let _ = stream.write_all(b"x").await;
    }
}

async fn web_sockets(at: SocketAddr, host: u8) -> Vec<TcpStream> {
    let request = b"GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\
        Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: longlink.v1\r\n\
        Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    // A message of 8000 bytes, of which one comes.
    let message = [0x82, 0xFE, 0x1F, 0x40, 1, 2, 3, 4, 0];
    let mut all = Vec::new();
    for _ in 0..MANY / 2 {
        let mut stream = connect(at, host).await;
        stream.write_all(request).await.unwrap();
        assert!(read_head(&mut stream).await.starts_with("HTTP/1.1 101"));
        stream.write_all(&message).await.unwrap();
        all.push(stream);
    }
    all
}

async fn logged_in(program: &Program, token: &str, host: u8, device: &str) -> Peer {
    let mut peer = Peer::over(connect(program.tcp, host).await);
    peer.hello(token, device, None).await;
    peer
}

/// Asks in lockstep until it is told to stop, and gives how long each answer took.
async fn ask_on(mut peer: Peer, stop: Arc<AtomicBool>) -> Vec<Duration> {
    let mut lasted = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let begun = Instant::now();
        let user = peer.user;
        peer.send(user, &lasted.len().to_string(), "still there?").await;
        lasted.push(begun.elapsed());
    }
    lasted
}

fn limited(page: &str, setting: &str) -> u64 {
    let line = format!("longlink_limited_total{{setting=\"{setting}\"}} ");
    page.lines().find_map(|found| found.strip_prefix(&line)).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn abuse_of_all_doors_costs_bounded_memory_and_nobody_else_waits_for_it() {
    let home = Home::with(SETTINGS);
    certify(home.path(), 2020, 2100);
    let program = home.serve().await;
    let (tls, https) = (port(&program, "tcp-tls "), port(&program, "https "));
    let ((_, honest), (victim, token)) = (home.user("honest").await, home.user("victim").await);
    let (_, writer) = home.user("writer").await;
    let stop = Arc::new(AtomicBool::new(false));
    let bystander = spawn(ask_on(logged_in(&program, &honest, 99, "phone").await, Arc::clone(&stop)));

    // Slow ones at every door: the beginning of a frame, of a handshake, of a head, of a message.
    let many = MANY as u64;
    let frame = bytes(200, 100, 1, &[0; 7_000]);
    let slow_frames = begin(program.tcp, 2, &frame[..6_000]);
    let mut tcp = costs("slow frames", &program, many * STRANGER_KB + SLACK_KB, slow_frames).await;
    let mut others = Vec::new();
    for (what, at, host, kb, said) in [
        ("slow handshakes", tls, 3, HANDSHAKE_KB + STRANGER_KB, &[22, 3, 1, 1, 0, 1, 0, 0][..]),
        ("slow handshakes of HTTPS", https, 4, HANDSHAKE_KB, &[22, 3, 1, 1, 0, 1, 0, 0][..]),
        ("slow heads", program.http, 5, HTTP_KB, b"POST /cgi/hello HTTP/1.1\r\nHost: h\r\nX-Slow: "),
    ] {
        others.push(costs(what, &program, many * kb + SLACK_KB, begin(at, host, said)).await);
    }
    others.push(costs("slow messages", &program, many * STRANGER_KB + SLACK_KB, web_sockets(program.http, 6)).await);
    for _ in 0..20 {
        drip(&mut tcp).await;
        for all in &mut others {
            drip(all).await;
        }
    }

    // A megabyte that is promised and of which one byte comes: it costs what a link costs.
    let promise = async {
        let mut all = Vec::new();
        for place in 0..MANY {
            let mut peer = logged_in(&program, &token, 7, &format!("promise {place}")).await;
            let mut head = bytes(200, Command::Send as u32, 9, &[]);
            head[16..20].copy_from_slice(&((1 << 20) - 20_u32).to_be_bytes());
            head.push(0);
            peer.write(&head).await;
            all.push(peer);
        }
        all
    };
    let promised = costs("promised megabytes", &program, many * LINK_KB + SLACK_KB, promise).await;
    drop(promised);

    // Readers that never read: 12 MB for each, of which it holds an outbox.
    let text = "x".repeat(60_000);
    let mut mouth = logged_in(&program, &writer, 8, "desk").await;
    let deaf = async {
        let mut all = Vec::new();
        for place in 0..20 {
            all.push(logged_in(&program, &token, 9, &format!("deaf {place}")).await);
        }
        for id in 0..200 {
            mouth.send(victim, &id.to_string(), &text).await;
        }
        all
    };
    let written_kb = 200 * 60;
    let deaf = costs("readers that never read", &program, 20 * OUTBOX_KB + 3 * written_kb + SLACK_KB, deaf).await;

    // A flood of connections: most are closed at once.
    let flood = async {
        let mut all = Vec::new();
        for _ in 0..3_000 {
            all.push(connect(program.tcp, 10).await);
        }
        all
    };
    let flood = costs("a flood of connections", &program, 400 * STRANGER_KB + SLACK_KB, flood).await;
    let refused = async {
        loop {
            let page = exchange(program.http, b"GET /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
            let of = |setting| limited(page.text(), setting);
            if of("link.links_per_address_max") + of("link.connects_per_address_per_s") >= 2_000 {
                break;
            }
        }
    };
    timeout(PATIENCE, refused).await.expect("no more than 2000 of 3000 were refused");

    stop.store(true, Ordering::Relaxed);
    let mut lasted = bystander.await.unwrap();
    lasted.sort_unstable();
    let at = |share: f64| lasted[(share * (lasted.len() - 1) as f64) as usize];
    println!(
        "{} sends in lockstep meanwhile: half in {:?}, 99 % in {:?}, all in {:?}",
        lasted.len(),
        at(0.5),
        at(0.99),
        at(1.0)
    );
    assert!(lasted.len() > 10, "only {} answers", lasted.len());

    // Who is still there and means well is served; the deaf get what was written when they read.
    let mut hearing = deaf.into_iter().next().unwrap();
    let page: pb::SyncReply = hearing.call(Command::Sync, &pb::SyncRequest { after: 0, limit: 1, wait_ms: 0 }).await;
    assert_eq!(page.entries.len(), 1);
    drop((tcp, others, flood));
    let mut program = program;
    program.signal(rustix::process::Signal::TERM);
    assert_eq!(program.ended().await.code(), Some(0));
}

#[tokio::test]
async fn a_proxy_without_its_header_is_said_in_the_log() {
    let home = Home::with("proxy.header_from = [\"127.0.0.1\"]\n");
    let mut program = home.serve().await;
    let mut stream = TcpStream::connect(program.tcp).await.unwrap();
    stream.write_all(&bytes(200, 6, u32::MAX, &[])).await.unwrap();
    let said = program.logged("begins with no PROXY header").await;
    assert!(said.contains("see proxy.header_from") && said.contains("proxy=127.0.0.1:"), "{said}");
    program.stop().await;
}
