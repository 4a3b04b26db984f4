//! Starting on a log that is long: from the start of the program until it listens.

use longlink::store::embedded::Settings;
use longlink::store::{Embedded, Log};

use super::{Scenario, rounds_of};
use crate::load;
use crate::options::Plan;
use crate::peer::longlink::{EMBEDDED, data_folder, start_in};
use crate::process::{self, now, resident_bytes};
use crate::results::PeerRun;

pub(crate) const AFTER_STOP: &str = "time to start after a stop";

pub(crate) fn measure(plan: &Plan, scenario: &Scenario) -> Vec<PeerRun> {
    let (stopped, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let home = data_folder(stopped.path());
    process::unpin(std::process::id());
    let store = Embedded::open(&home, Settings::default()).unwrap();
    load::fill(&store, plan.sizes.log_entries);
    load::copy(&home, &data_folder(killed.path()));
    store.close();
    drop(store);
    process::pin(std::process::id(), process::DRIVER_CORE);

    let mut run = PeerRun { peer: "longlink".to_owned(), ..PeerRun::default() };
    run.version = env!("CARGO_PKG_VERSION").to_owned();
    let mut folder = Some(stopped);
    rounds_of(plan, scenario, |_| {
        let begun = now();
        let server = start_in(folder.take().unwrap(), EMBEDDED);
        run.add(AFTER_STOP, "s", begun.elapsed().as_secs_f64());
        run.add("memory resident then", "MB", resident_bytes(server.pid()) as f64 / 1e6);
        folder = Some(server.stop());
        eprint!(" {}", run.summary());
    });
    let begun = now();
    let server = start_in(killed, EMBEDDED);
    run.add("time to start after a kill", "s", begun.elapsed().as_secs_f64());
    drop(server);
    vec![run]
}
