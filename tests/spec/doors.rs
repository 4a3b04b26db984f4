//! One story, told by two people over every pair of doors: each hears the same, in the same words and order.

use longlink::wire::pb::{self, ContentType};
use longlink::wire::{Code, Command};
use longlink_client::Connection;
use prost::Message;

use crate::support::http::exchange;
use crate::support::web::Web;
use crate::support::{Peer, World, text_to};

#[derive(Clone, Copy, Debug)]
enum Kind {
    Tcp,
    /// TCP with TLS.
    Tls,
    WebSocket,
    /// A WebSocket over HTTPS.
    Wss,
    /// By HTTP, waiting for what comes.
    LongPoll,
    /// By HTTP, asking for what is there.
    ShortLink,
}

const KINDS: [Kind; 6] = [Kind::Tcp, Kind::Tls, Kind::WebSocket, Kind::Wss, Kind::LongPoll, Kind::ShortLink];

enum Door<'a> {
    Tcp(Peer<Connection>),
    Web { web: Box<Web>, seq: u32, heard: Vec<pb::Entry> },
    Http { world: &'a World, token: String, cursor: i64, wait_ms: u32 },
}

struct Person<'a> {
    door: Door<'a>,
    user: i64,
}

impl<'a> Person<'a> {
    async fn come(world: &'a World, kind: Kind, name: &str) -> Self {
        let (user, token) = world.user(name).await;
        let door = match kind {
            Kind::Tcp => {
                let mut peer = Peer::over(Connection::Plain(world.stranger().await.stream));
                peer.hello(&token, "device", None).await;
                Door::Tcp(peer)
            }
            Kind::Tls => {
                let mut peer = world.encrypted_stranger().await;
                peer.hello(&token, "device", None).await;
                Door::Tcp(peer)
            }
            Kind::WebSocket | Kind::Wss => {
                let mut web = Box::new(match kind {
                    Kind::Wss => Web::encrypted(world).await,
                    Kind::Tcp | Kind::Tls | Kind::WebSocket | Kind::LongPoll | Kind::ShortLink => {
                        Web::connect(world).await
                    }
                });
                let hello = crate::support::hello(&token, "device", None);
                assert_eq!(web.call::<pb::HelloReply>(Command::Hello, 1, &hello).await.code(), Code::Ok);
                Door::Web { web, seq: 1, heard: Vec::new() }
            }
            Kind::LongPoll | Kind::ShortLink => {
                let wait_ms = if matches!(kind, Kind::LongPoll) { 30_000 } else { 0 };
                Door::Http { world, token, cursor: world.server.chat().head().get(), wait_ms }
            }
        };
        Self { door, user }
    }

    async fn ask<R: Message + Default>(&mut self, command: Command, request: &impl Message) -> R {
        match &mut self.door {
            Door::Tcp(peer) => peer.call(command, request).await,
            Door::Web { web, seq, heard } => {
                *seq += 1;
                web.say(command as u32, *seq, &request.encode_to_vec()).await;
                loop {
                    let (_, answers, body) = web.hear().await;
                    if answers == *seq {
                        return R::decode(&body[..]).unwrap();
                    }
                    heard.extend(pb::EntriesPush::decode(&body[..]).unwrap().entries);
                }
            }
            Door::Http { world, token, .. } => {
                let name = command.as_str_name().trim_start_matches("COMMAND_").to_lowercase();
                let body = request.encode_to_vec();
                let head = format!(
                    "POST /cgi/{name} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n",
                    body.len()
                );
                let answer = exchange(world.server.http(), &[head.as_bytes(), &body].concat()).await;
                R::decode(&answer.body[..]).unwrap()
            }
        }
    }

    async fn send(&mut self, to: i64, id: &str, text: &str) -> pb::SendReply {
        self.ask(Command::Send, &text_to(to, id, text)).await
    }

