//! Who there is: people by number, by name, and by how their names begin.

use std::sync::Arc;

use super::account::number;
use super::{Chat, keys};
use crate::id::UserId;
use crate::wire::{Code, Refused, pb};

/// So many are asked for at once.
const ASKED_MAX: usize = 100;
/// So many names a page has, if it is not to have fewer.
const FOUND_MAX: u32 = 100;

impl Chat {
    pub(super) async fn users(self: Arc<Self>, request: pb::UsersRequest) -> Result<pb::UsersReply, Refused> {
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
                this.names_of(&ids)
            })
            .await?;
        Ok(pb::UsersReply { users, ..Default::default() })
    }

    pub(super) async fn find_users(
        self: Arc<Self>,
        request: pb::FindUsersRequest,
    ) -> Result<pb::FindUsersReply, Refused> {
        if !self.settings.people_listed {
            return Err(Refused::new(Code::NotAllowed, "people are not listed here; ask for a whole name with users"));
        }
        let limit = if request.limit == 0 { FOUND_MAX } else { request.limit.min(FOUND_MAX) } as usize;
        let (users, more) = self
            .reading(move |this| {
                let prefix = keys::name(&request.prefix);
                let after = (!request.after.is_empty()).then(|| keys::name(&request.after));
                let mut found = this.store.list(&prefix, after.as_deref(), limit + 1)?;
                let more = found.len() > limit;
                found.truncate(limit);
                let ids = found.iter().filter_map(|(_, record)| number(record).and_then(UserId::parse));
                // Behind that one is nobody.
                let ids: Vec<UserId> = ids.filter(|id| !this.is_mars_sample(*id)).collect();
                Ok((this.names_of(&ids)?, more))
            })
            .await?;
        Ok(pb::FindUsersReply { users, more, ..Default::default() })
    }

    /// The names of those who exist. Reads the disk.
    pub(super) fn names_of(&self, ids: &[UserId]) -> Result<Vec<pb::User>, Refused> {
        let mut users = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some((account, _)) = self.account(*id)? {
                // Who is there is told where everybody is listed: elsewhere, a number would be enough to watch somebody.
                let online = self.settings.people_listed && self.router.is_online(*id);
                users.push(pb::User { id: account.id, name: account.name, online, ..Default::default() });
            }
        }
        Ok(users)
    }
}
