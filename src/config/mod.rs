//! The configuration: what was typed, made into values that need no second look.
//!
//! `longlink.toml` beside this module has every setting with its default; a file of the operator's goes over it, and
//! flags over that (`layers`). Here each setting is read once, with its bounds, and the whole is checked. Whatever is
//! wrong is one sentence that names the setting and the place. Only the top floor knows this module: it hands each
//! mechanism the few numbers that it asks for.

mod audit;
mod contacts;
mod layers;
mod of_user;
mod operators;
mod proxy;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

pub use audit::Audit;
pub use contacts::{Contacts, WriteTo};
use layers::Settings;
pub use of_user::OfUser;
pub use operators::{MetricsAt, Operators};
pub use proxy::Proxy;

use crate::wire::frame::FRAME_LENGTH_MAX;

/// Every setting, its default and its reason, as a file to start from.
pub const DEFAULTS: &str = include_str!("../longlink.toml");

/// The file that is read if no other is named, and if it is there.
pub const FILE_NAME: &str = "longlink.toml";

/// What an entry or a page needs around its content in a frame: header, keys, ids, a `client_msg_id`.
const ENVELOPE_BYTES: usize = 4096;

/// A Mars client is silent for 580 s between heartbeats, and Mars' own server waits for 15 minutes.
const MARS_IDLE_TIMEOUT_S: u64 = 900;

/// What may be said on the command line, over everything else.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Flags {
    /// The settings file [default: longlink.toml, if there is one here].
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the log, the accounts and the token keys lie.
    #[arg(long, global = true, value_name = "DIRECTORY")]
    pub data_dir: Option<PathBuf>,
    /// Where the long link listens, such as 127.0.0.1:8081.
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub tcp: Option<String>,
    /// Where HTTP and WebSocket listen, such as 127.0.0.1:8080.
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub http: Option<String>,
    /// Where the long link listens over TLS, such as 0.0.0.0:8445.
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub tcp_tls: Option<String>,
    /// Where HTTPS, and WebSocket over it, listen, such as 0.0.0.0:8443.
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub https: Option<String>,
    /// Try it out: anybody on this machine may register and write to everyone. Loopback addresses only.
    #[arg(long, global = true)]
    pub demo: bool,
}

/// Why there is no configuration: one sentence for the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

