//! Names of users.

use std::sync::Arc;

use super::Chat;
use crate::id::UserId;
use crate::wire::{Code, Refused, pb};

/// So many are asked for at once.
const ASKED_MAX: usize = 100;

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

    /// The names of those who exist. Reads the disk.
    pub(super) fn names_of(&self, ids: &[UserId]) -> Result<Vec<pb::User>, Refused> {
        let mut users = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some((account, _)) = self.account(*id)? {
                users.push(pb::User { id: account.id, name: account.name });
            }
        }
        Ok(users)
    }
}
