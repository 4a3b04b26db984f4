//! Accounts: making them, finding them, and what their end does to links and tokens.

use std::sync::Arc;

use longlink::chat::{Caller, Registration};
use longlink::id::LinkId;
use longlink::outbox::Outbox;
use longlink::wire::pb::{self, CloseReason};
use longlink::wire::{Code, Command};

use crate::support::requests::{password, register};
use crate::support::{World, hello, pass};

#[tokio::test]
async fn a_name_is_taken_in_any_letter_case() {
    let world = World::new().await;
    let mut peer = world.stranger().await;
    let made: pb::RegisterReply = peer.call(Command::Register, &register("Äsa", "a password", "")).await;
    assert_eq!((made.code(), made.user_id), (Code::Ok, 1));
    for name in ["Äsa", "äsa", "ÄSA"] {
        assert_eq!(peer.code(Command::Register, &register(name, "another", "")).await, Code::NameTaken);
        let mut link = world.stranger().await;
        let reply: pb::HelloReply = link.call(Command::Hello, &password(name, "a password", "phone")).await;
        assert_eq!((reply.user_id, &*reply.user_name), (1, "Äsa"));
    }
}

// Limits.
#[tokio::test]
async fn names_and_passwords_have_bounds() {
    let world = World::new().await;
    let mut peer = world.stranger().await;
    let (long, longer) = ("n".repeat(64), "n".repeat(65));
    for name in ["", &longer, " anna", "anna ", "an\nna", "\u{7f}"] {
        assert_eq!(peer.code(Command::Register, &register(name, "a password", "")).await, Code::BadRequest, "{name:?}");
    }
    for (name, password) in [("three", "123"), ("many", &*"p".repeat(129)), ("none", "")] {
        assert_eq!(peer.code(Command::Register, &register(name, password, "")).await, Code::BadRequest);
    }
    assert_eq!(peer.code(Command::Register, &register(&long, "1234", "")).await, Code::Ok);
    assert_eq!(peer.code(Command::Register, &register("many", &"p".repeat(128), "")).await, Code::Ok);
    assert_eq!(peer.code(Command::Hello, &password("many", &"p".repeat(128), "phone")).await, Code::Ok);
}

#[tokio::test]
async fn a_user_may_register_somebody_else() {
    let world = World::new().await;
    let mut anna = world.logged_in("anna").await;
    let made: pb::RegisterReply = anna.call(Command::Register, &register("bob", "a password", "")).await;
    assert_eq!((made.code(), made.user_id), (Code::Ok, anna.user + 1));
}

#[tokio::test]
async fn where_registration_is_closed_nobody_registers() {
    let world = World::with(|plan| plan.chat.registration = Registration::Closed).await;
    let mut peer = world.stranger().await;
    assert_eq!(peer.code(Command::Register, &register("anna", "a password", "")).await, Code::RegistrationClosed);
    let code = world.server.chat().make_invitation().await.unwrap();
    assert_eq!(peer.code(Command::Register, &register("anna", "a password", &code)).await, Code::RegistrationClosed);
}

#[tokio::test]
async fn an_invitation_makes_one_account_and_a_failed_try_does_not_use_it_up() {
    let world = World::with(|plan| plan.chat.registration = Registration::Invitation).await;
    let code = world.server.chat().make_invitation().await.unwrap();
    world.user("taken").await;
    let mut peer = world.stranger().await;
    for wrong in ["", "0", &code[1..]] {
        assert_eq!(
            peer.code(Command::Register, &register("anna", "a password", wrong)).await,
            Code::RegistrationClosed
        );
    }
    assert_eq!(peer.code(Command::Register, &register("taken", "a password", &code)).await, Code::NameTaken);
    assert_eq!(peer.code(Command::Register, &register("anna", "a password", &code)).await, Code::Ok);
    assert_eq!(peer.code(Command::Register, &register("bob", "a password", &code)).await, Code::RegistrationClosed);
}

