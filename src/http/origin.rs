//! Which web pages may use the server. A browser says with each request from which page it comes (`Origin`); whatever
//! is not a browser says nothing, and is not asked.

use std::time::Duration;

use axum::http::header::{
    ACCEPT_RANGES, AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HOST, IF_RANGE, ORIGIN, RANGE,
};
use axum::http::{HeaderMap, HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser may remember what it asked before the first request.
const REMEMBERED: Duration = Duration::from_secs(600);

/// The pages that may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// Those that this server gave out.
    SameHost,
    Any,
    /// Those of these origins, such as `https://chat.example.com`.
    Listed(Vec<String>),
}

impl Origins {
    /// Whether a request may be carried out, seen from where it comes.
    pub(super) fn allow(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(ORIGIN) else { return true };
        let Ok(origin) = origin.to_str() else { return false };
        match self {
            Self::Any => true,
            Self::Listed(listed) => listed.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)),
            Self::SameHost => {
                let host = headers.get(HOST).and_then(|host| host.to_str().ok());
                let authority = origin.split_once("://").map(|(_, authority)| authority);
                matches!((authority, host), (Some(authority), Some(host)) if authority.eq_ignore_ascii_case(host))
            }
        }
    }
}

impl Origins {
    /// What tells browsers to let the allowed pages of other hosts read the answers (CORS). `None`: there are none.
    /// Cookies are left out, so that a page acts for nobody who did not give it a token.
    pub(super) fn cors(&self) -> Option<CorsLayer> {
        let allowed = match self {
            Self::SameHost => return None,
            Self::Any => AllowOrigin::any(),
            Self::Listed(origins) => {
                AllowOrigin::list(origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()))
            }
        };
        let layer = CorsLayer::new().allow_origin(allowed).allow_methods([Method::GET, Method::POST, Method::DELETE]);
        let layer = layer.allow_headers([AUTHORIZATION, CONTENT_TYPE, RANGE, IF_RANGE]);
        // What a page needs to get a file in parts, and may not see otherwise.
        let layer = layer.expose_headers([ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, ETAG]);
        Some(layer.max_age(REMEMBERED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(origin: Option<&'static str>, host: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, host.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(ORIGIN, origin.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_page_of_another_host_port_or_of_nowhere_may_not() {
        for (origin, may) in [
            (None, true),
            (Some("http://here:8080"), true),
            (Some("https://HERE:8080"), true),
            (Some("http://here"), false),
            (Some("http://here:8081"), false),
            (Some("http://evil.example/here:8080"), false),
            (Some("null"), false),
            (Some("here:8080"), false),
        ] {
            assert_eq!(Origins::SameHost.allow(&asked(origin, "here:8080")), may, "{origin:?}");
            assert!(Origins::Any.allow(&asked(origin, "here:8080")));
        }
    }

    #[test]
    fn a_list_names_whole_origins() {
        let listed = Origins::Listed(vec!["https://chat.example".into()]);
        for (origin, may) in [
            (None, true),
            (Some("https://chat.example"), true),
            (Some("http://chat.example"), false),
            (Some("https://chat.example.evil"), false),
            (Some("https://here"), false),
        ] {
            assert_eq!(listed.allow(&asked(origin, "here")), may, "{origin:?}");
        }
    }
}
