//! What a client needs to be told, and the bounds it keeps.

use std::fmt;
use std::time::Duration;

use crate::trust::Protection;

/// Everything an app can decide. Make one with [`Settings::password`] or [`Settings::token`] and change what differs.
#[derive(Clone, Debug)]
pub struct Settings {
    pub credential: Credential,
    /// Which of the user's devices this is: 1 to 64 bytes. A second link of the same device takes the first one's
    /// place, so an app makes one at its first start and keeps it. The default is a fresh one.
    pub device_id: String,
    /// Whether connections of [`Client::connect`](crate::Client::connect) are encrypted. With TLS, but to this machine.
    pub protection: Protection,
    /// Where to go on, as saved from [`Events::resume`](crate::Events::resume). `None`: from now on.
    pub resume: Option<Resume>,
    /// Whether to tell the server, at most once a second, how far the app has been given its entries, so that those
    /// who wrote them see that they arrived. True.
    pub tell_delivered: bool,
    /// What the app is, for the server's log: up to 64 bytes.
    pub client: String,
    /// The app's own number, in the header of every frame.
    pub client_version: u32,

    /// How long a connection may take to come about. 10 s.
    pub connect_timeout: Duration,
    /// How long an answer may take before the link counts as broken. 10 s.
    pub request_timeout: Duration,
    /// How long the echo of a noop may take before the link counts as broken. 8 s, as in Mars.
    pub echo_timeout: Duration,
    /// The longest first pause before reconnecting. 500 ms. Each further pause may be twice as long, and each is a
    /// random part of what it may be, so that many clients do not come back in step.
    pub pause_min: Duration,
    /// The longest pause there is. 30 s.
    pub pause_max: Duration,

    /// Sends that are not answered yet. One more is an error at once. 1024, and never more than a million.
    pub sends_max: usize,
    /// How often a send is tried when the server answers that it may work later. 8.
    pub send_attempts_max: u32,
    /// Other requests that are not answered yet. One more waits. 256, and never more than a million.
    pub asks_max: usize,
    /// Requests of both kinds on the link at once; others wait for their turn. 32.
    pub in_flight_max: usize,
    /// Events that the app has not taken yet. At this many the link is not read any further. 256.
    pub events_max: usize,
}

impl Settings {
    /// Logs in by password, and later by the token that the server gives for it.
    pub fn password(name: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self::with(Credential::Password { name: name.into(), password: password.into() })
    }

    /// Logs in by a token.
    pub fn token(token: impl Into<Secret>) -> Self {
        Self::with(Credential::Token(token.into()))
    }

    fn with(credential: Credential) -> Self {
        Self {
            credential,
            protection: Protection::default(),
            device_id: crate::fresh_id(),
            resume: None,
            tell_delivered: true,
            client: concat!("longlink-client/", env!("CARGO_PKG_VERSION")).to_owned(),
            client_version: 1,
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(10),
            echo_timeout: Duration::from_secs(8),
            pause_min: Duration::from_millis(500),
            pause_max: Duration::from_secs(30),
            sends_max: 1024,
            send_attempts_max: 8,
            asks_max: 256,
            in_flight_max: 32,
            events_max: 256,
        }
    }
}

/// How to log in.
#[derive(Clone, Debug)]
pub enum Credential {
    Password { name: String, password: Secret },
    Token(Secret),
}

/// A place in one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resume {
    /// Names the log.
    pub epoch: String,
    /// The greatest `queue_id` that was taken from it.
    pub cursor: i64,
}

/// A password or a token. It is not shown by `Debug`, so that it reaches no log by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl<T: Into<String>> From<T> for Secret {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(..)")
    }
}
