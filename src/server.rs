//! The server: builds everything, listens, and goes down again in order.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use crate::auth::password::{PasswordError, Passwords};
use crate::auth::token::Tokens;
use crate::chat::{Chat, Parts, mars_sample};
use crate::clock::Clock;
use crate::http::Http;
use crate::link::transport::Transport;
use crate::link::{Door, Entrance, Timing, listen};
use crate::links::{Bounds, Links};
use crate::metrics::Metrics;
use crate::router::Router;
use crate::session::Rules;
use crate::store::{Store, StoreError};
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

/// Everything that a server is built from, ready to use.
pub struct Plan {
    pub store: Arc<dyn Store>,
    pub tokens: Tokens,
    pub uploads: Uploads,
    pub clock: Clock,
    pub tcp: SocketAddr,
    pub http: SocketAddr,
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
    #[error("cannot listen on {address} for {what}: {error}; free it, or choose another one with {flag}")]
    Listen { what: &'static str, flag: &'static str, address: SocketAddr, error: io::Error },
    #[error("cannot listen on {} for the operator's commands: {error}", path.display())]
    Control { path: PathBuf, error: io::Error },
    #[error(transparent)]
    Passwords(#[from] PasswordError),
    #[error("cannot make the accounts and groups to begin with: {}", .0.message)]
    Begin(#[from] Refused),
}

/// A server that runs.
pub struct Server {
    tcp: SocketAddr,
    http: SocketAddr,
    chat: Arc<Chat>,
    links: Arc<Links>,
    metrics: Arc<Metrics>,
    entrance: Entrance,
    store: Arc<dyn Store>,
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
            clock: plan.clock,
        };
        let chat = Chat::new(Arc::clone(&plan.store), parts, plan.chat);
        let links = Links::new(plan.bounds);
        chat.remove_strays().await?;
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

        let (tcp_listener, datagrams) = bind_both(plan.tcp).await?;
        let no_http = |error| StartError::Listen { what: "HTTP", flag: "--http", address: plan.http, error };
        let http_listener = listen::bind(plan.http).map_err(no_http)?;
        let (tcp, http) = (
            tcp_listener.local_addr().map_err(|error| no_links(plan.tcp, error))?,
            http_listener.local_addr().map_err(no_http)?,
        );

        // `stop` keeps newcomers out; `ended` is for what the last links still need: delivery, deadlines, the operator.
        let (tasks, stop, ended) = (TaskTracker::new(), CancellationToken::new(), CancellationToken::new());
        let entrance = Entrance { links: Arc::clone(&links), door: Arc::clone(&door), tasks: tasks.clone() };
        let (failing, failed) = watch::channel(None);
        let background = TaskTracker::new();
        if let Some(path) = plan.control {
            let operator = control::Operator { chat: Arc::clone(&chat), tokens };
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
            let push = Arc::clone(&chat).push_to_strangers(chat.tail(), Arc::clone(&links));
            let ended = ended.clone();
            // Why the log stops is told by the task that delivers.
            background.spawn(async move { ended.run_until_cancelled_owned(push).await.is_some() });
        }
        background.spawn(remove_old_entries(Arc::clone(&chat), ended.clone()));
        background.spawn(remove_old_uploads(Arc::clone(&chat), ended.clone()));
        background.spawn(sweep(Arc::clone(&links), plan.clock, ended.clone()));
        background.spawn(listen::drop_datagrams(datagrams, door, stop.clone()));
        let doors = Http::new(plan.doors, entrance.clone(), router, tcp, stop.clone());
        background.spawn(http::serve(http_listener, doors));
        background.spawn(listen::accept(tcp_listener, entrance.clone(), stop.clone()));
        info!(%tcp, %http, "listening");
        Ok(Self {
            tcp,
            http,
            chat,
            links,
            metrics,
            entrance,
            store: plan.store,
            tasks,
            stop,
            ended,
            failed,
            drain: plan.drain,
        })
    }

    pub fn tcp(&self) -> SocketAddr {
        self.tcp
    }

    pub fn http(&self) -> SocketAddr {
        self.http
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
    pub fn connect<T: Transport>(&self, transport: T, address: IpAddr) -> Option<()> {
        let place = self.entrance.open(address).ok()?;
        self.entrance.enter(transport, place);
        Some(())
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
        let store = Arc::clone(&self.store);
        if let Err(error) = spawn_blocking(move || store.close()).await {
            error!(%error, "closing the store failed");
        }
        info!("stopped");
    }
}

/// TCP, and UDP on the same port. With port 0 the kernel's choice for one may be taken for the other: then anew.
async fn bind_both(address: SocketAddr) -> Result<(TcpListener, UdpSocket), StartError> {
    let mut tries = 0;
    loop {
        let listener = listen::bind(address).map_err(|error| no_links(address, error))?;
        match UdpSocket::bind(listener.local_addr().map_err(|error| no_links(address, error))?).await {
            Ok(datagrams) => return Ok((listener, datagrams)),
            Err(_) if address.port() == 0 && tries < 10 => tries += 1,
            Err(error) => {
                return Err(StartError::Listen { what: "Mars' datagrams (UDP)", flag: "--tcp", address, error });
            }
        }
    }
}

fn no_links(address: SocketAddr, error: io::Error) -> StartError {
    StartError::Listen { what: "links", flag: "--tcp", address, error }
}

async fn sweep(links: Arc<Links>, clock: Clock, ended: CancellationToken) {
    let mut ticks = interval(SWEEP_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = ended.cancelled() => return,
            _ = ticks.tick() => links.wake_overdue(clock.now()),
        }
    }
}

/// Removes entries that are older than the log is to keep, now and then.
async fn remove_old_entries(chat: Arc<Chat>, ended: CancellationToken) {
    let mut ticks = interval(OLD_ENTRIES_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while ended.run_until_cancelled(ticks.tick()).await.is_some() {
        if let Some(Err(refused)) = ended.run_until_cancelled(chat.remove_old_entries()).await {
            warn!(%refused, "old entries are not removed");
        }
    }
}

/// Removes files that are older than they are kept, now and then.
async fn remove_old_uploads(chat: Arc<Chat>, ended: CancellationToken) {
    let mut ticks = interval(OLD_UPLOADS_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while ended.run_until_cancelled(ticks.tick()).await.is_some() {
        match ended.run_until_cancelled(chat.remove_old_uploads()).await {
            Some(Ok(removed)) if removed > 0 => info!(removed, "old files removed"),
            Some(Err(refused)) => warn!(%refused, "old files are not removed"),
            Some(Ok(_)) | None => {}
        }
    }
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
