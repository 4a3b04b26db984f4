//! What tests of groups ask, and what they are told.

use longlink::wire::pb::{self, GroupEvent, GroupEventKind, GroupJoin, GroupRole, GroupRules};
use longlink::wire::{Code, Command};
use prost::Message;

use super::peer::Wire;
use super::{Peer, text_to};

/// Makes a group, and gives its number.
pub(crate) async fn create<S: Wire>(peer: &mut Peer<S>, id: &str, members: &[i64]) -> i64 {
    let reply: pb::GroupCreateReply = peer.call(Command::GroupCreate, &creation(id, members)).await;
    assert_eq!(reply.code(), Code::Ok, "{}", reply.message);
    assert!(reply.group < 0);
    reply.group
}

pub(crate) fn creation(id: &str, members: &[i64]) -> pb::GroupCreateRequest {
    pb::GroupCreateRequest { name: "the crew".into(), members: members.to_vec(), client_msg_id: id.into() }
}

pub(crate) async fn invite<S: Wire>(peer: &mut Peer<S>, group: i64, members: &[i64]) -> Code {
    peer.code(Command::GroupInvite, &pb::GroupInviteRequest { group, members: members.to_vec() }).await
}

pub(crate) async fn leave<S: Wire>(peer: &mut Peer<S>, group: i64) -> Code {
    peer.code(Command::GroupLeave, &pb::GroupLeaveRequest { group }).await
}

pub(crate) async fn remove<S: Wire>(peer: &mut Peer<S>, group: i64, members: &[i64]) -> Code {
    peer.code(Command::GroupRemove, &pb::GroupRemoveRequest { group, members: members.to_vec() }).await
}

pub(crate) async fn role<S: Wire>(peer: &mut Peer<S>, group: i64, members: &[i64], role: GroupRole) -> Code {
    let request = pb::GroupRoleRequest { group, members: members.to_vec(), role: role.into() };
    peer.code(Command::GroupRole, &request).await
}

pub(crate) async fn mute<S: Wire>(peer: &mut Peer<S>, group: i64, members: &[i64], for_ms: i64) -> Code {
    peer.code(Command::GroupMute, &pb::GroupMuteRequest { group, members: members.to_vec(), for_ms }).await
}

pub(crate) async fn dissolve<S: Wire>(peer: &mut Peer<S>, group: i64) -> Code {
    peer.code(Command::GroupDissolve, &pb::GroupDissolveRequest { group }).await
}

pub(crate) async fn rules<S: Wire>(peer: &mut Peer<S>, group: i64, rules: GroupRules) -> Code {
    let request = pb::GroupChangeRequest { group, rules: Some(rules), ..Default::default() };
    peer.code(Command::GroupChange, &request).await
}

pub(crate) fn joined_by(join: GroupJoin) -> GroupRules {
    GroupRules { join: join.into(), ..Default::default() }
}

/// The code that a text to the group gets; its name is its own.
pub(crate) async fn say<S: Wire>(peer: &mut Peer<S>, group: i64, text: &str) -> Code {
    peer.code(Command::Send, &text_to(group, &format!("{} says {text}", peer.user), text)).await
}

pub(crate) async fn members<S: Wire>(peer: &mut Peer<S>, group: i64) -> pb::GroupMembersReply {
    peer.call(Command::GroupMembers, &pb::GroupMembersRequest { group, after: 0 }).await
}

/// The only group that the user is in.
pub(crate) async fn only_group<S: Wire>(peer: &mut Peer<S>) -> pb::Group {
    let listed: pb::GroupListReply = peer.call(Command::GroupList, &pb::GroupListRequest {}).await;
    let [group] = &listed.groups[..] else { panic!("{listed:?}") };
    group.clone()
}

/// The next entry, which must tell what happened to a group: what, to whom, by whom.
pub(crate) async fn event<S: Wire>(peer: &mut Peer<S>) -> (GroupEventKind, Vec<i64>, i64) {
    let (event, from) = whole_event(peer).await;
    (event.kind(), event.users, from)
}

/// The same with all that it says, and by whom.
pub(crate) async fn whole_event<S: Wire>(peer: &mut Peer<S>) -> (GroupEvent, i64) {
    let entry = peer.entries(1).await.remove(0);
    assert_eq!(entry.content_type, pb::ContentType::GroupEvent as u32);
    (GroupEvent::decode(entry.content).unwrap(), entry.from)
}

pub(crate) async fn history<S: Wire>(peer: &mut Peer<S>, group: i64) -> Vec<i64> {
    let request = pb::HistoryRequest { peer: group, ..Default::default() };
    let reply: pb::HistoryReply = peer.call(Command::History, &request).await;
    reply.entries.iter().map(|entry| entry.queue_id).collect()
}
