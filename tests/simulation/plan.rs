//! The server of a simulated world: the whole of it, with bounds so small that everybody meets them all the time.

use std::path::Path;
use std::sync::Arc;

use longlink::chat::Contacts;
use longlink::clock::Clock;
use longlink::http::old_contract::Mode;
use longlink::link::Timing;
use longlink::links::Bounds;
use longlink::listening::Ports;
use longlink::server::{Drain, Plan};
use longlink::session::Rules;
use longlink::store::Store;

use super::support;

/// What may wait in an outbox, in bytes.
pub(crate) const OUTBOX_BYTES_MAX: u32 = 2_000;
pub(crate) const LINKS_MAX: usize = 40;
/// For so long a peer may take nothing.
const WRITE_TIMEOUT_MS: u64 = 12_000;

pub(crate) fn plan(store: Arc<dyn Store>, home: &Path, wall_ms: i64, outbox_bytes_max: u32) -> Plan {
    let mut plan = support::plan(store, home);
    plan.clock = Clock::virtual_at(wall_ms);
    plan.listen = Ports::default();
    plan.rules = Rules {
        idle_timeout_ms: 20_000,
        held_frames_max: 4,
        held_bytes_max: 4 * 1024,
        frame_bytes_max: 16 * 1024,
        requests_in_flight_max: 6,
        ..plan.rules
    };
    plan.timing = Timing { write_timeout_ms: WRITE_TIMEOUT_MS, goodbye_timeout_ms: 1_000, devices_max: 4 };
    plan.bounds = Bounds {
        links_max: LINKS_MAX,
        strangers_max: 8,
        links_per_address_max: LINKS_MAX,
        strangers_per_address_max: LINKS_MAX,
        web_per_address_max: LINKS_MAX,
        outbox_bytes_max,
        ..plan.bounds
    };
    let chat = &mut plan.chat;
    chat.content_bytes_max = 8 * 1024;
    (chat.page_entries, chat.page_bytes) = (4, 900);
    chat.group_members_max = 100;
    chat.contacts = Contacts { max: 100, ..chat.contacts };
    (chat.heartbeat_interval_ms, chat.idle_timeout_ms) = (5_000, 20_000);
    plan.drain = Drain { timeout_ms: 3_000, closes_per_second: 1_000 };
    let doors = &mut plan.doors;
    (doors.connections_max, doors.request_timeout_ms, doors.write_timeout_ms) = (40, 10_000, WRITE_TIMEOUT_MS);
    (doors.old_contract.mode, doors.old_contract.receives_max) = (Mode::Token, 20);
    plan
}
