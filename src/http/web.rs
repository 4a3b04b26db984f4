//! The web client, embedded: the files that `clients/web` was built into, under fixed names, with the headers that
//! keep a browser from running anything else. What the page does is in `clients/web`.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

/// A file: its path, what it is, and its bytes.
type File = (&'static str, &'static str, &'static [u8]);

const FILES: [File; 5] = [
    ("/", "text/html; charset=utf-8", include_bytes!("../../clients/web/dist/index.html")),
    ("/app.js", "text/javascript; charset=utf-8", include_bytes!("../../clients/web/dist/app.js")),
    ("/app.css", "text/css; charset=utf-8", include_bytes!("../../clients/web/dist/app.css")),
    ("/icon.svg", "image/svg+xml", include_bytes!("../../clients/web/dist/icon.svg")),
    (
        "/manifest.webmanifest",
        "application/manifest+json",
        include_bytes!("../../clients/web/dist/manifest.webmanifest"),
    ),
];

/// Code and style come from here and from nowhere else, nothing of it stands in the page, and no text can be made into
/// HTML by any script: the page has no way to run what somebody wrote. Pictures that need a token are got by the page
/// itself and shown from its memory (`blob:`).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
    connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

/// The paths of the files. A path that is none of them stays unknown.
pub(super) fn paths<S: Clone + Send + Sync + 'static>() -> axum::Router<S> {
    FILES.into_iter().fold(axum::Router::new(), |paths, file| {
        let tag = tag(file.2);
        paths.route(file.0, get(move |headers: HeaderMap| async move { answer(file, &tag, &headers) }))
    })
}

fn answer((_, kind, bytes): File, tag: &str, headers: &HeaderMap) -> Response {
    let about = [
        (ETAG, tag),
        // Kept, but asked for each time: a new server has a new page at once.
        (CACHE_CONTROL, "no-cache"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (X_FRAME_OPTIONS, "DENY"),
    ];
    if is_known(headers, tag) {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    (about, [(CONTENT_TYPE, kind)], bytes).into_response()
}

/// Whether a browser says that it has what a tag names.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|known| matches(known.trim(), tag))
}

/// Weakly compared, as RFC 9110 has it for `If-None-Match`.
fn matches(known: &str, tag: &str) -> bool {
    known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
}

/// Names the bytes. A browser compares it with what it had from here, so that it need not be hard to forge.
fn tag(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}
