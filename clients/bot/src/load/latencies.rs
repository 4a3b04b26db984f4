//! Latencies, as an HDR histogram of microseconds with three digits: its size does not grow with what it holds, and
//! histograms of several processes add up to what one would have counted.

use hdrhistogram::Histogram;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

const HIGHEST_US: u64 = 3_600_000_000;
const DIGITS: u8 = 3;

/// What is shown of a histogram: which part of all latencies was no longer than that.
pub(crate) const PARTS: [(&str, f64); 6] =
    [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999), ("p99.99", 0.9999), ("max", 1.0)];

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Latencies {
    /// Made with the first latency: most of them never see one.
    counts: Option<Histogram<u64>>,
}

impl Latencies {
    pub(crate) fn record_ns(&mut self, ns: u64) {
        self.record_many_us(ns / 1_000, 1);
    }

    pub(crate) fn record_many_us(&mut self, us: u64, count: u64) {
        if self.counts.is_none() {
            self.counts = Histogram::new_with_bounds(1, HIGHEST_US, DIGITS).ok();
        }
        if let Some(counts) = &mut self.counts {
            // An hour or more is all the same.
            counts.saturating_record_n(us.max(1), count);
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (us, count) in other.pairs() {
            self.record_many_us(us, count);
        }
    }

    /// Forgets all, and keeps the room for more.
    pub(crate) fn clear(&mut self) {
        if let Some(counts) = &mut self.counts {
            counts.reset();
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.counts.as_ref().map_or(0, Histogram::len)
    }

    pub(crate) fn mean_us(&self) -> f64 {
        self.counts.as_ref().map_or(0.0, Histogram::mean)
    }

    /// The latency that this part of all, from 0 to 1, did not exceed.
    pub(crate) fn at_us(&self, part: f64) -> u64 {
        self.counts.as_ref().map_or(0, |counts| counts.value_at_quantile(part))
    }

    /// Each latency that there was, and how often.
    pub(crate) fn pairs(&self) -> Vec<(u64, u64)> {
        let counts = self.counts.iter().flat_map(Histogram::iter_recorded);
        counts.map(|step| (step.value_iterated_to(), step.count_at_value())).collect()
    }
}

impl Serialize for Latencies {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.pairs().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Latencies {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut latencies = Self::default();
        for (us, count) in Vec::<(u64, u64)>::deserialize(deserializer)? {
            latencies.record_many_us(us, count);
        }
        Ok(latencies)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_halves_add_up_to_what_one_would_have_counted() {
        let (mut whole, mut halves) = (Latencies::default(), [Latencies::default(), Latencies::default()]);
        for number in 0..100_000_u64 {
            let us = number * number % 7_654_321;
            whole.record_many_us(us, 1);
            halves[number as usize % 2].record_many_us(us, 1);
        }
        let [mut first, second] = halves;
        let said: Latencies = serde_json::from_str(&serde_json::to_string(&second).unwrap()).unwrap();
        assert_eq!(said.pairs(), second.pairs(), "nothing is lost on the way from one process to another");
        first.add(&said);
        assert_eq!(first.pairs(), whole.pairs());
        assert_eq!((first.count(), first.at_us(0.99)), (100_000, whole.at_us(0.99)));
    }

    #[test]
    fn an_hour_and_more_is_counted_as_an_hour() {
        let mut latencies = Latencies::default();
        latencies.record_ns(u64::MAX);
        latencies.record_ns(0);
        assert_eq!(latencies.count(), 2);
        assert!(latencies.at_us(1.0) >= HIGHEST_US);
        latencies.clear();
        assert_eq!((latencies.count(), latencies.at_us(0.5), latencies.pairs()), (0, 0, vec![]));
    }
}
