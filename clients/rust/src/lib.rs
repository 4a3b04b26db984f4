//! The Rust client of longlink: one cheap handle, and one task that owns the link.
//!
//! The [`Client`] sends and asks, the [`Events`] tell what happened. Between them, the owner task keeps a link to the
//! server: it logs in, answers for the heartbeat, comes back after a loss with growing pauses, resumes where it was, and
//! stays away when the server says so. What was sent and not answered is sent again, and kept once; what is received
//! is received once, in order. That it has arrived is told by itself; that a person has read it is for the app to say
//! ([`Client::mark_read`]). A link goes over TLS unless it stays on this machine ([`Protection`]).
//!
//! ```no_run
//! use longlink_client::{Client, Event, Settings};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (client, mut events) = Client::connect("127.0.0.1:8081", Settings::password("anna", "her password"));
//! let me = client.ready().await?;
//! let kept = client.send(0, "hello, everyone")?.await?;
//! println!("{} wrote entry {}", me.user_name, kept.queue_id);
//!
//! while let Some(event) = events.recv().await {
//!     match event {
//!         Event::Entry(entry) => println!("{}: {}", entry.from, String::from_utf8_lossy(&entry.content)),
//!         Event::Disconnected { why, retry_in } => println!("{why}, trying again in {retry_in:?}"),
//!         Event::Ended(reason) => println!("{reason}"),
//!         // People, receipts and the like: an app shows what it likes.
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Modules, from the outside in: `client` and `helpers` (the handle), `event`, `settings`, `error`; `owner` (the task);
//! `link` (a connection as frames), `requests` (what has no answer yet), `inbox` (what was taken), `delivered` (telling
//! so), `beat` (the heartbeat), `pause`, `dial`, `trust` (TLS).

mod beat;
mod client;
mod delivered;
mod dial;
mod error;
mod event;
mod helpers;
mod inbox;
mod link;
mod once;
mod owner;
mod pause;
mod requests;
mod settings;
mod trust;

pub use client::{Client, Content, Sending};
pub use dial::{Connection, Dial, Server};
pub use error::{AskError, Broken, Ended, OnceError, SendError};
pub use event::{Connected, Event, Events};
pub use longlink::wire::{Ask, CloseReason, Code, Command, Moves, Refused, pb};
pub use once::{ask_once, ask_once_with};
pub use settings::{Credential, Resume, Secret, Settings};
pub use trust::{ALPN_LINK, Protection, Trust, TrustError};

/// A name that nobody else has: 122 random bits, written as a UUID.
pub fn fresh_id() -> String {
    let mut bits: u128 = rand::random();
    // Version 4, variant 1: made of random bits.
    bits = bits & !(0xF << 76) | (0x4 << 76);
    bits = bits & !(0x3 << 62) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| hex.get(range).unwrap_or_default());
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_id_is_a_random_uuid() {
        let id = fresh_id();
        assert_eq!(id.len(), 36);
        assert_eq!(id.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&id.as_bytes()[19]));
        assert_ne!(id, fresh_id());
    }
}
