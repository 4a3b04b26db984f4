//! Logging in, the link, and what it brings.

use longlink_client::{Client, CloseReason, Code, Ended, Event, Settings, pb};
use longlink_desktop_core::accounts::Shield;
use longlink_desktop_core::bridge::{LoginError, Seen};
use longlink_desktop_core::model::{AnswerError, Answered, Asking, Ticket, Told, Wish};
use longlink_desktop_core::vault::VaultKind;

use super::support::{ANNA, App, BOB, PASSWORD, Road, World, form, on_a_road, text, texts_of};

#[tokio::test]
async fn who_logs_in_is_in_the_list_and_comes_back_without_the_password() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    app.bridge.log_in(world.form(ANNA));
    let seen = app.next_of(|seen| matches!(seen, Seen::LoggedIn { .. })).await;
    let Seen::LoggedIn { account, vault } = seen else { unreachable!() };
    assert_eq!((account.user_id, &*account.user_name, vault), (world.anna, ANNA, VaultKind::File));
    app.connected(&account.key).await;
    app.bridge.close();
    let kept = std::fs::read_to_string(folder.path().join("accounts").join(account.key.as_str()).join("login.json"));
    assert!(!kept.unwrap().contains("her password"), "the token is enough");

    let mut app = App::start(folder.path());
    assert_eq!(app.bridge.accounts(), [account]);
    let key = app.open();
    let Told::Opened(opened) = app.told(&key, |told| matches!(told, Told::Opened(_))).await else { unreachable!() };
    assert_eq!((opened.user_id, &*opened.user_name), (world.anna, ANNA));
    app.connected(&key).await;
    app.bridge.close();
}

#[tokio::test]
async fn who_is_refused_is_told_why_and_is_in_no_list() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let mut wrong = world.form(ANNA);
    wrong.password = "another password".into();
    app.bridge.log_in(wrong);
    let seen = app.next_of(|_| true).await;
    assert!(matches!(seen, Seen::LoginFailed(LoginError::Refused { code: Code::WrongCredentials, .. })), "{seen:?}");

    let mut nowhere = world.form(ANNA);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    nowhere.link_port = closed.port();
    app.bridge.log_in(nowhere);
    assert!(matches!(app.next_of(|_| true).await, Seen::LoginFailed(LoginError::Unreachable(_))));

    let mut unsafe_one = world.form(ANNA);
    unsafe_one.protection = Shield::Pinned("no digest".to_owned());
    app.bridge.log_in(unsafe_one);
    assert!(matches!(app.next_of(|_| true).await, Seen::LoginFailed(LoginError::Protection(_))));
    assert!(app.bridge.accounts().is_empty());
    app.bridge.close();
}

#[tokio::test]
async fn who_registers_is_logged_in() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    app.bridge.register(world.form("carol"), String::new());
    let key = app.logged_in().await;
    app.connected(&key).await;
    app.bridge.register(world.form("carol"), String::new());
    let seen = app.next_of(|seen| matches!(seen, Seen::LoginFailed(_))).await;
    assert!(matches!(seen, Seen::LoginFailed(LoginError::Refused { code: Code::NameTaken, .. })), "{seen:?}");
    app.bridge.close();
}

#[tokio::test]
async fn several_accounts_are_open_beside_each_other() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let anna = app.log_in(world.form(ANNA)).await;
    let bob = app.log_in(world.form(BOB)).await;
    app.write(&anna, world.bob, "hello, myself");
    assert_eq!(app.texts(&bob, 1).await, ["hello, myself"]);
    assert_eq!(app.bridge.accounts().len(), 2);
    app.bridge.close();
}

