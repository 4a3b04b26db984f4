//! A data folder that an earlier version wrote is opened for ever, and everything in it is there: `tests/fixtures/store-2`
//! is one of format 2, with people, contacts, groups, messages that were changed and taken back, marks and uploads, as a
//! kill left it. `store-2.json` is what was read from it when it was made.
//!
//! `LONGLINK_MAKE_FIXTURE=store-3 cargo test --test tests process::fixture` makes the next one. Those that are there are
//! never made again: they are what somebody's server wrote.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::program::Home;
use crate::support::files::{get, hash_of, png, post, request};
use crate::support::http::exchange;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
const PEOPLE: [&str; 3] = ["anna", "bob", "carla"];
const FILE: &[u8] = b"what bob sent to anna";

#[tokio::test]
async fn a_folder_of_format_2_has_everything_that_it_had() {
    if let Ok(name) = std::env::var("LONGLINK_MAKE_FIXTURE") {
        make(&name).await;
    }
    check("store-2", "2\n").await;
}

async fn check(name: &str, format: &str) {
    let home = Home::new();
    let fixture = Path::new(FIXTURES).join(name);
    copy(&fixture, &home.data());
    // Git keeps no folder in which nothing is.
    for keyspace in fs::read_dir(home.data().join("log/keyspaces")).unwrap() {
        fs::create_dir_all(keyspace.unwrap().path().join("tables")).unwrap();
    }
    assert_eq!(fs::read_to_string(home.data().join("format")).unwrap(), format);
    let found = home.ok(&["log", "verify"]).await;
    assert!(found.ends_with("the store is whole\n"), "{found}");
    let mut before: Value = serde_json::from_str(&fs::read_to_string(fixture.with_extension("json")).unwrap()).unwrap();
    // Beside what was read then, what bob uploaded.
    let mut had = |name: &str| before.as_object_mut().unwrap().remove(name).unwrap().as_str().unwrap().to_owned();
    let (token, file) = (home.token("anna").await, had("file"));
    let program = home.serve().await;
    let now = read(&home, program.http).await;
    assert_same(&before, &now, name);
    // A password of before still opens the door, and the log goes on.
    let mut anna = program.log_in(&token, "phone").await;
    let head = before["export"].as_array().unwrap().len() as i64;
    assert_eq!(anna.send(1, "new", "still here").await.queue_id, head + 1);
    let password = json!({"password": {"name": "anna", "password": "correct horse"}, "deviceId": "desk"});
    let hello = ask(program.http, "", "hello", &password).await;
    assert_eq!(hello["userName"], "anna", "{hello}");
    let file = get(program.http, &format!("/files/{file}"), &token, "").await;
    assert_eq!((file.status, &file.body[..]), (200, FILE));
    assert_eq!(program.stop().await.code(), Some(0));
    assert!(home.ok(&["log", "verify"]).await.ends_with("the store is whole\n"));
}

/// Everything that was there is there; there may be more by now.
fn assert_same(before: &Value, now: &Value, at: &str) {
    match (before, now) {
        (Value::Object(before), Value::Object(now)) => {
            for (key, value) in before {
                assert_same(
                    value,
                    now.get(key).unwrap_or_else(|| panic!("{at}.{key} is gone")),
                    &format!("{at}.{key}"),
                );
            }
        }
        (Value::Array(before), Value::Array(now)) => {
            assert_eq!(before.len(), now.len(), "{at}");
            for (number, (before, now)) in before.iter().zip(now).enumerate() {
                assert_same(before, now, &format!("{at}[{number}]"));
            }
        }
        (before, now) => assert_eq!(before, now, "{at}"),
    }
}

/// All that can be asked about.
async fn read(home: &Home, http: SocketAddr) -> Value {
    let lines = |text: String| text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Value>();
    let mut all = BTreeMap::new();
    all.insert("export".to_owned(), lines(home.ok(&["log", "export"]).await));
    all.insert("users".to_owned(), lines(home.ok(&["user", "list", "--json"]).await));
    for name in PEOPLE {
        let token = home.token(name).await;
        let mut of = BTreeMap::new();
        for (command, body) in [
            ("contact_list", json!({})),
            ("block_list", json!({})),
            ("group_list", json!({})),
            ("conversations", json!({})),
            ("sync", json!({"after": 0, "limit": 100})),
        ] {
            of.insert(command.to_owned(), ask(http, &token, command, &body).await);
        }
        for peer in [-1, 0, 1, 2, 3] {
            let body = json!({"peer": peer, "limit": 100});
            of.insert(format!("history {peer}"), ask(http, &token, "history", &body).await);
        }
        of.insert("members".to_owned(), ask(http, &token, "group_members", &json!({"group": -1})).await);
        all.insert(name.to_owned(), json!(of));
    }
    json!(all)
}

