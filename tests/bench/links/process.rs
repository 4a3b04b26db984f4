//! What the system says about a process: its memory, its processor time, its system calls.

use std::env;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;

pub(crate) const DRIVER_CORE: usize = 0;
pub(crate) const SERVER_CORE: usize = 1;

/// Binds a process to a core, if the machine has several and the tool.
pub(crate) fn pin(pid: u32, core: usize) {
    bind(pid, &core.to_string());
}

/// Lets it have all cores again.
pub(crate) fn unpin(pid: u32) {
    bind(pid, "0-1023");
}

fn bind(pid: u32, cores: &str) {
    if can_pin() {
        let _ = Command::new("taskset").args(["-cp", cores, &pid.to_string()]).stdout(Stdio::null()).status();
    }
}

/// A command that runs on a core of its own where that is possible, and that ends with this process whatever ends it.
pub(crate) fn pinned(program: &str, core: usize) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]);
    if can_pin() {
        command.args(["taskset", "-c", &core.to_string()]);
    }
    command.arg(program);
    command
}

fn can_pin() -> bool {
    let cores = fs::read_to_string("/proc/cpuinfo").map_or(1, |text| text.matches("processor\t").count());
    cores > 1 && Command::new("taskset").arg("--version").stdout(Stdio::null()).status().is_ok()
}

/// The processor time that all threads of a process have had, in microseconds, those that have ended included. To the
/// nanosecond, where /proc counts in hundredths of a second.
pub(crate) fn cpu_us(pid: u32) -> f64 {
    let clock = clock_getcpuclockid(Pid::from_raw(pid as i32)).unwrap();
    Duration::from(clock.now().unwrap()).as_secs_f64() * 1e6
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

/// What the kernel keeps for its own things (sockets, files, and what watches them), on the whole machine, in bytes.
pub(crate) fn kernel_bytes() -> u64 {
    let info = fs::read_to_string("/proc/meminfo").unwrap();
    let line = info.lines().find(|line| line.starts_with("Slab:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
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
        "{} x {cores}, Linux {}, {pinned}, temporary files on {}, load {}",
        model.unwrap_or("processor unknown"),
        read("/proc/sys/kernel/osrelease").trim(),
        file_system(),
        load.split(' ').next().unwrap_or("unknown"),
    )
}

fn file_system() -> String {
    let asked = Command::new("stat").args(["-f", "-c", "%T"]).arg(env::temp_dir()).output();
    asked.map_or_else(|_| "an unknown disk".to_owned(), |said| String::from_utf8_lossy(&said.stdout).trim().to_owned())
}

/// The date and time of day, in UTC.
pub(crate) fn date() -> String {
    let since = Duration::from_secs(longlink::clock::Clock::new().wall_s().unsigned_abs());
    humantime::format_rfc3339_seconds(SystemTime::UNIX_EPOCH + since).to_string()
}

/// The one place of the measurements that asks for the time.
#[allow(clippy::disallowed_methods, reason = "a stopwatch is what this is")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
