//! Listing and counting contacts, and those who ask or were asked.

use std::sync::Arc;

use super::bounds::cut_to_page;
use super::contact::{ASKS_MAX, State, Tie};
use super::{Caller, Chat, keys};
use crate::id::UserId;
use crate::wire::{Refused, pb};

/// A page has so many, if nothing is said.
const PAGE: u32 = 100;
const PAGE_MAX: u32 = 500;

/// How many people somebody has to do with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ties {
    /// Contacts, and those who were asked.
    pub(super) own: usize,
    /// Those who ask.
    pub(super) asks: usize,
}

impl Chat {
    pub(super) async fn contact_list(
        self: Arc<Self>,
        caller: Caller,
        request: pb::ContactListRequest,
    ) -> Result<pb::ContactListReply, Refused> {
        let limit = if request.limit == 0 { PAGE } else { request.limit.min(PAGE_MAX) } as usize;
        let (contacts, more) = self
            .reading(move |this| {
                let mut ties = this.list_ties(caller.user, request.after, limit + 1)?;
                let more = cut_to_page(&mut ties, limit);
                let contact = |(other, tie): &(UserId, Tie)| this.contact_for(caller.user, *other, Some(tie));
                Ok((ties.iter().map(contact).collect::<Result<Vec<_>, _>>()?, more))
            })
            .await?;
        Ok(pb::ContactListReply { contacts, more, ..Default::default() })
    }

    /// What a user is to people with a greater number than `after`, by ascending number. Reads the disk.
    pub(super) fn list_ties(&self, user: UserId, after: i64, limit: usize) -> Result<Vec<(UserId, Tie)>, Refused> {
        let after = UserId::parse(after).map(|after| keys::contact(user, after));
        let listed = self.store.list(&keys::contacts(user), after.as_deref(), limit)?;
        listed.iter().filter_map(|(key, record)| Some((keys::user_of(key)?, record))).map(tie).collect()
    }

    /// All ties of a user, which are bounded by what one may have. Reads the disk.
    pub(super) fn all_ties(&self, user: UserId) -> Result<Vec<(UserId, Tie)>, Refused> {
        // A few more may be there: who comes in at the same time is not counted.
        self.list_ties(user, 0, self.settings.contacts.max.saturating_add(2 * ASKS_MAX))
    }

    pub(super) fn count_ties(&self, user: UserId) -> Result<Ties, Refused> {
        let mut counted = Ties::default();
        for (_, tie) in self.all_ties(user)? {
            match tie.state {
                State::Contact | State::Asked => counted.own += 1,
                State::Asks => counted.asks += 1,
            }
        }
        Ok(counted)
    }
}

fn tie((other, record): (UserId, &crate::store::Record)) -> Result<(UserId, Tie), Refused> {
    Ok((other, Tie::read(record)?))
}
