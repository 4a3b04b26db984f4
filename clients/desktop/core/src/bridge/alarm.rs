//! Notices that the machine has slept, or has another network, by one look in ten seconds.
//!
//! No system is asked to tell: each has its own way (netlink, logind, power broadcasts, IOKit), and what they save is a
//! timer that costs some microseconds in ten seconds. Asleep, a wall clock goes on while our timers stand still, or
//! come late. Another network shows in the address from which this machine would speak to the world; to learn that, nothing is
//! sent.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use crate::clock;
use crate::model::TimeMs;

/// How often it is looked.
pub(super) const TICK: Duration = Duration::from_secs(10);
/// A tick that is later than this was slept through.
const LATE_MS: i64 = 20_000;

/// What was seen at the last look.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    last: Option<Look>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Look {
    at_ms: TimeMs,
    /// From where the machine speaks, by IPv4 and by IPv6.
    addresses: [Option<IpAddr>; 2],
}

impl Alarm {
    /// Whether links should be tried at once.
    pub(super) fn rings(&mut self) -> bool {
        self.look(Look { at_ms: clock::wall_ms(), addresses: ["192.0.2.1:9", "[2001:db8::1]:9"].map(speaks_from) })
    }

    fn look(&mut self, now: Look) -> bool {
        let rings = self.last.as_ref().is_some_and(|last| {
            let has_slept = now.at_ms - last.at_ms > LATE_MS;
            // That an address went is no reason to try: nothing can be reached by it.
            let came = now.addresses.iter().zip(&last.addresses).any(|(now, last)| now.is_some() && now != last);
            has_slept || came
        });
        self.last = Some(now);
        rings
    }
}

/// The address from which datagrams to this one would go. It is one that is kept for books, and none is sent.
fn speaks_from(to: &str) -> Option<IpAddr> {
    let to: SocketAddr = to.parse().ok()?;
    let any = if to.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(to).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(at_s: i64, address: Option<&str>) -> Look {
        Look { at_ms: at_s * 1000, addresses: [address.map(|address| address.parse().unwrap()), None] }
    }

    #[test]
    fn an_alarm_rings_after_sleep_and_for_another_network_and_else_never() {
        let mut alarm = Alarm::default();
        let home = Some("10.0.0.5");
        for (now, rings, story) in [
            (look(0, home), false, "the first look has nothing to compare with"),
            (look(10, home), false, "nothing happened"),
            (look(25, home), false, "a tick may be a little late"),
            (look(3600, home), true, "an hour was slept through"),
            (look(3610, home), false, "and then not"),
            (look(3620, None), false, "the network went: there is nothing to try"),
            (look(3630, Some("192.168.1.7")), true, "another one came"),
            (look(3640, Some("192.168.1.7")), false, "it stays"),
            (look(3000, Some("192.168.1.7")), false, "the clock was set back"),
        ] {
            assert_eq!(alarm.look(now), rings, "{story}");
        }
    }

    #[test]
    fn looking_at_this_machine_sends_nothing_and_does_not_fail() {
        let mut alarm = Alarm::default();
        assert!(!alarm.rings());
    }
}
