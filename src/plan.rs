//! From settings to what a server is built from.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf, absolute};
use std::sync::Arc;
use std::thread::available_parallelism;

use rustix::process::{Resource, Rlimit, geteuid, getrlimit, setrlimit};
use tracing::{info, warn};

use crate::audit::{self, Audit};
use crate::auth::admin_token::{self, AdminTokens};
use crate::auth::password;
use crate::auth::token::Tokens;
use crate::chat::retention::Retention;
use crate::chat::upload::Limits;
use crate::chat::{self, Broadcast, Contacts, OfUser, Registration, WriteTo, WrongPasswords, mars_sample};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::control;
use crate::http::{self, Origins, old_contract};
use crate::link::Timing;
use crate::links::Bounds;
use crate::listening::Ports;
use crate::proxy::{self, Networks};
use crate::server::{Drain, Plan};
use crate::session::Rules;
use crate::store::embedded::{self, Embedded};
use crate::store::{Memory, Store};
use crate::tls::certificate::{Certificate, CertificateError, Files};
use crate::tls::{self, self_signed};
use crate::uploads::{self, Uploads};

/// The token keys' name in the data folder.
const KEYS: &str = "token-keys.json";
/// The same of the uploaded files, and of those that end with a server whose store keeps nothing.
const UPLOADS: &str = "uploads";
const UPLOADS_OF_MEMORY: &str = "uploads-of-memory";
const DAY_MS: i64 = 24 * 3600 * 1000;
/// What every sample app of Mars says that it is, and takes for the only version there is. Pushes reach also those that
/// have said nothing yet.
const MARS_SAMPLE_VERSION: u32 = 200;
/// Descriptors that are neither for links nor for HTTP: the store's files, the listeners, the operator. A quarter of what there
/// is, and no more than this.
const DESCRIPTORS_RESERVED_MAX: u64 = 512;

