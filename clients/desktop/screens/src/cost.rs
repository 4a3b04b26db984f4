//! What a process costs, as the kernel counts it.

use std::fs;
use std::time::{Duration, Instant};

use crate::until;

/// Processor time so far, in ticks of 10 ms: of the process and of all of its threads.
pub fn ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    // The name, in brackets, may have spaces in it.
    let (_, behind) = stat.rsplit_once(") ").unwrap();
    let field = |at: usize| behind.split(' ').nth(at).unwrap().parse::<u64>().unwrap();
    field(11) + field(12)
}

/// Resident memory in MB: all of it, and that which is its own and not a file's.
pub fn memory_mb(pid: u32) -> (u64, u64) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let mb = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    };
    (mb("VmRSS:"), mb("RssAnon:"))
}

/// Waits until a process has taken no processor time for a second: it has come to rest.
pub fn comes_to_rest(pid: u32) {
    let mut last = (ticks(pid), now());
    until("a second in which the program takes no processor time", || {
        let seen = ticks(pid);
        if seen != last.0 {
            last = (seen, now());
        }
        (last.1.elapsed() > Duration::from_secs(1)).then_some(())
    });
}

/// The processor time that it takes in the time from now on, in ms.
pub fn taken(pid: u32, over: Duration) -> u64 {
    let (before, start) = (ticks(pid), now());
    until("the time that is measured", || (start.elapsed() > over).then_some(()));
    (ticks(pid) - before) * 10
}

#[expect(clippy::disallowed_methods, reason = "what is measured is another process, whose time is the wall's")]
fn now() -> Instant {
    Instant::now()
}