#[tokio::test]
async fn users_are_found_by_number_and_by_name_and_unknown_ones_are_left_out() {
    let world = World::new().await;
    let (bob, _) = world.user("Bob").await;
    let mut anna = world.logged_in("anna").await;
    let request = pb::UsersRequest { ids: vec![anna.user, 99, -1, 0], names: vec!["bOB".into(), "nobody".into()] };
    let reply: pb::UsersReply = anna.call(Command::Users, &request).await;
    let found: Vec<(i64, &str)> = reply.users.iter().map(|user| (user.id, &*user.name)).collect();
    assert_eq!(found, [(anna.user, "anna"), (bob, "Bob")]);

    let hundred = pb::UsersRequest { ids: vec![bob; 60], names: vec!["x".into(); 40] };
    assert_eq!(anna.code(Command::Users, &hundred).await, Code::Ok);
    let one_more = pb::UsersRequest { ids: vec![bob; 61], ..hundred };
    assert_eq!(anna.code(Command::Users, &one_more).await, Code::TooLarge);
}

// T3: a token that does not count logins ends by its time, so a second has to pass.
#[tokio::test(start_paused = true)]
async fn who_is_disabled_loses_the_links_and_the_tokens_and_gets_neither_back() {
    let world = World::new().await;
    let chat = world.server.chat();
    chat.add_account("anna", Some("a password".to_owned())).await.unwrap();
    let (any_device, _) = chat.make_token("anna").unwrap();
    let (mut phone, mut desk, mut bob) = (world.piped().await, world.piped().await, world.piped_in("bob").await);
    let reply: pb::HelloReply = phone.call(Command::Hello, &password("anna", "a password", "phone")).await;
    desk.hello(&any_device, "desk", None).await;
    pass(1_000).await;

    chat.set_disabled("anna", true).await.unwrap();
    for link in [&mut phone, &mut desk] {
        assert_eq!(link.closed().await, Some(CloseReason::AccountEnded));
    }
    bob.nothing_pushed().await;
    let mut peer = world.piped().await;
    assert_eq!(peer.code(Command::Hello, &password("anna", "a password", "phone")).await, Code::Disabled);
    assert_eq!(peer.code(Command::Hello, &password("anna", "wrong", "phone")).await, Code::WrongCredentials);
    assert_eq!(peer.code(Command::Hello, &hello(&reply.token, "phone", None)).await, Code::BadToken);

    chat.set_disabled("anna", false).await.unwrap();
    let mut peer = world.piped().await;
    assert_eq!(peer.code(Command::Hello, &hello(&reply.token, "phone", None)).await, Code::BadToken);
    assert_eq!(peer.code(Command::Hello, &hello(&any_device, "desk", None)).await, Code::BadToken);
    assert_eq!(peer.code(Command::Hello, &password("anna", "a password", "phone")).await, Code::Ok);
}

#[tokio::test(start_paused = true)]
async fn a_new_password_ends_the_links_and_the_tokens() {
    let world = World::new().await;
    let chat = world.server.chat();
    chat.add_account("anna", Some("a password".to_owned())).await.unwrap();
    let mut phone = world.piped().await;
    let reply: pb::HelloReply = phone.call(Command::Hello, &password("anna", "a password", "phone")).await;
    chat.set_password("anna", "a new one".to_owned()).await.unwrap();
    assert_eq!(phone.closed().await, Some(CloseReason::AccountEnded));
    let mut peer = world.piped().await;
    assert_eq!(peer.code(Command::Hello, &hello(&reply.token, "phone", None)).await, Code::BadToken);
    assert_eq!(peer.code(Command::Hello, &password("anna", "a password", "phone")).await, Code::WrongCredentials);
    let reply: pb::HelloReply = peer.call(Command::Hello, &password("anna", "a new one", "phone")).await;
    world.piped().await.hello(&reply.token, "phone", None).await;
}

// Between the moment in which a password was right and the moment in which the link can be told, an account may end.
#[tokio::test]
async fn a_login_that_was_right_before_its_account_ended_is_refused() {
    let world = World::new().await;
    let chat = world.server.chat();
    let address = world.server.tcp().ip();
    for (name, disable) in [("anna", true), ("bob", false)] {
        chat.add_account(name, Some("a password".to_owned())).await.unwrap();
        let login = chat.log_in(password(name, "a password", "phone"), address.into(), "tcp").await.unwrap();
        if disable {
            chat.set_disabled(name, true).await.unwrap();
        } else {
            chat.set_password(name, "a new one".to_owned()).await.unwrap();
        }
        let outbox = Outbox::new(LinkId(1_000), 1_000);
        let caller = Caller { user: login.user, device: Arc::clone(&login.device), link: outbox.link() };
        let refused = chat.register(&caller, login.standing, &outbox, 10).unwrap_err();
        assert_eq!(refused.code, if disable { Code::Disabled } else { Code::BadToken });
    }
}
