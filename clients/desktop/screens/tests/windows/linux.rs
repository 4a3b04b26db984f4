//! Two windows of the program for this machine, driven by keys, on one display.

use std::time::Duration;

use longlink_desktop_screens::cost::{comes_to_rest, memory_mb, taken};
use longlink_desktop_screens::desk::Desk;
use longlink_desktop_screens::display::Display;
use longlink_desktop_screens::server::Server;

use crate::person::{CHINESE, ENGLISH, PASSWORD, log_in, open, start};

/// Chinese, Japanese and emoji, which no set-up was made for.
const FOREIGN: &str = "你好，世界！こんにちは 🎉👍";

#[test]
fn two_windows_talk_and_nothing_is_lost_or_doubled_over_kills() {
    let mut server = Server::start();
    server.add("anna", PASSWORD);
    server.add("bob", PASSWORD);
    let display = Display::start(2200, 860);
    let folder = tempfile::tempdir().unwrap();
    let (anna_data, bob_data) = (folder.path().join("anna"), folder.path().join("bob"));
    let mut anna = start(&display, &server, &anna_data, 0, &ENGLISH);
    let mut bob = start(&display, &server, &bob_data, 1100, &CHINESE);
    anna.picture("login-en");
    bob.picture("login-zh");
    log_in(&mut anna, "anna", &ENGLISH);
    log_in(&mut bob, "bob", &CHINESE);

    // Latin letters are typed, the others pasted.
    open(&mut anna, "bob", &ENGLISH);
    anna.types("hello bob");
    anna.key("Return");
    open(&mut bob, "anna", &CHINESE);
    bob.sees("hello bob");
    bob.pastes(FOREIGN);
    bob.key("Return");
    anna.sees(FOREIGN);
    anna.picture("talk-en");
    bob.picture("talk-zh");

    // A program that was killed comes back logged in, with everything, and with what was written meanwhile.
    bob.kill();
    anna.types("while you were away");
    anna.key("Return");
    let mut bob = start(&display, &server, &bob_data, 1100, &CHINESE);
    bob.sees("已连接");
    open(&mut bob, "anna", &CHINESE);
    bob.sees("while you were away");

    // A server that was killed: both say so, what is written waits, and goes out once it is back.
    server.kill();
    anna.sees("Next try in");
    anna.types("written without a server");
    anna.key("Return");
    anna.sees("written without a server");
    anna.picture("no-server-en");
    server.start_again();
    bob.sees("written without a server");
    anna.sees("Connected");
    bob.types("got it");
    bob.key("Return");
    anna.sees("got it");

    // Once on each screen, and once in the log.
    let log = server.log();
    for text in ["hello bob", FOREIGN, "while you were away", "written without a server", "got it"] {
        assert_eq!((anna.counts(text), bob.counts(text)), (1, 1), "{text} on the two screens");
    }
    assert_eq!(log.lines().filter(|line| line.contains("\"content_type\":1")).count(), 5, "{log}");
    anna.picture("talk-after-en");
    bob.picture("talk-after-zh");
}

#[test]
fn the_desktop_is_told_what_is_unread_and_a_click_opens_it() {
    let server = Server::start();
    server.add("anna", PASSWORD);
    server.add("bob", PASSWORD);
    let display = Display::start(2200, 860);
    let desk = Desk::start(&display.session);
    let folder = tempfile::tempdir().unwrap();
    let mut anna = start(&display, &server, &folder.path().join("anna"), 0, &ENGLISH);
    let mut bob = start(&display, &server, &folder.path().join("bob"), 1100, &ENGLISH);
    log_in(&mut anna, "anna", &ENGLISH);
    log_in(&mut bob, "bob", &ENGLISH);
    open(&mut bob, "anna", &ENGLISH);
    bob.types("are <b>you</b> there?");
    bob.key("Return");

    // Bob's window has the keyboard, so that Anna does not see it.
    let shown = desk.shows("bob");
    assert_eq!(shown.body, "are &lt;b&gt;you&lt;/b&gt; there?", "what a person wrote is no markup");
    anna.sees("1 unread message");
    desk.tray_says("(1) longlink");
    desk.click(&shown);
    anna.sees("Message to bob");
    anna.picture("from-notification");
}

#[test]
fn a_window_comes_to_rest_and_is_told_what_it_costs() {
    let server = Server::start();
    server.add("anna", PASSWORD);
    let display = Display::start(1040, 860);
    let folder = tempfile::tempdir().unwrap();
    let mut anna = start(&display, &server, &folder.path().join("anna"), 0, &ENGLISH);
    log_in(&mut anna, "anna", &ENGLISH);
    comes_to_rest(anna.pid());
    let over = Duration::from_secs(5);
    let taken = taken(anna.pid(), over);
    let (resident, own) = memory_mb(anna.pid());
    println!(
        "a window at rest: {taken} ms of processor time in {over:?}; {resident} MB resident, {own} MB of them its own"
    );
}
