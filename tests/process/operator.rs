//! Accounts, tokens and the log, asked for without a server and while one runs.

use std::fs;
use std::process::Stdio;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use longlink::wire::{CloseReason, Code, Command, pb};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::time::timeout;

use super::program::{Home, PATIENCE, Program};
use crate::support::requests::{hello, password, register};

/// Runs the same story without a server and with one.
async fn both(story: impl AsyncFn(&Home, Option<&Program>)) {
    story(&Home::new(), None).await;
    let home = Home::new();
    let program = home.serve().await;
    story(&home, Some(&program)).await;
    assert_eq!(program.stop().await.code(), Some(0));
}

/// Logs in by password at the server of the story, or at one that is started for it.
async fn may_log_in(home: &Home, program: Option<&Program>, name: &str, word: &str) -> Code {
    let own = if program.is_none() { Some(home.serve().await) } else { None };
    let mut peer = program.or(own.as_ref()).unwrap().connect().await;
    let code = peer.call::<pb::Refusal>(Command::Hello, &password(name, word, "phone")).await.code();
    if let Some(own) = own {
        assert_eq!(own.stop().await.code(), Some(0));
    }
    code
}

#[tokio::test]
async fn accounts_are_made_listed_and_changed_with_a_server_and_without() {
    both(async |home, program| {
        let added = home.run_with(&["user", "add", "anna"], "first secret\n").await;
        assert_eq!((added.code(), added.stdout.as_str()), (Some(0), "anna is user 1\n"), "{added:?}");
        assert_eq!(home.user("bob").await.0, 2);
        let short = home.run_with(&["user", "add", "carl"], "short\n").await;
        assert_eq!(short.code(), Some(1), "{short:?}");
        assert_eq!(short.sentence(), "longlink: the password has 5 bytes, not 8 to 128");
        let taken = home.run_with(&["user", "add", "ANNA"], "another secret\n").await;
        assert_eq!((taken.code(), taken.sentence()), (Some(1), "longlink: the name is taken"));
        assert_eq!(may_log_in(home, program, "anna", "first secret").await, Code::Ok);

        let changed = home.run_with(&["user", "passwd", "anna"], "second secret\n").await;
        assert_eq!(changed.code(), Some(0), "{changed:?}");
        assert_eq!(may_log_in(home, program, "anna", "first secret").await, Code::WrongCredentials);
        assert_eq!(may_log_in(home, program, "anna", "second secret").await, Code::Ok);

        home.ok(&["user", "disable", "anna"]).await;
        assert_eq!(may_log_in(home, program, "anna", "second secret").await, Code::Disabled);
        let listed = home.ok(&["user", "list"]).await;
        let words: Vec<Vec<&str>> = listed.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(words, [vec!["1", "anna", "disabled"], vec!["2", "bob", "tokens", "only"]]);
        let listed = home.ok(&["user", "list", "--json"]).await;
        let first: Value = serde_json::from_str(listed.lines().next().unwrap()).unwrap();
        assert_eq!(first, json!({"id": 1, "name": "anna", "disabled": true, "password": true}));
        home.ok(&["user", "enable", "anna"]).await;
        assert_eq!(may_log_in(home, program, "anna", "second secret").await, Code::Ok);

        for arguments in [&["user", "disable", "nobody"][..], &["token", "nobody"]] {
            let ended = home.run(arguments).await;
            assert_eq!((ended.code(), ended.sentence()), (Some(1), "longlink: there is no account \"nobody\""));
        }
    })
    .await;
}

