//! The life of a link, from its first byte to its last. Every transport ends here.
//!
//! One task a link. What it waits for is in `life::Life::poll_event`, in the order in which it is looked at; what it
//! does about it is in `run`, and what that means is the session's and the chat's business.

mod answers;
mod life;
pub mod listen;
pub mod tcp;
pub mod transport;

use std::future::{Future, poll_fn};
use std::sync::Arc;

use futures_util::future::Either;
use tracing::{Instrument, debug, debug_span};

use crate::chat::Chat;
use crate::clock::Clock;
use crate::links::Place;
use crate::metrics::Metrics;
use crate::session::Rules;
use crate::wire::CloseReason;
use life::{Event, Life};
use transport::Transport;

/// What all links share.
#[derive(Debug)]
pub struct Door {
    pub chat: Arc<Chat>,
    pub metrics: Arc<Metrics>,
    pub clock: Clock,
    pub rules: Rules,
    pub timing: Timing,
}

/// Times of a link that the protocol does not know.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// A peer that takes no byte for so long is closed as slow.
    pub write_timeout_ms: u64,
    /// How long a closing link may take for its last replies and its goodbye.
    pub goodbye_timeout_ms: u64,
    /// How many devices of one user may be linked at once.
    pub devices_max: usize,
}

/// Lives a link's life, and says why it ended.
///
/// What it returns is all that an idle link keeps, so it is built for its size: a plain function around one block,
/// since an `async fn` would hold its arguments twice.
pub fn run<T: Transport>(transport: T, place: Place, door: Arc<Door>) -> impl Future<Output = CloseReason> + Send {
    // A span that is kept takes 430 bytes: links have one only where `debug` is asked for. See `Life::in_span`.
    let span = debug_span!("link", link = place.outbox().link().0, user = tracing::field::Empty);
    span.in_scope(|| debug!(transport = T::NAME, address = %place.address(), "link accepted"));
    let mut life = Life::new(transport, place, door);
    let lived = async move {
        let reason = loop {
            let lived = match poll_fn(|context| life.poll_event(context)).await {
                Event::Told(reason) => Err(reason),
                Event::Heard(frame) => life.on_heard(frame),
                Event::Time => life.on_time(),
                Event::Answered(reply) => life.on_answered(reply),
                Event::Decided(login) => life.on_login(*login),
                Event::Read(page) => life.on_page(page),
                Event::Broken(error) => {
                    debug!(%error, "link broken");
                    Err(error.reason())
                }
            };
            if let Err(reason) = lived {
                break reason;
            }
        };
        // In a box of its own, so that no link keeps room for its end while it lives.
        Box::pin(life.goodbye(reason)).await;
        reason
    };
    if span.is_disabled() { Either::Left(lived) } else { Either::Right(Box::pin(lived.instrument(span))) }
}
