//! What tests of groups ask, and what they are told.

use longlink::wire::pb::{self, GroupEventKind};
use longlink::wire::{Code, Command};
use prost::Message;

use super::Peer;
use super::peer::Wire;

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

/// The next entry, which must tell what happened to a group: what, to whom, by whom.
pub(crate) async fn event<S: Wire>(peer: &mut Peer<S>) -> (GroupEventKind, Vec<i64>, i64) {
    let entry = peer.entries(1).await.remove(0);
    assert_eq!(entry.content_type, pb::ContentType::GroupEvent as u32);
    let event = pb::GroupEvent::decode(entry.content).unwrap();
    (event.kind(), event.users, entry.from)
}

pub(crate) async fn history<S: Wire>(peer: &mut Peer<S>, group: i64) -> Vec<i64> {
    let request = pb::HistoryRequest { peer: group, ..Default::default() };
    let reply: pb::HistoryReply = peer.call(Command::History, &request).await;
    reply.entries.iter().map(|entry| entry.queue_id).collect()
}