#[tokio::test]
async fn an_account_is_shown_and_erased_with_a_server_and_without() {
    both(async |home, program| {
        home.run_with(&["user", "add", "anna"], "first secret\n").await;
        home.user("bob").await;
        let shown: Value = serde_json::from_str(&home.ok(&["user", "show", "anna", "--json"]).await).unwrap();
        let facts = ["id", "name", "password", "online", "contacts", "groups"].map(|key| shown[key].clone());
        assert_eq!(facts, [json!(1), json!("anna"), json!(true), json!(false), json!(0), json!(0)]);
        assert!(home.ok(&["user", "show", "ANNA"]).await.lines().any(|line| line == "name             anna"));

        let erased = home.run_with(&["user", "delete", "anna"], "").await;
        assert_eq!(erased.code(), Some(0), "{erased:?}");
        assert_eq!(erased.stdout, "anna was user 1 and is erased; what they wrote stays\n");
        assert_eq!(may_log_in(home, program, "anna", "first secret").await, Code::WrongCredentials);
        let listed = home.ok(&["user", "list"]).await;
        assert_eq!(listed.split_whitespace().collect::<Vec<_>>(), ["2", "bob", "tokens", "only"]);
        for what in ["show", "delete"] {
            let ended = home.run(&["user", what, "anna"]).await;
            assert_eq!((ended.code(), ended.sentence()), (Some(1), "longlink: there is no account \"anna\""));
        }
        // The name is free, the number is not.
        let added = home.run_with(&["user", "add", "anna"], "another secret\n").await;
        assert_eq!(added.stdout, "anna is user 3\n");
    })
    .await;
}

// Leaving groups is written by whoever has the folder; nobody need be there to whom it is delivered.
#[tokio::test]
async fn who_is_erased_without_a_server_has_left_their_groups() {
    let home = Home::new();
    let program = home.serve().await;
    let (_, token) = home.user("anna").await;
    let (bob, bobs) = home.user("bob").await;
    let mut anna = program.log_in(&token, "phone").await;
    for (name, members) in [("both", vec![bob]), ("alone", vec![])] {
        let request = pb::GroupCreateRequest { name: name.into(), members, client_msg_id: name.into() };
        assert_eq!(anna.code(Command::GroupCreate, &request).await, Code::Ok);
    }
    assert_eq!(program.stop().await.code(), Some(0));
    home.ok(&["user", "delete", "anna"]).await;
    let program = home.serve().await;
    let mut bob = program.log_in(&bobs, "phone").await;
    let groups: pb::GroupListReply = bob.call(Command::GroupList, &pb::GroupListRequest {}).await;
    let groups: Vec<(&str, i64, u32)> =
        groups.groups.iter().map(|group| (group.name.as_str(), group.owner, group.member_count)).collect();
    assert_eq!(groups, [("both", bob.user, 1)]);
    assert_eq!(home.ok(&["log", "export"]).await.lines().count(), 5, "made, handed over, left; made, ended");
}

#[tokio::test]
async fn a_new_password_and_a_disabled_account_end_links_and_tokens_at_once() {
    let home = Home::new();
    let program = home.serve().await;
    let (_, token) = home.user("anna").await;
    for arguments in [&["user", "passwd", "anna"][..], &["user", "disable", "anna"]] {
        let mut peer = program.log_in(&home.token("anna").await, "phone").await;
        assert_eq!(home.run_with(arguments, "a new secret\n").await.code(), Some(0));
        assert_eq!(peer.closed().await, Some(CloseReason::AccountEnded));
    }
    home.ok(&["user", "enable", "anna"]).await;
    let mut peer = program.connect().await;
    assert_eq!(peer.code(Command::Hello, &hello(&token, "phone", None)).await, Code::BadToken);
}

#[tokio::test]
async fn an_invitation_lets_one_person_register() {
    let home = Home::with("accounts.registration = \"invitation\"");
    let invitation = home.ok(&["invite"]).await.trim().to_owned();
    let program = home.serve().await;
    let second: Value = serde_json::from_str(&home.ok(&["invite", "--json"]).await).unwrap();
    let mut stranger = program.connect().await;
    assert_eq!(stranger.code(Command::Register, &register("anna", "her secret", "")).await, Code::RegistrationClosed);
    assert_eq!(stranger.code(Command::Register, &register("anna", "her secret", &invitation)).await, Code::Ok);
    let again = register("bob", "his secret", &invitation);
    assert_eq!(stranger.code(Command::Register, &again).await, Code::RegistrationClosed);
    let bob = register("bob", "his secret", second["invitation"].as_str().unwrap());
    assert_eq!(stranger.code(Command::Register, &bob).await, Code::Ok);
}

