//! Reading a conversation: from the disk what is there without holes, and the rest from the server, which then is on the
//! disk, too.

use std::sync::Arc;

use longlink_client::{AskError, Client};

use super::hand::Hand;
use crate::model::{Item, Page, Peer, Told};
use crate::store::Run;

/// A page that is read to close a hole, in entries: as many as the server gives.
const LONG_PAGE: u32 = 1000;
/// So many pages are read for that, and then the hole stays.
const LONG_PAGES_MAX: usize = 500;

impl Hand {
    pub(super) fn load(self: &Arc<Self>, number: u64, peer: Peer, before: i64, after: i64, limit: u32) {
        let hand = Arc::clone(self);
        self.spawn(async move {
            let Ok(_permit) = Arc::clone(&hand.loads).acquire_owned().await else { return };
            let run = if after > 0 {
                hand.read_after(peer, after, limit).await.map(|run| (run, false))
            } else {
                hand.read_before(peer, before, limit).await
            };
            let told = match run {
                Ok((Run { entries, has_more }, has_holes)) => Told::Page(Page {
                    number,
                    peer,
                    items: entries.iter().map(Item::of).collect(),
                    has_more,
                    has_holes,
                }),
                Err(why) => Told::PageFailed { number, peer, why },
            };
            hand.tell(told).await;
        });
    }

    pub(super) fn quote(self: &Arc<Self>, peer: Peer, queue_id: i64) {
        let hand = Arc::clone(self);
        self.spawn(async move {
            let Ok(_permit) = Arc::clone(&hand.loads).acquire_owned().await else { return };
            let outcome = hand.read_one(peer, queue_id).await;
            hand.tell(Told::Quoted { peer, queue_id, outcome }).await;
        });
    }

    pub(super) fn look_for(self: &Arc<Self>, query: String) {
        self.searched().clone_from(&query);
        let hand = Arc::clone(self);
        self.spawn(async move {
            let (wanted, asked) = (Arc::clone(&hand.search), query.clone());
            let found = hand.keeper.ask(move |store| {
                let goes_on = || wanted.lock().is_ok_and(|wanted| *wanted == asked);
                // One that was overtaken while it waited is not even begun.
                if goes_on() { store.search(&asked, goes_on) } else { Ok(Vec::new()) }
            });
            let hits = hand.noted(found.await).await.unwrap_or_default();
            let is_wanted = *hand.searched() == query;
            if is_wanted {
                hand.tell(Told::Found { query, hits }).await;
            }
        });
    }

    /// With it, whether there may be holes in it, since the server could not be asked.
    async fn read_before(&self, peer: Peer, before: i64, limit: u32) -> Result<(Run, bool), String> {
        let read = self.keeper.ask(move |store| Ok((store.before(peer, before, limit)?, store.complete_from(peer)?)));
        let (run, complete_from) = read.await.map_err(|error| error.to_string())?;
        // Whatever there is, at once; the rest is asked for when it is wanted.
        if !run.entries.is_empty() || complete_from == 0 {
            let has_more = run.has_more || complete_from > 0;
            return Ok((Run { has_more, ..run }, false));
        }
        // The last run ends where it begins; or it is about an earlier place, to which there is a hole.
        let from = if before == 0 { complete_from } else { before };
        match self.fetch(peer, from, limit).await {
            Ok(Fetched { oldest, has_more }) => {
                let read = self.keeper.ask(move |store| store.between(peer, oldest, from, limit)).await;
                Ok((Run { has_more, ..read.map_err(|error| error.to_string())? }, false))
            }
            Err(why) => {
                let read = self.keeper.ask(move |store| store.between(peer, 0, before, limit)).await;
                let run = read.ok().filter(|run| !run.entries.is_empty()).ok_or(why)?;
                Ok((Run { has_more: true, ..run }, true))
            }
        }
    }

    /// Reads what lies behind a place, from which on there must be no hole.
    async fn read_after(&self, peer: Peer, after: i64, limit: u32) -> Result<Run, String> {
        for _ in 0..LONG_PAGES_MAX {
            let complete_from = self.keeper.ask(move |store| store.complete_from(peer)).await;
            let complete_from = complete_from.map_err(|error| error.to_string())?;
            if complete_from <= after.saturating_add(1) || !self.fetch(peer, complete_from, LONG_PAGE).await?.has_more {
                break;
            }
        }
        self.keeper.ask(move |store| store.after(peer, after, limit)).await.map_err(|error| error.to_string())
    }

    async fn read_one(&self, peer: Peer, queue_id: i64) -> Result<Option<Item>, String> {
        let here = self.keeper.ask(move |store| store.entry(peer, queue_id)).await;
        if let Some(entry) = self.noted(here).await.flatten() {
            return Ok(Some(Item::of(&entry)));
        }
        let client = self.client().ok_or("there is no link")?;
        let reply = client.history(peer, queue_id.saturating_add(1), 1).await.map_err(|error| error.to_string())?;
        Ok(reply.entries.iter().find(|entry| entry.queue_id == queue_id).map(Item::of))
    }

    /// Gets a page from the server onto the disk.
    async fn fetch(&self, peer: Peer, before: i64, limit: u32) -> Result<Fetched, String> {
        // Nobody waits for a link here: it is asked again when there is one.
        let client = self.client().filter(Client::is_connected).ok_or("there is no link")?;
        // What lies behind the log's end is asked for by 0.
        let asked = if before == i64::MAX { 0 } else { before };
        let reply = client.history(peer, asked, limit).await.map_err(|error| match &error {
            AskError::Refused(refused) => refused.code.word().to_owned(),
            AskError::Disconnected
            | AskError::TimedOut
            | AskError::AnotherLog
            | AskError::Unreadable(_)
            | AskError::Closed(_) => error.to_string(),
        })?;
        let oldest = reply.entries.last().map_or(before, |oldest| oldest.queue_id);
        let fetched = Fetched { oldest, has_more: reply.more };
        let taken = self.keeper.ask(move |store| store.take_page(peer, asked, &reply)).await;
        taken.map_err(|error| error.to_string())?;
        Ok(fetched)
    }
}

/// What came from the server.
struct Fetched {
    oldest: i64,
    /// There is more before it.
    has_more: bool,
}
