//! What the list of conversations costs somebody who has many: the first page, which also counts what is unread in all of
//! them, and one from the middle. Asked of the chat itself, over the embedded engine.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

use futures_util::future::join_all;
use longlink::auth::password::Passwords;
use longlink::chat::{Asked, Caller, Chat, Origin, Parts};
use longlink::clock::Clock;
use longlink::config::{Config, Flags};
use longlink::id::{LinkId, Peer, UserId};
use longlink::plan::{chat_settings, open_data, password_settings};
use longlink::store::{Change, Expect, Keep, NewEntry};
use longlink::wire::{Request, pb};
use prost::Message;
use tokio::runtime::Runtime;
use tokio::time::Instant;

use crate::load::{LOG, Random};

const CHUNK: usize = 1_000;
const ASKED: usize = 50;

/// Somebody with `conversations` conversations, of four entries each, and as many entries again that others wrote to one
/// another.
pub(crate) fn measure(dir: &Path, conversations: usize) {
    let runtime = Runtime::new().expect("a runtime");
    let config = Config::from_text(None, &Flags { data_dir: Some(dir.join("talks")), ..Flags::default() });
    let config = config.expect("the defaults are in order");
    let chat = open(&config);
    runtime.block_on(fill(&chat, conversations));
    close(chat);

    for (what, is_read) in [("one unread in each", false), ("all read", true)] {
        let chat = open(&config);
        if is_read {
            runtime.block_on(read_all(&chat, conversations));
        }
        let (first, first_bytes, middle) = runtime.block_on(ask(&chat.0, 0));
        let (later, later_bytes, _) = runtime.block_on(ask(&chat.0, middle));
        let again = |before| (0..ASKED).map(|_| runtime.block_on(ask(&chat.0, before)).0).collect::<Vec<f64>>();
        let (warm_first, warm_later) = (crate::median(again(0)), crate::median(again(middle)));
        println!(
            "{conversations} conversations, {what}: first page {first:.1} ms ({first_bytes} bytes) and then \
             {warm_first:.1} ms, a later one {later:.1} ms ({later_bytes} bytes) and then {warm_later:.1} ms"
        );
        close(chat);
    }
}

struct Open(Arc<Chat>, Arc<dyn longlink::store::Store>);

fn open(config: &Config) -> Open {
    let data = open_data(config).expect("the folder is ours");
    let store = Arc::clone(&data.store);
    let parts = Parts {
        router: Arc::default(),
        metrics: Arc::default(),
        passwords: Passwords::new(password_settings(&config.accounts)).expect("a hash"),
        tokens: Arc::new(data.tokens),
        uploads: data.uploads,
        audit: data.audit,
        clock: Clock::new(),
    };
    Open(Chat::new(data.store, parts, chat_settings(config)), store)
}

fn close(Open(chat, store): Open) {
    drop(chat);
    store.close();
}

async fn fill(Open(_, store): &Open, conversations: usize) {
    // As the chat keeps them, but many in one change: one by one, each would wait for the disk.
    for numbers in (1..=conversations as i64 + 1).collect::<Vec<_>>().chunks(CHUNK) {
        let account = |number: &i64| Change {
            key: [b"account/", &number.to_be_bytes()[..]].concat(),
            value: Some(format!(r#"{{"id":{number},"name":"user {number}"}}"#).into_bytes()),
            expect: Expect::Absent,
        };
        store.change(numbers.iter().map(account).collect(), Keep::Durable).await.expect("accounts");
    }
    let mut random = Random(7);
    let users = conversations as u64 + 1;
    for round in 0..4 {
        let others: Vec<u64> = (2..=users).collect();
        for chunk in others.chunks(CHUNK) {
            let mut new = Vec::new();
            for other in chunk {
                // The last is theirs, and unread.
                let (from, to) = if round % 2 == 0 { (1, *other) } else { (*other, 1) };
                new.push(message(from, to, &mut random));
                let (one, two) = (2 + random.below(users - 1), 2 + random.below(users - 1));
                new.push(message(one, two, &mut random));
            }
            let appended = join_all(new.into_iter().map(|new| store.append(LOG, new))).await;
            assert!(appended.iter().all(Result::is_ok));
        }
    }
}

async fn read_all(Open(chat, store): &Open, conversations: usize) {
    let up_to = store.head(LOG).get();
    for peers in (2..=conversations as i64 + 1).collect::<Vec<_>>().chunks(CHUNK) {
        let marks = peers.iter().map(|peer| asked(chat, Request::MarkRead(pb::MarkReadRequest { peer: *peer, up_to })));
        join_all(marks).await;
    }
}

/// How long a page takes, in milliseconds, how long it is, and where the middle of the list is.
async fn ask(chat: &Arc<Chat>, before: i64) -> (f64, usize, i64) {
    let begun = Instant::now();
    let body = asked(chat, Request::Conversations(pb::ConversationsRequest { before, limit: 0 })).await;
    let took = begun.elapsed().as_secs_f64() * 1e3;
    let reply = pb::ConversationsReply::decode(&body[..]).expect("a reply");
    assert_eq!((reply.conversations.len(), reply.more), (50, true));
    // The last round begins before three quarters of what there is.
    (took, body.len(), reply.next - 10_000.min(reply.next / 8))
}

async fn asked(chat: &Arc<Chat>, request: Request) -> bytes::Bytes {
    let caller = Caller { user: user(1), device: "bench".into(), link: LinkId::NONE };
    let origin = Origin { address: IpAddr::V4(Ipv4Addr::LOCALHOST).into(), link: LinkId::NONE };
    match chat.ask(Some(&caller), origin, request) {
        Asked::Done(answer) => answer,
        Asked::Later(answer) => answer.await,
    }
    .expect("an answer")
}

fn message(from: u64, to: u64, random: &mut Random) -> NewEntry {
    NewEntry {
        from: user(from),
        to: Peer::User(user(to)),
        client_msg_id: format!("{:016x}{:016x}", random.next(), random.next()),
        content_type: pb::ContentType::Text as u32,
        content: bytes::Bytes::from_static(b"a message of a usual length, as people write them"),
        reply_to: 0,
        mentions: Vec::new(),
        sent_at_ms: 1_700_000_000_000,
        origin: 0,
    }
}

fn user(number: u64) -> UserId {
    UserId::parse(number.cast_signed()).expect("greater than 0")
}
