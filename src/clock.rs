//! The clock: the only place that asks what time it is.
//!
//! Mechanisms and rules take a `Moment`, or a Unix time, as an argument; whoever drives them asks here. The monotonic
//! side is tokio's clock, so that a test with paused time drives everything.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

pub use crate::session::Moment;

/// Tells the time. Copies of a clock agree.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    made: Instant,
    wall: Wall,
}

#[derive(Clone, Copy, Debug)]
enum Wall {
    /// The machine's clock, which may be set while we run.
    Machine,
    /// So many Unix milliseconds when the clock was made, and from then on as the monotonic side says.
    Virtual(i64),
}

impl Clock {
    /// The machine's clock.
    pub fn new() -> Self {
        Self { made: Instant::now(), wall: Wall::Machine }
    }

    /// A clock whose wall time is `unix_ms` now, and then follows tokio's time, paused or not. For tests.
    pub fn virtual_at(unix_ms: i64) -> Self {
        Self { made: Instant::now(), wall: Wall::Virtual(unix_ms) }
    }

    pub fn now(&self) -> Moment {
        Moment(millis(self.made.elapsed()))
    }

    /// When tokio's timers reach `moment`: for `sleep_until`.
    ///
    /// A moment too far for the machine to count to is answered with one a hundred years ahead.
    pub fn instant(&self, moment: Moment) -> Instant {
        const FAR: Duration = Duration::from_hours(24 * 365 * 100);
        self.made + Duration::from_millis(moment.0).min(FAR)
    }

    /// Milliseconds since 1970 UTC. May jump, also backwards, when the machine's clock is set.
    #[allow(clippy::disallowed_methods, reason = "this is the place where wall time comes from")]
    pub fn wall_ms(&self) -> i64 {
        match self.wall {
            Wall::Virtual(start_ms) => start_ms.saturating_add_unsigned(self.now().0),
            Wall::Machine => match SystemTime::now().duration_since(UNIX_EPOCH) {
                Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
                // A machine that was never told the time may stand before 1970.
                Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
            },
        }
    }

    /// Seconds since 1970 UTC, as tokens count.
    pub fn wall_s(&self) -> i64 {
        self.wall_ms().div_euclid(1000)
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START_MS: i64 = 1_700_000_000_500;

    #[tokio::test(start_paused = true)]
    async fn both_sides_of_a_virtual_clock_follow_paused_time() {
        let clock = Clock::virtual_at(START_MS);
        assert_eq!((clock.now(), clock.wall_ms()), (Moment(0), START_MS));
        tokio::time::advance(Duration::from_millis(1_499)).await;
        assert_eq!((clock.now(), clock.wall_ms()), (Moment(1_499), START_MS + 1_499));
        assert_eq!(clock.wall_s(), 1_700_000_001);
    }

    #[tokio::test(start_paused = true)]
    async fn copies_agree_and_a_moment_is_an_instant_of_tokio() {
        let clock = Clock::new();
        let copy = clock;
        tokio::time::advance(Duration::from_secs(3)).await;
        tokio::time::sleep_until(clock.instant(Moment(5_000))).await;
        assert_eq!((clock.now(), copy.now()), (Moment(5_000), Moment(5_000)));
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_of_time_is_an_instant_too() {
        let clock = Clock::new();
        assert!(clock.instant(Moment(u64::MAX)) > clock.instant(Moment(u64::MAX >> 30)));
    }

    #[test]
    fn the_machine_knows_that_it_is_after_2020() {
        assert!(Clock::new().wall_ms() > 1_577_836_800_000);
    }
}
