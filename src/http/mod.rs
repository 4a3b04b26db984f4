//! The HTTP port: how the server is, and what it counts.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::error;

use crate::chat::Chat;
use crate::links::Links;
use crate::metrics::{Gauge, Metrics};
use crate::router::Router;

/// What the pages are made from.
#[derive(Clone, Debug)]
pub struct Http {
    pub chat: Arc<Chat>,
    pub links: Arc<Links>,
    pub metrics: Arc<Metrics>,
    pub router: Arc<Router>,
    pub tcp: SocketAddr,
}

/// Serves until `stop`.
pub async fn serve(listener: TcpListener, http: Http, stop: CancellationToken) {
    let pages = axum::Router::new()
        .route("/", get(root))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/metrics", get(metrics))
        .with_state(http);
    if let Err(error) = axum::serve(listener, pages).with_graceful_shutdown(stop.cancelled_owned()).await {
        error!(%error, "the HTTP port has failed");
    }
}

async fn root(State(http): State<Http>) -> String {
    format!(
        "longlink\n\nLong links are served over TCP on {}.\n/healthz  whether the server runs\n/metrics  what it counts\n",
        http.tcp
    )
}

async fn metrics(State(http): State<Http>) -> impl IntoResponse {
    let gauge = |name, help, value: usize| Gauge { name, help, value: value as u64 };
    let gauges = [
        gauge("links", "Open links.", http.links.count()),
        gauge("strangers", "Open links that are not logged in.", http.links.strangers()),
        gauge("users_online", "Users with a link.", http.router.users_online()),
        Gauge { name: "log_head", help: "The last durable queue_id.", value: http.chat.head().get().unsigned_abs() },
    ];
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], http.metrics.render(&gauges))
}
