//! The HTTP port: every door that begins as an HTTP request, how the server is, and what it counts.

pub mod admin;
mod api;
mod body;
mod cgi;
mod contract;
mod files;
mod listen;
mod mars_sample;
pub mod old_contract;
mod origin;
mod patient;
mod web;
mod websocket;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::chat::Chat;
use crate::clock::Moment;
use crate::link::Entrance;
use crate::metrics::Gauge;
use crate::outbox::Outbox;
use crate::router::Router;
pub use listen::{serve, serve_one};
use old_contract::OldContract;
pub use origin::Origins;

/// What may come for a waiting request while it reads the log, in bytes; the rest is read from there, too.
const WAITING_BYTES_MAX: u32 = 64 * 1024;

/// Which doors are open on the HTTP port, and how wide.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Which web pages may use them.
    pub origins: Origins,
    /// How many connections there may be, links not counted.
    pub connections_max: usize,
    /// How long a request may take to come, its header and its body each.
    pub request_timeout_ms: u64,
    /// How long a peer may take nothing while it is answered.
    pub write_timeout_ms: u64,
    /// The longest body of a command's request.
    pub body_bytes_max: usize,
    pub old_contract: old_contract::Settings,
    /// Whether the paths of Mars' sample are there.
    pub mars_sample: bool,
    /// Whether `/metrics` is there for everybody.
    pub metrics_public: bool,
}

/// Where the long link listens, for telling.
#[derive(Clone, Copy, Debug, Default)]
pub struct LinksAt {
    pub tcp: Option<SocketAddr>,
    pub tls: Option<SocketAddr>,
}

/// What the HTTP port stands on.
#[derive(Debug)]
pub struct Http {
    settings: Settings,
    entrance: Entrance,
    router: Arc<Router>,
    links_at: LinksAt,
    /// For connections, links not counted, of all ports.
    places: Arc<Semaphore>,
    stop: CancellationToken,
    old_contract: OldContract,
}

impl Http {
    /// With `stop` it serves no more.
    pub fn new(
        settings: Settings,
        entrance: Entrance,
        router: Arc<Router>,
        links_at: LinksAt,
        stop: CancellationToken,
    ) -> Arc<Self> {
        let old_contract = OldContract::new(settings.old_contract);
        let places = Arc::new(Semaphore::new(settings.connections_max));
        Arc::new(Self { settings, entrance, router, links_at, places, stop, old_contract })
    }

    fn chat(&self) -> &Arc<Chat> {
        &self.entrance.door.chat
    }

    /// An outbox for a request that waits.
    fn outbox(&self) -> Arc<Outbox> {
        Outbox::new(self.entrance.links.number(), WAITING_BYTES_MAX)
    }

    fn now(&self) -> Moment {
        self.entrance.door.clock.now()
    }
}

/// Every path that is for everybody.
pub fn paths(http: Arc<Http>) -> axum::Router {
    let mut for_pages = axum::Router::new()
        .route("/cgi/{command}", any(cgi::call))
        .route("/api", get(api::overview))
        .route("/api/openapi.json", get(api::openapi))
        .route("/Message/{action}", any(old_contract::message))
        .route("/message/{action}", any(old_contract::message))
        .route("/mars/{action}", any(mars_sample::call))
        .merge(files::paths());
    if let Some(cors) = http.settings.origins.cors() {
        for_pages = for_pages.layer(cors);
    }
    let figures = axum::Router::new().route("/metrics", get(metrics));
    axum::Router::new()
        .route("/ws", get(websocket::upgrade))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .merge(if http.settings.metrics_public { figures } else { axum::Router::new() })
        .merge(for_pages)
        .merge(web::paths())
        .with_state(http)
}

/// Whether new links should come here. `/healthz` says only that the process answers.
async fn ready(State(http): State<Arc<Http>>) -> Response {
    let no = |reason: String| (StatusCode::SERVICE_UNAVAILABLE, reason).into_response();
    if http.stop.is_cancelled() {
        return no("the server stops\n".to_owned());
    }
    if let Some(reason) = http.chat().failure() {
        return no(format!("{reason}\n"));
    }
    if http.entrance.links.is_full() {
        return no("there are as many links as there may be\n".to_owned());
    }
    "ready\n".into_response()
}

async fn metrics(State(http): State<Arc<Http>>) -> Response {
    figures(&http)
}

/// What is counted, for Prometheus.
fn figures(http: &Http) -> Response {
    let Entrance { links, door, .. } = &http.entrance;
    let gauge = |name, help, value: usize| Gauge { name, help, value: value as u64 };
    let gauges = [
        gauge("links", "Open links.", links.count()),
        gauge("strangers", "Open links that are not logged in.", links.strangers()),
        gauge("tasks", "Tasks that are alive: one a link, and those of the server itself.", tasks_alive()),
        gauge("users_online", "Users with a link.", http.router.users_online()),
        gauge("presence_waiting", "Users whose state has changed and is not told yet.", door.chat.presence_waiting()),
        gauge(
            "log_kept_from",
            "The first queue_id that is kept. 0: nothing was removed.",
            door.chat.kept_from().unsigned_abs() as usize,
        ),
        Gauge { name: "log_head", help: "The last durable queue_id.", value: door.chat.head().get().unsigned_abs() },
    ];
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], door.metrics.render(&gauges)).into_response()
}

fn tasks_alive() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// What a page of an origin that is not allowed gets.
fn foreign_page() -> Response {
    (StatusCode::FORBIDDEN, "this page's origin may not: see http.origins in the server's settings\n").into_response()
}

/// The token that a request shows.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
