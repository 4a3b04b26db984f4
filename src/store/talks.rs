//! Reading about conversations: which there are, what is unread in them, and what became of their entries. The same for
//! every engine.

use std::collections::HashMap;
use std::sync::Arc;

use prost::Message;
use rustc_hash::FxBuildHasher;

use super::read::{Merge, Range, for_each, mailbox, memberships, stays_in};
use super::rows::{Order, Rows};
use super::view::{RowKey, is_recall};
use super::{Amendments, Entry, PageBounds, StoreError, Talk, UNREAD_MAX, Unread};
use crate::id::{Peer, QueueId, UserId};
use crate::wire::pb;

/// So many entries are passed over at most while unread ones are counted: own ones, and those that tell of a group.
const PASSED_OVER_MAX: usize = 16 * UNREAD_MAX;

pub(super) fn conversations(rows: &impl Rows, user: UserId) -> Result<Vec<Talk>, StoreError> {
    // A conversation of which nothing is kept is none any more.
    let talks = rows.talks(user)?.into_iter().filter(|(_, last)| *last >= rows.kept_from());
    let mut found: Vec<Talk> = talks.map(|(other, last)| Talk { peer: Peer::User(other), last, stay: None }).collect();
    for stay in memberships(rows, user)?.into_iter().filter(|stay| stay.left_at.is_none()) {
        let peer = Peer::Group(stay.group);
        let last = last_said(rows, peer, stay.joined_at)?.unwrap_or(stay.joined_at);
        found.push(Talk { peer, last, stay: Some(stay) });
    }
    let last = last_said(rows, Peer::Everyone, QueueId::START)?;
    found.extend(last.map(|last| Talk { peer: Peer::Everyone, last, stay: None }));
    Ok(found)
}

/// The last entry to everyone or to a group that does not change another.
fn last_said(rows: &impl Rows, peer: Peer, first: QueueId) -> Result<Option<QueueId>, StoreError> {
    let head = rows.head();
    let changes = Range { first: RowKey::change(peer, first), last: RowKey::change(peer, head) };
    let one = PageBounds { entries: 1, bytes: usize::MAX };
    Merge::new(rows, mailbox(rows, peer, first, head), Order::Descending, one).without(vec![changes]).next()
}

pub(super) fn unread(rows: &impl Rows, user: UserId, peer: Peer, after: QueueId) -> Result<Unread, StoreError> {
    let (head, mut first) = (rows.head(), after.next().max(rows.kept_from()));
    let (range, without) = match peer {
        Peer::User(other) if other == user => return Ok(Unread::default()),
        Peer::User(other) => (Range::said(other, Peer::User(user), first, head), Vec::new()),
        Peer::Everyone | Peer::Group(_) => {
            let mut without = vec![RowKey::said(user, peer, first), RowKey::change(peer, first)];
            if let Peer::Group(group) = peer {
                without.push(RowKey::group(group, first));
                let stays = stays_in(rows, user, group)?;
                let Some(stay) = stays.last().filter(|stay| stay.left_at.is_none()) else {
                    return Ok(Unread::default());
                };
                first = first.max(stay.joined_at);
            }
            let part = |key: RowKey| Range { first: key.at(first), last: key.at(head) };
            (Range::mailbox(peer, first, head), without.into_iter().map(part).collect())
        }
    };
    // The latest ones: of more than can be counted, these are looked at.
    let bounds = PageBounds { entries: UNREAD_MAX, bytes: usize::MAX };
    let mut merge = Merge::new(rows, vec![range], Order::Descending, bounds).without(without);
    let mut unread = Unread::default();
    while unread.entries < UNREAD_MAX
        && merge.passed_over < PASSED_OVER_MAX
        && let Some(place) = merge.next()?
    {
        unread.entries += 1;
        first = place;
    }
    if unread.entries > 0 {
        unread.mentions = mentions(rows, user, peer, first, head)?;
    }
    Ok(unread)
}

fn mentions(rows: &impl Rows, user: UserId, peer: Peer, first: QueueId, last: QueueId) -> Result<usize, StoreError> {
    let of = |who| {
        rows.scan(RowKey::mention(who, peer, first), RowKey::mention(who, peer, last), Order::Ascending, UNREAD_MAX)
    };
    let own = user.get().to_be_bytes();
    let of_all = if matches!(peer, Peer::User(_)) { Vec::new() } else { of(0)? };
    Ok(of(user.get())?.len() + of_all.iter().filter(|(_, writer)| **writer != own).count())
}

pub(super) fn amendments(rows: &impl Rows, peer: Peer, changed: QueueId) -> Result<Amendments, StoreError> {
    let (mut found, head) = (Amendments::default(), rows.head());
    for_each(
        rows,
        RowKey::amend(peer, changed, rows.kept_from()),
        RowKey::amend(peer, changed, head),
        |(key, value)| {
            if !is_recall(value) {
                found.edits += 1;
            } else if found.recalled_by.is_none() {
                found.recalled_by = Some(key.place());
            }
        },
    )?;
    Ok(found)
}

/// What became of the entries of a page of history.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// By the changed entry, and to whom it went: where it was changed, and whether it was taken back there. In the order of the log.
    of: HashMap<(QueueId, i64), Vec<(QueueId, bool)>, FxBuildHasher>,
}

impl Changes {
    /// Of the entries at `places` in the conversation of `user` with `peer`.
    pub(super) fn of(rows: &impl Rows, user: UserId, peer: Peer, places: &[QueueId]) -> Result<Self, StoreError> {
        let mut changes = Self::default();
        let (Some(first), Some(last)) = (places.iter().min(), places.iter().max()) else { return Ok(changes) };
        let other_side = match peer {
            Peer::User(other) if other != user => Some(Peer::User(user)),
            Peer::User(_) | Peer::Everyone | Peer::Group(_) => None,
        };
        let (kept, mut wanted) = (rows.kept_from()..=rows.head(), places.to_vec());
        wanted.sort_unstable();
        for to in [Some(peer), other_side].into_iter().flatten() {
            // All at once: one scan finds mostly nothing, where one for each entry would find it a hundred times.
            let (first, last) = (RowKey::amend(to, *first, QueueId::START), RowKey::amend(to, *last, QueueId::END));
            for_each(rows, first, last, |(key, value)| {
                let changed = QueueId::cursor(key.second());
                if kept.contains(&key.place()) && wanted.binary_search(&changed).is_ok() {
                    changes.of.entry((changed, to.get())).or_default().push((key.place(), is_recall(value)));
                }
            })?;
        }
        Ok(changes)
    }

    /// The entry as it is now. It was taken back whenever that was, but edits behind `until` are not seen.
    pub(super) fn applied(
        &self,
        rows: &impl Rows,
        entry: Arc<Entry>,
        until: QueueId,
    ) -> Result<Arc<Entry>, StoreError> {
        let Some(changes) = self.of.get(&(entry.queue_id, entry.to.get())) else { return Ok(entry) };
        if let Some((by, _)) = changes.iter().find(|(_, is_recall)| *is_recall) {
            let recall = pb::ContentType::Recall as u32;
            return Ok(Arc::new(entry.changed(*by, recall, bytes::Bytes::new())?));
        }
        let Some((by, _)) = changes.iter().rfind(|(by, _)| *by <= until) else { return Ok(entry) };
        let unreadable = |_| StoreError::Damaged(format!("entry {by} is not the change that it was").into());
        let edit = pb::Edit::decode(rows.entry(*by)?.message()?.content).map_err(unreadable)?;
        Ok(Arc::new(entry.changed(*by, edit.content_type, edit.content)?))
    }
}