/// A command by the short link, in JSON.
async fn ask(http: SocketAddr, token: &str, command: &str, body: &Value) -> Value {
    let more = "Content-Type: application/json\r\n";
    let path = format!("/cgi/{command}");
    let answer = exchange(http, &request("POST", &path, token, more, body.to_string().as_bytes())).await;
    serde_json::from_str(answer.text()).unwrap_or_else(|error| panic!("{command}: {error}: {}", answer.text()))
}

/// The same, which must not be refused.
async fn done(http: SocketAddr, token: &str, command: &str, body: Value) -> Value {
    let answer = ask(http, token, command, &body).await;
    assert_eq!(answer["code"], "CODE_OK", "{command} {body}: {answer}");
    answer
}

async fn make(name: &str) {
    let home = Home::new();
    let program = home.serve().await;
    let http = program.http;
    home.run_with(&["user", "add", "anna"], "correct horse\n").await;
    for name in ["bob", "carla"] {
        home.user(name).await;
    }
    let mut tokens = Vec::new();
    for name in PEOPLE {
        tokens.push(home.token(name).await);
    }
    let [anna, bob, carla] = tokens.as_slice() else { unreachable!() };

    let avatar = hash_of(&post(http, "/avatars", anna, &png(64, 64)).await);
    done(http, anna, "profile_set", json!({"nickname": "Anna 安娜", "avatar": avatar, "bio": "here"})).await;
    done(http, anna, "contact_set", json!({"user": 2, "alias": "Bobby", "greeting": "it is me"})).await;
    done(http, bob, "contact_answer", json!({"user": 1, "accept": true})).await;
    done(http, carla, "block", json!({"user": 2, "blocked": true})).await;
    let group = json!({"name": "all of us", "members": [2], "clientMsgId": "group"});
    assert_eq!(done(http, anna, "group_create", group).await["group"].as_str(), Some("-1"));
    done(http, anna, "group_invite", json!({"group": -1, "members": [3]})).await;
    let mut sent = 0;
    let mut say = |to: i64, text: &str| {
        sent += 1;
        json!({"to": to, "clientMsgId": sent.to_string(), "contentType": 1,
            "content": base64::Engine::encode(&base64::engine::general_purpose::STANDARD, text)})
    };
    let first = done(http, anna, "send", say(2, "你好, Bob")).await["queueId"].clone();
    let mut answer = say(1, "hello");
    answer["replyTo"] = first;
    done(http, bob, "send", answer).await;
    let mut mention = say(-1, "everybody, look");
    mention["mentions"] = json!([2, 3]);
    done(http, anna, "send", mention).await;
    done(http, bob, "send", say(0, "to everyone")).await;
    done(http, carla, "send", say(3, "a note to myself")).await;
    let changed = done(http, bob, "send", say(-1, "helo")).await["queueId"].clone();
    let content = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, "hello");
    let edit = json!({"peer": -1, "queueId": changed, "clientMsgId": "edit", "contentType": 1, "content": content});
    done(http, bob, "edit", edit).await;
    let taken = done(http, anna, "send", say(2, "not for you")).await["queueId"].clone();
    done(http, anna, "recall", json!({"peer": 2, "queueId": taken, "clientMsgId": "recall"})).await;
    let file = hash_of(&post(http, "/files", bob, FILE).await);
    let media = longlink::wire::pb::Media {
        hash: file.clone(),
        mime_type: "text/plain".into(),
        size: FILE.len() as i64,
        ..Default::default()
    };
    let content = prost::Message::encode_to_vec(&media);
    let content = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, content);
    let kind = longlink::wire::pb::ContentType::File as u32;
    done(http, bob, "send", json!({"to": 1, "clientMsgId": "file", "contentType": kind, "content": content})).await;
    done(http, anna, "mark_read", json!({"peer": 2, "upTo": changed})).await;
    done(http, carla, "group_leave", json!({"group": -1})).await;
    // So that some of it lies in tables, and what follows in the journal alone.
    assert_eq!(program.stop().await.code(), Some(0));
    let program = home.serve().await;
    for text in ["one more", "and another"] {
        done(program.http, anna, "send", say(2, text)).await;
    }
    let mut all = read(&home, program.http).await;
    all["file"] = json!(file);
    program.kill().await;

    let fixture = Path::new(FIXTURES).join(name);
    copy(&home.data(), &fixture);
    fs::write(fixture.with_extension("json"), format!("{}\n", serde_json::to_string_pretty(&all).unwrap())).unwrap();
}

/// A folder and what is in it, as its owner's alone: without sockets, and of a journal without the zeros behind it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    fs::set_permissions(to, Permissions::from_mode(0o700)).unwrap();
    let mut entries: Vec<PathBuf> = fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else if path.is_file() {
            let mut bytes = fs::read(&path).unwrap();
            if path.extension().is_some_and(|extension| extension == "jnl") {
                bytes.truncate(bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1));
            }
            fs::write(&target, bytes).unwrap();
            fs::set_permissions(&target, Permissions::from_mode(0o600)).unwrap();
        }
    }
}
