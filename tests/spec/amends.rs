//! Answering, mentioning, taking back and changing (E17 to E23).

use longlink::wire::pb::{self, ContentType};
use longlink::wire::{Code, Command};
use prost::Message;

use crate::support::peer::Wire;
use crate::support::{Peer, World, pass, text_to};

pub(super) async fn recall<S: Wire>(who: &mut Peer<S>, peer: i64, queue_id: i64, id: &str) -> pb::RecallReply {
    who.call(Command::Recall, &pb::RecallRequest { peer, queue_id, client_msg_id: id.into() }).await
}

pub(super) async fn edit<S: Wire>(who: &mut Peer<S>, peer: i64, queue_id: i64, id: &str, text: &str) -> pb::EditReply {
    let content = text.as_bytes().to_vec().into();
    let content_type = ContentType::Text as u32;
    who.call(Command::Edit, &pb::EditRequest { peer, queue_id, client_msg_id: id.into(), content_type, content }).await
}

pub(super) async fn group_of<S: Wire>(owner: &mut Peer<S>, members: &[i64]) -> i64 {
    let request =
        pb::GroupCreateRequest { name: "us".into(), members: members.to_vec(), client_msg_id: "the group".into() };
    owner.call::<pb::GroupCreateReply>(Command::GroupCreate, &request).await.group
}

async fn history<S: Wire>(who: &mut Peer<S>, peer: i64) -> Vec<pb::Entry> {
    let request = pb::HistoryRequest { peer, ..Default::default() };
    who.call::<pb::HistoryReply>(Command::History, &request).await.entries
}

/// Place, text, and what changed it, of each entry; the newest first.
async fn shown<S: Wire>(who: &mut Peer<S>, peer: i64) -> Vec<(i64, String, i64)> {
    let entries = history(who, peer).await.into_iter();
    let text = |entry: pb::Entry| match entry.content_type {
        101 => format!("({} bytes taken back)", entry.content.len()),
        _ => String::from_utf8(entry.content.to_vec()).unwrap(),
    };
    entries.map(|entry| (entry.queue_id, text(entry.clone()), entry.changed_by)).collect()
}

fn row(queue_id: i64, text: &str, changed_by: i64) -> (i64, String, i64) {
    (queue_id, text.to_owned(), changed_by)
}

// E19, E21, E22.
#[tokio::test]
async fn what_was_taken_back_or_changed_is_told_as_an_entry_and_shown_as_it_is_now() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    for (id, text) in [("1", "one"), ("2", "two"), ("3", "three")] {
        anna.send(bob.user, id, text).await;
    }
    bob.entries(3).await;
    assert_eq!(recall(&mut anna, 2, 1, "r").await.queue_id, 4);
    assert_eq!(edit(&mut anna, 2, 2, "e", "two!").await.queue_id, 5);
    assert_eq!(edit(&mut anna, 2, 2, "f", "two!!").await.queue_id, 6);

    // What happened, to both sides and on the asker's own link too.
    for peer in [&mut anna, &mut bob] {
        let told = peer.entries(3).await;
        assert!(told.iter().all(|entry| (entry.from, entry.to) == (1, 2) && entry.changed_by == 0));
        assert_eq!(told.iter().map(|entry| entry.content_type).collect::<Vec<_>>(), [101, 102, 102]);
        assert_eq!(pb::Recall::decode(told[0].content.clone()).unwrap(), pb::Recall { queue_id: 1 });
        let change = pb::Edit::decode(told[2].content.clone()).unwrap();
        assert_eq!((change.queue_id, change.content_type, &change.content[..]), (2, 1, &b"two!!"[..]));
    }
    // What it is now.
    let now = [row(3, "three", 0), row(2, "two!!", 6), row(1, "(0 bytes taken back)", 4)];
    assert_eq!(shown(&mut anna, 2).await, now);
    assert_eq!(shown(&mut bob, 1).await, now);
    // The log is as it was: who reads it again sees it happen again.
    let sync: pb::SyncReply = bob.call(Command::Sync, &pb::SyncRequest::default()).await;
    assert_eq!(sync.entries.iter().map(|entry| entry.content_type).collect::<Vec<_>>(), [1, 1, 1, 101, 102, 102]);
    assert_eq!(&sync.entries[0].content[..], b"one");
}

