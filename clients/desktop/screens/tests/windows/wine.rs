//! The program for Windows talks with somebody at a terminal.

use longlink_desktop_screens::bot::Bot;
use longlink_desktop_screens::display::Display;
use longlink_desktop_screens::server::Server;
use longlink_desktop_screens::until;
use longlink_desktop_screens::wine::Wine;

const PASSWORD: &str = "wonder";

#[test]
fn the_program_for_windows_logs_in_and_talks_and_comes_back() {
    let mut server = Server::start();
    server.add("anna", PASSWORD);
    server.add("bob", PASSWORD);
    let display = Display::start(1200, 900);
    let wine = Wine::start(&display);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("anna");
    let (tcp, http) = (server.tcp.to_string(), server.http.port().to_string());
    let options = ["--server", &tcp, "--http-port", &http];

    let anna = wine.open(&data, &options);
    anna.does(|hands| hands.types("anna"));
    anna.does(|hands| hands.key("Tab"));
    anna.does(|hands| hands.types(PASSWORD));
    anna.picture("windows-login");
    anna.does(|hands| hands.key("Return"));
    until("the server lets anna in", || server.audit().contains("anna").then_some(()));

    // What comes is shown: Bob is told that it was read, which it is when its conversation is open.
    let mut bob = Bot::chat(&server, "bob", PASSWORD, "anna");
    let before = anna.look();
    bob.says("hello from the terminal");
    anna.changes_from(&before);
    anna.does(|hands| hands.key("alt+Down"));
    bob.asks_until("/read", "anna");

    anna.does(|hands| hands.types("hello from Windows"));
    anna.does(|hands| hands.key("Return"));
    bob.shows("anna: hello from Windows");
    let before = anna.look();
    anna.pastes("你好，世界 🎉", || (anna.look() != before).then_some(()));
    anna.does(|hands| hands.key("Return"));
    bob.shows("anna: 你好，世界 🎉");
    anna.picture("windows-talk");

    // A server that is gone for a while, and a program that was killed.
    server.kill();
    anna.types("written without a server");
    anna.does(|hands| hands.key("Return"));
    anna.picture("windows-no-server");
    server.start_again();
    bob.shows("anna: written without a server");
    anna.kill();
    bob.says("while you were away");
    let anna = wine.open(&data, &options);
    anna.does(|hands| hands.key("alt+Down"));
    anna.does(|hands| hands.types("back again"));
    anna.does(|hands| hands.key("Return"));
    bob.shows("anna: back again");
    anna.picture("windows-after");

    let log = server.log();
    assert_eq!(log.lines().filter(|line| line.contains("\"content_type\":1")).count(), 6, "{log}");
    // Notifications are shown by this name; wine itself shows none.
    assert!(wine.registry(r"HKCU\Software\Classes\AppUserModelId\io.longlink.desktop").contains("longlink"));
}
