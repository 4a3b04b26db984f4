//! The server: builds everything, listens, and goes down again in order.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use crate::address::Address;
use crate::audit::Audit;
use crate::auth::admin_token::AdminTokens;
use crate::auth::password::{PasswordError, Passwords};
use crate::auth::token::Tokens;
use crate::blocking::spawn_blocking;
use crate::chat::{Chat, Parts, mars_sample};
use crate::clock::Clock;
use crate::http::{Http, LinksAt};
use crate::link::transport::{Transport, Wire};
use crate::link::{Door, Entrance, Timing, listen};
use crate::links::{Bounds, Links};
use crate::listening::{ListenError, Listening, Ports};
use crate::metrics::Metrics;
use crate::proxy::{self, Proxies};
use crate::router::Router;
use crate::session::Rules;
use crate::store::{Store, StoreError};
use crate::tls::certificate::Certificate;
use crate::tls::{self, Acceptor, SetUpError};
use crate::uploads::Uploads;
use crate::wire::{CloseReason, Refused};
use crate::{auth, chat, control, http};

/// How often overdue links are looked for; a far deadline is found at most so much too late.
const SWEEP_EVERY: Duration = Duration::from_secs(5);

/// How often entries are looked for that are older than the log keeps. Few at a time, so that there is no day on which
/// the disk is busy with it.
const OLD_ENTRIES_EVERY: Duration = Duration::from_mins(1);

/// How often old files are looked for. They are kept for days, so that hours do not matter.
const OLD_UPLOADS_EVERY: Duration = Duration::from_hours(6);
/// The same of logins that were ended and whose tokens have expired. They cost little, and are few.
const EXPIRED_LOGINS_EVERY: Duration = Duration::from_hours(1);
/// So many connections the port for operators has, beside those of everybody: who fills the others leaves it open.
const ADMIN_CONNECTIONS_MAX: usize = 64;
/// Where a port is that is off.
const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// Everything that a server is built from, ready to use.
pub struct Plan {
    pub store: Arc<dyn Store>,
    pub tokens: Tokens,
    pub admin_tokens: AdminTokens,
    pub uploads: Uploads,
    pub audit: Audit,
    pub clock: Clock,
    pub listen: Ports,
    /// What the ports with TLS need.
    pub tls: Option<(Arc<Certificate>, tls::Settings)>,
    /// Who is believed when they say where something comes from.
    pub proxies: proxy::Settings,
    /// Where the operator's commands come in; `None`: nowhere.
    pub control: Option<PathBuf>,
    pub rules: Rules,
    pub timing: Timing,
    pub bounds: Bounds,
    pub chat: chat::Settings,
    pub passwords: auth::password::Settings,
    pub drain: Drain,
    pub doors: http::Settings,
    /// `None`: Mars' sample is not served.
    pub mars_sample: Option<mars_sample::Settings>,
    /// Who has an account, with which password, in a data folder that has none yet.
    pub first_accounts: Vec<(String, String)>,
}

