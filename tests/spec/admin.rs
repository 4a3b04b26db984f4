//! The HTTP API for operators, at its own port.

use std::net::{Ipv4Addr, SocketAddr};

use longlink::auth::admin_token::{AdminTokens, FILE_NAME};
use longlink::auth::login_id::LoginId;
use longlink::control::table::TABLE;
use longlink::server::Plan;
use longlink::wire::{CloseReason, Code, Command};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::http::exchange;
use crate::support::requests::{password, register};
use crate::support::{TODAY_MS, World, hello};

struct Api {
    world: World,
    token: String,
    login: LoginId,
}

impl Api {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Plan)) -> Self {
        let world = World::with(|plan| {
            plan.listen.admin = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
            change(plan);
        })
        .await;
        let tokens = AdminTokens::open(world.folder().join(FILE_NAME)).unwrap();
        let login = LoginId::random();
        let (token, _) = tokens.issue("ops", login, TODAY_MS / 1000, 3600);
        Self { world, token, login }
    }

    /// Asks with a token, and gives the status and the lines of the answer.
    async fn asked(&self, token: &str, method: &str, path: &str, body: &str) -> (u16, Vec<Value>) {
        let (status, text) = self.text(token, method, path, body).await;
        (status, text.lines().map(|line| serde_json::from_str(line).unwrap_or_default()).collect())
    }

    async fn text(&self, token: &str, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.world.server.ports().admin.unwrap()).await.unwrap();
        let (authorization, length) = (format!("Authorization: Bearer {token}"), body.len());
        // HTTP/1.0, so that an answer of unknown length ends with the connection.
        let request = format!("{method} {path} HTTP/1.0\r\n{authorization}\r\nContent-Length: {length}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    async fn post(&self, command: &str, body: Value) -> (u16, Vec<Value>) {
        self.asked(&self.token, "POST", &format!("/admin/{command}"), &body.to_string()).await
    }

    /// The one line of an answer that must be good.
    async fn ok(&self, command: &str, body: Value) -> Value {
        let (status, lines) = self.post(command, body).await;
        assert_eq!((status, lines.len()), (200, 1), "{command}: {lines:?}");
        lines[0].clone()
    }
}

#[tokio::test]
async fn nobody_comes_in_without_an_operators_token() {
    let api = Api::new().await;
    let (_, login_token) = api.world.user("anna").await;
    let elsewhere = Api::new().await;
    for token in ["", "a.b.c", &login_token, &elsewhere.token] {
        for path in ["/admin/stats", "/admin/nothing", "/openapi.json", "/metrics"] {
            let (status, lines) = api.asked(token, "GET", path, "").await;
            assert_eq!(status, 401, "{path}: {lines:?}");
        }
    }
    assert_eq!(api.post("stats", json!({})).await.0, 200);
    api.world.server.chat().revoke_login(api.login).await.unwrap();
    assert_eq!(api.post("stats", json!({})).await.0, 401, "an operator's token is ended as any other");
    // And it is no login.
    let mut stranger = api.world.stranger().await;
    assert_eq!(stranger.code(Command::Hello, &hello(&elsewhere.token, "phone", None)).await, Code::BadToken);
}

#[tokio::test]
async fn the_public_port_has_nothing_of_it_and_the_figures_only_if_they_are_to_be_there() {
    for (metrics_public, expected) in [(true, 200), (false, 404)] {
        let api = Api::with(|plan| plan.doors.metrics_public = metrics_public).await;
        let bytes = |path| format!("GET {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {}\r\n\r\n", api.token);
        let public = api.world.server.http();
        assert_eq!(exchange(public, bytes("/metrics").as_bytes()).await.status, expected);
        assert_eq!(exchange(public, bytes("/admin/stats").as_bytes()).await.status, 404);
        let (status, figures) = api.text(&api.token, "GET", "/metrics", "").await;
        assert_eq!(status, 200);
        assert!(figures.contains("longlink_logins_total 0"), "{figures}");
    }
}

