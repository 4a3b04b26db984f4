use longlink::wire::{Command, Request};
use longlink_client::pb;

use crate::support::{BOB, Bot, CATS, Server};

/// All that is asked until the login is ended.
async fn all_asked(server: &mut Server) -> Vec<Request> {
    let mut asked = Vec::new();
    while asked.last().is_none_or(|request| !matches!(request, Request::LogOut(_))) {
        asked.push(server.asked().await);
    }
    asked
}

#[tokio::test]
async fn contacts_are_asked_accepted_and_named() {
    let mut server = Server::start().await;
    let mut bot = Bot::run(&server, &["chat"]);
    bot.type_line("/contacts").await;
    assert_eq!(bot.shows().await, "bob asks to be a contact: it is me");
    bot.type_line("/contact accept bob").await;
    assert_eq!(bot.shows().await, "bob is a contact of yours");
    bot.type_line("/contact call bob Bobby met in Rome").await;
    assert_eq!(bot.shows().await, "bob (Bobby) has not answered yet whether to be a contact");
    bot.type_line("/contact remove bob").await;
    assert_eq!(bot.shows().await, "bob is no contact of yours any more");
    bot.type_line("/online").await;
    assert_eq!(bot.shows().await, "bob is online");
    bot.type_line("/block bob").await;
    assert_eq!(bot.shows().await, "nothing passes between you and bob");
    bot.type_line("/blocked").await;
    assert_eq!(bot.shows().await, "bob");
    bot.type_line("/unblock bob").await;
    assert_eq!(bot.shows().await, "messages pass again between you and bob");
    bot.type_line("/quit").await;
    let asked = all_asked(&mut server).await;
    for request in [
        Request::ContactAnswer(pb::ContactAnswerRequest { user: BOB, accept: true }),
        Request::ContactSet(pb::ContactSetRequest {
            user: BOB,
            alias: "Bobby".into(),
            remark: "met in Rome".into(),
            greeting: String::new(),
        }),
        Request::ContactRemove(pb::ContactRemoveRequest { user: BOB }),
        Request::Block(pb::BlockRequest { user: BOB, blocked: true }),
        Request::Block(pb::BlockRequest { user: BOB, blocked: false }),
    ] {
        assert!(asked.contains(&request), "{request:?}");
    }
}

#[tokio::test]
async fn whoever_asks_is_announced_apart_from_what_people_say() {
    let mut server = Server::start().await;
    let bot = Bot::run(&server, &["chat"]);
    let user = pb::User { id: 9, name: "eve\x1b[2J".into(), ..Default::default() };
    let asks = pb::ContactState::Asks.into();
    let contact =
        pb::Contact { user: Some(user.clone()), state: asks, greeting: "hi\nyou".into(), ..Default::default() };
    let Request::Hello(_) = server.asked().await else { panic!("hello comes first") };
    server.tell(Command::PushContact, pb::ContactPush { contact: Some(contact) }).await;
    let request = pb::GroupRequest { user: Some(user), greeting: "let me in".into(), ..Default::default() };
    server.tell(Command::PushGroupRequest, pb::GroupRequestPush { group: CATS, request: Some(request) }).await;
    server.push(crate::support::said(11, BOB, 7, "the end")).await;
    // What was pushed before it was shown before it.
    let mut bot = bot;
    assert_eq!(bot.shows().await, "bob: the end");
    let (lines, errors, _) = bot.ends().await;
    assert_eq!(lines, Vec::<String>::new());
    assert!(errors.contains("eve␛[2J asks to be a contact: hi⏎you\n"), "{errors}");
    assert!(errors.contains("#-5: eve␛[2J asks to join: let me in\n"), "{errors}");
}

#[tokio::test]
async fn the_own_profile_is_shown_and_changed() {
    let mut server = Server::start().await;
    let mut bot = Bot::run(&server, &["chat"]);
    bot.type_line("/profile nickname Anna B").await;
    assert_eq!(bot.shows().await, "anna is user 7");
    assert_eq!(bot.shows().await, "nickname: Anna B");
    assert_eq!(bot.shows().await, "bio: writes");
    bot.type_line("/profile presence hidden").await;
    assert_eq!(bot.shows().await, "anna is user 7");
    assert_eq!(bot.shows().await, "bio: writes");
    assert_eq!(bot.shows().await, "nobody sees when you are online");
    bot.type_line("/profile bob").await;
    assert_eq!(bot.shows().await, "bob is user 3");
    bot.type_line("/quit").await;
    let nickname = pb::ProfileSetRequest { nickname: Some("Anna B".into()), ..Default::default() };
    assert!(all_asked(&mut server).await.contains(&Request::ProfileSet(nickname)));
}

#[tokio::test]
async fn a_group_is_managed_in_words() {
    let mut server = Server::start().await;
    let mut bot = Bot::run(&server, &["chat", "--with", "#cats"]);
    assert_eq!(bot.shows().await, "to #cats");
    bot.type_line("/group").await;
    for line in [
        "#cats, number -5, 2 members",
        "owner: you",
        "muted: bob",
        "joining: approval, inviting: members, writing: members, mentioning all: admins",
    ] {
        assert_eq!(bot.shows().await, line);
    }
    for (line, shown) in [
        ("/group name dogs", "done"),
        ("/group writing admins", "done"),
        ("/admin bob", "done"),
        ("/owner bob", "done"),
        ("/mute 10m bob", "done"),
        ("/unmute bob", "done"),
        ("/remove bob", "done"),
        ("/link", "a-link"),
        ("/requests", "bob asks to join: let me in"),
        ("/accept bob", "done"),
        ("/join a-link", "to #cats"),
        ("/join another-link hello there", "the admins of #cats were asked to let you in"),
        ("/group end", "you ended #cats"),
    ] {
        bot.type_line(line).await;
        assert_eq!(bot.shows().await, shown, "{line}");
    }
    bot.type_line("/quit").await;
    let asked = all_asked(&mut server).await;
    let rules = pb::GroupRules { join: pb::GroupJoin::Approval.into(), only_admins_write: true, ..Default::default() };
    let role = |role: pb::GroupRole| pb::GroupRoleRequest { group: CATS, members: vec![BOB], role: role.into() };
    for request in [
        Request::GroupChange(pb::GroupChangeRequest { group: CATS, name: Some("dogs".into()), ..Default::default() }),
        Request::GroupChange(pb::GroupChangeRequest { group: CATS, rules: Some(rules), ..Default::default() }),
        Request::GroupRole(role(pb::GroupRole::Admin)),
        Request::GroupRole(role(pb::GroupRole::Owner)),
        Request::GroupMute(pb::GroupMuteRequest { group: CATS, members: vec![BOB], for_ms: 600_000 }),
        Request::GroupMute(pb::GroupMuteRequest { group: CATS, members: vec![BOB], for_ms: 0 }),
        Request::GroupRemove(pb::GroupRemoveRequest { group: CATS, members: vec![BOB] }),
        Request::GroupAnswer(pb::GroupAnswerRequest { group: CATS, user: BOB, accept: true }),
        Request::GroupJoin(pb::GroupJoinRequest { link: "another-link".into(), greeting: "hello there".into() }),
        Request::GroupDissolve(pb::GroupDissolveRequest { group: CATS }),
    ] {
        assert!(asked.contains(&request), "{request:?}");
    }
}
