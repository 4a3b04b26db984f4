//! A sync that waits: what a reader does who can hold no link. One read, and a wait where there was nothing.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::{Answer, Caller, Chat};
use crate::id::QueueId;
use crate::outbox::Outbox;
use crate::wire::pb;

/// The longest wait, in milliseconds: shorter than the minute after which many proxies give a request up.
const WAIT_MS_MAX: u32 = 30_000;

impl Chat {
    /// Reads the inbox behind `request.after`. If it has nothing, waits for an entry at most `request.wait_ms`, and no
    /// longer than until `stopped`; then the page is empty. `outbox` is the caller's own, and new.
    pub async fn sync_or_wait(
        self: &Arc<Self>,
        caller: &Caller,
        request: pb::SyncRequest,
        outbox: Arc<Outbox>,
        stopped: impl Future<Output = ()>,
    ) -> Answer {
        let after = QueueId::cursor(request.after);
        self.has_come_with(caller.user, after);
        let wait = Duration::from_millis(request.wait_ms.min(WAIT_MS_MAX).into());
        let (mut over, mut stopped) = (pin!(sleep(wait)), pin!(stopped));
        // It hears before it reads, so that nothing falls in between, and no more once this future is done or dropped.
        outbox.start_reading(after);
        let listener = self.listen(caller.user, outbox)?;
        let mut cursor = after;
        loop {
            let page = self.inbox(caller.user, cursor, request.limit).await?;
            cursor = page.cursor;
            listener.outbox().has_read(page.cursor, !page.more);
            if !page.entries.is_empty() || page.more {
                return Ok(page.reply());
            }
            // What came is read from the log: a page then has all of it, in the form in which it lies there.
            let is_over = tokio::select! {
                biased;
                () = &mut stopped => true,
                () = &mut over => true,
                // Such as an account that was disabled.
                (found, _) = listener.heard() => found.close.is_some(),
            };
            if is_over {
                return Ok(page.reply());
            }
        }
    }
}
