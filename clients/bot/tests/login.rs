use longlink::wire::Request;
use longlink_client::pb::hello_request::Credential;

use crate::support::{Bot, Server};

#[tokio::test]
async fn a_wrong_password_is_one_sentence_and_code_3() {
    let server = Server::start().await;
    let bot = Bot::run_with(&["chat", "--server", &server.address, "--user", "anna"], Some("guess"));
    let (lines, errors, status) = bot.ends().await;
    assert_eq!(status.code(), Some(3));
    assert!(errors.ends_with("bot: wrong user name or password (--register makes an account)\n"), "{errors}");
    assert!(lines.is_empty());
}

#[tokio::test]
async fn what_is_missing_without_a_terminal_is_wrong_usage() {
    let (_, errors, status) = Bot::run_with(&["chat", "--user", "anna"], None).ends().await;
    assert_eq!(status.code(), Some(2));
    assert_eq!(errors, "bot: LONGLINK_PASSWORD is missing, and there is no terminal to ask on\n");
    let (_, errors, status) = Bot::run_with(&["echo"], Some("secret")).ends().await;
    assert_eq!(status.code(), Some(2));
    assert_eq!(errors, "bot: --user is missing, and there is no terminal to ask on\n");
}

#[tokio::test]
async fn a_token_logs_in_and_is_left_alone_at_the_end() {
    let mut server = Server::start().await;
    let bot = Bot::run_with(&["chat", "--server", &server.address, "--token", "good", "--with", "all"], None);
    let (lines, _, status) = bot.ends().await;
    assert_eq!((lines, status.code()), (vec!["to all".to_owned()], Some(0)));
    let Request::Hello(hello) = server.asked().await else { panic!("hello comes first") };
    assert_eq!(hello.credential, Some(Credential::Token("good".into())));

    let bot = Bot::run_with(&["chat", "--server", &server.address, "--token", "bad"], None);
    let (_, errors, status) = bot.ends().await;
    assert!(errors.ends_with("bot: this token is not valid, or not any more\n"), "{errors}");
    assert_eq!(status.code(), Some(3));
    let Request::Hello(_) = server.asked().await else { panic!("the good token was not logged out") };
}

// What stands on a command line can be seen by everybody on the machine.
#[tokio::test]
async fn a_token_and_a_password_may_come_from_a_file() {
    let mut server = Server::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (token, password, empty) = (file("token", "good\n"), file("password", "secret\nmore"), file("empty", "\n"));
    let chat = ["chat", "--server", &server.address.clone(), "--with", "all"];
    let bot = Bot::run_with(&[&chat[..], &["--token-file", &token]].concat(), None);
    assert_eq!(bot.ends().await.2.code(), Some(0));
    let Request::Hello(hello) = server.asked().await else { panic!("hello comes first") };
    assert_eq!(hello.credential, Some(Credential::Token("good".into())));
    let bot = Bot::run_with(&[&chat[..], &["--user", "anna", "--password-file", &password]].concat(), None);
    assert_eq!(bot.ends().await.2.code(), Some(0));
    let Request::Hello(hello) = server.asked().await else { panic!("hello comes first") };
    let Some(Credential::Password(given)) = hello.credential else { panic!("no password") };
    assert_eq!((given.name.as_str(), given.password.as_str()), ("anna", "secret"));
    let (_, errors, status) = Bot::run_with(&[&chat[..], &["--token-file", &empty]].concat(), None).ends().await;
    assert_eq!(status.code(), Some(2));
    assert_eq!(errors, format!("bot: {empty} has nothing on its first line\n"));
}

#[tokio::test]
async fn an_account_is_made_before_the_login_if_that_is_wanted() {
    let mut server = Server::start().await;
    let bot = Bot::run(&server, &["chat", "--register", "--with", "all"]);
    let (_, errors, status) = bot.ends().await;
    assert_eq!(status.code(), Some(0), "{errors}");
    let Request::Register(register) = server.asked().await else { panic!("register comes first") };
    assert_eq!((register.name.as_str(), register.password.as_str()), ("anna", "secret"));
    assert!(matches!(server.asked().await, Request::Hello(_)));

    let args = ["chat", "--server", &server.address, "--user", "bob", "--register"];
    let (_, errors, status) = Bot::run_with(&args, Some("secret")).ends().await;
    assert_eq!(errors, "bot: the name bob is taken; without --register you log in to it\n");
    assert_eq!(status.code(), Some(3));
}
