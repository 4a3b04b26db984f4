//! Groups: making them, who is in them, and who may what. What happens to a group comes as an entry of type GROUP_EVENT.

use longlink::wire::pb;

use crate::client::Client;
use crate::error::AskError;

impl Client {
    /// Makes a group and gives its number. It is asked again over a lost link, and made once. Two calls make two
    /// groups.
    pub async fn group_create(&self, name: impl Into<String>, members: Vec<i64>) -> Result<i64, AskError> {
        let request = pb::GroupCreateRequest { name: name.into(), members, client_msg_id: crate::fresh_id() };
        Ok(self.ask_again(request).await?.group)
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

    /// The members of a group with a greater number than `after`, its owner and admins, and who of them may not write.
    pub async fn group_members(&self, group: i64, after: i64) -> Result<pb::GroupMembersReply, AskError> {
        self.ask(pb::GroupMembersRequest { group, after }).await
    }

    /// Changes a group's name, picture or rules: what is `None` stays as it is.
    pub async fn group_change(&self, change: pb::GroupChangeRequest) -> Result<(), AskError> {
        self.ask(change).await.map(drop)
    }

    /// Puts people out of a group.
    pub async fn group_remove(&self, group: i64, members: Vec<i64>) -> Result<(), AskError> {
        self.ask(pb::GroupRemoveRequest { group, members }).await.map(drop)
    }

    /// Makes members admins, or admins members; with [`pb::GroupRole::Owner`] hands the group over.
    pub async fn group_role(&self, group: i64, members: Vec<i64>, role: pb::GroupRole) -> Result<(), AskError> {
        self.ask(pb::GroupRoleRequest { group, members, role: role.into() }).await.map(drop)
    }

    /// Forbids members to write for so many milliseconds; -1 until further notice, 0 lets them write again.
    pub async fn group_mute(&self, group: i64, members: Vec<i64>, for_ms: i64) -> Result<(), AskError> {
        self.ask(pb::GroupMuteRequest { group, members, for_ms }).await.map(drop)
    }

    /// Ends a group for everybody.
    pub async fn group_dissolve(&self, group: i64) -> Result<(), AskError> {
        self.ask(pb::GroupDissolveRequest { group }).await.map(drop)
    }

    /// What to give to people so that they can join, as the group's rules say. `renew` ends the one there was.
    pub async fn group_link(&self, group: i64, renew: bool) -> Result<String, AskError> {
        Ok(self.ask(pb::GroupLinkRequest { group, renew }).await?.link)
    }

    /// Joins a group by its link, or asks its admins to be let in.
    pub async fn group_join(
        &self,
        link: impl Into<String>,
        greeting: impl Into<String>,
    ) -> Result<pb::GroupJoinReply, AskError> {
        self.ask(pb::GroupJoinRequest { link: link.into(), greeting: greeting.into() }).await
    }

    /// Who asks to join a group and has a greater number than `after`, and whether there are more.
    pub async fn group_requests(&self, group: i64, after: i64) -> Result<(Vec<pb::GroupRequest>, bool), AskError> {
        let reply = self.ask(pb::GroupRequestsRequest { group, after }).await?;
        Ok((reply.requests, reply.more))
    }

    /// Lets somebody into a group who asks to join, or not.
    pub async fn group_answer(&self, group: i64, user: i64, accept: bool) -> Result<(), AskError> {
        self.ask(pb::GroupAnswerRequest { group, user, accept }).await.map(drop)
    }
}
