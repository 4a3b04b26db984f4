//! Many who change one group at once (G6), through every door.

use std::sync::Arc;
use std::time::Duration;

use longlink::chat::{Asked, Caller, Origin};
use longlink::id::{LinkId, UserId};
use longlink::store::Store;
use longlink::wire::pb::{self, GroupEvent, GroupEventKind as Kind, GroupJoin, GroupRole};
use longlink::wire::{Code, Command, Request};
use prost::Message;
use tokio::time::timeout;

use crate::support::groups::{create, joined_by, members, role, rules};
use crate::support::http::exchange;
use crate::support::{Gate, Peer, World};

/// What happened to the group, in the order of the log.
async fn events(peer: &mut Peer, group: i64) -> Vec<GroupEvent> {
    let request = pb::HistoryRequest { peer: group, before: 0, limit: 1000 };
    let reply: pb::HistoryReply = peer.call(Command::History, &request).await;
    assert!(!reply.more);
    let events = reply.entries.into_iter().rev().map(|entry| GroupEvent::decode(entry.content).unwrap());
    events.collect()
}

// G6: found by looking, since nothing held it before: both saw the same one missing, and brought them in.
#[tokio::test]
async fn nobody_is_brought_in_twice_however_many_invite_them_at_once() {
    let world = World::new().await;
    let mut inviters = Vec::new();
    for number in 0..8 {
        inviters.push(world.logged_in(&format!("inviter {number}")).await);
    }
    let mut others = Vec::new();
    for number in 0..20 {
        others.push(world.user(&format!("other {number}")).await.0);
    }
    let group = create(&mut inviters[0], "1", &[2, 3, 4, 5, 6, 7, 8]).await;
    for inviter in &mut inviters {
        for other in &others {
            inviter.ask(Command::GroupInvite, &pb::GroupInviteRequest { group, members: vec![*other] }).await;
        }
    }
    for inviter in &mut inviters {
        let mut answered = 0;
        while answered < others.len() {
            let heard = inviter.hear().await.unwrap();
            if heard.seq != 0 {
                assert_eq!((heard.cmd, heard.code()), (Command::GroupInvite as u32, Code::Ok));
                answered += 1;
            }
        }
    }
    let mut came: Vec<i64> =
        events(&mut inviters[0], group).await.into_iter().skip(1).flat_map(|it| it.users).collect();
    came.sort_unstable();
    assert_eq!(came, others);
}

// G6, limits.
#[tokio::test]
async fn a_group_is_never_larger_than_it_may_be_however_many_come_at_once() {
    let world = World::with(|plan| plan.chat.group_members_max = 5).await;
    let mut anna = world.logged_in("anna").await;
    let group = create(&mut anna, "1", &[]).await;
    assert_eq!(rules(&mut anna, group, joined_by(GroupJoin::Open)).await, Code::Ok);
    let reply: pb::GroupLinkReply = anna.call(Command::GroupLink, &pb::GroupLinkRequest { group, renew: false }).await;
    let mut asked = Vec::new();
    for number in 0..12 {
        let mut peer = world.logged_in(&format!("user {number}")).await;
        let request = pb::GroupJoinRequest { link: reply.link.clone(), ..Default::default() };
        let seq = peer.ask(Command::GroupJoin, &request).await;
        asked.push((peer, seq));
    }
    let mut came = 0;
    for (mut peer, seq) in asked {
        let code = peer.reply(seq).await.code();
        assert!(matches!(code, Code::Ok | Code::TooLarge), "{code:?}");
        came += usize::from(code == Code::Ok);
    }
    assert_eq!((came, members(&mut anna, group).await.members.len()), (4, 5));
}

// G6: the link of who asks goes before the reply, while the disk is slow. What was in line is written all the same, and
// whoever comes next waits for it, and knows it.
#[tokio::test(start_paused = true)]
async fn who_goes_before_the_reply_leaves_no_room_for_doing_it_twice() {
    let gate = Gate::new();
    let world = World::with(|plan| plan.store = Arc::clone(&gate) as Arc<dyn Store>).await;
    let (mut anna, bob) = (world.piped_in("anna").await, world.user("bob").await.0);
    let group = create(&mut anna, "1", &[]).await;
    gate.shut();
    let chat = world.server.chat();
    let caller = Caller { user: UserId::parse(anna.user).unwrap(), device: "web".into(), link: LinkId::NONE };
    let origin = Origin { address: world.server.tcp().ip().into(), link: LinkId::NONE };
    let invitation = || {
        let request = Request::GroupInvite(pb::GroupInviteRequest { group, members: vec![bob] });
        let Asked::Later(answer) = chat.ask(Some(&caller), origin, request) else { panic!("it has to wait") };
        answer
    };
    // Time stands still as long as there is anything to do: a second is as long as it takes.
    assert!(timeout(Duration::from_secs(1), invitation()).await.is_err());
    let mut second = invitation();
    assert!(timeout(Duration::from_secs(1), &mut second).await.is_err());
    assert_eq!(gate.waiting(), 1);
    gate.open();
    second.await.unwrap();
    assert_eq!(chat.head().get(), 2);
    assert_eq!(members(&mut anna, group).await.members.len(), 2);
}

// C1, G7: the same rules hold for who asks by HTTP, as JSON here.
#[tokio::test]
async fn by_http_it_is_the_same() {
    let world = World::new().await;
    let mut anna = world.logged_in("anna").await;
    let (_, token) = world.user("bob").await;
    let carl = world.user("carl").await.0;
    let group = create(&mut anna, "1", &[2, carl]).await;
    let asked = async |name: &str, body: &str| {
        let head = format!(
            "POST /cgi/{name} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        let answer = exchange(world.server.http(), &[head.as_bytes(), body.as_bytes()].concat()).await;
        serde_json::from_str::<serde_json::Value>(answer.text()).unwrap()
    };
    let refused = asked("group_mute", r#"{"group":"-1","members":["3"],"forMs":"-1"}"#).await;
    assert_eq!(refused["code"], "CODE_NOT_ALLOWED");
    assert_eq!(role(&mut anna, group, &[2], GroupRole::Admin).await, Code::Ok);
    for (name, body) in [
        ("group_mute", r#"{"group":"-1","members":["3"],"forMs":"-1"}"#),
        ("group_change", r#"{"group":"-1","name":"by http","rules":{"join":"GROUP_JOIN_APPROVAL"}}"#),
        ("group_remove", r#"{"group":"-1","members":["3"]}"#),
    ] {
        assert_eq!(asked(name, body).await["code"], "CODE_OK", "{name}");
    }
    let link = asked("group_link", r#"{"group":"-1"}"#).await;
    assert_eq!(link["link"].as_str().map(str::len), Some(22));
    let listed = asked("group_list", "{}").await;
    let shown = &listed["groups"][0];
    assert_eq!((shown["name"].as_str(), shown["role"].as_str()), (Some("by http"), Some("GROUP_ROLE_ADMIN")));
    assert_eq!(shown["rules"]["join"], "GROUP_JOIN_APPROVAL");
    let kinds: Vec<Kind> = events(&mut anna, group).await.iter().map(GroupEvent::kind).collect();
    let expected = [Kind::Created, Kind::AdminsMade, Kind::Muted, Kind::Renamed, Kind::RulesChanged, Kind::Removed];
    assert_eq!(kinds, expected);
}
