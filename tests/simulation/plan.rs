//! The server of a simulated world: the whole of it, with bounds so small that everybody meets them all the time.

use std::path::Path;
use std::sync::Arc;

use longlink::audit::Audit;
use longlink::auth::admin_token::{self, AdminTokens};
use longlink::chat::retention::Retention;
use longlink::chat::upload::Limits;
use longlink::chat::{self, Broadcast, Contacts, OfUser, Registration, WriteTo, WrongPasswords};
use longlink::clock::Clock;
use longlink::http::{self, Origins, old_contract};
use longlink::link::Timing;
use longlink::links::Bounds;
use longlink::listening::Ports;
use longlink::proxy;
use longlink::server::{Drain, Plan};
use longlink::session::Rules;
use longlink::store::Store;
use longlink::uploads::{self, Uploads};
use longlink::{auth, wire};

/// What may wait in an outbox, in bytes.
pub(crate) const OUTBOX_BYTES_MAX: u32 = 2_000;
pub(crate) const LINKS_MAX: usize = 40;
/// For so long a peer may take nothing.
const WRITE_TIMEOUT_MS: u64 = 12_000;

pub(crate) fn plan(store: Arc<dyn Store>, home: &Path, wall_ms: i64, outbox_bytes_max: u32) -> Plan {
    Plan {
        store,
        tokens: auth::token::Tokens::open(home.join("token-keys.json")).unwrap(),
        admin_tokens: AdminTokens::open(home.join(admin_token::FILE_NAME)).unwrap(),
        uploads: Uploads::open(
            &home.join("uploads"),
            uploads::Settings { at_once_max: 4, at_once_of_user_max: 2, disk_reserve_bytes: 0 },
        )
        .unwrap(),
        audit: Audit::default(),
        clock: Clock::virtual_at(wall_ms),
        listen: Ports::default(),
        tls: None,
        proxies: proxy::Settings::default(),
        control: None,
        rules: Rules {
            idle_timeout_ms: 20_000,
            hold_timeout_ms: 4_000,
            held_frames_max: 4,
            held_bytes_max: 4 * 1024,
            frame_bytes_max: 16 * 1024,
            stranger_frame_bytes_max: 8 * 1024,
            requests_in_flight_max: 6,
            failed_logins_max: 5,
            first_client_version: 0,
        },
        timing: Timing { write_timeout_ms: WRITE_TIMEOUT_MS, goodbye_timeout_ms: 1_000, devices_max: 4 },
        bounds: Bounds {
            links_max: LINKS_MAX,
            strangers_max: 8,
            links_per_address_max: LINKS_MAX,
            strangers_per_address_max: LINKS_MAX,
            web_per_address_max: LINKS_MAX,
            connects_per_address_per_s: 10_000,
            outbox_bytes_max,
        },
        chat: chat::Settings {
            registration: Registration::Open,
            people_listed: true,
            finds_per_minute: 60,
            name_bytes_max: 64,
            password_bytes_min: 4,
            password_bytes_max: 128,
            wrong_passwords: WrongPasswords { of_name: 5, of_address: 1_000, delay_ms_max: 900_000 },
            token_ttl_s: 30 * 24 * 3600,
            content_bytes_max: 8 * 1024,
            page_entries: 4,
            page_bytes: 900,
            group_members_max: 100,
            group_joins_per_minute: 1_000_000,
            write_to: WriteTo::Anyone,
            contacts: Contacts { acceptance: true, max: 100, requests_per_hour: 10_000 },
            recall_within_s: 120,
            edit_within_s: 900,
            broadcast: Broadcast::Everybody,
            broadcasts_per_minute: 1_000_000,
            of_user: OfUser {
                sends_per_second: 1_000_000,
                sends_per_day: 1_000_000_000,
                bytes_per_day: 1 << 40,
                groups_max: 10_000,
                groups_made_per_day: 1_000_000,
            },
            retention: Retention::default(),
            uploads: Limits {
                file_bytes_max: 1 << 20,
                avatar_bytes_max: 64 << 10,
                avatar_side_max: 1_024,
                bytes_of_user_max: 1 << 20,
                keep_ms: None,
            },
            heartbeat_interval_ms: 5_000,
            idle_timeout_ms: 20_000,
        },
        passwords: auth::password::Settings { memory_kib: 8, passes: 1, parallel: 1, at_once: 2, waiting_max: 100 },
        drain: Drain { timeout_ms: 3_000, closes_per_second: 1_000 },
        mars_sample: None,
        first_accounts: Vec::new(),
        doors: http::Settings {
            origins: Origins::SameHost,
            connections_max: 40,
            request_timeout_ms: 10_000,
            write_timeout_ms: WRITE_TIMEOUT_MS,
            body_bytes_max: wire::frame::FRAME_LENGTH_MAX,
            mars_sample: false,
            metrics_public: true,
            old_contract: old_contract::Settings {
                mode: old_contract::Mode::Token,
                presence_timeout_ms: 60_000,
                receives_max: 20,
            },
        },
    }
}