#[tokio::test]
async fn tokens_of_ours_and_of_a_business_backend_log_in_and_outlive_new_keys() {
    both(async |home, program| {
        let (user, ours) = home.user("anna").await;
        let theirs = token_of_a_backend(home, user);
        assert!(home.ok(&["rotate-keys"]).await.starts_with("tokens are signed with key "));
        let later = home.token("anna").await;
        assert_ne!(kid(&ours), kid(&later), "the new key signs");
        let own = if program.is_none() { Some(home.serve().await) } else { None };
        let program = program.or(own.as_ref()).unwrap();
        for token in [ours, theirs.clone(), later] {
            let mut peer = program.connect().await;
            assert_eq!(peer.hello(&token, "phone", None).await.user_id, user);
        }
        let (rest, signature) = theirs.rsplit_once('.').unwrap();
        let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        bytes[0] ^= 1;
        let forged = format!("{rest}.{}", URL_SAFE_NO_PAD.encode(bytes));
        let mut peer = program.connect().await;
        assert_eq!(peer.code(Command::Hello, &hello(&forged, "phone", None)).await, Code::BadToken);
    })
    .await;
}

#[tokio::test]
async fn logins_are_ended_by_token_name_device_and_user_with_a_server_and_without() {
    both(async |home, program| {
        let (user, ours) = home.user("anna").await;
        let theirs = token_of_a_backend(home, user);
        let [by_name, of_device, last] = [home.token("anna").await, home.token("anna").await, home.token("anna").await];
        let shown: Value = {
            let shown = home.run_with(&["token", "show", "--json"], &format!("{by_name}\n")).await;
            serde_json::from_str(&shown.stdout).unwrap_or_else(|_| panic!("{shown:?}"))
        };
        assert_eq!((&shown["user"], &shown["device"]), (&json!(user), &Value::Null));
        let mut link = match program {
            Some(program) => Some(program.log_in(&ours, "phone").await),
            None => None,
        };
        // Two by the token, of which one is a backend's; one by its name.
        for token in [&ours, &theirs] {
            let ended = home.run_with(&["token", "revoke"], &format!("{token}\n")).await;
            assert_eq!(ended.code(), Some(0), "{ended:?}");
            assert!(ended.stdout.ends_with(" is ended, and every token of it\n"), "{ended:?}");
        }
        if let Some(link) = &mut link {
            assert_eq!(link.closed().await, Some(CloseReason::AccountEnded));
        }
        home.ok(&["token", "revoke", shown["login"].as_str().unwrap()]).await;
        let said = home.ok(&["token", "revoke", "--user", "anna", "--device", "phone"]).await;
        assert_eq!(said, "anna's logins on device phone are ended\n");
        let own = if program.is_none() { Some(home.serve().await) } else { None };
        let running = program.or(own.as_ref()).unwrap();
        let at = async |token: &str| running.connect().await.code(Command::Hello, &hello(token, "phone", None)).await;
        for token in [&ours, &theirs, &by_name] {
            assert_eq!(at(token).await, Code::BadToken);
        }
        // A token that is for no device is not ended with one.
        assert_eq!(at(&of_device).await, Code::Ok);
        if let Some(own) = own {
            assert_eq!(own.stop().await.code(), Some(0));
        }
        assert_eq!(home.ok(&["token", "revoke", "--user", "anna"]).await, "all logins of anna are ended\n");
        let own = if program.is_none() { Some(home.serve().await) } else { None };
        let mut peer = program.or(own.as_ref()).unwrap().connect().await;
        assert_eq!(peer.code(Command::Hello, &hello(&last, "phone", None)).await, Code::BadToken);

        for wrong in ["nonsense", "", &ours[..ours.len() - 1]] {
            let ended = home.run_with(&["token", "revoke"], wrong).await;
            assert_ne!(ended.code(), Some(0), "{ended:?}");
        }
    })
    .await;
}

