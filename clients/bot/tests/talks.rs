use longlink::wire::{Command, Request};
use longlink_client::pb;
use prost::Message;

use crate::support::{ANNA, BOB, Bot, CATS, Server, said};

/// The next request after the login.
async fn asked(server: &mut Server) -> Request {
    loop {
        let request = server.asked().await;
        if !matches!(request, Request::Hello(_) | Request::MarkRead(_) | Request::Typing(_)) {
            return request;
        }
    }
}

#[tokio::test]
async fn conversations_are_listed_with_what_is_unread_and_who_is_meant() {
    let server = Server::start().await;
    let mut bot = Bot::run(&server, &["chat"]);
    bot.type_line("/chats").await;
    let cats = bot.shows().await;
    assert!(cats.starts_with("#cats (2 unread, 1 mention you, pinned): bob: meow ("), "{cats}");
    let bob = bot.shows().await;
    assert!(bob.starts_with("bob: bob: second ("), "{bob}");
}

#[tokio::test]
async fn the_last_message_is_answered_and_the_own_one_changed_and_taken_back() {
    let mut server = Server::start().await;
    let mut bot = Bot::run(&server, &["chat", "--with", "bob"]);
    assert_eq!(bot.shows().await, "to bob");
    server.push(said(11, BOB, ANNA, "shall we?")).await;
    assert_eq!(bot.shows().await, "bob: shall we?");
    bot.type_line("/reply last yes, we shall").await;
    let Request::Send(answer) = asked(&mut server).await else { panic!("no send") };
    assert_eq!((answer.to, answer.reply_to, &answer.content[..]), (BOB, 11, &b"yes, we shall"[..]));
    let kept: i64 = bot.shows().await.strip_prefix("kept ").unwrap().parse().unwrap();
    bot.type_line("/edit last no").await;
    let Request::Edit(edit) = asked(&mut server).await else { panic!("no edit") };
    assert_eq!((edit.peer, edit.queue_id, &edit.content[..]), (BOB, kept, &b"no"[..]));
    assert_eq!(bot.shows().await, format!("changed {kept}"));
    bot.type_line(&format!("/recall {kept}")).await;
    let Request::Recall(recall) = asked(&mut server).await else { panic!("no recall") };
    assert_eq!((recall.peer, recall.queue_id), (BOB, kept));
    assert_eq!(bot.shows().await, format!("took back {kept}"));
    bot.type_line("/recall last").await;
    bot.type_line("/edit 1 too late").await;
    let (_, errors, status) = bot.ends().await;
    assert!(errors.contains("there is no such message on the screen"), "{errors}");
    assert!(errors.ends_with("no\nbot: 2 of the lines failed\n"), "{errors}");
    assert_eq!(status.code(), Some(1));
}

#[tokio::test]
async fn what_others_change_and_take_back_is_told() {
    let server = Server::start().await;
    let mut bot = Bot::run(&server, &["chat"]);
    server.push(said(11, BOB, CATS, "meow")).await;
    assert_eq!(bot.shows().await, "#cats bob: meow");
    let written = |queue_id, content_type: pb::ContentType, content: Vec<u8>| pb::Entry {
        content_type: content_type as u32,
        content: content.into(),
        ..said(queue_id, BOB, CATS, "")
    };
    let edit = pb::Edit { queue_id: 11, content_type: pb::ContentType::Text as u32, content: "purr".into() };
    server.push(written(12, pb::ContentType::Edit, edit.encode_to_vec())).await;
    assert_eq!(bot.shows().await, "#cats bob changed “meow” to: purr");
    server.push(pb::Entry { reply_to: 11, ..said(13, ANNA, CATS, "from my phone") }).await;
    assert_eq!(bot.shows().await, "#cats you (answering “purr”): from my phone");
    let recall = pb::Recall { queue_id: 11 };
    server.push(written(14, pb::ContentType::Recall, recall.encode_to_vec())).await;
    assert_eq!(bot.shows().await, "#cats bob took back “purr”");
}

#[tokio::test]
async fn a_name_behind_an_at_sign_in_a_group_is_a_mention() {
    let mut server = Server::start().await;
    let mut bot = Bot::run(&server, &["chat", "--with", "#cats"]);
    assert_eq!(bot.shows().await, "to #cats");
    bot.type_line("@bob, look! @all @nobody").await;
    bot.type_line("and this").await;
    let first = server.sent().await;
    assert_eq!((first.to, &first.content[..]), (CATS, &b"@bob, look! @all @nobody"[..]));
    assert_eq!(first.mentions, [0, BOB]);
    assert_eq!(server.sent().await.content, "and this", "the lines stay in order");
    server.push(pb::Entry { mentions: vec![ANNA], ..said(20, BOB, CATS, "@anna hi") }).await;
    loop {
        let line = bot.shows().await;
        if !line.starts_with("kept") {
            assert_eq!(line, "#cats bob (mentions you): @anna hi");
            break;
        }
    }
    bot.type_line("/read 20").await;
    assert_eq!(bot.shows().await, "read by 1 of 1: bob");
}

#[tokio::test]
async fn a_conversation_is_pinned_and_made_quiet_without_losing_the_other() {
    let mut server = Server::start().await;
    let mut bot = Bot::run(&server, &["chat", "--with", "#cats"]);
    assert_eq!(bot.shows().await, "to #cats");
    bot.type_line("/quiet").await;
    assert_eq!(bot.shows().await, "#cats is pinned and quiet");
    let settings = loop {
        if let Request::ConversationSet(set) = asked(&mut server).await {
            assert_eq!(set.peer, CATS);
            break set.settings.unwrap();
        }
    };
    assert_eq!((settings.pinned, settings.muted), (true, true));
}

#[tokio::test]
async fn a_script_is_shown_what_is_said_where_it_is_quiet() {
    let server = Server::start().await;
    let mut bot = Bot::run(&server, &["chat"]);
    let settings = Some(pb::ConversationSettings { pinned: false, muted: true });
    server.tell(Command::PushConversation, pb::ConversationPush { peer: CATS, settings }).await;
    // A script gets everything all the same.
    server.push(said(11, BOB, CATS, "meow")).await;
    assert_eq!(bot.shows().await, "#cats bob: meow");
}
