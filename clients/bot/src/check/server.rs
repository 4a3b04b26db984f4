//! The server as a child of the bot, to be killed and started again.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Opening a large log after a kill may take a while.
const START_PATIENCE: Duration = Duration::from_secs(60);
/// So many of its last words are kept, to be shown if it does not start.
const LAST_WORDS_MAX: usize = 20;

/// Where a server listens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Addresses {
    pub(super) tcp: SocketAddr,
    /// For WebSockets, if it is known.
    pub(super) http: Option<SocketAddr>,
}

/// Where a server listens, in the clear and with TLS.
#[derive(Clone, Copy, Debug, Default)]
struct AllAddresses {
    tcp: Option<SocketAddr>,
    http: Option<SocketAddr>,
    tcp_tls: Option<SocketAddr>,
    https: Option<SocketAddr>,
}

pub(super) struct Server {
    program: Vec<String>,
    /// Which of its doors are taken.
    has_tls: bool,
    running: Option<Running>,
}

struct Running {
    child: Child,
    tcp: SocketAddr,
    last_words: Arc<Mutex<Vec<String>>>,
    /// They read what it says, so that it never waits for a reader.
    _ears: JoinSet<()>,
}

impl Server {
    pub(super) fn new(program: Vec<String>, has_tls: bool) -> Self {
        Self { program, has_tls, running: None }
    }

    /// Starts it, waits until it listens, and tells where.
    pub(super) async fn start(&mut self) -> Result<Addresses, String> {
        let (name, arguments) = self.program.split_first().ok_or("--serve names no program")?;
        let mut child = Command::new(name)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("cannot run {name}: {error}"))?;
        let last_words = Arc::default();
        let mut ears = JoinSet::new();
        if let Some(stderr) = child.stderr.take() {
            ears.spawn(keep_last_words(stderr, Arc::clone(&last_words)));
        }
        let stdout = child.stdout.take().ok_or("the server has no standard output")?;
        let mut lines = BufReader::new(stdout).lines();
        let listens = match timeout(START_PATIENCE, addresses(&mut lines)).await {
            Ok(Some(all)) => {
                let (tcp, http) = if self.has_tls { (all.tcp_tls, all.https) } else { (all.tcp, all.http) };
                let door = if self.has_tls { "listen.tcp_tls" } else { "listen.tcp" };
                Addresses { tcp: tcp.ok_or_else(|| format!("the server's {door} is off"))?, http }
            }
            Ok(None) => {
                let _ = child.wait().await;
                // All that it said is there once its pipe is closed.
                while ears.join_next().await.is_some() {}
                return Err(format!("the server did not start; its last words:\n{}", said(&last_words)));
            }
            Err(_) => return Err(format!("the server does not listen after {} s", START_PATIENCE.as_secs())),
        };
        ears.spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        self.running = Some(Running { child, tcp: listens.tcp, last_words, _ears: ears });
        Ok(listens)
    }

    /// Kills it at once, as if the power had gone.
    pub(super) async fn kill(&mut self) -> Result<(), String> {
        match &mut self.running {
            Some(running) => running.child.kill().await.map_err(|error| format!("cannot kill the server: {error}"))?,
            None => return Ok(()),
        }
        self.running = None;
        Ok(())
    }

    /// Waits until it ends by itself, which it should not.
    pub(super) async fn ended(&mut self) -> String {
        match &mut self.running {
            Some(Running { child, last_words, tcp, .. }) => {
                let how = child.wait().await.map_or_else(|error| error.to_string(), |status| status.to_string());
                format!("the server at {tcp} ended by itself ({how}); its last words:\n{}", said(last_words))
            }
            None => std::future::pending().await,
        }
    }
}

/// What it says first: `tcp 127.0.0.1:8081`, or `tcp off`, and the same of `http`, `tcp-tls` and `https`.
async fn addresses(lines: &mut Lines<BufReader<ChildStdout>>) -> Option<AllAddresses> {
    let mut all = AllAddresses::default();
    for (name, address) in
        [("tcp", &mut all.tcp), ("http", &mut all.http), ("tcp-tls", &mut all.tcp_tls), ("https", &mut all.https)]
    {
        let line = lines.next_line().await.ok()??;
        *address = line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok();
    }
    Some(all)
}

async fn keep_last_words(pipe: impl AsyncRead + Unpin, kept: Arc<Mutex<Vec<String>>>) {
    let mut lines = BufReader::new(pipe).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == LAST_WORDS_MAX {
            kept.remove(0);
        }
        kept.push(line);
    }
}

fn said(kept: &Mutex<Vec<String>>) -> String {
    kept.lock().unwrap_or_else(PoisonError::into_inner).join("\n")
}