/// A token as somebody makes it who has the key file and knows what a JWT is, and nothing of our code.
fn token_of_a_backend(home: &Home, user: i64) -> String {
    let file = fs::read_to_string(home.data().join("token-keys.json")).unwrap();
    let key = serde_json::from_str::<Value>(&file).unwrap()["keys"][0].clone();
    let hexadecimal = key["secret"].as_str().unwrap();
    let secret: Vec<u8> =
        (0..hexadecimal.len()).step_by(2).map(|at| u8::from_str_radix(&hexadecimal[at..at + 2], 16).unwrap()).collect();
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(json!({"alg": "HS256", "typ": "JWT", "kid": key["kid"]}));
    // Good until 2100.
    let claims = part(json!({"sub": user.to_string(), "iat": 1_700_000_000, "exp": 4_102_444_800_i64}));
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
    mac.update(format!("{header}.{claims}").as_bytes());
    format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fn kid(token: &str) -> Value {
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["kid"].clone()
}

#[tokio::test]
async fn the_log_is_shown_the_same_with_a_server_and_without() {
    let home = Home::new();
    let program = home.serve().await;
    let (user, token) = home.user("anna").await;
    let mut anna = program.log_in(&token, "phone").await;
    for (id, text) in [("1", "one"), ("2", "two \u{1b}[31m"), ("3", "three")] {
        anna.send(user, id, text).await;
    }
    let commands: [&[&str]; 5] = [
        &["log", "show"],
        &["log", "show", "--after", "1", "--limit", "1"],
        &["log", "show", "--json"],
        &["log", "show", "--after", "99"],
        &["log", "export"],
    ];
    let mut while_it_runs = Vec::new();
    for arguments in commands {
        while_it_runs.push(home.ok(arguments).await);
    }
    assert_eq!(while_it_runs[0].lines().count(), 3);
    assert!(while_it_runs[1].contains("two \\u{1b}[31m"), "a terminal is not at the mercy of what people write");
    assert_eq!(while_it_runs[2], while_it_runs[4]);
    assert_eq!(while_it_runs[3], "");
    assert_eq!(program.stop().await.code(), Some(0));
    for (arguments, before) in commands.iter().zip(&while_it_runs) {
        assert_eq!(&home.ok(arguments).await, before, "{arguments:?}");
    }
    // Without a server there is nothing to wait for.
    let ended = home.run(&["log", "tail", "--after", "2"]).await;
    assert_eq!((ended.code(), ended.stdout.lines().count()), (Some(1), 1), "{ended:?}");
    assert!(ended.sentence().contains("no server runs"), "{ended:?}");
}

#[tokio::test]
async fn log_tail_follows_while_the_server_runs_and_ends_with_it() {
    let home = Home::new();
    let program = home.serve().await;
    let (user, token) = home.user("anna").await;
    let mut anna = program.log_in(&token, "phone").await;
    anna.send(user, "1", "before").await;
    let mut tail = home.command(&["log", "tail", "--after", "0"]).stdin(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
    let mut next = async || timeout(PATIENCE, lines.next_line()).await.expect("nothing comes").unwrap();
    assert!(next().await.unwrap().ends_with("1 → 1  before"));
    for text in ["one", "two"] {
        anna.send(user, text, text).await;
        assert!(next().await.unwrap().ends_with(text));
    }
    assert_eq!(program.stop().await.code(), Some(0));
    assert_eq!(next().await, None);
    let ended = timeout(PATIENCE, tail.wait_with_output()).await.unwrap().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    assert!(String::from_utf8(ended.stderr).unwrap().contains("the server went away"));
}

#[tokio::test]
async fn more_commands_than_run_at_once_are_refused_and_not_left_waiting() {
    let home = Home::new();
    let program = home.serve().await;
    let (user, token) = home.user("anna").await;
    program.log_in(&token, "phone").await.send(user, "1", "hello").await;
    let mut tails = Vec::new();
    for _ in 0..16 {
        let mut tail = home.command(&["log", "tail", "--after", "0"]).stdin(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(tail.stdout.take().unwrap()).lines();
        timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().unwrap();
        tails.push((tail, lines));
    }
    let ended = home.run(&["user", "list"]).await;
    assert_eq!(ended.code(), Some(1), "{ended:?}");
    assert!(ended.sentence().contains("16 commands run already"), "{ended:?}");
}
