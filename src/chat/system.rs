//! What the operator says to users: written by an account of the server's own, since nobody speaks for another.

use std::sync::Arc;

use super::{Caller, Chat, LinkId};
use crate::id::UserId;
use crate::wire::pb::ContentType;
use crate::wire::{Code, Refused, pb};

/// The account's name. Nobody may register it.
pub(super) const ACCOUNT: &str = "system";

impl Chat {
    /// Writes a text to a user or to everyone. Without a `client_msg_id` asking again writes again.
    pub async fn send_as_system(
        self: &Arc<Self>,
        to: i64,
        text: String,
        client_msg_id: Option<String>,
    ) -> Result<pb::SendReply, Refused> {
        let caller = Caller { user: self.system_account().await?, device: Arc::from(ACCOUNT), link: LinkId::NONE };
        let request = pb::SendRequest {
            to,
            client_msg_id: client_msg_id.unwrap_or_else(|| format!("{:032x}", rand::random::<u128>())),
            content_type: ContentType::Text as u32,
            content: text.into_bytes().into(),
            ..Default::default()
        };
        self.send_freely(&caller, request).await
    }

    /// The account, made when it is needed for the first time. It has no password.
    async fn system_account(self: &Arc<Self>) -> Result<UserId, Refused> {
        loop {
            match self.user_named(ACCOUNT)? {
                Some(user) if self.account(user)?.is_some_and(|(account, _)| account.password.is_none()) => {
                    return Ok(user);
                }
                Some(_) => {
                    let message = format!("the name {ACCOUNT:?}, which the server writes under, is somebody's");
                    return Err(Refused::new(Code::NameTaken, message));
                }
                None => match self.add_account(ACCOUNT, None).await {
                    Ok(user) => return Ok(user),
                    // Somebody else was asked to say something at the same time.
                    Err(refused) if refused.code == Code::NameTaken => {}
                    Err(refused) => return Err(refused),
                },
            }
        }
    }
}
