//! Passwords, tokens and keys are in no log, no audit log, no error and no list of processes, whatever happens.

use std::fs;

use longlink::wire::{Code, Command, pb};
use serde_json::{Value, json};

use super::program::{Home, Program};
use crate::support::http::exchange;
use crate::support::requests::{hello, password, register};

/// Every word that nobody may find afterwards.
#[derive(Default)]
struct Secrets(Vec<String>);

impl Secrets {
    /// A token is searched for by its signature, which is what makes it worth something.
    fn token(&mut self, token: &str) {
        self.0.push(token.rsplit('.').next().unwrap().to_owned());
    }

    fn check(&self, what: &str, text: &str) {
        for secret in &self.0 {
            assert!(secret.len() >= 12, "{secret:?} may be anywhere");
            if let Some(at) = text.find(secret.as_str()) {
                let line = text[..at].lines().count().saturating_sub(1);
                panic!("{what} has {secret:?}: {:?}", text.lines().nth(line));
            }
        }
    }
}

#[tokio::test]
async fn no_secret_is_in_a_log_an_error_or_the_list_of_processes() {
    let home = Home::with("listen.admin = \"127.0.0.1:0\"").behind("export LONGLINK_LOG=trace;");
    let mut program = home.serve().await;
    let admin = program.told("admin ").await;
    let mut secrets = Secrets(
        [
            "correct-horse-1",
            "correct-horse-2",
            "wrong-battery-3",
            "staple-register-4",
            "admins-choice-5",
            "old-wrong-6-6",
        ]
        .map(str::to_owned)
        .to_vec(),
    );
    for file in ["token-keys.json", "admin-keys.json"] {
        let keys: Value = serde_json::from_slice(&fs::read(home.data().join(file)).unwrap()).unwrap();
        secrets.0.push(keys["keys"][0]["secret"].as_str().unwrap().to_owned());
    }

    // The command line: what is secret comes in on standard input, and errors do not repeat it.
    let mut told = String::new();
    for (arguments, input) in [
        (&["user", "add", "anna"][..], "correct-horse-1\n"),
        (&["user", "add", "ANNA"], "correct-horse-1\n"),
        (&["user", "passwd", "anna"], "correct-horse-2\n"),
        (&["user", "passwd", "nobody"], "correct-horse-2\n"),
        (&["token", "revoke"], "wrong-battery-3\n"),
        (&["token", "show"], "wrong-battery-3.a.b\n"),
    ] {
        let ended = home.run_with(arguments, input).await;
        told += &format!("{}\n{}\n", ended.stdout, ended.stderr);
    }
    let (token, operators) = (home.token("anna").await, home.ok(&["token", "create", "--admin", "ops"]).await);
    secrets.token(&token);
    secrets.token(operators.trim());

    // Links: right, wrong, malformed, changed, registering, a new password.
    let mut stranger = program.connect().await;
    let registered = register("bob", "staple-register-4", "no-invitation-needed");
    assert_eq!(stranger.code(Command::Register, &registered).await, Code::Ok);
    secrets.0.push("no-invitation-needed".into());
    for (name, word) in [("anna", "wrong-battery-3"), ("nobody", "wrong-battery-3")] {
        assert_eq!(stranger.code(Command::Hello, &password(name, word, "phone")).await, Code::WrongCredentials);
    }
    // A signature may end with either.
    let other = if token.ends_with('A') { 'Q' } else { 'A' };
    let changed = format!("{}{other}", &token[..token.len() - 1]);
    secrets.token(&changed);
    for bad in ["not-a-token-at-all", "wrong-battery-3.wrong-battery-3.wrong-battery-3", &changed] {
        let mut stranger = program.connect().await;
        assert_eq!(stranger.code(Command::Hello, &hello(bad, "phone", None)).await, Code::BadToken);
    }
    secrets.0.push("not-a-token-at-all".into());
    let mut anna = program.connect().await;
    let reply: pb::HelloReply = anna.call(Command::Hello, &password("anna", "correct-horse-2", "phone")).await;
    secrets.token(&reply.token);
    for old in ["old-wrong-6-6", "correct-horse-2"] {
        let request = pb::ChangePasswordRequest { old_password: old.into(), new_password: "admins-choice-5".into() };
        let changed: pb::ChangePasswordReply = anna.call(Command::ChangePassword, &request).await;
        if changed.code() == Code::Ok {
            secrets.token(&changed.token);
        }
    }

    // HTTP: JSON that is read, and JSON that is not; tokens in headers, good and bad; the operators' port.
    let post = |path: &str, token: &str, body: &Value| {
        let (head, body) = ("Host: h\r\nConnection: close\r\nContent-Type: application/json", body.to_string());
        let length = body.len();
        format!(
            "POST {path} HTTP/1.1\r\n{head}\r\nAuthorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    let right = json!({"password": {"name": "bob", "password": "staple-register-4"}, "deviceId": "web"});
    let wrong = json!({"password": "wrong-battery-3", "deviceId": 7});
    for request in [
        post("/cgi/hello", "", &right),
        post("/cgi/hello", "", &wrong),
        post("/cgi/conversations", &token, &json!({})),
        post("/cgi/conversations", "not-a-token-at-all", &json!({})),
    ] {
        let answer = exchange(program.http, request.as_bytes()).await;
        if let Ok(Value::Object(reply)) = serde_json::from_slice(&answer.body)
            && let Some(token) = reply.get("token").and_then(Value::as_str).filter(|token| !token.is_empty())
        {
            secrets.token(token);
        }
    }
    for (path, token, body) in [
        ("/admin/user_passwd", operators.trim(), json!({"name": "bob", "password": "admins-choice-5"})),
        ("/admin/user_passwd", operators.trim(), json!({"name": "nobody", "password": "admins-choice-5"})),
        ("/admin/user_add", "not-a-token-at-all", json!({"name": "carl", "password": "admins-choice-5"})),
    ] {
        let request = post(path, token, &body).replace("HTTP/1.1", "HTTP/1.0");
        let answer = raw_text(admin.parse().unwrap(), &request).await;
        assert!(!answer.contains("admins-choice-5"), "{answer}");
    }

    let cmdline = fs::read(format!("/proc/{}/cmdline", program.pid().as_raw_nonzero())).unwrap();
    secrets.check("the list of processes", &String::from_utf8_lossy(&cmdline));
    let limits = fs::read_to_string(format!("/proc/{}/limits", program.pid().as_raw_nonzero())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().collect::<Vec<_>>()[4..6], ["0", "0"], "a crash would leave all of them");
    secrets.check("what the command line said", &told);
    let log = finished(program).await;
    assert!(log.lines().count() > 100, "at trace it says more than that:\n{log}");
    secrets.check("the server's log", &log);
    let mut audited = String::new();
    for file in fs::read_dir(home.data().join("audit")).unwrap() {
        audited += &fs::read_to_string(file.unwrap().path()).unwrap();
    }
    for noted in
        ["\"login_refused\"", "\"login\"", "\"user_passwd\"", "\"registered\"", "\"admin_token\"", "\"door\":\"admin\""]
    {
        assert!(audited.contains(noted), "{noted} is not in the audit log:\n{audited}");
    }
    secrets.check("the audit log", &audited);
    assert!(home.ok(&["audit", "show", "--limit", "1000"]).await.lines().count() > 10);
}

async fn finished(program: Program) -> String {
    let ended = program.stop().await;
    assert_eq!(ended.code(), Some(0));
    format!("{}\n{}", ended.stdout, ended.stderr)
}

async fn raw_text(address: std::net::SocketAddr, request: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}
