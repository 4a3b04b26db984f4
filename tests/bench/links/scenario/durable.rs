//! Durable sends: the store by itself, against a bare segment file whose sends share a sync as the store's do.

use std::time::Duration;

use super::{Scenario, rounds_of};
use crate::load;
use crate::options::Plan;
use crate::process;
use crate::results::PeerRun;

pub(crate) const RATE: &str = "durable sends a second";
/// Whom the store is held against.
pub(crate) const SEGMENT: &str = "segment file";

pub(crate) fn measure(plan: &Plan, scenario: &Scenario, in_flight: usize) -> Vec<PeerRun> {
    let folder = tempfile::tempdir().unwrap();
    let time = Duration::from_secs(plan.sizes.durable_s);
    let mut runs = ["longlink", SEGMENT].map(|peer| PeerRun {
        peer: peer.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..PeerRun::default()
    });
    // Both have all cores: what is compared is not one core's work but a disk's.
    process::unpin(std::process::id());
    rounds_of(plan, scenario, |round| {
        let [store, segment] = &mut runs;
        segment.add(RATE, "1/s", load::segment_rate(folder.path(), in_flight, round, time));
        store.add(RATE, "1/s", load::store_rate(folder.path(), in_flight, round, time));
        eprint!(" {}; {}", store.summary(), segment.summary());
    });
    process::pin(std::process::id(), process::DRIVER_CORE);
    runs.to_vec()
}
