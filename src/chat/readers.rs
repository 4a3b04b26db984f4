//! Who has read what in a group.

use std::collections::HashMap;
use std::sync::Arc;

use super::account::number;
use super::{Caller, Chat, keys};
use crate::id::{GroupId, Peer, QueueId, UserId};
use crate::wire::{Code, Refused, pb};

/// So many entries are asked for at once.
const ENTRIES_MAX: usize = 100;
/// A reply names so many readers.
const READERS_MAX: usize = 1000;
/// So many marks are read from the directory at once.
const MARKS_AT_ONCE: usize = 1000;

impl Chat {
    pub(super) async fn readers(
        self: Arc<Self>,
        caller: Caller,
        request: pb::ReadersRequest,
    ) -> Result<pb::ReadersReply, Refused> {
        let asked = request.queue_ids.len();
        if asked > ENTRIES_MAX {
            return Err(Refused::new(Code::TooLarge, format!("{asked} entries at once, more than {ENTRIES_MAX}")));
        }
        let group =
            GroupId::parse(request.group).ok_or_else(|| Refused::new(Code::BadRequest, "a group is less than 0"))?;
        self.check_member(caller.user, group)?;
        self.reading(move |this| this.count_readers(caller.user, group, &request)).await
    }

    fn count_readers(
        &self,
        asker: UserId,
        group: GroupId,
        request: &pb::ReadersRequest,
    ) -> Result<pb::ReadersReply, Refused> {
        let marks = self.marks_in(group)?;
        let members = self.store.roster(group, QueueId::END)?.map(|roster| roster.members).unwrap_or_default();
        let mut reply = pb::ReadersReply::default();
        for number in &request.queue_ids {
            let place = QueueId::cursor(*number);
            let entry = self.said_in(asker, Peer::Group(group), place)?;
            // Who came in later does not see it, whatever else they have read.
            let see_it: Vec<UserId> = members
                .iter()
                .filter(|(member, joined_at)| *member != entry.from && *joined_at <= place)
                .map(|(member, _)| *member)
                .collect();
            let has_read = |member: &UserId| marks.get(member).is_some_and(|mark| *mark >= place.get());
            let readers: Vec<UserId> = see_it.iter().copied().filter(has_read).collect();
            let count = |users: usize| u32::try_from(users).unwrap_or(u32::MAX);
            reply.counts.push(pb::ReadCount {
                queue_id: place.get(),
                read: count(readers.len()),
                members: count(see_it.len()),
            });
            if request.queue_ids.len() == 1 {
                let mut behind = readers.into_iter().map(UserId::get).filter(|reader| *reader > request.after);
                reply.readers = behind.by_ref().take(READERS_MAX).collect();
                reply.more = behind.next().is_some();
            }
        }
        Ok(reply)
    }

    /// Up to where each has read who was ever in the group.
    fn marks_in(&self, group: GroupId) -> Result<HashMap<UserId, i64>, Refused> {
        let prefix = keys::readers(group);
        let (mut marks, mut after) = (HashMap::new(), None);
        loop {
            let page = self.store.list(&prefix, after.as_deref(), MARKS_AT_ONCE)?;
            marks.extend(page.iter().filter_map(|(key, record)| Some((keys::user_of(key)?, number(record)?))));
            match page.last() {
                Some((key, _)) if page.len() == MARKS_AT_ONCE => after = Some(key.to_vec()),
                Some(_) | None => return Ok(marks),
            }
        }
    }
}
