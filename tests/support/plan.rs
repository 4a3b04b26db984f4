//! What servers in tests are built from, but for what a test is about.

use std::net::{Ipv4Addr, SocketAddr};
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

/// 2027-01-15, in milliseconds: when tests happen.
pub(crate) const TODAY_MS: i64 = 1_800_000_000_000;

/// What a test server is built from; change what the test is about.
pub(crate) fn plan(store: Arc<dyn Store>, folder: &Path) -> Plan {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Plan {
        store,
        tokens: auth::token::Tokens::open(folder.join("token-keys.json")).unwrap(),
        admin_tokens: AdminTokens::open(folder.join(admin_token::FILE_NAME)).unwrap(),
        uploads: Uploads::open(
            &folder.join("uploads"),
            uploads::Settings { at_once_max: 16, at_once_of_user_max: 4, disk_reserve_bytes: 0 },
        )
        .unwrap(),
        audit: Audit::default(),
        clock: Clock::virtual_at(TODAY_MS),
        listen: Ports { tcp: Some(any), http: Some(any), ..Ports::default() },
        tls: None,
        proxies: proxy::Settings::default(),
        control: None,
        rules: Rules {
            idle_timeout_ms: 900_000,
            hold_timeout_ms: 4_000,
            held_frames_max: 16,
            held_bytes_max: 16 * 1024,
            frame_bytes_max: wire::frame::FRAME_LENGTH_MAX,
            stranger_frame_bytes_max: 8 * 1024,
            requests_in_flight_max: 64,
            failed_logins_max: 5,
            first_client_version: 0,
        },
        timing: Timing { write_timeout_ms: 30_000, goodbye_timeout_ms: 2_000, devices_max: 10 },
        bounds: Bounds {
            links_max: 10_000,
            strangers_max: 1_000,
            links_per_address_max: 10_000,
            strangers_per_address_max: 10_000,
            web_per_address_max: 10_000,
            connects_per_address_per_s: 10_000,
            outbox_bytes_max: 256 * 1024,
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
            content_bytes_max: 512 * 1024,
            page_entries: 100,
            page_bytes: 64 * 1024,
            group_members_max: 5_000,
            group_joins_per_minute: 1_000_000,
            write_to: WriteTo::Anyone,
            contacts: Contacts { acceptance: true, max: 1_000, requests_per_hour: 10_000 },
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
                file_bytes_max: 4 << 20,
                avatar_bytes_max: 64 << 10,
                avatar_side_max: 1_024,
                bytes_of_user_max: 16 << 20,
                keep_ms: None,
            },
            heartbeat_interval_ms: 240_000,
            idle_timeout_ms: 900_000,
        },
        // As cheap as the algorithm allows: tests are about who gets in, not about how long it takes.
        passwords: auth::password::Settings { memory_kib: 8, passes: 1, parallel: 1, at_once: 2, waiting_max: 100 },
        drain: Drain { timeout_ms: 5_000, closes_per_second: 1_000_000 },
        mars_sample: None,
        first_accounts: Vec::new(),
        doors: http::Settings {
            origins: Origins::SameHost,
            connections_max: 1_000,
            request_timeout_ms: 30_000,
            write_timeout_ms: 30_000,
            body_bytes_max: wire::frame::FRAME_LENGTH_MAX,
            mars_sample: false,
            metrics_public: true,
            old_contract: old_contract::Settings {
                mode: old_contract::Mode::Open,
                presence_timeout_ms: 60_000,
                receives_max: 100,
            },
        },
    }
}
