use longlink::wire::Request;
use longlink_client::pb;

use crate::support::{ANNA, BOB, Bot, CATS, Server, said};

#[tokio::test]
async fn a_script_sends_its_lines_in_order_and_learns_where_they_are_kept() {
    let mut server = Server::start().await;
    let mut bot = Bot::run(&server, &["chat", "--with", "bob"]);
    for line in ["hello", "", "//slash", "/to #cats", "meow", "/to all", "everyone"] {
        bot.type_line(line).await;
    }
    let (lines, errors, status) = bot.ends().await;
    assert_eq!(status.code(), Some(0), "{errors}");
    let kept: Vec<&String> = lines.iter().filter(|line| line.starts_with("kept")).collect();
    assert_eq!(kept, ["kept 11", "kept 12", "kept 13", "kept 14"]);
    let to: Vec<&String> = lines.iter().filter(|line| line.starts_with("to ")).collect();
    assert_eq!(to, ["to bob", "to #cats", "to all"]);
    for (to, text) in [(BOB, "hello"), (BOB, "/slash"), (CATS, "meow"), (0, "everyone")] {
        let send = server.sent().await;
        assert_eq!((send.to, &send.content[..], send.content_type), (to, text.as_bytes(), 1));
    }
    assert!(matches!(server.asked().await, Request::LogOut(_)), "a device that is not used again is logged out");
}

#[tokio::test]
async fn what_others_say_is_shown_by_name_and_marked_as_read() {
    let mut server = Server::start().await;
    let mut bot = Bot::run(&server, &["chat"]);
    server.push(said(11, BOB, ANNA, "hi")).await;
    assert_eq!(bot.shows().await, "bob: hi");
    let Request::Hello(_) = server.asked().await else { panic!("hello comes first") };
    assert_eq!(server.asked().await, Request::MarkRead(pb::MarkReadRequest { peer: BOB, up_to: 11 }));
    server.push(said(12, BOB, CATS, "meow")).await;
    assert_eq!(bot.shows().await, "#cats bob: meow");
    assert_eq!(server.asked().await, Request::MarkRead(pb::MarkReadRequest { peer: CATS, up_to: 12 }));
    server.push(said(13, ANNA, BOB, "from my phone")).await;
    assert_eq!(bot.shows().await, "you → bob: from my phone");
    server.push(said(14, 99, 0, "who am I?")).await;
    assert_eq!(bot.shows().await, "all user 99: who am I?");
}

#[tokio::test]
async fn what_others_say_cannot_command_the_terminal() {
    let server = Server::start().await;
    let mut bot = Bot::run(&server, &["chat"]);
    server.push(said(11, BOB, ANNA, "\x1b]0;gotcha\x07\x1b[2J\rkept 99\nkept 98")).await;
    assert_eq!(bot.shows().await, "bob: ␛]0;gotcha␇␛[2J␍kept 99⏎kept 98");
}

#[tokio::test]
async fn entries_come_in_order_also_while_names_are_looked_up() {
    let server = Server::start().await;
    let mut bot = Bot::run(&server, &["chat"]);
    for n in 11..61 {
        let from = if n % 2 == 0 { BOB } else { n * 1000 };
        server.push(said(n, from, ANNA, &n.to_string())).await;
    }
    for n in 11..61 {
        assert!(bot.shows().await.ends_with(&format!(": {n}")), "{n}");
    }
}

#[tokio::test]
async fn after_a_cut_the_chat_goes_on_by_itself() {
    let mut server = Server::start().await;
    let mut bot = Bot::run(&server, &["chat", "--with", "bob"]);
    assert_eq!(bot.shows().await, "to bob");
    server.cut().await;
    bot.type_line("still there?").await;
    assert_eq!(bot.shows().await, "kept 11");
    assert_eq!(&server.sent().await.content[..], b"still there?");
    let (_, errors, status) = bot.ends().await;
    assert!(errors.contains("trying again") && errors.contains("connected again"), "{errors}");
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn a_line_to_nobody_fails_and_goes_to_nobody_else() {
    let mut server = Server::start().await;
    let mut bot = Bot::run(&server, &["chat", "--with", "bob"]);
    bot.type_line("/to nobody").await;
    bot.type_line("a secret").await;
    bot.type_line("/frobnicate").await;
    let (_, errors, status) = bot.ends().await;
    assert!(errors.contains("there is no user nobody"), "{errors}");
    assert!(errors.ends_with("bot: 3 of the lines failed\n"), "{errors}");
    assert_eq!(status.code(), Some(1));
    let Request::Hello(_) = server.asked().await else { panic!("hello comes first") };
    assert!(matches!(server.asked().await, Request::LogOut(_)), "nothing was sent in between");
}

#[tokio::test]
async fn a_message_that_is_not_kept_is_told() {
    let server = Server::start().await;
    let mut bot = Bot::run(&server, &["chat", "--with", "bob"]);
    bot.type_line("too much").await;
    let (_, errors, status) = bot.ends().await;
    assert!(errors.contains("not kept: no: too much"), "{errors}");
    assert_eq!(status.code(), Some(1));
}

#[tokio::test]
async fn commands_show_groups_people_and_what_was_said() {
    let mut server = Server::start().await;
    let mut bot = Bot::run(&server, &["chat", "--with", "bob"]);
    assert_eq!(bot.shows().await, "to bob");
    bot.type_line("/history 2").await;
    assert!(bot.shows().await.starts_with("bob: first ("));
    assert!(bot.shows().await.starts_with("bob: second ("));
    bot.type_line("/read").await;
    assert_eq!(bot.shows().await, "bob has read everything");
    bot.type_line("/users bob").await;
    assert_eq!(bot.shows().await, "bob is user 3");
    bot.type_line("/groups").await;
    assert_eq!(bot.shows().await, "#cats (2 people, number -5)");
    bot.type_line("/group new \"two words\" bob").await;
    assert_eq!(bot.shows().await, "to #two words");
    bot.type_line("/who").await;
    assert_eq!(bot.shows().await, "#two words: you, bob");
    bot.type_line("/invite bob").await;
    assert_eq!(bot.shows().await, "done");
    bot.type_line("/leave").await;
    assert_eq!(bot.shows().await, "you left #two words");
    bot.type_line("/quit").await;
    let mut asked = Vec::new();
    while asked.last().is_none_or(|request| !matches!(request, Request::LogOut(_))) {
        asked.push(server.asked().await);
    }
    let create = asked.iter().find_map(|request| {
        let Request::GroupCreate(create) = request else { return None };
        Some((create.name.as_str(), create.members.as_slice()))
    });
    assert_eq!(create, Some(("two words", &[BOB][..])));
    assert!(asked.contains(&Request::GroupInvite(pb::GroupInviteRequest { group: -6, members: vec![BOB] })));
    assert!(asked.contains(&Request::GroupLeave(pb::GroupLeaveRequest { group: -6 })));
}

#[tokio::test]
async fn a_thousand_lines_are_all_kept() {
    let mut server = Server::start().await;
    let mut bot = Bot::run(&server, &["chat", "--with", "bob"]);
    let story = async {
        for n in 0..1000 {
            assert_eq!(server.sent().await.content, n.to_string());
        }
        // Else the server waits for somebody to hear of the end.
        server
    };
    let typing = async {
        for n in 0..1000 {
            bot.type_line(&n.to_string()).await;
        }
        bot.ends().await
    };
    let (_server, (lines, errors, status)) = tokio::join!(story, typing);
    assert_eq!(status.code(), Some(0), "{errors}");
    assert_eq!(lines.iter().filter(|line| line.starts_with("kept")).count(), 1000);
}
