//! The commonest requests by name. All others go by [`Client::ask`].

use longlink::wire::pb;

use crate::client::Client;
use crate::error::AskError;

impl Client {
    /// Reads the own inbox after a cursor, a page at a time. This does not move the client's cursor; see
    /// [`Client::taken`].
    pub async fn sync(&self, after: i64, limit: u32) -> Result<pb::SyncReply, AskError> {
        self.ask(pb::SyncRequest { after, limit, wait_ms: 0 }).await
    }

    /// Reads backwards in what was said with a peer: entries with a smaller `queue_id` than `before`, the newest first.
    /// 0 begins at the newest there is.
    pub async fn history(&self, peer: i64, before: i64, limit: u32) -> Result<pb::HistoryReply, AskError> {
        self.ask(pb::HistoryRequest { peer, before, limit }).await
    }

    pub async fn mark_read(&self, peer: i64, up_to: i64) -> Result<(), AskError> {
        self.ask(pb::MarkReadRequest { peer, up_to }).await.map(drop)
    }

    pub async fn read_marks(&self, peer: i64) -> Result<Vec<pb::ReadMark>, AskError> {
        Ok(self.ask(pb::ReadMarksRequest { peer }).await?.marks)
    }

    pub async fn typing(&self, peer: i64) -> Result<(), AskError> {
        self.ask(pb::TypingRequest { peer }).await.map(drop)
    }

    /// Finds users by number. Unknown ones are left out.
    pub async fn users_by_id(&self, ids: Vec<i64>) -> Result<Vec<pb::User>, AskError> {
        Ok(self.ask(pb::UsersRequest { ids, names: Vec::new() }).await?.users)
    }

    /// Finds users by name. Unknown ones are left out.
    pub async fn users_by_name(&self, names: Vec<String>) -> Result<Vec<pb::User>, AskError> {
        Ok(self.ask(pb::UsersRequest { ids: Vec::new(), names }).await?.users)
    }

    /// Makes a group and gives its number. Two calls make two groups; for one that may be repeated, ask with a
    /// `client_msg_id` of the app's own.
    pub async fn group_create(&self, name: impl Into<String>, members: Vec<i64>) -> Result<i64, AskError> {
        let request = pb::GroupCreateRequest { name: name.into(), members, client_msg_id: crate::fresh_id() };
        Ok(self.ask(request).await?.group)
    }

    pub async fn group_invite(&self, group: i64, members: Vec<i64>) -> Result<(), AskError> {
        self.ask(pb::GroupInviteRequest { group, members }).await.map(drop)
    }

    pub async fn group_leave(&self, group: i64) -> Result<(), AskError> {
        self.ask(pb::GroupLeaveRequest { group }).await.map(drop)
    }

    pub async fn groups(&self) -> Result<Vec<pb::Group>, AskError> {
        Ok(self.ask(pb::GroupListRequest {}).await?.groups)
    }

    /// The members of a group with a greater number than `after`, and whether there are more.
    pub async fn group_members(&self, group: i64, after: i64) -> Result<(Vec<pb::User>, bool), AskError> {
        let reply = self.ask(pb::GroupMembersRequest { group, after }).await?;
        Ok((reply.members, reply.more))
    }

    /// Ends this device's login: its tokens are worth nothing afterwards, and the client ends.
    pub async fn log_out(&self) -> Result<(), AskError> {
        self.ask(pb::LogOutRequest {}).await.map(drop)
    }
}
