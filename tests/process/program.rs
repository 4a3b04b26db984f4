//! The program as a child process, and what it says.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::support::Peer;

/// Nothing takes so long; what does has hung.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Accounts and hashes as cheap as the algorithm allows, and everything allowed that tests do.
const SETTINGS: &str = "
data_dir = \"data\"
listen.tcp = \"127.0.0.1:0\"
listen.http = \"127.0.0.1:0\"
accounts.registration = \"open\"
accounts.hash_memory_kib = 8
accounts.hash_passes = 1
chat.broadcast_allowed = \"everybody\"
chat.broadcasts_per_minute = 60000
chat.sends_per_second_of_user = 1000000
store.disk_reserve_mb = 16
";

/// A folder with a settings file, in which the program is run. Its data lie in `data` below it.
pub(super) struct Home {
    folder: TempDir,
    /// What the shell does before it becomes the program, such as setting a limit.
    before: String,
}

/// How a run of the program ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// A server that runs. It is killed when this is dropped.
pub(super) struct Program {
    child: Child,
    pid: Pid,
    pub(super) tcp: SocketAddr,
    pub(super) http: SocketAddr,
    stdout: watch::Receiver<Said>,
    stderr: watch::Receiver<Said>,
}

/// What came through one of a child's pipes.
#[derive(Clone, Debug, Default)]
struct Said {
    lines: Vec<String>,
    /// There will be nothing more.
    is_all: bool,
}

impl Home {
    pub(super) fn new() -> Self {
        Self::with("")
    }

    /// Settings laid over those of all tests, as `section.name = value` lines.
    pub(super) fn with(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let name = |line: &str| line.split_once('=').map(|(name, _)| name.trim().to_owned());
        let own: Vec<_> = settings.lines().filter_map(name).collect();
        let kept = SETTINGS.lines().filter(|line| name(line).is_none_or(|name| !own.contains(&name)));
        let text: String = kept.chain(settings.lines()).map(|line| format!("{line}\n")).collect();
        fs::write(folder.path().join("longlink.toml"), text).unwrap();
        Self { folder, before: String::new() }
    }

    /// The same folder, run behind a piece of shell.
    pub(super) fn behind(mut self, before: impl Into<String>) -> Self {
        self.before = before.into();
        self
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        // `exec`, so that the process that we know is the program and no shell.
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("{} exec \"$0\" \"$@\"", self.before), env!("CARGO_BIN_EXE_longlink")])
            .args(arguments)
            .current_dir(self.path())
            .env_remove("LONGLINK_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs the program to its end.
    pub(super) async fn run(&self, arguments: &[&str]) -> Ended {
        self.run_with(arguments, "").await
    }

    /// The same, with something to read on its standard input.
    pub(super) async fn run_with(&self, arguments: &[&str], input: &str) -> Ended {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // It may end without reading, and then says why.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        let output = timeout(PATIENCE, child.wait_with_output()).await.expect("the program does not end").unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ended { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Runs the program to its end, which must be a success, and gives what it printed.
    pub(super) async fn ok(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments).await;
        assert!(ended.status.success(), "{arguments:?}: {ended:?}");
        ended.stdout
    }

    /// Starts a server, and waits until it listens.
    pub(super) async fn serve(&self) -> Program {
        self.serve_with(&[]).await
    }

    pub(super) async fn serve_with(&self, arguments: &[&str]) -> Program {
        let mut starting = self.start(arguments);
        match starting.listening().await {
            Some((tcp, http)) => {
                let Starting { child, pid, stdout, stderr } = starting;
                Program { child, pid, tcp, http, stdout, stderr }
            }
            None => panic!("the server did not start: {:?}", starting.ended().await),
        }
    }

    /// Starts a server without waiting for anything.
    pub(super) fn start(&self, arguments: &[&str]) -> Starting {
        let mut child = self.command(&[&["serve"], arguments].concat()).spawn().unwrap();
        let pid = Pid::from_raw(child.id().unwrap().cast_signed()).unwrap();
        let (stdout, stderr) = (listen(child.stdout.take().unwrap()), listen(child.stderr.take().unwrap()));
        Starting { child, pid, stdout, stderr }
    }

    /// A new account for tokens, and a token. Works with a server and without.
    pub(super) async fn user(&self, name: &str) -> (i64, String) {
        let said = self.ok(&["user", "add", "--no-password", name]).await;
        let id = said.trim().rsplit_once(' ').unwrap().1.parse().unwrap();
        (id, self.token(name).await)
    }

    pub(super) async fn token(&self, name: &str) -> String {
        self.ok(&["token", name]).await.trim().to_owned()
    }
}

/// A server that may not listen yet.
pub(super) struct Starting {
    child: Child,
    pid: Pid,
    stdout: watch::Receiver<Said>,
    stderr: watch::Receiver<Said>,
}

