//! Which web pages may use the server. A browser says with each request from which page it comes (`Origin`); whatever
//! is not a browser says nothing, and is not asked.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

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