    /// The next `count` entries that are theirs to see, without what they wrote themselves: by HTTP that comes again.
    async fn hear(&mut self, count: usize) -> Vec<pb::Entry> {
        let (mut entries, user) = (Vec::new(), self.user);
        while entries.len() < count {
            let more = match &mut self.door {
                Door::Tcp(peer) => peer.some_entries().await,
                Door::Web { heard, .. } if !heard.is_empty() => std::mem::take(heard),
                Door::Web { web, .. } => pb::EntriesPush::decode(&web.hear().await.2[..]).unwrap().entries,
                Door::Http { cursor, wait_ms, .. } => {
                    let request = pb::SyncRequest { after: *cursor, limit: 0, wait_ms: *wait_ms };
                    let page: pb::SyncReply = self.ask(Command::Sync, &request).await;
                    let Door::Http { cursor, .. } = &mut self.door else { unreachable!("a door stays what it is") };
                    *cursor = page.cursor;
                    page.entries
                }
            };
            entries.extend(
                more.into_iter().filter(|entry| entry.from != user || entry.content_type != ContentType::Text as u32),
            );
        }
        assert_eq!(entries.len(), count);
        entries
    }
}

fn told(listener: &str, entries: Vec<pb::Entry>, story: &mut Vec<String>) {
    for pb::Entry { queue_id, from, to, content_type, content, .. } in entries {
        let what = if content_type == ContentType::GroupEvent as u32 {
            format!("{:?}", pb::GroupEvent::decode(content).unwrap().kind())
        } else {
            String::from_utf8(content.to_vec()).unwrap()
        };
        story.push(format!("{listener} hears {queue_id}: {from} to {to}: {what}"));
    }
}

async fn story(one: Kind, other: Kind) -> Vec<String> {
    let world = World::encrypted(|_| {}).await;
    let mut anna = Person::come(&world, one, "anna").await;
    let mut bob = Person::come(&world, other, "bob").await;
    let mut story = Vec::new();

    let first = anna.send(bob.user, "1", "hi bob").await;
    let again = anna.send(bob.user, "1", "hi bob").await;
    story.push(format!("kept at {}, and again: {} {}", first.queue_id, again.queue_id, again.duplicate));
    told("bob", bob.hear(1).await, &mut story);
    bob.send(anna.user, "1", "hi anna").await;
    told("anna", anna.hear(1).await, &mut story);

    let creation = pb::GroupCreateRequest { name: "tea".into(), members: vec![bob.user], client_msg_id: "2".into() };
    let group = anna.ask::<pb::GroupCreateReply>(Command::GroupCreate, &creation).await.group;
    told("anna", anna.hear(1).await, &mut story);
    told("bob", bob.hear(1).await, &mut story);
    bob.send(group, "2", "in the group").await;
    told("anna", anna.hear(1).await, &mut story);
    anna.send(0, "3", "to everyone").await;
    told("bob", bob.hear(1).await, &mut story);

    let leaving: pb::GroupLeaveReply = bob.ask(Command::GroupLeave, &pb::GroupLeaveRequest { group }).await;
    assert_eq!(leaving.code(), Code::Ok);
    told("anna", anna.hear(1).await, &mut story);
    told("bob", bob.hear(1).await, &mut story);
    anna.send(group, "4", "alone").await;
    story.push(format!("bob may not: {:?}", bob.send(group, "3", "let me in").await.code()));
    anna.send(bob.user, "5", "bye").await;
    told("bob", bob.hear(1).await, &mut story);

    let past = pb::HistoryRequest { peer: anna.user, ..Default::default() };
    let past: pb::HistoryReply = bob.ask(Command::History, &past).await;
    told("bob, looking back,", past.entries, &mut story);
    story
}

#[tokio::test]
async fn every_pair_of_doors_tells_the_same_story() {
    let expected = [
        "kept at 1, and again: 1 true",
        "bob hears 1: 1 to 2: hi bob",
        "anna hears 2: 2 to 1: hi anna",
        "anna hears 3: 1 to -1: Created",
        "bob hears 3: 1 to -1: Created",
        "anna hears 4: 2 to -1: in the group",
        "bob hears 5: 1 to 0: to everyone",
        "anna hears 6: 2 to -1: Left",
        "bob hears 6: 2 to -1: Left",
        "bob may not: NotFound",
        "bob hears 8: 1 to 2: bye",
        "bob, looking back, hears 8: 1 to 2: bye",
        "bob, looking back, hears 2: 2 to 1: hi anna",
        "bob, looking back, hears 1: 1 to 2: hi bob",
    ];
    for one in KINDS {
        for other in KINDS {
            assert_eq!(story(one, other).await, expected, "{one:?} and {other:?}");
        }
    }
}
