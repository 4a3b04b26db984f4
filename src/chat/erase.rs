//! Erasing an account. What its user wrote stays in the log under a number; everything else about them goes.
//!
//! It begins with one durable change after which nobody can be them: the account and its name are gone, and a record
//! says that the rest is to be done. The rest is many small steps, each of which looks at what is still there, so that a
//! crash in the middle costs nothing: at the next start it is done again.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::{Caller, Chat, keys};
use crate::audit::Event;
use crate::id::UserId;
use crate::store::{Change, Expect, Keep};
use crate::wire::{CloseReason, Code, Refused, pb};

/// So many records are looked at or removed in one step.
const AT_ONCE: usize = 1_000;
/// What the user's links have asked for is carried out first: a link's goodbye takes no longer than a few seconds.
const LINKS_GONE_WITHIN: Duration = Duration::from_secs(10);
/// How often it is looked whether they are gone.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// What could not be done is tried again after so long.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(30);

impl Chat {
    pub(super) async fn delete_account(
        self: Arc<Self>,
        caller: Caller,
        request: pb::DeleteAccountRequest,
    ) -> Result<pb::DeleteAccountReply, Refused> {
        self.check_own_password(&caller, request.password).await?;
        self.begin_erasing(caller.user).await?;
        self.note(Event::Account { user: caller.user.get(), did: "deleted" });
        self.to_erase.notify_one();
        Ok(pb::DeleteAccountReply::default())
    }

    /// Erases an account by its name, to the end.
    pub async fn erase_account(self: &Arc<Self>, name: &str) -> Result<UserId, Refused> {
        let user = self.named(name)?;
        self.begin_erasing(user).await?;
        self.finish_erasing().await?;
        Ok(user)
    }

    /// Finishes what was begun, now and whenever there is more, as long as the server runs.
    pub async fn erase(self: Arc<Self>) {
        loop {
            match self.finish_erasing().await {
                Ok(()) => self.to_erase.notified().await,
                Err(refused) => {
                    tracing::warn!(%refused, "an account is not erased to the end yet");
                    sleep(TRY_AGAIN_AFTER).await;
                }
            }
        }
    }

    /// From here on there is no such user.
    async fn begin_erasing(&self, user: UserId) -> Result<(), Refused> {
        if self.is_mars_sample(user) {
            return Err(Refused::new(Code::NotAllowed, "the chat of Mars' sample needs this account"));
        }
        loop {
            let Some((account, revision)) = self.account(user)? else {
                return Err(Refused::new(Code::NotFound, "the account is gone"));
            };
            let now_ms = self.clock.wall_ms().to_be_bytes().to_vec();
            let changes = vec![
                Change { key: keys::account(user), value: None, expect: Expect::Revision(revision) },
                Change::removal(keys::name(&account.name)),
                Change { key: keys::erased(user), value: Some(now_ms), expect: Expect::Absent },
                Change { key: keys::erasing(user), value: Some(Vec::new()), expect: Expect::Absent },
            ];
            if self.try_change(changes, Keep::Durable).await? {
                break;
            }
        }
        tracing::info!(user = user.get(), "account erased");
        self.close_user(user, CloseReason::AccountEnded);
        Ok(())
    }

    /// Finishes everything that was begun. One at a time: two would both see what is still to be done, and do it twice.
    async fn finish_erasing(self: &Arc<Self>) -> Result<(), Refused> {
        let _turn = self.erasing.lock().await;
        loop {
            let begun = self.reading(|this| Ok(this.store.list(keys::ERASING, None, AT_ONCE)?)).await?;
            if begun.is_empty() {
                return Ok(());
            }
            for user in begun.iter().filter_map(|(key, _)| keys::user_of(key)) {
                self.erase_rest(user).await?;
                self.metrics.accounts_erased.add(1);
            }
        }
    }

    async fn erase_rest(self: &Arc<Self>, user: UserId) -> Result<(), Refused> {
        let gone = async {
            while self.router.is_online(user) {
                sleep(LOOK_EVERY).await;
            }
        };
        if timeout(LINKS_GONE_WITHIN, gone).await.is_err() {
            tracing::warn!(user = user.get(), "links of an erased account are still there");
        }
        self.leave_groups(user).await?;
        self.forget_contacts(user).await?;
        self.remove_uploads(user).await?;
        self.clear(keys::blocks(user), |_| true).await?;
        // Ordered by group. Few ask at a time, so all of them are looked through.
        self.clear(keys::ASKING.to_vec(), move |key| keys::user_of(key) == Some(user)).await?;
        self.clear(keys::read_marks(user), |_| true).await?;
        self.clear(keys::conversations(user), |_| true).await?;
        // Ordered by group as well, so all of them are looked through. It is rare, and nobody waits.
        self.clear(keys::READERS.to_vec(), move |key| keys::user_of(key) == Some(user)).await?;
        // Last: without this record nothing is left to do.
        let changes = [keys::seen(user), keys::delivered(user), keys::erasing(user)].map(Change::removal).to_vec();
        self.change(changes, Keep::Durable).await
    }

    async fn leave_groups(self: &Arc<Self>, user: UserId) -> Result<(), Refused> {
        let stays = self.reading(move |this| Ok(this.store.memberships(user)?)).await?;
        for stay in stays.into_iter().filter(|stay| stay.left_at.is_none()) {
            // Not until delivery has come to it, which need not be running here.
            match self.leave(user, stay.group).await {
                // Somebody has put them out, or ended it, since this was looked up.
                Err(refused) if refused.code == Code::NotFound => {}
                left => drop(left?),
            }
        }
        Ok(())
    }

    async fn forget_contacts(self: &Arc<Self>, user: UserId) -> Result<(), Refused> {
        loop {
            let ties = self.reading(move |this| this.list_ties(user, 0, AT_ONCE)).await?;
            if ties.is_empty() {
                return Ok(());
            }
            for (other, _) in ties {
                self.forget_contact(user, other).await?;
            }
        }
    }

    /// Removes the records under `prefix` whose key `is_theirs`.
    async fn clear(self: &Arc<Self>, prefix: Vec<u8>, is_theirs: impl Fn(&[u8]) -> bool + Send) -> Result<(), Refused> {
        let mut after: Option<Vec<u8>> = None;
        loop {
            let (prefix, behind) = (prefix.clone(), after.clone());
            let page = self.reading(move |this| Ok(this.store.list(&prefix, behind.as_deref(), AT_ONCE)?)).await?;
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = Some(last.to_vec());
            let theirs = page.iter().filter(|(key, _)| is_theirs(key));
            let changes: Vec<Change> = theirs.map(|(key, _)| Change::removal(key.to_vec())).collect();
            // On the disk before the last change is, which is behind it in the same line.
            if !changes.is_empty() {
                self.change(changes, Keep::Soon).await?;
            }
        }
    }
}
