//! People: profiles, contacts, blocks, and who is there.

use longlink::wire::pb;

use crate::client::Client;
use crate::error::AskError;

impl Client {
    /// Finds users by number. Unknown ones are left out.
    pub async fn users_by_id(&self, ids: Vec<i64>) -> Result<Vec<pb::User>, AskError> {
        Ok(self.ask(pb::UsersRequest { ids, names: Vec::new() }).await?.users)
    }

    /// Finds users by name. Unknown ones are left out.
    pub async fn users_by_name(&self, names: Vec<String>) -> Result<Vec<pb::User>, AskError> {
        Ok(self.ask(pb::UsersRequest { ids: Vec::new(), names }).await?.users)
    }

    /// Users whose names begin so and stand behind `after`, the last name of the page before, and whether there are
    /// more.
    pub async fn find_users(
        &self,
        prefix: impl Into<String>,
        after: impl Into<String>,
    ) -> Result<(Vec<pb::User>, bool), AskError> {
        let reply = self.ask(pb::FindUsersRequest { prefix: prefix.into(), after: after.into(), limit: 0 }).await?;
        Ok((reply.users, reply.more))
    }

    /// Changes the own profile: what is `None` stays as it is. Without a change it tells what it is.
    pub async fn profile_set(&self, change: pb::ProfileSetRequest) -> Result<pb::ProfileSetReply, AskError> {
        self.ask(change).await
    }

    /// Asks somebody to be a contact, with a word to them; or changes the own alias and remark of who is one.
    pub async fn contact_set(&self, request: pb::ContactSetRequest) -> Result<pb::Contact, AskError> {
        Ok(self.ask(request).await?.contact.unwrap_or_default())
    }

    /// Accepts or declines who asks to be a contact.
    pub async fn contact_answer(&self, user: i64, accept: bool) -> Result<pb::Contact, AskError> {
        Ok(self.ask(pb::ContactAnswerRequest { user, accept }).await?.contact.unwrap_or_default())
    }

    /// Ends being contacts, or takes back having asked.
    pub async fn contact_remove(&self, user: i64) -> Result<(), AskError> {
        self.ask(pb::ContactRemoveRequest { user }).await.map(drop)
    }

    /// Contacts, and those who ask or were asked, with a greater number than `after`, and whether there are more.
    pub async fn contacts(&self, after: i64) -> Result<(Vec<pb::Contact>, bool), AskError> {
        let reply = self.ask(pb::ContactListRequest { after, limit: 0 }).await?;
        Ok((reply.contacts, reply.more))
    }

    /// Lets nothing pass any more between oneself and a user, or lets it pass again.
    pub async fn block(&self, user: i64, blocked: bool) -> Result<(), AskError> {
        self.ask(pb::BlockRequest { user, blocked }).await.map(drop)
    }

    /// Whom one has blocked, with a greater number than `after`, and whether there are more.
    pub async fn blocked(&self, after: i64) -> Result<(Vec<pb::User>, bool), AskError> {
        let reply = self.ask(pb::BlockListRequest { after }).await?;
        Ok((reply.users, reply.more))
    }

    /// Who of these contacts is online, and since when the others are not; with none named, of all contacts.
    /// [`Event::Presence`](crate::Event::Presence) tells what changes afterwards.
    pub async fn presence(&self, users: Vec<i64>) -> Result<pb::PresenceReply, AskError> {
        self.ask(pb::PresenceRequest { users }).await
    }
}