#[tokio::test]
async fn an_operator_makes_finds_changes_and_erases_accounts() {
    let api = Api::new().await;
    for name in ["anna", "Andy", "bob"] {
        api.ok("user_add", json!({"name": name, "password": "a password"})).await;
    }
    let names = async |ask: Value| -> Vec<String> {
        let (status, lines) = api.post("user_list", ask).await;
        assert_eq!(status, 200);
        lines.iter().map(|line| line["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(json!({})).await, ["anna", "Andy", "bob"]);
    assert_eq!(names(json!({"prefix": "an"})).await, ["Andy", "anna"]);
    assert_eq!(names(json!({"prefix": "an", "limit": 1})).await, ["Andy"]);
    assert_eq!(names(json!({"prefix": "an", "after": "Andy"})).await, ["anna"]);
    assert_eq!(names(json!({"prefix": "zzz"})).await, [""; 0]);

    let mut peer = api.world.stranger().await;
    assert_eq!(peer.code(Command::Hello, &password("anna", "a password", "phone")).await, Code::Ok);
    assert_eq!(api.ok("user_show", json!({"name": "anna"})).await["online"], true);
    api.ok("user_disable", json!({"name": "anna", "disabled": true})).await;
    assert_eq!(peer.closed().await, Some(CloseReason::AccountEnded));
    api.ok("user_disable", json!({"name": "anna", "disabled": false})).await;
    api.ok("user_passwd", json!({"name": "anna", "password": "another one"})).await;
    let mut peer = api.world.stranger().await;
    assert_eq!(peer.code(Command::Hello, &password("anna", "a password", "phone")).await, Code::WrongCredentials);
    assert_eq!(peer.code(Command::Hello, &password("anna", "another one", "phone")).await, Code::Ok);
    api.ok("user_delete", json!({"name": "anna"})).await;
    assert_eq!(peer.closed().await, Some(CloseReason::AccountEnded));
    assert_eq!(api.post("user_show", json!({"name": "anna"})).await.0, 404);
}

#[tokio::test]
async fn an_operator_makes_and_ends_logins_and_closes_links() {
    let api = Api::new().await;
    api.ok("user_add", json!({"name": "anna"})).await;
    let made = api.ok("token", json!({"name": "anna", "device": "phone", "ttl_s": 600})).await;
    assert_eq!(made["expires_at_ms"].as_i64().map(|at| (at - TODAY_MS) / 60_000), Some(10));
    let token = made["token"].as_str().unwrap();
    let mut phone = api.world.stranger().await;
    phone.hello(token, "phone", None).await;
    let (_, links) = api.post("links", json!({"name": "anna"})).await;
    let shown = api.ok("token_show", json!({"token": token})).await;
    assert_eq!((links.len(), &links[0]["device"], &links[0]["login"]), (1, &json!("phone"), &shown["login"]));

    api.ok("close_links", json!({"name": "anna", "device": "desk"})).await;
    phone.noop().await;
    api.ok("close_links", json!({"name": "anna"})).await;
    assert_eq!(phone.closed().await, Some(CloseReason::LoggedOut));
    let mut phone = api.world.stranger().await;
    phone.hello(token, "phone", None).await;
    api.ok("revoke_login", json!({"login": shown["login"]})).await;
    assert_eq!(phone.closed().await, Some(CloseReason::AccountEnded));
    let mut phone = api.world.stranger().await;
    assert_eq!(phone.code(Command::Hello, &hello(token, "phone", None)).await, Code::BadToken);
}

#[tokio::test]
async fn what_an_operator_says_comes_from_system_once_to_one_or_to_everyone() {
    let api = Api::with(|plan| plan.chat.broadcast = longlink::chat::Broadcast::Nobody).await;
    let mut anna = api.world.logged_in("anna").await;
    let sent = api.ok("send", json!({"to": anna.user, "text": "hello", "client_msg_id": "1"})).await;
    let again = api.ok("send", json!({"to": anna.user, "text": "hello", "client_msg_id": "1"})).await;
    assert_eq!((&again["queue_id"], &again["duplicate"]), (&sent["queue_id"], &json!(true)));
    api.ok("send", json!({"to": 0, "text": "to all"})).await;
    let system = api.ok("user_show", json!({"name": "system"})).await["id"].as_i64().unwrap();
    let entries = anna.entries(2).await;
    for (entry, (to, text)) in entries.iter().zip([(anna.user, "hello"), (0, "to all")]) {
        assert_eq!((entry.from, entry.to, &entry.content[..]), (system, to, text.as_bytes()));
    }
    let (status, lines) = api.post("send", json!({"to": 999, "text": "hello"})).await;
    assert_eq!((status, &lines[0]["code"]), (404, &json!("NOT_FOUND")));

    let fresh = Api::new().await;
    let mut stranger = fresh.world.stranger().await;
    for name in ["system", "System"] {
        let code = stranger.code(Command::Register, &register(name, "a password", "")).await;
        assert_eq!(code, Code::NameTaken, "nobody passes for the server");
    }
}

#[tokio::test]
async fn what_cannot_be_done_is_said_with_a_status_and_what_is_for_the_machine_alone_is_not_there() {
    let api = Api::new().await;
    api.ok("user_add", json!({"name": "anna"})).await;
    for (command, body, status) in [
        ("user_add", json!({"name": "anna"}), 409),
        ("user_show", json!({"name": "bob"}), 404),
        ("user_show", json!({}), 400),
        ("user_show", json!([]), 400),
        ("token_show", json!({"token": "a.b.c"}), 400),
        ("nothing", json!({}), 404),
        ("log_show", json!({"after": 0, "limit": 10}), 404),
        ("log_export", json!({}), 404),
        ("rotate_keys", json!({}), 404),
        ("admin_token", json!({"name": "me", "ttl_s": 10}), 404),
    ] {
        let (got, lines) = api.post(command, body).await;
        assert_eq!(got, status, "{command}: {lines:?}");
        assert!(lines[0]["error"].is_string(), "{command}: {lines:?}");
    }
    assert_eq!(api.asked(&api.token, "GET", "/admin/stats", "").await.0, 405);
    assert_eq!(api.asked(&api.token, "POST", "/admin/stats", "nonsense").await.0, 400);
    // The name in the path counts, and not one in the body.
    assert_eq!(api.ok("stats", json!({"do": "rotate_keys"})).await["links"], 0);
}

#[tokio::test]
async fn the_api_for_operators_describes_itself() {
    let api = Api::new().await;
    let (status, text) = api.text(&api.token, "GET", "/openapi.json", "").await;
    let described: Value = serde_json::from_str(&text).unwrap();
    let paths = described["paths"].as_object().unwrap();
    assert_eq!((status, paths.len()), (200, TABLE.len()));
    for row in TABLE {
        assert_eq!(paths[&format!("/admin/{}", row.name)]["post"]["summary"], row.meaning);
    }
}
