//! What the system says about a process: its memory, its processor time, its descriptors, its reads and writes.
//!
//! From /proc, so on Linux alone, and only of processes of the same user (or all of them as root). Elsewhere there is
//! nothing, and the report says so.

use std::fs;
use std::net::SocketAddr;
use std::process::Stdio;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// The unit of the times in /proc, which Linux has fixed for all that read them.
const TICKS_PER_SECOND: u64 = 100;

/// Of the server's metrics.
const PAGE_BYTES_MAX: u64 = 1 << 20;

/// A process at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sample {
    /// Of all its threads, those that have ended included.
    pub(crate) cpu_us: u64,
    pub(crate) resident_bytes: u64,
    /// What no file is behind: heap and stacks.
    pub(crate) anonymous_bytes: u64,
    pub(crate) descriptors: u64,
    /// Tasks that are alive, if the server tells it in its metrics.
    pub(crate) tasks: Option<u64>,
    /// Calls of the read and the write families. Linux counts those on files, pipes and, as `readv` and `writev`,
    /// sockets; `recv`, `send` and waiting are not among them.
    pub(crate) reads: u64,
    pub(crate) writes: u64,
}

/// `None` when there is no such process, or it may not be looked at.
pub(crate) fn sample(pid: u32) -> Option<Sample> {
    let read = |what: &str| fs::read_to_string(format!("/proc/{pid}/{what}")).ok();
    let (stat, status) = (read("stat")?, read("status")?);
    // The name in parentheses may hold anything; the fields are counted behind it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<u64>().ok());
    let io = read("io").unwrap_or_default();
    Some(Sample {
        cpu_us: (ticks(11)? + ticks(12)?) * (1_000_000 / TICKS_PER_SECOND),
        // One that has ended and was not waited for has none.
        resident_bytes: number(&status, "VmRSS:")? * 1024,
        anonymous_bytes: number(&status, "RssAnon:").unwrap_or(0) * 1024,
        descriptors: descriptors(pid),
        tasks: None,
        reads: number(&io, "syscr:").unwrap_or(0),
        writes: number(&io, "syscw:").unwrap_or(0),
    })
}

/// How many tasks of the server are alive, as its metrics say; `None` if nobody there says it soon.
pub(crate) async fn tasks(metrics: SocketAddr) -> Option<u64> {
    let ask = async {
        let mut stream = TcpStream::connect(metrics).await.ok()?;
        stream.write_all(b"GET /metrics HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n").await.ok()?;
        let mut page = String::new();
        stream.take(PAGE_BYTES_MAX).read_to_string(&mut page).await.ok()?;
        page.lines().find_map(|line| line.strip_prefix("longlink_tasks "))?.trim().parse().ok()
    };
    timeout(Duration::from_secs(1), ask).await.ok().flatten()
}

/// How many descriptors are open. Newer systems tell it as the folder's size; to list them makes the kernel keep
/// something for each, which is not what a measurement should do.
fn descriptors(pid: u32) -> u64 {
    let path = format!("/proc/{pid}/fd");
    match fs::metadata(&path).map_or(0, |folder| folder.len()) {
        0 => fs::read_dir(path).map_or(0, |all| all.count() as u64),
        count => count,
    }
}

fn number(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}

/// A count of all system calls of a process, by `perf`, while it lives.
pub(crate) struct Calls(Child);

impl Calls {
    /// `None` where there is no `perf`, or it is not allowed to count.
    pub(crate) async fn start(pid: u32) -> Option<Self> {
        let mut child = Command::new("perf")
            .args(["stat", "-x,", "-e", "raw_syscalls:sys_enter", "-p", &pid.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .process_group(0)
            .spawn()
            .ok()?;
        // It attaches to every thread before it counts, and does not say when it has.
        sleep(Duration::from_millis(500)).await;
        child.try_wait().ok()?.is_none().then_some(Self(child))
    }

    pub(crate) async fn stop(self) -> Option<u64> {
        let pid = rustix::process::Pid::from_raw(self.0.id()?.cast_signed())?;
        rustix::process::kill_process(pid, rustix::process::Signal::INT).ok()?;
        let output = timeout(Duration::from_secs(10), self.0.wait_with_output()).await.ok()?.ok()?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        text.lines().find(|line| line.contains("raw_syscalls"))?.split(',').next()?.parse().ok()
    }
}

/// What all figures of a run were taken on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) system: String,
    /// What else it was doing: the load average when the run began.
    pub(crate) load: String,
}

pub(crate) fn machine() -> Machine {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    Machine {
        processor: model.unwrap_or("unknown").trim().to_owned(),
        cores: std::thread::available_parallelism().map_or(1, usize::from),
        system: format!("{} {}", std::env::consts::OS, read("/proc/sys/kernel/osrelease").trim()),
        load: read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned(),
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn what_a_process_does_shows_in_its_sample() {
        let pid = std::process::id();
        let before = sample(pid).unwrap();
        assert!(before.resident_bytes > 0 && before.anonymous_bytes > 0 && before.descriptors >= 3);
        let mut file = fs::OpenOptions::new().write(true).open("/dev/null").unwrap();
        for _ in 0..500 {
            file.write_all(b"x").unwrap();
        }
        let after = sample(pid).unwrap();
        // A machine may hide it, and then says nothing; but what it says is true.
        if after.writes > 0 {
            assert!(after.writes >= before.writes + 500, "{before:?} {after:?}");
        }
        assert!(after.cpu_us >= before.cpu_us);
    }

    #[test]
    fn nobody_has_the_number_0() {
        assert_eq!(sample(0), None);
    }
}
