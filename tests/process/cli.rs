//! What an operator types, and what comes back: settings, folders, the demo.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};

use longlink::wire::{Code, Command, pb};
use rustix::process::geteuid;

use super::program::{Home, Program};
use crate::support::requests::{password, register};

#[tokio::test]
async fn wrong_settings_are_named_in_one_sentence_with_exit_code_64() {
    for (settings, word) in [
        ("link.idle_timeout_s = 5", "link.idle_timeout_s"),
        ("link.idle_timeouts_s = 900", "link.idle_timeouts_s"),
        ("listen.tcp = \"everywhere\"", "listen.tcp"),
        ("chat.broadcast_allowed = 7", "chat.broadcast_allowed"),
        ("store.engine = \"sqlite\"", "store.engine"),
        ("stop.drain_timeout_s = ", "longlink.toml:"),
    ] {
        let home = Home::with(settings);
        for command in ["config", "serve"] {
            let ended = home.run(&[command]).await;
            assert_eq!((ended.code(), ended.stdout.as_str()), (Some(64), ""), "{settings}: {ended:?}");
            assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
            assert!(ended.sentence().starts_with("longlink: longlink.toml:"), "{ended:?}");
            assert!(ended.sentence().contains(word), "{settings}: {ended:?}");
        }
        assert!(!home.data().exists(), "nothing is made with settings that are wrong");
    }
    let home = Home::new();
    for arguments in [&["serve", "--prot", "8081"][..], &["srve"], &[], &["serve", "--config", "nowhere.toml"]] {
        let ended = home.run(arguments).await;
        assert_eq!(ended.code(), Some(64), "{arguments:?}: {ended:?}");
        assert_ne!(ended.stderr, "");
    }
    let told = home.run(&["serve", "--prot", "8081"]).await;
    assert!(told.stderr.contains("--prot"), "{told:?}");
    assert_eq!(home.run(&["--help"]).await.code(), Some(0));
}

#[tokio::test]
async fn config_prints_what_is_in_force_and_where_each_value_is_from() {
    let home = Home::with("link.devices_max = 3");
    let text = home.ok(&["config", "--tcp", "127.0.0.1:7001"]).await;
    assert!(text.contains("tcp = \"127.0.0.1:7001\"  # --tcp\n"), "{text}");
    assert!(text.contains("devices_max = 3  # longlink.toml:"), "{text}");
    assert!(text.contains("write_timeout_s = 30  # default\n"), "{text}");
    let again = Home::new();
    fs::write(again.path().join("longlink.toml"), &text).unwrap();
    let without_sources = |text: &str| text.lines().map(|line| line.split("  # ").next().unwrap().to_owned()).collect();
    let (one, other): (Vec<String>, Vec<String>) =
        (without_sources(&text), without_sources(&again.ok(&["config"]).await));
    assert_eq!(one, other, "what it prints is a settings file that says the same");

    fs::remove_file(again.path().join("longlink.toml")).unwrap();
    let defaults = again.ok(&["config"]).await;
    assert!(defaults.contains("tcp = \"127.0.0.1:8081\""), "{defaults}");
    assert!(defaults.contains("http = \"127.0.0.1:8080\""), "{defaults}");
    assert!(defaults.contains("data_dir = \"longlink-data\""), "{defaults}");
}

#[tokio::test]
async fn the_kernel_chooses_for_port_0_and_the_first_four_lines_tell() {
    let home = Home::new();
    let program = home.serve().await;
    assert_ne!((program.tcp.port(), program.http.port()), (0, 0));
    let (tcp, http) = (format!("tcp {}", program.tcp), format!("http {}", program.http));
    assert_eq!(program.said(), [tcp.as_str(), &http, "tcp-tls off", "https off"]);
    // An unread standard output is no reason to fail, either.
    assert_eq!(program.stop().await.code(), Some(0));
}

#[tokio::test]
async fn a_second_server_on_a_folder_is_refused_with_the_firsts_number() {
    let home = Home::new();
    let program = home.serve().await;
    for arguments in [&["serve"][..], &["log", "verify"], &["log", "import", "longlink.toml"]] {
        let ended = home.run(arguments).await;
        assert_eq!(ended.code(), Some(1), "{arguments:?}: {ended:?}");
        if arguments != ["log", "import", "longlink.toml"] {
            assert!(ended.sentence().contains(&format!("held by process {}", program.pid())), "{ended:?}");
        }
    }
    // The first is not disturbed, and a killed one holds nothing.
    home.user("anna").await;
    program.kill().await;
    home.serve().await;
}

