use longlink::wire::{Code, Request};
use longlink_client::pb;
use prost::Message;

use super::{ANNA, BOB, CATS, said};

/// A sensible answer, of a place with anna, bob and the group cats.
pub(super) fn to(request: &Request, head: &mut i64) -> Vec<u8> {
    let refusal = |code: Code| pb::Refusal { code: code.into(), message: "no".into() }.encode_to_vec();
    let users =
        [(ANNA, "anna"), (BOB, "bob")].map(|(id, name)| pb::User { id, name: name.into(), ..Default::default() });
    match request {
        Request::Hello(hello) => match &hello.credential {
            Some(pb::hello_request::Credential::Password(of)) if of.password != "secret" => {
                refusal(Code::WrongCredentials)
            }
            Some(pb::hello_request::Credential::Token(token)) if token != "good" => refusal(Code::BadToken),
            Some(_) | None => {
                let resumed =
                    if hello.resume.is_some() { pb::ResumeOutcome::Continued } else { pb::ResumeOutcome::Live };
                pb::HelloReply {
                    user_id: ANNA,
                    user_name: "anna".into(),
                    epoch: "e".into(),
                    head: *head,
                    resumed: resumed.into(),
                    ..Default::default()
                }
                .encode_to_vec()
            }
        },
        Request::Register(register) if register.name == "bob" => refusal(Code::NameTaken),
        Request::Send(send) if send.content == "too much" => refusal(Code::TooLarge),
        Request::Send(_) => {
            *head += 1;
            pb::SendReply { queue_id: *head, ..Default::default() }.encode_to_vec()
        }
        Request::Users(wanted) => {
            let is_wanted = |user: &pb::User| wanted.ids.contains(&user.id) || wanted.names.contains(&user.name);
            pb::UsersReply { users: users.into_iter().filter(is_wanted).collect(), ..Default::default() }
                .encode_to_vec()
        }
        Request::FindUsers(_) => pb::FindUsersReply { users: users.into(), ..Default::default() }.encode_to_vec(),
        Request::GroupList(_) => pb::GroupListReply { groups: vec![cats()], ..Default::default() }.encode_to_vec(),
        Request::GroupMembers(_) => {
            let muted = vec![pb::GroupMuted { user: BOB, until_ms: -1 }];
            pb::GroupMembersReply { members: users.into(), owner: ANNA, muted, ..Default::default() }.encode_to_vec()
        }
        Request::History(_) => {
            let entries = vec![said(2, BOB, ANNA, "second"), said(1, BOB, ANNA, "first")];
            pb::HistoryReply { entries, ..Default::default() }.encode_to_vec()
        }
        Request::ReadMarks(_) => {
            let marks = vec![pb::ReadMark { reader: BOB, up_to: 9, delivered_up_to: 0 }];
            pb::ReadMarksReply { marks, ..Default::default() }.encode_to_vec()
        }
        Request::ProfileSet(change) => {
            let nickname = change.nickname.clone().unwrap_or_default();
            let user = pb::User { id: ANNA, name: "anna".into(), nickname, bio: "writes".into(), ..Default::default() };
            let presence_hidden = change.presence_hidden.unwrap_or_default();
            pb::ProfileSetReply { user: Some(user), presence_hidden, ..Default::default() }.encode_to_vec()
        }
        Request::Presence(_) => {
            let states = vec![pb::Presence { user: BOB, online: true, ..Default::default() }];
            pb::PresenceReply { states, ..Default::default() }.encode_to_vec()
        }
        Request::ContactSet(request) => {
            let contact = pb::Contact { alias: request.alias.clone(), ..contact(pb::ContactState::Asked) };
            pb::ContactSetReply { contact: Some(contact), ..Default::default() }.encode_to_vec()
        }
        Request::ContactAnswer(_) => {
            let contact = Some(contact(pb::ContactState::Contact));
            pb::ContactAnswerReply { contact, ..Default::default() }.encode_to_vec()
        }
        Request::ContactList(_) => {
            let contacts = vec![pb::Contact { greeting: "it is me".into(), ..contact(pb::ContactState::Asks) }];
            pb::ContactListReply { contacts, ..Default::default() }.encode_to_vec()
        }
        Request::BlockList(_) => {
            let [_, bob] = users;
            pb::BlockListReply { users: vec![bob], ..Default::default() }.encode_to_vec()
        }
        Request::GroupLink(_) => pb::GroupLinkReply { link: "a-link".into(), ..Default::default() }.encode_to_vec(),
        Request::GroupJoin(join) => {
            let joined = join.link == "a-link";
            pb::GroupJoinReply { group: CATS, name: "cats".into(), joined, ..Default::default() }.encode_to_vec()
        }
        Request::GroupRequests(_) => {
            let [_, bob] = users;
            let request = pb::GroupRequest { user: Some(bob), greeting: "let me in".into(), ..Default::default() };
            pb::GroupRequestsReply { requests: vec![request], ..Default::default() }.encode_to_vec()
        }
        Request::Readers(wanted) => {
            let count = |queue_id: &i64| pb::ReadCount { queue_id: *queue_id, read: 1, members: 1 };
            let counts = wanted.queue_ids.iter().map(count).collect();
            pb::ReadersReply { counts, readers: vec![BOB], ..Default::default() }.encode_to_vec()
        }
        Request::Recall(_) => {
            *head += 1;
            pb::RecallReply { queue_id: *head, ..Default::default() }.encode_to_vec()
        }
        Request::Edit(edit) if edit.content == "too late" => refusal(Code::TooLate),
        Request::Edit(_) => {
            *head += 1;
            pb::EditReply { queue_id: *head, ..Default::default() }.encode_to_vec()
        }
        Request::Conversations(_) => {
            let conversations = vec![
                pb::Conversation {
                    peer: CATS,
                    unread: 2,
                    mentions: 1,
                    last: Some(said(9, BOB, CATS, "meow")),
                    settings: Some(pb::ConversationSettings { pinned: true, muted: false }),
                    who: Some(pb::conversation::Who::Group(cats())),
                    ..Default::default()
                },
                pb::Conversation { peer: BOB, last: Some(said(2, BOB, ANNA, "second")), ..Default::default() },
            ];
            pb::ConversationsReply { conversations, ..Default::default() }.encode_to_vec()
        }
        Request::GroupCreate(_) => pb::GroupCreateReply { group: -6, ..Default::default() }.encode_to_vec(),
        Request::Register(_)
        | Request::LogOut(_)
        | Request::Sync(_)
        | Request::MarkRead(_)
        | Request::Typing(_)
        | Request::GroupInvite(_)
        | Request::GroupLeave(_)
        | Request::ChangePassword(_)
        | Request::DeleteAccount(_)
        | Request::ContactRemove(_)
        | Request::Block(_)
        | Request::GroupChange(_)
        | Request::GroupRemove(_)
        | Request::GroupRole(_)
        | Request::GroupMute(_)
        | Request::GroupDissolve(_)
        | Request::GroupAnswer(_)
        | Request::MarkDelivered(_)
        | Request::ConversationSet(_)
        | Request::MarsSample(_) => Vec::new(),
    }
}

fn cats() -> pb::Group {
    let rules = pb::GroupRules { join: pb::GroupJoin::Approval.into(), ..Default::default() };
    pb::Group { id: CATS, name: "cats".into(), owner: ANNA, member_count: 2, rules: Some(rules), ..Default::default() }
}

fn contact(state: pb::ContactState) -> pb::Contact {
    let user = pb::User { id: BOB, name: "bob".into(), ..Default::default() };
    pb::Contact { user: Some(user), state: state.into(), ..Default::default() }
}
