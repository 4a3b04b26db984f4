//! Along the length of the log, in the embedded store: time to start, memory, and processor time of a durable send.

use longlink::store::embedded::Settings;
use longlink::store::{Embedded, Log};

use super::add;
use super::walk::Walk;
use crate::load;
use crate::options::Plan;
use crate::peer::longlink::{EMBEDDED, data_folder, start_in};
use crate::process::{self, now, resident_bytes};
use crate::results::Curve;
use crate::scenario::caught;

/// Who write, each with one send in flight.
const WRITERS: usize = 64;
const NAME: &str = "longlink";

pub(super) fn measure(plan: &Plan, curves: &mut Vec<Curve>) -> Vec<String> {
    caught(|| along(plan, curves)).err().into_iter().collect()
}

fn along(plan: &Plan, curves: &mut Vec<Curve>) {
    let mut folder = tempfile::tempdir().unwrap();
    let (mut users, mut number) = (Vec::new(), 0);
    for entries in plan.sizes.grow_logs.iter().copied() {
        // The filling has all cores: it is not what is measured.
        process::unpin(std::process::id());
        let store = Embedded::open(&data_folder(folder.path()), Settings::default()).unwrap();
        load::fill(&store, entries.saturating_sub(store.head(load::LOG).get() as usize));
        store.close();
        drop(store);
        process::pin(std::process::id(), process::DRIVER_CORE);

        let begun = now();
        let mut server = start_in(folder, EMBEDDED);
        add(curves, NAME, "time to start", "s", (entries, begun.elapsed().as_secs_f64()));
        let memory = |server: &crate::peer::server::Server| resident_bytes(server.pid()) as f64 / 1e6;
        add(curves, NAME, "memory after the start", "MB", (entries, memory(&server)));
        server.keep_users(users);
        server.add_users(WRITERS);
        let mut driver = server.driver();
        server.log_in(&mut driver, WRITERS);
        // A name that was used before is a retry, also after a restart.
        let mut walk = Walk::new(&server, &driver).after(number);
        let cpu = walk.cpu_us(&server, &mut driver, WRITERS, plan.sizes.messages / 2);
        add(curves, NAME, "processor time of a durable send", "us", (entries, cpu));
        add(curves, NAME, "memory after sends", "MB", (entries, memory(&server)));
        number = walk.number();
        drop(driver);
        users = server.take_users();
        folder = server.stop();
    }
}