/// All settings, checked. `longlink.toml` says what each is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub demo: bool,
    pub data_dir: PathBuf,
    pub listen: Listen,
    pub tls: Tls,
    pub proxy: Proxy,
    pub link: Link,
    pub http: Http,
    pub operators: Operators,
    pub audit: Audit,
    pub old_contract: OldContract,
    pub mars_sample: MarsSample,
    pub accounts: Accounts,
    pub chat: Chat,
    pub contacts: Contacts,
    pub uploads: Uploads,
    pub store: Store,
    pub log: Log,
    pub stop: Stop,
    settings: Settings,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listen {
    /// Each `None` where it is off.
    pub tcp: Option<SocketAddr>,
    pub http: Option<SocketAddr>,
    pub tcp_tls: Option<SocketAddr>,
    pub https: Option<SocketAddr>,
    pub admin: Option<SocketAddr>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
    pub handshake_timeout_s: u64,
    pub handshakes_max: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub mars_clients: bool,
    pub idle_timeout_s: u64,
    pub write_timeout_s: u64,
    pub heartbeat_interval_s: u64,
    pub goodbye_timeout_ms: u64,
    pub frame_bytes_max: usize,
    pub stranger_frame_bytes_max: usize,
    pub hold_timeout_ms: u64,
    pub held_frames_max: usize,
    pub held_bytes_max: usize,
    pub requests_in_flight_max: u16,
    pub failed_logins_max: u8,
    pub outbox_bytes_max: u32,
    /// `None`: as many as there can be descriptors.
    pub links_max: Option<usize>,
    pub strangers_max: usize,
    pub links_per_address_max: usize,
    pub strangers_per_address_max: usize,
    pub connects_per_address_per_s: u32,
    pub devices_max: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Http {
    pub origins: Origins,
    pub connections_max: usize,
    pub connections_per_address_max: usize,
    pub request_timeout_s: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    SameHost,
    Any,
    Listed(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OldContract {
    pub mode: OldMode,
    pub open_to_network: bool,
    pub presence_timeout_s: u64,
    pub receives_max: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarsSample {
    pub enabled: bool,
    pub sends_per_minute: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldMode {
    Off,
    Token,
    Open,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accounts {
    pub registration: Registration,
    pub people_listed: bool,
    pub finds_per_minute: u32,
    pub name_bytes_max: usize,
    pub password_bytes_min: usize,
    pub password_bytes_max: usize,
    pub wrong_passwords_of_name: u32,
    pub wrong_passwords_of_address: u32,
    pub wrong_password_delay_max_s: u64,
    pub token_ttl_days: u32,
    pub hash_memory_kib: u32,
    pub hash_passes: u32,
    pub hash_parallel: u32,
    /// `None`: one for each core.
    pub hashes_at_once: Option<usize>,
    pub hashes_waiting_max: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    Closed,
    Open,
    Invitation,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chat {
    pub content_bytes_max: usize,
    pub page_entries: usize,
    pub page_bytes: usize,
    pub group_members_max: usize,
    pub write_to: WriteTo,
    pub group_joins_per_minute: u32,
    pub recall_within_s: u32,
    pub edit_within_s: u32,
    pub broadcast_allowed: Broadcast,
    pub broadcasts_per_minute: u32,
    pub of_user: OfUser,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broadcast {
    Nobody,
    Everybody,
    /// Users by name.
    Named(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uploads {
    /// 0: no files are taken.
    pub file_mb_max: u64,
    pub avatar_kib_max: u64,
    pub avatar_side_max: u32,
    pub quota_mb: u64,
    pub at_once_max: usize,
    pub at_once_of_user_max: usize,
    pub disk_reserve_mb: u64,
    /// 0: for ever.
    pub keep_days: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    pub engine: Engine,
    pub queue_entries: usize,
    pub cache_mb: u64,
    pub disk_reserve_mb: u64,
    pub ring_entries: usize,
    pub ring_mb: usize,
    /// 0: for ever.
    pub keep_days: i64,
    /// 0: all.
    pub keep_mb: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Embedded,
    Memory,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    pub format: LogFormat,
    pub level: tracing::Level,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    pub drain_timeout_s: u64,
    pub closes_per_second: usize,
}

impl Config {
    /// The defaults, the file that `flags` name (or `longlink.toml` here, if there is one), and the flags.
    pub fn load(flags: &Flags) -> Result<Self, ConfigError> {
        let path = flags.config.as_deref().unwrap_or(Path::new(FILE_NAME));
        let text = match fs::read_to_string(path) {
            Ok(text) => Some(text),
            Err(error) if flags.config.is_none() && error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(ConfigError(format!("cannot read {}: {error}", path.display()))),
        };
        let name = path.display().to_string();
        Self::from_text(text.as_deref().map(|text| (name.as_str(), text)), flags)
    }

    /// The same without the disk: `file` is a name, for sentences, and a text.
    pub fn from_text(file: Option<(&str, &str)>, flags: &Flags) -> Result<Self, ConfigError> {
        Self::layered(DEFAULTS, file, flags)
    }

    /// What anybody who tries it out gets, with the defaults for all else.
    pub fn demo() -> Result<Self, ConfigError> {
        Self::from_text(None, &Flags { demo: true, ..Flags::default() })
    }

    /// The settings in force as a settings file, each with where it came from.
    pub fn render(&self) -> String {
        self.settings.render()
    }

    fn layered(defaults: &str, file: Option<(&str, &str)>, flags: &Flags) -> Result<Self, ConfigError> {
        let mut settings = Settings::defaults(defaults)?;
        if let Some((name, text)) = file {
            settings.put_file(name, text)?;
        }
        settings.put_flags(flags)?;
        let config = Self::read(settings, flags.demo)?;
        config.check()?;
        Ok(config)
    }

    /// Each setting by itself.
    fn read(settings: Settings, demo: bool) -> Result<Self, ConfigError> {
        let s = &settings;
        Ok(Self {
            demo,
            data_dir: s.path("data_dir")?,
            listen: Listen {
                tcp: s.address("listen.tcp")?,
                http: s.address("listen.http")?,
                tcp_tls: s.address("listen.tcp_tls")?,
                https: s.address("listen.https")?,
                admin: s.address("listen.admin")?,
            },
            tls: Tls {
                certificate: s.path_or_none("tls.certificate")?,
                key: s.path_or_none("tls.key")?,
                handshake_timeout_s: s.number("tls.handshake_timeout_s", 1..=60)?,
                handshakes_max: s.number("tls.handshakes_max", 1..=100_000)?,
            },
            proxy: Proxy::read(s)?,
            link: Link {
                mars_clients: s.switch("link.mars_clients")?,
                idle_timeout_s: s.number("link.idle_timeout_s", 60..=86_400)?,
                write_timeout_s: s.number("link.write_timeout_s", 1..=600)?,
                heartbeat_interval_s: s.number("link.heartbeat_interval_s", 10..=3_600)?,
                goodbye_timeout_ms: s.number("link.goodbye_timeout_ms", 100..=60_000)?,
                frame_bytes_max: s.number("link.frame_bytes_max", 16_384..=FRAME_LENGTH_MAX as i64)?,
                stranger_frame_bytes_max: s.number("link.stranger_frame_bytes_max", 1_024..=65_536)?,
                // A Mars client waits for 7 s; the reply needs some of it for the way.
                hold_timeout_ms: s.number("link.hold_timeout_ms", 100..=6_000)?,
                held_frames_max: s.number("link.held_frames_max", 0..=1_024)?,
                held_bytes_max: s.number("link.held_bytes_max", 0..=1_048_576)?,
                requests_in_flight_max: s.number("link.requests_in_flight_max", 1..=4_096)?,
                failed_logins_max: s.number("link.failed_logins_max", 1..=100)?,
                outbox_bytes_max: s.number("link.outbox_bytes_max", 16_384..=67_108_864)?,
                links_max: s.number_or_none("link.links_max", 10_000_000)?,
                strangers_max: s.number("link.strangers_max", 1..=10_000_000)?,
                links_per_address_max: s.number("link.links_per_address_max", 1..=10_000_000)?,
                strangers_per_address_max: s.number("link.strangers_per_address_max", 1..=10_000_000)?,
                connects_per_address_per_s: s.number("link.connects_per_address_per_s", 1..=10_000_000)?,
                devices_max: s.number("link.devices_max", 1..=1_000)?,
            },
            http: Http {
                origins: s.origins("http.origins")?,
                connections_max: s.number("http.connections_max", 1..=1_000_000)?,
                connections_per_address_max: s.number("http.connections_per_address_max", 1..=1_000_000)?,
                request_timeout_s: s.number("http.request_timeout_s", 1..=600)?,
            },
            operators: Operators::read(s)?,
            audit: Audit::read(s)?,
            old_contract: OldContract {
                mode: s.choice(
                    "old_contract.mode",
                    &[("off", OldMode::Off), ("token", OldMode::Token), ("open", OldMode::Open)],
                )?,
                open_to_network: s.switch("old_contract.open_to_network")?,
                // A request waits for 30 s, and the next one needs some time to come.
                presence_timeout_s: s.number("old_contract.presence_timeout_s", 40..=86_400)?,
                receives_max: s.number("old_contract.receives_max", 1..=1_000_000)?,
            },
            mars_sample: MarsSample {
                enabled: s.switch("mars_sample.enabled")?,
                sends_per_minute: s.number("mars_sample.sends_per_minute", 1..=1_000_000)?,
            },
            accounts: Accounts {
                registration: s.choice(
                    "accounts.registration",
                    &[
                        ("closed", Registration::Closed),
                        ("open", Registration::Open),
                        ("invitation", Registration::Invitation),
                    ],
                )?,
                people_listed: s.switch("accounts.people_listed")?,
                finds_per_minute: s.number("accounts.finds_per_minute", 1..=60_000)?,
                name_bytes_max: s.number("accounts.name_bytes_max", 1..=64)?,
                password_bytes_min: s.number("accounts.password_bytes_min", 4..=64)?,
                password_bytes_max: s.number("accounts.password_bytes_max", 64..=1_024)?,
                wrong_passwords_of_name: s.number("accounts.wrong_passwords_of_name", 1..=1_000)?,
                wrong_passwords_of_address: s.number("accounts.wrong_passwords_of_address", 1..=1_000_000)?,
                wrong_password_delay_max_s: s.number("accounts.wrong_password_delay_max_s", 1..=86_400)?,
                token_ttl_days: s.number("accounts.token_ttl_days", 1..=3_650)?,
                hash_memory_kib: s.number("accounts.hash_memory_kib", 8..=1_048_576)?,
                hash_passes: s.number("accounts.hash_passes", 1..=64)?,
                hash_parallel: s.number("accounts.hash_parallel", 1..=16)?,
                hashes_at_once: s.number_or_none("accounts.hashes_at_once", 1_024)?,
                hashes_waiting_max: s.number("accounts.hashes_waiting_max", 0..=100_000)?,
            },
            chat: Chat {
                content_bytes_max: s.number("chat.content_bytes_max", 1_024..=1_048_576)?,
                page_entries: s.number("chat.page_entries", 1..=1_000)?,
                page_bytes: s.number("chat.page_bytes", 1_024..=1_048_576)?,
                group_members_max: s.number("chat.group_members_max", 2..=100_000)?,
                group_joins_per_minute: s.number("chat.group_joins_per_minute", 1..=60_000)?,
                write_to: WriteTo::read(s)?,
                recall_within_s: s.number("chat.recall_within_s", 0..=31_536_000)?,
                edit_within_s: s.number("chat.edit_within_s", 0..=31_536_000)?,
                broadcast_allowed: s.broadcast("chat.broadcast_allowed")?,
                broadcasts_per_minute: s.number("chat.broadcasts_per_minute", 1..=60_000)?,
                of_user: OfUser::read(s)?,
            },
            contacts: Contacts::read(s)?,
            uploads: Uploads {
                file_mb_max: s.number("uploads.file_mb_max", 0..=1_048_576)?,
                avatar_kib_max: s.number("uploads.avatar_kib_max", 1..=65_536)?,
                avatar_side_max: s.number("uploads.avatar_side_max", 16..=65_535)?,
                quota_mb: s.number("uploads.quota_mb", 1..=1_073_741_824)?,
                at_once_max: s.number("uploads.at_once_max", 1..=10_000)?,
                at_once_of_user_max: s.number("uploads.at_once_of_user_max", 1..=1_000)?,
                disk_reserve_mb: s.number("uploads.disk_reserve_mb", 16..=1_048_576)?,
                keep_days: s.number("uploads.keep_days", 0..=36_500)?,
            },
            store: Store {
                engine: s.choice("store.engine", &[("embedded", Engine::Embedded), ("memory", Engine::Memory)])?,
                queue_entries: s.number("store.queue_entries", 64..=1_000_000)?,
                cache_mb: s.number("store.cache_mb", 8..=1_048_576)?,
                disk_reserve_mb: s.number("store.disk_reserve_mb", 16..=1_048_576)?,
                ring_entries: s.number("store.ring_entries", 1..=10_000_000)?,
                ring_mb: s.number("store.ring_mb", 1..=1_048_576)?,
                keep_days: s.number("store.keep_days", 0..=36_500)?,
                keep_mb: s.number("store.keep_mb", 0..=1_073_741_824)?,
            },
            log: Log {
                format: s.choice("log.format", &[("text", LogFormat::Text), ("json", LogFormat::Json)])?,
                level: s.choice(
                    "log.level",
                    &[
                        ("error", tracing::Level::ERROR),
                        ("warn", tracing::Level::WARN),
                        ("info", tracing::Level::INFO),
                        ("debug", tracing::Level::DEBUG),
                        ("trace", tracing::Level::TRACE),
                    ],
                )?,
            },
            stop: Stop {
                drain_timeout_s: s.number("stop.drain_timeout_s", 1..=3_600)?,
                closes_per_second: s.number("stop.closes_per_second", 1..=1_000_000)?,
            },
            settings,
        })
    }

    /// What settings mean to one another.
    fn check(&self) -> Result<(), ConfigError> {
        let Self { listen, tls, link, http, old_contract, accounts, chat, stop, .. } = self;
        let told = |key| self.settings.told(key);
        let refuse_if = |wrong, key, what: &dyn Fn() -> String| {
            if wrong { Err(self.settings.wrong(key, &what())) } else { Ok(()) }
        };
        let ports = [
            ("listen.tcp", listen.tcp),
            ("listen.http", listen.http),
            ("listen.tcp_tls", listen.tcp_tls),
            ("listen.https", listen.https),
        ];
        self.check_operators(&ports)?;
        refuse_if(ports.iter().all(|(_, address)| address.is_none()), "listen.tcp", &|| {
            "and so are all other ports: nobody could come".into()
        })?;
        for (place, (key, address)) in ports.iter().enumerate() {
            let Some(address) = address else { continue };
            refuse_if(self.demo && !address.ip().is_loopback(), key, &|| {
                "and a demo listens on loopback addresses only, such as 127.0.0.1".into()
            })?;
            let taken = ports.iter().take(place).find(|(_, other)| *other == Some(*address) && address.port() != 0);
            refuse_if(taken.is_some(), key, &|| {
                format!("which is taken by {}", told(taken.map_or("", |(other, _)| other)))
            })?;
        }
        for (key, address) in [("listen.tcp_tls", listen.tcp_tls), ("listen.https", listen.https)] {
            refuse_if(address.is_some() && tls.certificate.is_none() && !self.demo, key, &|| {
                "and TLS needs a certificate; see tls.certificate and tls.key".into()
            })?;
        }
        refuse_if(tls.certificate.is_some() && tls.key.is_none(), "tls.certificate", &|| {
            "and it needs its key; see tls.key".into()
        })?;
        refuse_if(tls.key.is_some() && tls.certificate.is_none(), "tls.key", &|| {
            "and it needs its certificate; see tls.certificate".into()
        })?;
        for (key, address) in [("listen.http", listen.http), ("listen.https", listen.https)] {
            let is_exposed =
                old_contract.mode == OldMode::Open && address.is_some_and(|address| !address.ip().is_loopback());
            refuse_if(is_exposed && !old_contract.open_to_network, "old_contract.mode", &|| {
                let risk = "where whoever reaches it reads and writes as anybody";
                format!("{risk}, and others reach {}; see old_contract.open_to_network", told(key))
            })?;
        }
        let too_many_wait = old_contract.receives_max > http.connections_max;
        // Whoever has no old clients need not know how many of them may wait.
        refuse_if(old_contract.mode != OldMode::Off && too_many_wait, "old_contract.receives_max", &|| {
            format!("more than {}", told("http.connections_max"))
        })?;
        refuse_if(link.mars_clients && link.idle_timeout_s < MARS_IDLE_TIMEOUT_S, "link.idle_timeout_s", &|| {
            let remedy = "if there are none, set link.mars_clients to false";
            format!("less than the {MARS_IDLE_TIMEOUT_S} that Mars clients need; {remedy}")
        })?;
        refuse_if(link.heartbeat_interval_s * 2 > link.idle_timeout_s, "link.heartbeat_interval_s", &|| {
            format!("more than half of {}: a lost heartbeat would be a lost link", told("link.idle_timeout_s"))
        })?;
        refuse_if(link.stranger_frame_bytes_max > link.frame_bytes_max, "link.stranger_frame_bytes_max", &|| {
            format!("more than {}", told("link.frame_bytes_max"))
        })?;
        let holds_less = link.held_frames_max > 0 && link.held_bytes_max < link.stranger_frame_bytes_max;
        refuse_if(holds_less, "link.held_bytes_max", &|| {
            format!("less than one frame may have: {}", told("link.stranger_frame_bytes_max"))
        })?;
        refuse_if(accounts.hash_memory_kib < 8 * accounts.hash_parallel, "accounts.hash_memory_kib", &|| {
            format!("less than 8 times {}", told("accounts.hash_parallel"))
        })?;
        for (key, bytes) in [("chat.content_bytes_max", chat.content_bytes_max), ("chat.page_bytes", chat.page_bytes)] {
            let bytes = bytes + ENVELOPE_BYTES;
            refuse_if(bytes > link.frame_bytes_max, key, &|| {
                format!("too much for {} with {ENVELOPE_BYTES} around it", told("link.frame_bytes_max"))
            })?;
            refuse_if(bytes > link.outbox_bytes_max as usize, key, &|| {
                format!("too much for {} with {ENVELOPE_BYTES} around it", told("link.outbox_bytes_max"))
            })?;
        }
        refuse_if(link.goodbye_timeout_ms > stop.drain_timeout_s * 1_000, "link.goodbye_timeout_ms", &|| {
            format!("longer than {} allows", told("stop.drain_timeout_s"))
        })
    }
}

#[cfg(test)]
mod tests;
