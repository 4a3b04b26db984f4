//! The views and the records: what the memory engine has, which is what is durable and was shown.

use bytes::Bytes;
use longlink::id::{GroupId, Peer, QueueId, UserId};
use longlink::store::{
    Amendments, Change, ChangeError, Directory, Keep, Mailboxes, Membership, Page, PageBounds, Pending, Record, Roster,
    StoreError, Talk, Unread,
};
use tokio::sync::oneshot;

use super::{Job, Simulated, stopped};
use crate::bug::{self, Bug};

impl Mailboxes for Simulated {
    fn read_inbox(&self, user: UserId, after: QueueId, bounds: PageBounds) -> Result<Page, StoreError> {
        let mut page = self.memory.read_inbox(user, after, bounds)?;
        if self.scene.bug == Some(Bug::SkipsAPlace) && after.get() % 5 == 3 && !page.entries.is_empty() {
            page.entries.remove(0);
        }
        page.entries = bug::shown(page.entries);
        Ok(page)
    }

    fn read_history(&self, user: UserId, peer: Peer, before: QueueId, bounds: PageBounds) -> Result<Page, StoreError> {
        let mut page = self.memory.read_history(user, peer, before, bounds)?;
        page.entries = bug::shown(page.entries);
        Ok(page)
    }

    fn conversations(&self, user: UserId) -> Result<Vec<Talk>, StoreError> {
        self.memory.conversations(user)
    }

    fn unread(&self, user: UserId, peer: Peer, after: QueueId) -> Result<Unread, StoreError> {
        self.memory.unread(user, peer, after)
    }

    fn amendments(&self, peer: Peer, changed: QueueId) -> Result<Amendments, StoreError> {
        self.memory.amendments(peer, changed)
    }

    fn memberships(&self, user: UserId) -> Result<Vec<Membership>, StoreError> {
        self.memory.memberships(user)
    }

    fn roster(&self, group: GroupId, at: QueueId) -> Result<Option<Roster>, StoreError> {
        self.memory.roster(group, at)
    }
}

impl Directory for Simulated {
    fn get(&self, key: &[u8]) -> Result<Option<Record>, StoreError> {
        self.memory.get(key)
    }

    fn list(&self, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Result<Vec<(Bytes, Record)>, StoreError> {
        self.memory.list(prefix, after, limit)
    }

    fn change(&self, changes: Vec<Change>, keep: Keep) -> Pending<Result<(), ChangeError>> {
        let (reply, receiver) = oneshot::channel();
        match self.put_in_line(Job::Change(changes, keep, reply)) {
            Ok(()) => Pending::waiting(receiver, || Err(stopped().into())),
            Err(refused) => Pending::ready(Err(refused.into())),
        }
    }
}
