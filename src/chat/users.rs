//! Who there is: people by number, by name, and by how their names begin.

use std::sync::Arc;

use super::account::number;
use super::bounds::cut_to_page;
use super::{Caller, Chat, keys};
use crate::id::UserId;
use crate::metrics::Limit;
use crate::wire::{Code, Refused, pb};

/// So many are asked for at once.
const ASKED_MAX: usize = 100;
/// So many names a page has, if it is not to have fewer.
const FOUND_MAX: u32 = 100;

impl Chat {
    pub(super) async fn users(
        self: Arc<Self>,
        caller: Caller,
        request: pb::UsersRequest,
    ) -> Result<pb::UsersReply, Refused> {
        let asked = request.ids.len() + request.names.len();
        if asked > ASKED_MAX {
            return Err(Refused::new(Code::TooLarge, format!("{asked} users at once, more than {ASKED_MAX}")));
        }
        let users = self
            .reading(move |this| {
                let mut ids: Vec<UserId> = request.ids.iter().filter_map(|id| UserId::parse(*id)).collect();
                for name in &request.names {
                    ids.extend(this.user_named(name)?);
                }
                this.cards_for(caller.user, &ids)
            })
            .await?;
        Ok(pb::UsersReply { users, ..Default::default() })
    }

    pub(super) async fn find_users(
        self: Arc<Self>,
        caller: Caller,
        request: pb::FindUsersRequest,
    ) -> Result<pb::FindUsersReply, Refused> {
        if !self.settings.people_listed {
            return Err(Refused::new(Code::NotAllowed, "people are not listed here; ask for a whole name with users"));
        }
        self.take_turn(&self.finds, Limit::Finds, caller.user, "looking for people")?;
        let limit = if request.limit == 0 { FOUND_MAX } else { request.limit.min(FOUND_MAX) } as usize;
        let (users, more) = self
            .reading(move |this| {
                let prefix = keys::name(&request.prefix);
                let after = (!request.after.is_empty()).then(|| keys::name(&request.after));
                let mut found = this.store.list(&prefix, after.as_deref(), limit + 1)?;
                let more = cut_to_page(&mut found, limit);
                let ids = found.iter().filter_map(|(_, record)| number(record).and_then(UserId::parse));
                // Behind that one is nobody.
                let ids: Vec<UserId> = ids.filter(|id| !this.is_mars_sample(*id)).collect();
                Ok((this.cards_for(caller.user, &ids)?, more))
            })
            .await?;
        Ok(pb::FindUsersReply { users, more, ..Default::default() })
    }

    /// The profiles of those who exist, as everybody is shown them. Reads the disk.
    pub(super) fn names_of(&self, ids: &[UserId]) -> Result<Vec<pb::User>, Refused> {
        self.cards(ids, |_| Ok(false))
    }

    /// The same as `viewer` is shown them: with who of their contacts is online. Reads the disk.
    pub(super) fn cards_for(&self, viewer: UserId, ids: &[UserId]) -> Result<Vec<pb::User>, Refused> {
        self.cards(ids, |user| self.may_watch(viewer, user))
    }

    /// `is_shown` says of somebody who is online whether it is to be seen also where people are not listed: there a
    /// number would be enough to watch somebody.
    fn cards(
        &self,
        ids: &[UserId],
        is_shown: impl Fn(UserId) -> Result<bool, Refused>,
    ) -> Result<Vec<pb::User>, Refused> {
        let mut users = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some((account, _)) = self.account(*id)? {
                let mut card = account.card();
                let is_online = self.router.is_online(*id) && !account.profile.presence_hidden;
                card.online = is_online && (self.settings.people_listed || is_shown(*id)?);
                users.push(card);
            } else if self.store.get(&keys::erased(*id))?.is_some() {
                users.push(pb::User { id: id.get(), deleted: true, ..Default::default() });
            }
        }
        Ok(users)
    }
}
