//! Waking in time: the poll's own timeout counts in milliseconds, which is longer than most latencies here.

use std::io;
use std::time::Duration;

use mio::{Events, Poll, Token};

use crate::load::time::{MS_NS, now_ns};

/// A due time nearer than this is woken for by a timer, where the system has one.
const NEAR_NS: u64 = 20 * MS_NS;
/// Nobody is woken more often than this for what is due: so much of a latency may be the bot's own.
pub(crate) const WAKE_EVERY_NS: u64 = 100_000;

pub(crate) struct Alarm {
    #[cfg(target_os = "linux")]
    timer: rustix::fd::OwnedFd,
    #[cfg(target_os = "linux")]
    set_for_ns: u64,
}

#[cfg(target_os = "linux")]
impl Alarm {
    pub(crate) fn new(poll: &Poll, token: Token) -> io::Result<Self> {
        use rustix::fd::AsRawFd;
        use rustix::time::{TimerfdClockId, TimerfdFlags, timerfd_create};
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        poll.registry().register(&mut mio::unix::SourceFd(&timer.as_raw_fd()), token, mio::Interest::READABLE)?;
        Ok(Self { timer, set_for_ns: 0 })
    }

    /// Waits for events until a time, or not much longer.
    pub(crate) fn wait(&mut self, poll: &mut Poll, events: &mut Events, until_ns: u64) -> io::Result<()> {
        let now = now_ns();
        let until_ns = until_ns.max(now + WAKE_EVERY_NS);
        let mut timeout = until_ns - now;
        if timeout < NEAR_NS {
            // An alarm that goes off earlier than need be does no harm, and costs no call.
            if !(now..=until_ns).contains(&self.set_for_ns) {
                self.set(until_ns)?;
            }
            // The timer wakes; the timeout is for the time after an early one.
            timeout += MS_NS;
        }
        poll_for(poll, events, timeout)
    }

    fn set(&mut self, at_ns: u64) -> io::Result<()> {
        use rustix::time::{Itimerspec, TimerfdTimerFlags, Timespec, timerfd_settime};

        use crate::load::time::SECOND_NS;
        let at = Timespec { tv_sec: (at_ns / SECOND_NS).cast_signed(), tv_nsec: (at_ns % SECOND_NS).cast_signed() };
        let once = Timespec { tv_sec: 0, tv_nsec: 0 };
        // An alarm that is set anew is no longer ready, so that it need not be read.
        timerfd_settime(&self.timer, TimerfdTimerFlags::ABSTIME, &Itimerspec { it_interval: once, it_value: at })?;
        self.set_for_ns = at_ns;
        Ok(())
    }
}

#[cfg(not(target_os = "linux"))]
impl Alarm {
    pub(crate) fn new(_: &Poll, _: Token) -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for events until a time, or up to a millisecond longer.
    pub(crate) fn wait(&mut self, poll: &mut Poll, events: &mut Events, until_ns: u64) -> io::Result<()> {
        let now = now_ns();
        poll_for(poll, events, until_ns.max(now + WAKE_EVERY_NS) - now)
    }
}

fn poll_for(poll: &mut Poll, events: &mut Events, ns: u64) -> io::Result<()> {
    match poll.poll(events, Some(Duration::from_nanos(ns))) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => {
            events.clear();
            Ok(())
        }
        polled => polled,
    }
}