/// How a server stops.
#[derive(Clone, Copy, Debug)]
pub struct Drain {
    /// After so long it stops whatever is still open.
    pub timeout_ms: u64,
    /// So many links are told each second, so that they do not all come to the next server at once. More, where
    /// otherwise the timeout would come first.
    pub closes_per_second: usize,
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error(transparent)]
    Tls(#[from] SetUpError),
    #[error("a port with TLS needs a certificate")]
    NoCertificate,
    #[error("cannot listen on {} for the operator's commands: {error}", path.display())]
    Control { path: PathBuf, error: io::Error },
    #[error(transparent)]
    Passwords(#[from] PasswordError),
    #[error("cannot make the accounts and groups to begin with: {}", .0.message)]
    Begin(#[from] Refused),
}

/// A server that runs.
pub struct Server {
    ports: Ports,
    certificate: Option<Arc<Certificate>>,
    clock: Clock,
    chat: Arc<Chat>,
    links: Arc<Links>,
    metrics: Arc<Metrics>,
    entrance: Entrance,
    doors: Arc<Http>,
    store: Arc<dyn Store>,
    audit: Audit,
    tasks: TaskTracker,
    stop: CancellationToken,
    ended: CancellationToken,
    failed: watch::Receiver<Option<StoreError>>,
    drain: Drain,
}

impl Server {
    /// Builds and listens. It serves until `stop` is called.
    pub async fn start(plan: Plan) -> Result<Self, StartError> {
        let metrics = Arc::new(Metrics::default());
        let audit = plan.audit.clone();
        let router = Arc::new(Router::default());
        let tokens = Arc::new(plan.tokens);
        let parts = Parts {
            router: Arc::clone(&router),
            metrics: Arc::clone(&metrics),
            passwords: spawn_blocking(move || Passwords::new(plan.passwords))
                .await
                .unwrap_or_else(|error| Err(PasswordError::Failed(error.to_string())))?,
            tokens: Arc::clone(&tokens),
            uploads: plan.uploads,
            audit: plan.audit,
            clock: plan.clock,
        };
        let chat = Chat::new(Arc::clone(&plan.store), parts, plan.chat);
        let links = Links::new(plan.bounds);
        chat.remove_strays().await?;
        chat.load_blocks().await?;
        chat.forget_expired_logins().await?;
        chat.move_old_marks().await?;
        chat.add_first_accounts(plan.first_accounts).await?;
        if let Some(settings) = plan.mars_sample {
            chat.open_mars_sample(settings).await?;
        }
        let door = Arc::new(Door {
            chat: Arc::clone(&chat),
            metrics: Arc::clone(&metrics),
            clock: plan.clock,
            rules: plan.rules,
            timing: plan.timing,
        });

        let (certificate, acceptors) = match plan.tls {
            Some((certificate, settings)) => {
                let acceptors = Acceptor::pair(&certificate, settings)?;
                (Some(certificate), Some(acceptors))
            }
            None => (None, None),
        };
        let Listening { listeners, ports, datagrams } = Listening::bind(plan.listen).await?;
        ports.warn_of_plain();

        // `stop` keeps newcomers out; `ended` is for what the last links still need: delivery, deadlines, the operator.
        let (tasks, stop, ended) = (TaskTracker::new(), CancellationToken::new(), CancellationToken::new());
        let entrance = Entrance {
            links: Arc::clone(&links),
            door: Arc::clone(&door),
            proxies: Arc::new(Proxies::new(plan.proxies)),
            tasks: tasks.clone(),
        };
        let (failing, failed) = watch::channel(None);
        let background = TaskTracker::new();
        let operator = control::Operator {
            chat: Arc::clone(&chat),
            tokens,
            admin_tokens: Arc::new(plan.admin_tokens),
            links: Some(Arc::clone(&links)),
            certificate: certificate.clone(),
            clock: plan.clock,
        };
        if let Some(path) = plan.control {
            let operator = operator.clone();
            let listener = control::bind(&path).map_err(|error| StartError::Control { path, error })?;
            background.spawn(control::serve(listener, operator, ended.clone()));
        }
        background.spawn({
            let deliver = Arc::clone(&chat).deliver(chat.tail());
            let (failed, ended) = (plan.store.failed(), ended.clone());
            async move {
                let reason = tokio::select! {
                    biased;
                    () = ended.cancelled() => return,
                    reason = failed => reason,
                    reason = deliver => reason,
                };
                error!(%reason, "the store has failed; the server stops");
                let _ = failing.send(Some(reason));
            }
        });
        if plan.mars_sample.is_some() {
            // Why the log stops is told by the task that delivers.
            background.spawn(until(&ended, Arc::clone(&chat).push_to_strangers(chat.tail(), Arc::clone(&links))));
        }
        background.spawn(until(&ended, remove_old_entries(Arc::clone(&chat))));
        background.spawn(until(&ended, remove_old_uploads(Arc::clone(&chat))));
        background.spawn(until(&ended, forget_expired_logins(Arc::clone(&chat))));
        background.spawn(until(&ended, Arc::clone(&chat).tell_presence()));
        background.spawn(until(&ended, Arc::clone(&chat).erase()));
        background.spawn(until(&ended, Arc::clone(&chat).tell_arrivals()));
        background.spawn(until(&ended, sweep(Arc::clone(&links), plan.clock)));
        if let Some(certificate) = certificate.clone() {
            let clock = plan.clock;
            background.spawn(until(&ended, tls::watch::watch(certificate, move || clock.wall_s())));
        }
        if let Some(datagrams) = datagrams {
            background.spawn(listen::drop_datagrams(datagrams, door, stop.clone()));
        }
        let links_at = LinksAt { tcp: ports.tcp, tls: ports.tcp_tls };
        let for_admins = http::Settings { connections_max: ADMIN_CONNECTIONS_MAX, ..plan.doors.clone() };
        let doors = Http::new(plan.doors, entrance.clone(), Arc::clone(&router), links_at, stop.clone());
        let paths = http::paths(Arc::clone(&doors));
        if let (Some(listener), Some(address)) = (listeners.admin, ports.admin) {
            let tls = match &acceptors {
                Some((_, for_http)) if !address.ip().is_loopback() => Some(for_http.clone()),
                None if !address.ip().is_loopback() => return Err(StartError::NoCertificate),
                Some(_) | None => None,
            };
            let doors = Http::new(for_admins, entrance.clone(), router, links_at, stop.clone());
            let paths = http::admin::paths(Arc::clone(&doors), operator);
            background.spawn(http::serve(listener, tls, doors, paths));
        }
        if let Some(listener) = listeners.http {
            background.spawn(http::serve(listener, None, Arc::clone(&doors), paths.clone()));
        }
        if let Some(listener) = listeners.tcp {
            background.spawn(listen::accept(listener, None, entrance.clone(), stop.clone()));
        }
        match acceptors {
            Some((for_links, for_http)) => {
                if let Some(listener) = listeners.https {
                    background.spawn(http::serve(listener, Some(for_http), Arc::clone(&doors), paths));
                }
                if let Some(listener) = listeners.tcp_tls {
                    background.spawn(listen::accept(listener, Some(for_links), entrance.clone(), stop.clone()));
                }
            }
            None if listeners.https.is_some() || listeners.tcp_tls.is_some() => return Err(StartError::NoCertificate),
            None => {}
        }
        let at = |port: Option<SocketAddr>| port.map_or_else(|| "off".to_owned(), |port| port.to_string());
        let Ports { tcp, http, tcp_tls, https, admin } = ports;
        info!(tcp = at(tcp), http = at(http), tcp_tls = at(tcp_tls), https = at(https), admin = at(admin), "listening");
        Ok(Self {
            ports,
            certificate,
            clock: plan.clock,
            chat,
            links,
            metrics,
            entrance,
            doors,
            store: plan.store,
            audit,
            tasks,
            stop,
            ended,
            failed,
            drain: plan.drain,
        })
    }

    /// Where it listens, with the ports that the kernel chose.
    pub fn ports(&self) -> Ports {
        self.ports
    }

    /// Where the plain long link is; nowhere (port 0) if it is off.
    pub fn tcp(&self) -> SocketAddr {
        self.ports.tcp.unwrap_or(NOWHERE)
    }

    /// Where plain HTTP is; nowhere (port 0) if it is off.
    pub fn http(&self) -> SocketAddr {
        self.ports.http.unwrap_or(NOWHERE)
    }

    /// Reads the certificate again, if there is one. It is said in the log what came of it.
    pub async fn reload(&self) {
        match &self.certificate {
            Some(certificate) => drop(tls::watch::reload(certificate, self.clock.wall_s()).await),
            None => info!("there is nothing to read again: no port has TLS"),
        }
    }

    pub fn chat(&self) -> &Arc<Chat> {
        &self.chat
    }

    pub fn links(&self) -> &Arc<Links> {
        &self.links
    }

    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// Gives a connection a link, whatever carries it. `None`: there are as many links as there may be.
    pub fn connect<T: Transport>(&self, transport: T, address: Address) -> Option<()> {
        let place = self.entrance.open(address).ok()?;
        self.entrance.enter(transport, place);
        Some(())
    }

    /// Serves HTTP on a connection, whatever carries it. `None`: there are as many as there may be.
    pub fn connect_http<S: Wire>(&self, stream: S, address: Address) -> Option<()> {
        http::serve_one(stream, address, &self.doors)
    }

    /// Waits until the store has failed, which is a reason to stop.
    pub async fn failed(&self) -> StoreError {
        let mut failed = self.failed.clone();
        match failed.wait_for(Option::is_some).await.map(|reason| reason.clone()) {
            Ok(Some(reason)) => reason,
            Ok(None) | Err(_) => std::future::pending().await,
        }
    }

    /// Stops: accepts nothing more, tells every link why, finishes what was accepted, closes the store.
    pub async fn stop(self, reason: CloseReason) {
        info!(links = self.links.count(), "stopping");
        self.stop.cancel();
        self.tasks.close();
        let drained = timeout(Duration::from_millis(self.drain.timeout_ms), async {
            tell_all(&self.links, reason, self.drain).await;
            self.tasks.wait().await;
        });
        if drained.await.is_err() {
            warn!(links = self.links.count(), "some links did not end in time");
        }
        self.ended.cancel();
        self.chat.keep_last_seen().await;
        let (store, audit) = (Arc::clone(&self.store), self.audit.clone());
        let close = move || {
            audit.close();
            store.close();
        };
        if let Err(error) = spawn_blocking(close).await {
            error!(%error, "closing the store failed");
        }
        info!("stopped");
    }
}

async fn sweep(links: Arc<Links>, clock: Clock) {
    let mut ticks = interval(SWEEP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        links.wake_overdue(clock.now());
    }
}

/// Removes entries that are older than the log is to keep, now and then.
async fn remove_old_entries(chat: Arc<Chat>) {
    let mut ticks = interval(OLD_ENTRIES_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(refused) = chat.remove_old_entries().await {
            warn!(%refused, "old entries are not removed");
        }
    }
}

/// Removes files that are older than they are kept, now and then.
async fn remove_old_uploads(chat: Arc<Chat>) {
    let mut ticks = interval(OLD_UPLOADS_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match chat.remove_old_uploads().await {
            Ok(removed) if removed > 0 => info!(removed, "old files removed"),
            Ok(_) => {}
            Err(refused) => warn!(%refused, "old files are not removed"),
        }
    }
}

/// Forgets ended logins whose tokens have expired, now and then.
async fn forget_expired_logins(chat: Arc<Chat>) {
    let mut ticks = interval(EXPIRED_LOGINS_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(refused) = chat.forget_expired_logins().await {
            warn!(%refused, "expired logins are not forgotten");
        }
    }
}

/// Work that goes on until the server has ended, and then stops wherever it is.
fn until<F: Future>(ended: &CancellationToken, work: F) -> impl Future<Output = ()> + use<F> {
    let ended = ended.clone();
    async move { drop(ended.run_until_cancelled_owned(work).await) }
}

/// Tells links one after the other to end, at a rate that leaves half of the time for their goodbyes.
async fn tell_all(links: &Links, reason: CloseReason, drain: Drain) {
    const ROUNDS_PER_SECOND: usize = 20;
    loop {
        let open = links.snapshot();
        let rounds_in_time = (drain.timeout_ms as usize / 2 * ROUNDS_PER_SECOND / 1000).max(1);
        let at_once = (drain.closes_per_second / ROUNDS_PER_SECOND).max(open.len().div_ceil(rounds_in_time)).max(1);
        for some in open.chunks(at_once) {
            for outbox in some {
                outbox.close(reason);
            }
            if some.len() == at_once {
                sleep(Duration::from_millis(1000 / ROUNDS_PER_SECOND as u64)).await;
            }
        }
        // A link that was accepted in the last moment may be missing from the snapshot: look again when these are gone.
        if open.is_empty() || open.len() == links.count() {
            return;
        }
        sleep(Duration::from_millis(1000 / ROUNDS_PER_SECOND as u64)).await;
    }
}