#[tokio::test]
async fn what_the_server_makes_is_its_owners_alone() {
    // Also in a folder that others may look into.
    let home = Home::new().behind("umask 000; mkdir -p data;");
    let program = home.serve().await;
    home.user("anna").await;
    let mode = |name: &str| fs::metadata(home.data().join(name)).unwrap().permissions().mode() & 0o777;
    for name in ["token-keys.json", "control.sock", "head", "lock"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
    assert_eq!(mode("log"), 0o700);
    drop(program);

    let own = Home::new().behind("umask 000;");
    own.serve().await.stop().await;
    let folder = fs::metadata(own.data()).unwrap().permissions().mode() & 0o777;
    assert_eq!(folder, 0o700);
}

#[tokio::test]
async fn keys_that_others_may_read_are_refused_with_what_to_do() {
    let home = Home::new();
    home.user("anna").await;
    let path = home.data().join("token-keys.json");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let ended = home.run(&["serve"]).await;
    assert_eq!(ended.code(), Some(1), "{ended:?}");
    assert!(ended.sentence().contains("chmod 600"), "{ended:?}");
}

#[tokio::test]
async fn root_does_not_write_into_somebody_elses_folder() {
    let home = Home::new();
    home.user("anna").await;
    let owner = if geteuid().is_root() { 12_345 } else { geteuid().as_raw() };
    chown(home.data().join("lock"), Some(owner), None).unwrap();
    let ended = home.run(&["user", "list"]).await;
    // Who is not root may only have what is theirs, and the kernel sees to that.
    assert_eq!(ended.code(), Some(i32::from(geteuid().is_root())), "{ended:?}");
    assert_eq!(ended.stderr.contains("sudo -u '#12345' longlink"), geteuid().is_root(), "{ended:?}");
}

#[tokio::test]
async fn a_folder_that_is_held_by_who_does_not_answer_is_said_so() {
    let home = Home::new();
    let program = home.serve().await;
    fs::remove_file(home.data().join("control.sock")).unwrap();
    let ended = home.run(&["user", "list"]).await;
    assert_eq!(ended.code(), Some(1), "{ended:?}");
    assert!(ended.sentence().contains(&format!("held by process {}", program.pid())), "{ended:?}");
    assert!(ended.sentence().ends_with("try again"), "{ended:?}");
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named_and_not_made() {
    let home = Home::new();
    let commands: [&[&str]; 8] = [
        &["user", "list"],
        &["user", "disable", "anna"],
        &["token", "anna"],
        &["rotate-keys"],
        &["log", "show"],
        &["log", "export"],
        &["log", "verify"],
        &["log", "tail", "--after", "0"],
    ];
    for arguments in commands {
        let ended = home.run(arguments).await;
        assert_eq!(ended.code(), Some(1), "{arguments:?}: {ended:?}");
        assert!(ended.sentence().contains(home.data().to_str().unwrap()), "{arguments:?}: {ended:?}");
        assert!(!home.data().exists(), "{arguments:?}");
    }
}

#[tokio::test]
async fn a_demo_has_accounts_stays_on_this_machine_and_keeps_what_was_said() {
    let home = Home::new();
    fs::remove_file(home.path().join("longlink.toml")).unwrap();
    let start = &["--demo", "--tcp", "127.0.0.1:0", "--http", "127.0.0.1:0"];
    let mut program = home.serve_with(start).await;
    assert!(home.path().join("longlink-demo").exists());
    let first = demo_login(&program, "User01", "demo").await;
    let mut writer = program.log_in(&first.token, "phone").await;
    // The three topics of Mars' sample were made, and everybody was brought into them.
    assert_eq!(writer.send(0, "1", "hello").await.queue_id, 7);
    let account: pb::RegisterReply = writer_register(&program, "newcomer").await;
    assert_eq!(account.user_id, 10, "behind the eight and the sample's own");
    drop(writer);
    assert_eq!(program.stop().await.code(), Some(0));

    program = home.serve_with(start).await;
    let again = demo_login(&program, "User08", "demo").await;
    assert_eq!(
        (again.user_id, again.head),
        (8, 10),
        "a demo goes on where it ended, with the newcomer in three topics"
    );
    assert_eq!(demo_login(&program, "newcomer", "secret").await.user_id, 10);

    for (flag, address) in [("--tcp", "0.0.0.0:0"), ("--http", "[::]:0"), ("--tcp", "192.0.2.1:0")] {
        let ended = home.run(&["serve", "--demo", flag, address]).await;
        assert_eq!(ended.code(), Some(64), "{ended:?}");
        assert!(ended.sentence().contains("loopback"), "{ended:?}");
    }
}

async fn demo_login(program: &Program, name: &str, word: &str) -> pb::HelloReply {
    let mut peer = program.connect().await;
    let reply: pb::HelloReply = peer.call(Command::Hello, &password(name, word, "phone")).await;
    assert_eq!(reply.code(), Code::Ok, "{}", reply.message);
    reply
}

async fn writer_register(program: &Program, name: &str) -> pb::RegisterReply {
    let mut stranger = program.connect().await;
    let reply: pb::RegisterReply = stranger.call(Command::Register, &register(name, "secret", "")).await;
    assert_eq!(reply.code(), Code::Ok, "{}", reply.message);
    reply
}