#[tokio::test]
async fn what_others_write_is_told_and_is_there_at_the_next_start_without_a_link() {
    let world = World::new().await;
    let road = Road::to(world.server.tcp()).await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let (bob, _events) = world.client(BOB).await;
    bob.send(world.anna, "before there was an app").unwrap().await.unwrap();
    let key = app.log_in(form(road.address, world.server.http(), ANNA)).await;
    for said in ["one", "two", "three"] {
        bob.send(world.anna, said).unwrap().await.unwrap();
    }
    assert_eq!(app.texts(&key, 3).await, ["one", "two", "three"]);
    app.bridge.close();

    road.cut();
    let mut app = App::start(folder.path());
    let key = app.open();
    app.told(&key, |told| matches!(told, Told::Disconnected { .. })).await;
    let page = app.page(&key, world.bob, 0, 10).await;
    assert_eq!(texts_of(&page.items), ["one", "two", "three"]);
    // Whether there is more before that only the server knows.
    assert!(page.has_more);

    let missed = bob.send(world.anna, "four").unwrap().await.unwrap();
    road.lead_to(world.server.tcp());
    app.wish(&key, Wish::Reconnect);
    let Told::Entries(entries) = app.told(&key, |told| matches!(told, Told::Entries(_))).await else { unreachable!() };
    assert_eq!(entries.iter().map(text).collect::<Vec<_>>(), ["four"]);
    assert_eq!(entries[0].queue_id, missed.queue_id);
    app.bridge.close();
}

/// The same device is linked from elsewhere: two programs that take the link from each other for ever help nobody.
#[tokio::test]
async fn a_link_that_was_taken_over_comes_back_only_when_the_person_wishes_it() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(world.form(ANNA)).await;
    let device_id = app.bridge.accounts()[0].device_id.clone();
    let settings = Settings { device_id, ..Settings::password(ANNA, PASSWORD) };
    let (other, _events) = Client::connect(world.server.tcp().to_string(), settings);
    other.ready().await.unwrap();
    let told = app.told(&key, |told| matches!(told, Told::Ended(_) | Told::Disconnected { .. })).await;
    assert!(matches!(told, Told::Ended(Ended::Stopped { number, .. }) if number == CloseReason::Replaced as i32));
    other.close().await;
    app.wish(&key, Wish::Reconnect);
    app.connected(&key).await;
    let (bob, _events) = world.client(BOB).await;
    bob.send(world.anna, "one").unwrap().await.unwrap();
    assert_eq!(app.texts(&key, 1).await, ["one"]);
    app.bridge.close();
}

#[tokio::test]
async fn what_is_on_the_disk_is_told_to_have_arrived() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    app.log_in(world.form(ANNA)).await;
    let (bob, mut events) = world.client(BOB).await;
    let sent = bob.send(world.anna, "one").unwrap().await.unwrap();
    loop {
        if let Some(Event::Receipt(receipt)) = events.recv().await
            && receipt.delivered_up_to > 0
        {
            assert_eq!((receipt.reader, receipt.delivered_up_to), (world.anna, sent.queue_id));
            break;
        }
    }
    app.bridge.close();
}

/// A person who is told that there is a network does not wait for the end of a pause.
#[tokio::test]
async fn a_lost_link_is_told_and_comes_back() {
    let world = World::new().await;
    let (road, _folder, mut app, key) = on_a_road(&world).await;
    road.cut();
    app.told(&key, |told| matches!(told, Told::Disconnected { .. })).await;
    road.lead_to(world.server.tcp());
    app.wish(&key, Wish::Reconnect);
    app.connected(&key).await;
    app.bridge.close();
}

