//! `Receive`: the first message behind a place, or a wait for it.

use std::sync::Arc;
use std::time::Duration;

use prost::Message as _;
use tokio::time::timeout;

use crate::chat::{Chat, Listener};
use crate::id::{Peer, QueueId, UserId};
use crate::outbox::{Found, Outbox};
use crate::wire::pb::{self, ContentType};
use crate::wire::{Command, Outgoing, Refused};

/// How long a client waits at most. The web page's own patience ends at the same time.
const WAIT: Duration = Duration::from_secs(30);

/// The first message for `user` behind `after`; `None` when there was none for 30 seconds, or the server stops.
pub(super) async fn receive(
    chat: &Arc<Chat>,
    outbox: Arc<Outbox>,
    user: UserId,
    after: QueueId,
    stopped: impl Future<Output = ()>,
) -> Result<Option<pb::Entry>, Refused> {
    // It hears before it reads, so that nothing falls in between. It hears no more when this future ends, or is
    // dropped because its client is gone.
    outbox.start_reading(after);
    let listener = chat.listen(user, outbox)?;
    let found = async {
        tokio::select! {
            biased;
            found = wait(chat, &listener, user) => found,
            () = stopped => Ok(None),
        }
    };
    timeout(WAIT, found).await.unwrap_or(Ok(None))
}

async fn wait(chat: &Arc<Chat>, listener: &Listener, user: UserId) -> Result<Option<pb::Entry>, Refused> {
    let outbox = listener.outbox();
    loop {
        let page = chat.read_inbox(user, outbox.cursor()).await?;
        for entry in &page.entries {
            if entry.from != user && is_for(user, entry.to) && entry.content_type == ContentType::Text as u32 {
                return Ok(Some(entry.message()?));
            }
        }
        outbox.has_read(page.cursor, !page.more);
        if page.more {
            continue;
        }
        loop {
            let (found, frames) = listener.heard().await;
            if let Some(entry) = first_in(&frames, user) {
                return Ok(Some(entry));
            }
            match found {
                // Such as an account that was disabled.
                Found { close: Some(_), .. } => return Ok(None),
                Found { behind: true, .. } => break,
                Found { .. } => {}
            }
        }
    }
}

/// The first message for `user` in what was pushed.
fn first_in(frames: &[Outgoing], user: UserId) -> Option<pb::Entry> {
    let pushes = frames.iter().filter(|frame| frame.cmd_id == Command::PushEntries as u32);
    let entries =
        pushes.filter_map(|push| pb::EntriesPush::decode(push.body.clone()).ok()).flat_map(|push| push.entries);
    entries.into_iter().find(|entry| {
        let to = Peer::parse(entry.to);
        entry.from != user.get()
            && to.is_some_and(|to| is_for(user, to))
            && entry.content_type == ContentType::Text as u32
    })
}

/// Groups are not known to old clients, and what is no text cannot be shown by them.
fn is_for(user: UserId, to: Peer) -> bool {
    match to {
        Peer::User(other) => other == user,
        Peer::Everyone => true,
        Peer::Group(_) => false,
    }
}
