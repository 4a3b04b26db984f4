//! Bodies: what Google's protobuf wrote is read by us, means the same, and is written the same.

use std::collections::BTreeSet;

use longlink::wire::pb;
use prost::{DecodeError, Message};
use prost_reflect::{DynamicMessage, MessageDescriptor};
use serde::Deserialize;
use serde_json::Value;

use super::{descriptors, from_hex, load, to_hex};

const BODIES: &str = include_str!("../../proto/vectors/bodies.json");

#[derive(Deserialize)]
struct Body {
    name: String,
    message: String,
    hex: String,
    #[serde(default)]
    fields: Value,
    #[serde(default = "yes")]
    canonical: bool,
    #[serde(default)]
    unreadable: bool,
}

fn yes() -> bool {
    true
}

macro_rules! generated {
    ($($message:ident)*) => {
        /// The messages that the build made types for.
        const GENERATED: &[&str] = &[$(stringify!($message)),*];

        /// Reads a body with the generated type of that name, and writes it again.
        pub(super) fn rewrite(message: &str, body: &[u8]) -> Result<Vec<u8>, DecodeError> {
            match message {
                $(stringify!($message) => pb::$message::decode(body).map(|message| message.encode_to_vec()),)*
                _ => panic!("enter {message} in tests/vectors/bodies.rs"),
            }
        }
    };
}

generated! {
    Refusal HelloRequest PasswordCredential Resume HelloReply RegisterRequest RegisterReply LogOutRequest LogOutReply
    ChangePasswordRequest ChangePasswordReply DeleteAccountRequest DeleteAccountReply ClosingPush
    Entry SendRequest SendReply SyncRequest SyncReply HistoryRequest HistoryReply EntriesPush Media
    Recall Edit RecallRequest RecallReply EditRequest EditReply
    MarkReadRequest MarkReadReply MarkDeliveredRequest MarkDeliveredReply ReceiptPush ReadMarksRequest ReadMarksReply
    ReadMark ReadersRequest ReadersReply ReadCount TypingRequest TypingReply TypingPush
    ConversationsRequest ConversationsReply Conversation ConversationSettings ConversationSetRequest
    ConversationSetReply ConversationPush
    UsersRequest UsersReply User FindUsersRequest FindUsersReply ProfileSetRequest ProfileSetReply
    PresenceRequest PresenceReply Presence PresencePush ContactSetRequest ContactSetReply Contact ContactAnswerRequest
    ContactAnswerReply ContactRemoveRequest ContactRemoveReply ContactListRequest ContactListReply ContactPush
    BlockRequest BlockReply BlockListRequest BlockListReply
    GroupCreateRequest GroupCreateReply GroupInviteRequest GroupInviteReply GroupLeaveRequest GroupLeaveReply
    GroupListRequest GroupListReply Group GroupRules GroupMembersRequest GroupMembersReply GroupMuted
    GroupChangeRequest GroupChangeReply GroupRemoveRequest GroupRemoveReply GroupRoleRequest GroupRoleReply
    GroupMuteRequest GroupMuteReply GroupDissolveRequest GroupDissolveReply GroupLinkRequest GroupLinkReply
    GroupJoinRequest GroupJoinReply GroupRequestsRequest GroupRequestsReply GroupRequest GroupAnswerRequest
    GroupAnswerReply GroupRequestPush GroupEvent
}

/// What a body says, as canonical protobuf JSON.
pub(super) fn fields(message: &str, body: &[u8]) -> Value {
    serde_json::to_value(DynamicMessage::decode(described(message), body).unwrap()).unwrap()
}

/// The body that says so.
pub(super) fn body(message: &str, fields: &Value) -> Vec<u8> {
    DynamicMessage::deserialize(described(message), fields).unwrap().encode_to_vec()
}

fn described(message: &str) -> MessageDescriptor {
    descriptors::message(message).unwrap_or_else(|| panic!("the protos have no {message}"))
}

fn readable() -> Vec<Body> {
    load::<Body>(BODIES, "bodies").into_iter().filter(|body| !body.unreadable).collect()
}

#[test]
fn every_body_is_read_and_written_the_same() {
    for Body { name, message, hex, fields: expected, canonical, .. } in readable() {
        let bytes = from_hex(&hex);
        assert_eq!(fields(&message, &bytes), expected, "{message}: {name}");
        let rewritten = rewrite(&message, &bytes).unwrap_or_else(|error| panic!("{message}: {name}: {error}"));
        if canonical {
            assert_eq!(to_hex(&rewritten), hex, "{message}: {name}");
            assert_eq!(to_hex(&body(&message, &expected)), hex, "{message}: {name}");
        } else {
            // Read once more: it must still say the same, less what is unknown.
            assert_eq!(fields(&message, &rewritten), expected, "{message}: {name}");
        }
    }
}

#[test]
fn bytes_that_are_no_message_are_refused() {
    let unreadable: Vec<Body> = load::<Body>(BODIES, "bodies").into_iter().filter(|body| body.unreadable).collect();
    assert!(unreadable.len() > 3);
    for Body { name, message, hex, .. } in unreadable {
        assert!(rewrite(&message, &from_hex(&hex)).is_err(), "{message}: {name}");
    }
}

#[test]
fn every_message_and_every_field_of_the_protos_is_in_a_body() {
    let bodies = readable();
    let shown: BTreeSet<&str> = bodies.iter().map(|body| body.message.as_str()).collect();
    let there: BTreeSet<String> = descriptors::messages().map(|message| message.name().to_owned()).collect();
    assert_eq!(shown, there.iter().map(String::as_str).collect());
    assert_eq!(shown, GENERATED.iter().copied().collect());
    for message in descriptors::messages() {
        for field in message.fields() {
            let mut own = bodies.iter().filter(|body| body.message == message.name());
            let set = own.any(|body| body.fields.get(field.json_name()).is_some());
            assert!(set, "no body has {}", field.full_name());
        }
    }
}

#[test]
fn a_refusal_is_read_out_of_every_reply() {
    let refused = |body: &Body| body.message.ends_with("Reply") && body.fields.get("code").is_some();
    let mut seen = 0;
    for Body { name, message, hex, fields, .. } in readable().into_iter().filter(refused) {
        let refusal = pb::Refusal::decode(&from_hex(&hex)[..]).unwrap();
        assert_eq!(Some(refusal.message.as_str()), fields["message"].as_str(), "{message}: {name}");
        assert_ne!(refusal.code, 0, "{message}: {name}");
        seen += 1;
    }
    assert!(seen > 12, "only {seen} refusals");
}