#[tokio::test]
async fn questions_are_answered_under_their_ticket() {
    let world = World::new().await;
    let (road, _folder, mut app, key) = on_a_road(&world).await;
    let users = pb::UsersRequest { ids: vec![world.bob], ..Default::default() };
    app.wish(&key, Wish::Ask { ticket: Ticket(7), asking: users.clone().into() });
    let told = app.told(&key, |told| matches!(told, Told::Answered { .. })).await;
    let Told::Answered { ticket: Ticket(7), answer: Ok(answer) } = told else { panic!("{told:?}") };
    let Answered::Users(reply) = *answer else { panic!("{answer:?}") };
    assert_eq!(reply.users[0].name, BOB);

    let asking = Asking::Block(pb::BlockRequest { user: world.anna, blocked: true });
    app.wish(&key, Wish::Ask { ticket: Ticket(8), asking });
    let told = app.told(&key, |told| matches!(told, Told::Answered { ticket: Ticket(8), .. })).await;
    assert!(matches!(told, Told::Answered { answer: Err(_), .. }), "nobody blocks themselves: {told:?}");

    road.cut();
    app.told(&key, |told| matches!(told, Told::Disconnected { .. })).await;
    app.wish(&key, Wish::Ask { ticket: Ticket(9), asking: users.into() });
    let told = app.told(&key, |told| matches!(told, Told::Answered { .. })).await;
    assert_eq!(told, Told::Answered { ticket: Ticket(9), answer: Err(AnswerError::Away) });
    app.bridge.close();
}

/// With the password changed here, the next start logs in by the new token; every other device has to log in anew.
#[tokio::test]
async fn a_changed_password_leaves_this_device_logged_in() {
    let world = World::new().await;
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (mut app, mut other) = (App::start(here.path()), App::start(there.path()));
    let key = app.log_in(world.form(ANNA)).await;
    let other_key = other.log_in(world.form(ANNA)).await;
    let request =
        pb::ChangePasswordRequest { old_password: PASSWORD.to_owned(), new_password: "a new password".to_owned() };
    app.wish(&key, Wish::Ask { ticket: Ticket(1), asking: request.into() });
    let told = app.told(&key, |told| matches!(told, Told::Answered { .. })).await;
    assert!(matches!(told, Told::Answered { answer: Ok(_), .. }), "{told:?}");
    let ended = other.told(&other_key, |told| matches!(told, Told::Ended(_))).await;
    let Told::Ended(why) = ended else { unreachable!() };
    assert!(longlink_desktop_core::model::must_log_in(&why), "{why}");
    app.bridge.close();
    let mut app = App::start(here.path());
    let key = app.open();
    app.connected(&key).await;
    app.bridge.close();
    other.bridge.close();
}

#[tokio::test]
async fn who_logs_out_is_logged_out_on_the_server_and_keeps_what_they_have_read() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(world.form(ANNA)).await;
    let (bob, _events) = world.client(BOB).await;
    bob.send(world.anna, "one").unwrap().await.unwrap();
    app.texts(&key, 1).await;
    app.wish(&key, Wish::LogOut { forget: false });
    app.next_of(|seen| matches!(seen, Seen::LoggedOut { forgotten: false, .. })).await;

    app.bridge.open(&key);
    let ended = app.told(&key, |told| matches!(told, Told::Ended(_))).await;
    let Told::Ended(why) = ended else { unreachable!() };
    assert!(longlink_desktop_core::model::must_log_in(&why), "{why}");
    assert_eq!(texts_of(&app.page(&key, world.bob, 0, 10).await.items), ["one"]);

    // Logged in again, it is the same account, and goes on where it was.
    bob.send(world.anna, "two").unwrap().await.unwrap();
    app.bridge.log_in(world.form(ANNA));
    assert_eq!(app.logged_in().await, key);
    assert_eq!(app.texts(&key, 1).await, ["two"]);
    app.bridge.close();
}

#[tokio::test]
async fn who_erases_their_account_finds_nothing_of_it_here() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(world.form(ANNA)).await;
    let request = pb::DeleteAccountRequest { password: PASSWORD.to_owned() };
    app.wish(&key, Wish::Ask { ticket: Ticket(1), asking: request.into() });
    app.next_of(|seen| matches!(seen, Seen::LoggedOut { forgotten: true, .. })).await;
    assert!(app.bridge.accounts().is_empty());
    assert!(!folder.path().join("accounts").join(key.as_str()).exists());
    app.bridge.close();
}
