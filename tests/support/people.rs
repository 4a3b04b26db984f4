//! What tests about people ask for.

use longlink::store::Directory;
use longlink::wire::pb::{self, ContactState};
use longlink::wire::{Code, Command};

use super::Peer;
use super::peer::Wire;

/// Asks somebody to be a contact.
pub(crate) fn ask(user: i64) -> pb::ContactSetRequest {
    pb::ContactSetRequest { user, ..Default::default() }
}

pub(crate) fn answer(user: i64, accept: bool) -> pb::ContactAnswerRequest {
    pb::ContactAnswerRequest { user, accept }
}

pub(crate) fn block(user: i64, blocked: bool) -> pb::BlockRequest {
    pb::BlockRequest { user, blocked }
}

/// Makes two people contacts, and takes what is pushed for it.
pub(crate) async fn befriend<S: Wire>(one: &mut Peer<S>, other: &mut Peer<S>) {
    assert_eq!(one.code(Command::ContactSet, &ask(other.user)).await, Code::Ok);
    assert_eq!(other.code(Command::ContactAnswer, &answer(one.user, true)).await, Code::Ok);
    for peer in [one, other] {
        peer.noop().await;
        peer.pushes.clear();
    }
}

/// The next push, which must tell of a contact. Presence and receipts are told when their time has come, so they are
/// passed over.
pub(crate) async fn next_contact<S: Wire>(peer: &mut Peer<S>) -> pb::Contact {
    loop {
        let push = peer.push().await;
        if ![Command::PushPresence as u32, Command::PushReceipt as u32].contains(&push.cmd) {
            assert_eq!(push.cmd, Command::PushContact as u32);
            return push.read::<pb::ContactPush>().contact.unwrap();
        }
    }
}

/// The same, as who it is, and what they are now.
pub(crate) async fn contact_pushed<S: Wire>(peer: &mut Peer<S>) -> (i64, ContactState) {
    let contact = next_contact(peer).await;
    (contact.user.as_ref().unwrap().id, contact.state())
}

/// Asserts that nothing was pushed until now but presence.
pub(crate) async fn nothing_but_presence<S: Wire>(peer: &mut Peer<S>) {
    peer.noop().await;
    peer.pushes.retain(|push| push.cmd != Command::PushPresence as u32);
    assert_eq!(peer.pushes, []);
}

/// The next push, which must tell of presence.
pub(crate) async fn presence_pushed<S: Wire>(peer: &mut Peer<S>) -> Vec<(i64, bool)> {
    let push: pb::PresencePush = peer.pushed(Command::PushPresence).await;
    push.states.iter().map(|state| (state.user, state.online)).collect()
}

/// All of one's contacts, and those who ask or were asked.
pub(crate) async fn contacts<S: Wire>(peer: &mut Peer<S>) -> Vec<(i64, ContactState)> {
    let reply: pb::ContactListReply = peer.call(Command::ContactList, &pb::ContactListRequest::default()).await;
    assert_eq!(reply.code(), Code::Ok);
    reply.contacts.iter().map(|contact| (contact.user.as_ref().unwrap().id, contact.state())).collect()
}

/// The records that are about a user, without the prefix that says what they are.
pub(crate) fn left_of(store: &impl Directory, user: i64) -> Vec<(&'static str, Vec<u8>)> {
    // By whom a record is, and for some also whom it concerns: its key begins or ends with the number.
    const ENDS: [(&str, bool); 14] = [
        ("account/", false),
        ("contact/", true),
        ("block/", true),
        ("read/", true),
        ("mark/", false),
        ("readers/", true),
        ("delivered/", false),
        ("talk/", false),
        ("group/asking", true),
        ("upload/", false),
        ("upload-bytes/", false),
        ("seen/", false),
        ("erasing/", false),
        ("erased/", false),
    ];
    let number = user.to_be_bytes();
    let mut left = Vec::new();
    for (prefix, ends) in ENDS {
        for (key, _) in store.list(prefix.as_bytes(), None, 1_000).unwrap() {
            let numbers = &key[prefix.len()..];
            if numbers.starts_with(&number) || (ends && numbers.ends_with(&number)) {
                left.push((prefix, numbers.to_vec()));
            }
        }
    }
    left
}