impl Starting {
    /// Waits for the two addresses; `None` if the program ended without saying them.
    async fn listening(&mut self) -> Option<(SocketAddr, SocketAddr)> {
        let said = wait(&mut self.stdout, |said| said.is_all || said.lines.len() >= 4).await;
        let address = |line: usize, what| said.lines.get(line)?.strip_prefix(what)?.parse().ok();
        Some((address(0, "tcp ")?, address(1, "http ")?))
    }

    /// Waits until it listens, though perhaps at no plain port.
    pub(super) async fn running(mut self) -> Program {
        let nowhere = SocketAddr::from(([0; 4], 0));
        let (tcp, http) = self.listening().await.unwrap_or((nowhere, nowhere));
        let Self { child, pid, stdout, stderr } = self;
        Program { child, pid, tcp, http, stdout, stderr }
    }

    /// Waits until its log has a line with this in it.
    pub(super) async fn logged(&mut self, part: &str) -> String {
        logged(&mut self.stderr, part).await
    }

    /// Waits for the end.
    pub(super) async fn ended(&mut self) -> Ended {
        ended(&mut self.child, &mut self.stdout, &mut self.stderr).await
    }

    /// Kills it at once, as if the power had gone.
    pub(super) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

impl Program {
    pub(super) fn pid(&self) -> Pid {
        self.pid
    }

    pub(super) fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).unwrap();
    }

    /// Kills it at once, as if the power had gone.
    pub(super) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Waits for the end.
    pub(super) async fn ended(&mut self) -> Ended {
        ended(&mut self.child, &mut self.stdout, &mut self.stderr).await
    }

    /// Asks it to stop, and waits for the end.
    pub(super) async fn stop(mut self) -> Ended {
        self.signal(Signal::TERM);
        self.ended().await
    }

    /// Waits until its log has a line with this in it.
    pub(super) async fn logged(&mut self, part: &str) -> String {
        logged(&mut self.stderr, part).await
    }

    /// The lines of its log up to now.
    pub(super) fn log(&self) -> Vec<String> {
        self.stderr.borrow().lines.clone()
    }

    /// The lines of its standard output up to now.
    pub(super) fn said(&self) -> Vec<String> {
        self.stdout.borrow().lines.clone()
    }

    /// Waits until its standard output has a line that begins so, and gives the rest of it.
    pub(super) async fn told(&mut self, beginning: &str) -> String {
        let said = wait(&mut self.stdout, |said| said.lines.iter().any(|line| line.starts_with(beginning))).await;
        said.lines.iter().find_map(|line| line.strip_prefix(beginning)).unwrap_or_default().to_owned()
    }

    pub(super) async fn connect(&self) -> Peer {
        Peer::connect(self.tcp).await
    }

    /// A link that is logged in and reads from the head on.
    pub(super) async fn log_in(&self, token: &str, device: &str) -> Peer {
        let mut peer = self.connect().await;
        peer.hello(token, device, None).await;
        peer
    }
}

impl Ended {
    /// The last line on standard error: the sentence that says why it ended.
    pub(super) fn sentence(&self) -> &str {
        self.stderr.lines().last().unwrap_or_default()
    }

    pub(super) fn code(&self) -> Option<i32> {
        self.status.code()
    }
}

/// Gathers the lines of a pipe.
fn listen(pipe: impl AsyncRead + Send + Unpin + 'static) -> watch::Receiver<Said> {
    let (sender, said) = watch::channel(Said::default());
    spawn(async move {
        let mut lines = BufReader::new(pipe).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            sender.send_modify(|said| said.lines.push(line));
        }
        sender.send_modify(|said| said.is_all = true);
    });
    said
}

/// Runs beside the test. What it finds out, it says through a channel.
#[allow(clippy::disallowed_methods, reason = "a test is no server to be drained: what still runs at its end may go")]
pub(super) fn spawn<T: Send + 'static>(task: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    tokio::spawn(task)
}

async fn wait(pipe: &mut watch::Receiver<Said>, until: impl FnMut(&Said) -> bool) -> Said {
    let waited = timeout(PATIENCE, pipe.wait_for(until)).await;
    let said = waited.map(|said| said.unwrap().clone());
    said.unwrap_or_else(|_| panic!("waited in vain; until now it said {:#?}", pipe.borrow().lines))
}

async fn logged(stderr: &mut watch::Receiver<Said>, part: &str) -> String {
    let said = wait(stderr, |said| said.is_all || said.lines.iter().any(|line| line.contains(part))).await;
    let line = said.lines.iter().find(|line| line.contains(part));
    line.unwrap_or_else(|| panic!("it never said {part:?}, but:\n{}", said.lines.join("\n"))).clone()
}

async fn ended(child: &mut Child, stdout: &mut watch::Receiver<Said>, stderr: &mut watch::Receiver<Said>) -> Ended {
    let status = timeout(PATIENCE, child.wait()).await.expect("the program does not end").unwrap();
    let (stdout, stderr) = (wait(stdout, |said| said.is_all).await, wait(stderr, |said| said.is_all).await);
    Ended { status, stdout: stdout.lines.join("\n"), stderr: stderr.lines.join("\n") }
}
