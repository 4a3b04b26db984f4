//! Telling the server what is on this disk (S6): one number for all that came, at most once a second, one at a time.

use std::sync::Arc;
use std::time::Duration;

use longlink_client::{AskError, Code, pb};
use tokio::sync::watch;
use tokio::time::sleep;

use super::hand::Hand;

const EVERY: Duration = Duration::from_secs(1);

/// Ends when this is dropped.
pub(super) struct Delivered {
    places: watch::Sender<Places>,
}

#[derive(Clone, Copy, Default)]
struct Places {
    written: i64,
    said: i64,
}

impl Delivered {
    pub(super) fn start(hand: &Arc<Hand>) -> Self {
        let places = watch::Sender::new(Places::default());
        hand.spawn(say(Arc::clone(hand), places.subscribe()));
        Self { places }
    }

    /// Everything up to there is on the disk.
    pub(super) fn up_to(&self, written: i64) {
        self.places.send_modify(|places| places.written = places.written.max(written));
    }

    /// Hello has said so much (E10).
    pub(super) fn resumed_at(&self, cursor: i64) {
        self.places.send_modify(|places| *places = Places { written: cursor, said: cursor });
    }
}

async fn say(hand: Arc<Hand>, mut places: watch::Receiver<Places>) {
    let mut said = 0;
    // It ends with the sender.
    while let Ok(now) = places.wait_for(|places| places.written > places.said.max(said)).await.map(|places| *places) {
        let Some(client) = hand.client() else { return };
        match client.ask(pb::MarkDeliveredRequest { up_to: now.written }).await {
            // A server of before.
            Err(AskError::Refused(refused)) if refused.code == Code::UnknownCommand => return,
            Err(AskError::Closed(_)) => return,
            // The next hello says it.
            Ok(_) | Err(_) => said = now.written,
        }
        sleep(EVERY).await;
    }
}