/// Why the data folder cannot be used: one sentence.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    #[error("cannot make the data folder {}: {error}; see data_dir in the settings, or --data-dir", path.display())]
    Folder { path: PathBuf, error: io::Error },
    #[error("there is no data folder {}; see data_dir in the settings, or --data-dir", path.display())]
    NoFolder { path: PathBuf },
    #[error(
        "{} belongs to user {owner}, who could not open what root writes there; run it as: sudo -u '#{owner}' longlink",
        path.display()
    )]
    Foreign { path: PathBuf, owner: u32 },
    #[error("cannot open the audit log in {}: {error}; see [audit] in the settings", path.display())]
    Audit { path: PathBuf, error: io::Error },
    #[error("cannot open the uploads in {}: {error}", path.display())]
    Uploads { path: PathBuf, error: io::Error },
    #[error(transparent)]
    Store(#[from] embedded::OpenError),
    #[error(transparent)]
    Keys(#[from] crate::auth::keys::KeysError),
}

/// Why there is no certificate: one sentence.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error(transparent)]
    Read(#[from] CertificateError),
    #[error(transparent)]
    Make(#[from] self_signed::MakeError),
}

/// What lies in the data folder, open.
pub struct Data {
    pub store: Arc<dyn Store>,
    pub tokens: Tokens,
    pub admin_tokens: AdminTokens,
    pub uploads: Uploads,
    pub audit: Audit,
}

/// Opens the data folder, which is made if need be, for its owner alone. Blocks.
pub fn open_data(config: &Config) -> Result<Data, DataError> {
    let path = &config.data_dir;
    let failed = |error| DataError::Folder { path: told(path), error };
    if !path.exists() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(failed)?;
        // That there is one has to outlast a power cut, as what is in it does.
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::File::open(parent).and_then(|parent| parent.sync_all()).map_err(failed)?;
    }
    check_owner(path)?;
    let store: Arc<dyn Store> = match config.store.engine {
        config::Engine::Memory => Arc::new(Memory::new()),
        config::Engine::Embedded => Arc::new(Embedded::open(path, store_settings(&config.store))?),
    };
    data_with(config, store)
}

/// The same with a store that is open already.
pub fn data_with(config: &Config, store: Arc<dyn Store>) -> Result<Data, DataError> {
    Ok(Data {
        store,
        tokens: Tokens::open(config.data_dir.join(KEYS))?,
        admin_tokens: AdminTokens::open(config.data_dir.join(admin_token::FILE_NAME))?,
        uploads: open_uploads(config)?,
        audit: open_audit(config)?,
    })
}

/// Opens the folder of uploads. Nobody else has it, as nobody else has the store.
fn open_uploads(config: &Config) -> Result<Uploads, DataError> {
    let path = config.data_dir.join(match config.store.engine {
        config::Engine::Embedded => UPLOADS,
        config::Engine::Memory => UPLOADS_OF_MEMORY,
    });
    let failed = |error| DataError::Uploads { path: told(&path), error };
    if config.store.engine == config::Engine::Memory && path.exists() {
        fs::remove_dir_all(&path).map_err(failed)?;
    }
    Uploads::open(&path, uploads_settings(&config.uploads)).map_err(failed)
}

/// Opens the audit log, if there is to be one.
fn open_audit(config: &Config) -> Result<Audit, DataError> {
    if !config.audit.enabled {
        return Ok(Audit::default());
    }
    let path = config.data_dir.join(audit::FOLDER);
    let config::Audit { lines_per_second, keep_mb, .. } = config.audit;
    // Each of its two files has half.
    let settings = audit::Settings { lines_per_second, bytes_max: (keep_mb << 20) / 2 };
    Audit::open(&path, settings).map_err(|error| DataError::Audit { path: told(&path), error })
}

fn uploads_settings(uploads: &config::Uploads) -> uploads::Settings {
    uploads::Settings {
        at_once_max: uploads.at_once_max,
        at_once_of_user_max: uploads.at_once_of_user_max,
        disk_reserve_bytes: uploads.disk_reserve_mb << 20,
    }
}

/// Refuses a data folder that is not there, for what makes no sense in a new one. A folder that is made for a typing
/// error would answer that all is well.
pub fn check_data(config: &Config) -> Result<(), DataError> {
    if config.data_dir.exists() { Ok(()) } else { Err(DataError::NoFolder { path: told(&config.data_dir) }) }
}

/// Root may write everywhere, and leave files that keep the server from starting.
fn check_owner(data_dir: &Path) -> Result<(), DataError> {
    let path = data_dir.join("lock");
    match fs::metadata(&path).map(|lock| lock.uid()) {
        Ok(owner) if geteuid().is_root() && owner != 0 => Err(DataError::Foreign { path: told(data_dir), owner }),
        // A folder that is new, or that the store will say more about.
        Ok(_) | Err(_) => Ok(()),
    }
}

/// A path as it is told: seen from the root, since nobody knows at night where a service was started.
pub fn told(path: &Path) -> PathBuf {
    absolute(path).unwrap_or_else(|_| path.to_owned())
}

pub fn store_settings(store: &config::Store) -> embedded::Settings {
    embedded::Settings {
        queue_entries: store.queue_entries,
        ring_entries: store.ring_entries,
        ring_bytes: store.ring_mb << 20,
        cache_bytes: store.cache_mb << 20,
        disk_reserve_bytes: store.disk_reserve_mb << 20,
        ..embedded::Settings::default()
    }
}

/// Reads the certificate, if there is a port with TLS. A demo that has none makes one. Blocks.
pub fn read_certificate(config: &Config) -> Result<Option<(Arc<Certificate>, tls::Settings)>, TlsError> {
    let Config { listen, tls, .. } = config;
    if listen.tcp_tls.is_none() && listen.https.is_none() {
        return Ok(None);
    }
    let files = match (&tls.certificate, &tls.key) {
        (Some(certificate), Some(key)) => Files { certificate: certificate.clone(), key: key.clone() },
        // Nothing but a demo comes so far without.
        _ => {
            let file = |name| config.data_dir.join(name);
            let files = Files { certificate: file("demo-certificate.pem"), key: file("demo-key.pem") };
            if !files.certificate.exists() {
                self_signed::make(&["localhost", "127.0.0.1", "::1"].map(str::to_owned), &files)?;
            }
            files
        }
    };
    let certificate = Certificate::read(files, Clock::new().wall_s())?;
    let handshake_timeout_ms = tls.handshake_timeout_s * 1000;
    Ok(Some((certificate, tls::Settings { handshake_timeout_ms, handshakes_max: tls.handshakes_max })))
}

/// The plan of a server with these settings over this data; what it needs for TLS is put in later.
pub fn plan(config: &Config, data: Data) -> Plan {
    let Config { link, stop, .. } = config;
    let descriptors = descriptors();
    Plan {
        store: data.store,
        tokens: data.tokens,
        admin_tokens: data.admin_tokens,
        uploads: data.uploads,
        audit: data.audit,
        clock: Clock::new(),
        listen: Ports {
            tcp: config.listen.tcp,
            http: config.listen.http,
            tcp_tls: config.listen.tcp_tls,
            https: config.listen.https,
            admin: config.listen.admin,
        },
        tls: None,
        proxies: proxy::Settings {
            header_from: Networks::new(config.proxy.header_from.clone()),
            header_timeout_ms: config.proxy.header_timeout_s * 1000,
            forwarded_from: Networks::new(config.proxy.forwarded_from.clone()),
        },
        control: Some(config.data_dir.join(control::SOCKET)),
        rules: Rules {
            idle_timeout_ms: link.idle_timeout_s * 1000,
            hold_timeout_ms: link.hold_timeout_ms,
            held_frames_max: link.held_frames_max,
            held_bytes_max: link.held_bytes_max,
            frame_bytes_max: link.frame_bytes_max,
            stranger_frame_bytes_max: link.stranger_frame_bytes_max,
            requests_in_flight_max: link.requests_in_flight_max,
            failed_logins_max: link.failed_logins_max,
            first_client_version: if config.mars_sample.enabled { MARS_SAMPLE_VERSION } else { 0 },
        },
        timing: Timing {
            write_timeout_ms: link.write_timeout_s * 1000,
            goodbye_timeout_ms: link.goodbye_timeout_ms,
            devices_max: link.devices_max,
        },
        bounds: Bounds {
            links_max: links_max(
                link.links_max,
                descriptors,
                http_connections_max(config.http.connections_max, config.link.links_max, descriptors),
            ),
            strangers_max: link.strangers_max,
            links_per_address_max: link.links_per_address_max,
            strangers_per_address_max: link.strangers_per_address_max,
            web_per_address_max: config.http.connections_per_address_max,
            connects_per_address_per_s: link.connects_per_address_per_s,
            outbox_bytes_max: link.outbox_bytes_max,
        },
        chat: chat_settings(config),
        passwords: password_settings(&config.accounts),
        doors: http_settings(config, descriptors),
        mars_sample: config
            .mars_sample
            .enabled
            .then_some(mars_sample::Settings { sends_per_minute: config.mars_sample.sends_per_minute }),
        first_accounts: Vec::new(),
        drain: Drain { timeout_ms: stop.drain_timeout_s * 1000, closes_per_second: stop.closes_per_second },
    }
}

/// The doors on the HTTP port with these settings.
fn http_settings(config: &Config, descriptors: u64) -> http::Settings {
    let Config { http, old_contract, link, .. } = config;
    http::Settings {
        origins: match &http.origins {
            config::Origins::SameHost => Origins::SameHost,
            config::Origins::Any => Origins::Any,
            config::Origins::Listed(origins) => Origins::Listed(origins.clone()),
        },
        connections_max: http_connections_max(config.http.connections_max, config.link.links_max, descriptors),
        request_timeout_ms: http.request_timeout_s * 1000,
        write_timeout_ms: link.write_timeout_s * 1000,
        body_bytes_max: link.frame_bytes_max,
        mars_sample: config.mars_sample.enabled,
        metrics_public: config.operators.metrics == config::MetricsAt::Public,
        old_contract: old_contract::Settings {
            mode: match old_contract.mode {
                config::OldMode::Off => old_contract::Mode::Off,
                config::OldMode::Token => old_contract::Mode::Token,
                config::OldMode::Open => old_contract::Mode::Open,
            },
            presence_timeout_ms: old_contract.presence_timeout_s * 1000,
            receives_max: old_contract.receives_max,
        },
    }
}

/// The rules of chat with these settings.
pub fn chat_settings(config: &Config) -> chat::Settings {
    let Config { accounts, chat, contacts, link, uploads, .. } = config;
    chat::Settings {
        registration: match accounts.registration {
            config::Registration::Open => Registration::Open,
            config::Registration::Invitation => Registration::Invitation,
            config::Registration::Closed => Registration::Closed,
        },
        people_listed: accounts.people_listed,
        finds_per_minute: accounts.finds_per_minute,
        name_bytes_max: accounts.name_bytes_max,
        password_bytes_min: accounts.password_bytes_min,
        password_bytes_max: accounts.password_bytes_max,
        wrong_passwords: WrongPasswords {
            of_name: accounts.wrong_passwords_of_name,
            of_address: accounts.wrong_passwords_of_address,
            delay_ms_max: accounts.wrong_password_delay_max_s * 1000,
        },
        token_ttl_s: accounts.token_ttl_days.saturating_mul(24 * 3600),
        content_bytes_max: chat.content_bytes_max,
        page_entries: chat.page_entries,
        page_bytes: chat.page_bytes,
        group_members_max: chat.group_members_max,
        group_joins_per_minute: chat.group_joins_per_minute,
        write_to: match chat.write_to {
            config::WriteTo::Anyone => WriteTo::Anyone,
            config::WriteTo::Contacts => WriteTo::Contacts,
        },
        contacts: Contacts {
            acceptance: contacts.acceptance,
            max: contacts.max,
            requests_per_hour: contacts.requests_per_hour,
        },
        recall_within_s: chat.recall_within_s,
        edit_within_s: chat.edit_within_s,
        broadcast: match &chat.broadcast_allowed {
            config::Broadcast::Everybody => Broadcast::Everybody,
            config::Broadcast::Nobody => Broadcast::Nobody,
            config::Broadcast::Named(names) => Broadcast::Named(names.clone()),
        },
        broadcasts_per_minute: chat.broadcasts_per_minute,
        of_user: OfUser {
            sends_per_second: chat.of_user.sends_per_second,
            sends_per_day: chat.of_user.sends_per_day,
            bytes_per_day: u64::from(chat.of_user.mb_per_day) << 20,
            groups_max: chat.of_user.groups_max,
            groups_made_per_day: chat.of_user.groups_made_per_day,
        },
        retention: Retention {
            keep_ms: (config.store.keep_days > 0).then_some(config.store.keep_days * DAY_MS),
            keep_bytes: (config.store.keep_mb > 0).then_some(config.store.keep_mb << 20),
        },
        uploads: Limits {
            file_bytes_max: uploads.file_mb_max << 20,
            avatar_bytes_max: uploads.avatar_kib_max << 10,
            avatar_side_max: uploads.avatar_side_max,
            bytes_of_user_max: uploads.quota_mb << 20,
            keep_ms: (uploads.keep_days > 0).then_some(uploads.keep_days * DAY_MS),
        },
        heartbeat_interval_ms: ms_of(link.heartbeat_interval_s),
        idle_timeout_ms: ms_of(link.idle_timeout_s),
    }
}

/// What password hashes cost with these settings.
pub fn password_settings(accounts: &config::Accounts) -> password::Settings {
    password::Settings {
        memory_kib: accounts.hash_memory_kib,
        passes: accounts.hash_passes,
        parallel: accounts.hash_parallel,
        at_once: accounts.hashes_at_once.unwrap_or_else(|| available_parallelism().map_or(1, usize::from)),
        waiting_max: accounts.hashes_waiting_max,
    }
}

fn ms_of(seconds: u64) -> u32 {
    u32::try_from(seconds.saturating_mul(1000)).unwrap_or(u32::MAX)
}

/// How many links there may be: as many as are wished for, or as there are descriptors. More would leave the store
/// without any, and then it fails.
fn links_max(wished: Option<usize>, descriptors: u64, for_http: usize) -> usize {
    let possible =
        usize::try_from(descriptors - reserved(descriptors)).unwrap_or(usize::MAX).saturating_sub(for_http).max(1);
    match wished {
        None => info!(descriptors, links_max = possible, "as many links as there are descriptors for"),
        Some(wished) if wished > possible => warn!(
            descriptors,
            wished,
            links_max = possible,
            "fewer links than link.links_max, for want of descriptors; raise the limit (ulimit -n, LimitNOFILE=)"
        ),
        Some(_) => {}
    }
    wished.map_or(possible, |wished| wished.min(possible))
}

/// How many connections HTTP may have: as many as are wished for, but at most a quarter of the descriptors, or what links
/// leave where it is said how many there are to be.
fn http_connections_max(wished: usize, links: Option<usize>, descriptors: u64) -> usize {
    let quarter = descriptors / 4;
    let left = links.map_or(0, |links| (descriptors - reserved(descriptors)).saturating_sub(links as u64));
    wished.min(usize::try_from(quarter.max(left)).unwrap_or(usize::MAX)).max(1)
}

/// Descriptors that are for neither.
fn reserved(descriptors: u64) -> u64 {
    (descriptors / 4).min(DESCRIPTORS_RESERVED_MAX)
}

/// How many descriptors the process may have. The soft limit, often 1024, is raised to the hard one first.
fn descriptors() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum });
    let descriptors = match raised {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    // No limit at all: bounded by what a port can tell apart.
    descriptors.unwrap_or(u64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_the_descriptors_and_at_most_512_are_not_for_links() {
        let possible = [1, 4, 200, 1024, 2048, 1_048_576].map(|descriptors| links_max(None, descriptors, 0));
        assert_eq!(possible, [1, 3, 150, 768, 1536, 1_048_064]);
    }

    #[test]
    fn http_has_a_quarter_or_what_links_that_are_counted_leave() {
        assert_eq!(http_connections_max(12_000, None, 20_000), 5_000);
        assert_eq!(http_connections_max(12_000, Some(5_000), 20_000), 12_000);
        assert_eq!(http_connections_max(12_000, Some(10_000), 20_000), 9_488);
        assert_eq!(http_connections_max(12_000, Some(100_000), 20_000), 5_000);
        assert_eq!(http_connections_max(100, None, 2), 1);
    }

    #[test]
    fn more_links_than_descriptors_allow_are_not_promised() {
        assert_eq!(links_max(Some(100), 200, 0), 100);
        assert_eq!(links_max(Some(100_000), 200, 50), 100);
    }
}
