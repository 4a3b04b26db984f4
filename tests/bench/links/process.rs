//! What the system says about a process: its memory, its processor time, its system calls.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

pub(crate) const DRIVER_CORE: usize = 0;
pub(crate) const SERVER_CORE: usize = 1;

/// The unit of the times in /proc, which Linux has fixed for all that read them.
const TICKS_PER_SECOND: u64 = 100;

/// Binds a process to a core, if the machine has several and the tool.
pub(crate) fn pin(pid: u32, core: usize) {
    if can_pin() {
        let _ =
            Command::new("taskset").args(["-cp", &core.to_string(), &pid.to_string()]).stdout(Stdio::null()).status();
    }
}

/// A command that runs on a core of its own where that is possible.
pub(crate) fn pinned(program: &str, core: usize) -> Command {
    if !can_pin() {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.args(["-c", &core.to_string(), program]);
    command
}

fn can_pin() -> bool {
    let cores = fs::read_to_string("/proc/cpuinfo").map_or(1, |text| text.matches("processor\t").count());
    cores > 1 && Command::new("taskset").arg("--version").stdout(Stdio::null()).status().is_ok()
}

/// The processor time that all threads of a process have had, in microseconds, those that have ended included.
pub(crate) fn cpu_us(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // The name in parentheses may hold anything; the fields are counted behind it.
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks = |place: usize| fields[place].parse::<u64>().unwrap();
    (ticks(11) + ticks(12)) * (1_000_000 / TICKS_PER_SECOND)
}

/// The memory of a process that no file is behind, in bytes: heap and stacks.
pub(crate) fn anonymous_bytes(pid: u32) -> u64 {
    field(pid, "RssAnon:") * 1024
}

/// All of the memory that a process has resident, in bytes.
pub(crate) fn resident_bytes(pid: u32) -> u64 {
    field(pid, "VmRSS:") * 1024
}

fn field(pid: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// A count of system calls under way. `None` where `perf` is not there or not allowed.
pub(crate) struct Calls(Child);

impl Calls {
    pub(crate) fn start(pid: u32) -> Option<Self> {
        let perf = Command::new("perf")
            .args(["stat", "-x,", "-e", "raw_syscalls:sys_enter", "-p", &pid.to_string()])
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .ok()?;
        // It attaches to every thread before it counts, and says nothing when it has.
        std::thread::sleep(Duration::from_millis(500));
        Some(Self(perf))
    }

    pub(crate) fn stop(self) -> Option<u64> {
        let Self(perf) = self;
        let interrupted = Command::new("kill").args(["-INT", &perf.id().to_string()]).status();
        let output = perf.wait_with_output().ok()?;
        interrupted.ok()?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        text.lines().find(|line| line.contains("raw_syscalls"))?.split(',').next()?.parse().ok()
    }
}

/// What the figures were taken on.
pub(crate) fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let model = info.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split(": ").nth(1));
    let cores = info.matches("processor\t").count();
    let pinned = if can_pin() { "server and driver on a core each" } else { "not pinned" };
    let load = read("/proc/loadavg");
    format!(
        "{} x {cores}, Linux {}, {pinned}, {} free for the driver, load {}",
        model.unwrap_or("processor unknown"),
        read("/proc/sys/kernel/osrelease").trim(),
        available_parallelism().map_or(1, usize::from),
        load.split(' ').next().unwrap_or("unknown"),
    )
}

/// The one place of the measurements that asks for the time.
#[allow(clippy::disallowed_methods, reason = "a stopwatch is what this is")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