// E20.
#[tokio::test]
async fn a_retry_of_a_recall_or_an_edit_finds_the_first_one() {
    let world = World::new().await;
    let (mut anna, bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    for (id, text) in [("1", "one"), ("2", "two")] {
        anna.send(bob.user, id, text).await;
    }
    for _ in 0..2 {
        assert_eq!(edit(&mut anna, 2, 1, "e", "one!").await.queue_id, 3);
        assert_eq!(recall(&mut anna, 2, 2, "r").await.queue_id, 4);
    }
    // Taken back once is taken back, whatever the retry is called.
    assert_eq!(recall(&mut anna, 2, 2, "another").await.queue_id, 4);
    // The name of something else is refused, and so is a name that is none.
    for (id, queue_id) in [("e", 2), ("r", 1), ("1", 1), ("", 1)] {
        assert_eq!(recall(&mut anna, 2, queue_id, id).await.code(), Code::BadRequest, "{id:?}");
        assert_eq!(edit(&mut anna, 2, queue_id, id, "x").await.code(), Code::BadRequest, "{id:?}");
    }
    assert_eq!(world.server.chat().head().get(), 4);
}

// E19, E21.
#[tokio::test(start_paused = true)]
async fn it_is_ones_own_and_in_time_or_refused() {
    let world = World::with(|plan| (plan.chat.recall_within_s, plan.chat.edit_within_s) = (60, 300)).await;
    let (mut anna, mut bob) = (world.piped_in("anna").await, world.piped_in("bob").await);
    let mut eve = world.piped_in("eve").await;
    anna.send(2, "1", "one").await;
    anna.send(2, "2", "two").await;
    pass(60_000).await;
    assert_eq!(recall(&mut anna, 2, 1, "r1").await.code(), Code::Ok);
    assert_eq!(edit(&mut anna, 2, 1, "e", "not any more").await.code(), Code::NotAllowed);
    pass(1).await;
    assert_eq!(recall(&mut anna, 2, 2, "r2").await.code(), Code::TooLate);
    // A retry of what was in time is answered as what it is.
    assert_eq!(recall(&mut anna, 2, 1, "r1").await.queue_id, 3);
    pass(239_999).await;
    assert_eq!(edit(&mut anna, 2, 2, "e2", "two!").await.code(), Code::Ok);
    pass(1).await;
    assert_eq!(edit(&mut anna, 2, 2, "e3", "two!!").await.code(), Code::TooLate);

    bob.send(1, "b", "from bob").await;
    // Another's; what is no message; what is not in this conversation; what is nowhere; what nobody is.
    for (peer, queue_id, code) in [
        (2, 5, Code::NotAllowed),
        (2, 3, Code::NotAllowed),
        (3, 1, Code::NotFound),
        (0, 1, Code::NotFound),
        (2, 6, Code::NotFound),
        (2, 0, Code::NotFound),
        (2, -1, Code::NotFound),
        (99, 1, Code::NotFound),
        (-99, 1, Code::NotFound),
        (i64::MIN, 1, Code::BadRequest),
    ] {
        assert_eq!(recall(&mut anna, peer, queue_id, "x").await.code(), code, "{peer} {queue_id}");
        assert_eq!(edit(&mut anna, peer, queue_id, "x", "x").await.code(), code, "{peer} {queue_id}");
    }
    for peer in [1, 2] {
        assert_eq!(recall(&mut eve, peer, 2, "x").await.code(), Code::NotFound);
    }
    let server_type =
        pb::EditRequest { peer: 2, queue_id: 2, client_msg_id: "x".into(), content_type: 101, ..Default::default() };
    assert_eq!(anna.code(Command::Edit, &server_type).await, Code::NotAllowed);
    let not_text = pb::EditRequest { content_type: 1, content: vec![255].into(), ..server_type };
    assert_eq!(anna.code(Command::Edit, &not_text).await, Code::BadRequest);
}

// E21.
#[tokio::test]
async fn an_entry_is_changed_fifty_times_at_most() {
    let world = World::new().await;
    let mut anna = world.logged_in("anna").await;
    anna.send(1, "1", "to myself").await;
    for count in 0..50 {
        assert_eq!(edit(&mut anna, 1, 1, &format!("e{count}"), &count.to_string()).await.code(), Code::Ok);
    }
    assert_eq!(edit(&mut anna, 1, 1, "e50", "50").await.code(), Code::NotAllowed);
    assert_eq!(shown(&mut anna, 1).await, [row(1, "49", 51)]);
    assert_eq!(recall(&mut anna, 1, 1, "r").await.code(), Code::Ok);
}

// E19, E22, G2.
#[tokio::test(start_paused = true)]
async fn in_a_group_who_has_a_say_takes_back_what_others_wrote_and_who_left_sees_no_later_edit() {
    let world = World::with(|plan| plan.chat.edit_within_s = 300).await;
    let (mut anna, mut bob, mut eve) =
        (world.piped_in("anna").await, world.piped_in("bob").await, world.piped_in("eve").await);
    let group = group_of(&mut anna, &[2, 3]).await;
    bob.send(group, "1", "one").await;
    bob.send(group, "2", "two").await;
    assert_eq!(recall(&mut eve, group, 2, "x").await.code(), Code::NotAllowed);
    assert_eq!(edit(&mut anna, group, 2, "x", "x").await.code(), Code::NotAllowed, "nobody puts words into a mouth");
    assert_eq!(recall(&mut anna, group, 1, "x").await.code(), Code::NotAllowed, "what tells of a group was not said");
    assert_eq!(eve.code(Command::GroupLeave, &pb::GroupLeaveRequest { group }).await, Code::Ok);
    // As long after as it may be.
    pass(300_000).await;
    assert_eq!(edit(&mut bob, group, 3, "e", "two!").await.queue_id, 5);
    pass(500_000).await;
    assert_eq!(recall(&mut anna, group, 2, "r").await.queue_id, 6);
    let taken_back = row(2, "(0 bytes taken back)", 6);
    let texts =
        |rows: Vec<(i64, String, i64)>| rows.into_iter().filter(|row| [2, 3].contains(&row.0)).collect::<Vec<_>>();
    assert_eq!(texts(shown_in(&mut bob, group).await), [row(3, "two!", 5), taken_back.clone()]);
    assert_eq!(texts(shown_in(&mut eve, group).await), [row(3, "two", 0), taken_back]);
    assert_eq!(recall(&mut eve, group, 3, "x").await.code(), Code::NotFound);
}

/// The same as `shown`, of a group, in which not all is text.
async fn shown_in<S: Wire>(who: &mut Peer<S>, group: i64) -> Vec<(i64, String, i64)> {
    let entries = history(who, group).await.into_iter();
    let text = |entry: &pb::Entry| match entry.content_type {
        101 => format!("({} bytes taken back)", entry.content.len()),
        _ => String::from_utf8_lossy(&entry.content).into_owned(),
    };
    entries.map(|entry| (entry.queue_id, text(&entry), entry.changed_by)).collect()
}

// E15, E22: a page is as long as what it shows.
#[tokio::test]
async fn a_page_of_changed_entries_is_no_longer_than_a_page() {
    let world = World::with(|plan| plan.chat.page_bytes = 4_096).await;
    let mut anna = world.logged_in("anna").await;
    for id in 1..=6 {
        anna.send(1, &id.to_string(), "short").await;
        assert_eq!(edit(&mut anna, 1, 2 * id - 1, &format!("e{id}"), &"long".repeat(400)).await.code(), Code::Ok);
    }
    let (mut places, mut before) = (Vec::new(), 0);
    loop {
        let request = pb::HistoryRequest { peer: 1, before, limit: 0 };
        let page: pb::HistoryReply = anna.call(Command::History, &request).await;
        assert!(page.encoded_len() < 4_300, "{} bytes", page.encoded_len());
        before = page.entries.last().unwrap().queue_id;
        places.extend(page.entries.iter().map(|entry| entry.queue_id));
        if !page.more {
            break;
        }
    }
    assert_eq!(places, [11, 9, 7, 5, 3, 1]);
}

// E17.
#[tokio::test]
async fn an_answer_is_to_an_entry_of_the_same_conversation_that_its_writer_sees() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let mut eve = world.logged_in("eve").await;
    anna.send(2, "1", "one").await;
    let group = group_of(&mut anna, &[2]).await;
    bob.send(group, "2", "in the group").await;
    eve.send(0, "3", "to all").await;
    let invite = pb::GroupInviteRequest { group, members: vec![3] };
    assert_eq!(anna.code(Command::GroupInvite, &invite).await, Code::Ok);
    let answer = |to: i64, id: &str, reply_to: i64| pb::SendRequest { reply_to, ..text_to(to, id, "so it is") };
    for (to, reply_to, code) in [
        (1, 1, Code::Ok),
        (group, 3, Code::Ok),
        (0, 4, Code::Ok),
        (1, 3, Code::NotFound),
        (group, 1, Code::NotFound),
        (2, 1, Code::NotFound),
        (1, 99, Code::NotFound),
        (1, -1, Code::BadRequest),
        (group, 2, Code::NotAllowed),
    ] {
        assert_eq!(
            bob.code(Command::Send, &answer(to, &format!("{to} {reply_to}"), reply_to)).await,
            code,
            "{to} {reply_to}"
        );
    }
    // What was said before she came is not hers to answer, nor what others said to one another.
    assert_eq!(eve.code(Command::Send, &answer(group, "x", 3)).await, Code::NotFound);
    assert_eq!(eve.code(Command::Send, &answer(1, "x", 1)).await, Code::NotFound);
    // What was taken back may be answered: it is there, and says nothing.
    assert_eq!(recall(&mut anna, 2, 1, "r").await.code(), Code::Ok);
    assert_eq!(bob.code(Command::Send, &answer(1, "y", 1)).await, Code::Ok);
    let answers = history(&mut anna, 2).await;
    assert_eq!(answers.iter().map(|entry| entry.reply_to).collect::<Vec<_>>(), [1, 1, 0]);
}

