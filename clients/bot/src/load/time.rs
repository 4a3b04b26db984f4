//! The load tool's clock: nanoseconds that every process of this machine counts from the same moment, so that one may
//! stamp a message and another one read how old it is.

use rustix::time::{ClockId, clock_gettime};

pub(crate) const SECOND_NS: u64 = 1_000_000_000;
pub(crate) const MS_NS: u64 = 1_000_000;

/// Nanoseconds since some moment before all of our processes began.
pub(crate) fn now_ns() -> u64 {
    read(ClockId::Monotonic)
}

/// The processor time that this process has had, in microseconds.
pub(crate) fn own_cpu_us() -> u64 {
    read(ClockId::ProcessCPUTime) / 1_000
}

fn read(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    u64::try_from(time.tv_sec).unwrap_or(0) * SECOND_NS + u64::try_from(time.tv_nsec).unwrap_or(0)
}