// E18.
#[tokio::test]
async fn mentions_are_users_or_all_of_a_group() {
    let world = World::new().await;
    let (mut anna, mut bob) = (world.logged_in("anna").await, world.logged_in("bob").await);
    let group = group_of(&mut anna, &[2]).await;
    let request = |to: i64, mentions: &[i64]| pb::SendRequest {
        mentions: mentions.to_vec(),
        ..text_to(to, &format!("{to} {} {:?}", mentions.len(), mentions.first()), "hear me")
    };
    let hundred: Vec<i64> = (1..=100).collect();
    for (to, mentions, code) in [
        (group, &[0][..], Code::Ok),
        (group, &[2, 99], Code::Ok),
        (group, &hundred, Code::Ok),
        (2, &[2], Code::Ok),
        (group, &[-1], Code::BadRequest),
        (2, &[0], Code::BadRequest),
        (0, &[0], Code::BadRequest),
    ] {
        assert_eq!(anna.code(Command::Send, &request(to, mentions)).await, code, "{to} {mentions:?}");
    }
    let more: Vec<i64> = (1..=101).collect();
    assert_eq!(anna.code(Command::Send, &request(group, &more)).await, Code::TooLarge);
    assert_eq!(bob.code(Command::Send, &request(group, &[0])).await, Code::NotAllowed, "all takes a permission");
    let told: Vec<Vec<i64>> = bob.entries(5).await.into_iter().map(|entry| entry.mentions).collect();
    assert_eq!(told[1..3], [vec![0], vec![2, 99]]);
}
