//! Pictures of one window in its two colours and its two languages, between which one changes by keys and the mouse.

use longlink_desktop_screens::bot::Bot;
use longlink_desktop_screens::display::Display;
use longlink_desktop_screens::server::Server;

use crate::person::{ENGLISH, PASSWORD, log_in, start};

const SAID: [&str; 6] = [
    "Shall we meet at the station? The train is at 18:40, and I have the tickets.",
    "好的，我们六点半在南门见！（别忘了带伞）",
    "了解です。駅の前で待っています。",
    "🎉👍😀 …and bring the map: https://example.com/map",
    "Καλημέρα, доброе утро, dobré ráno",
    "한국어도 보입니다",
];

#[test]
fn it_is_shown_light_and_dark_in_english_and_chinese() {
    let server = Server::start();
    server.add("anna", PASSWORD);
    server.add("bob", PASSWORD);
    let display = Display::start(1100, 860);
    let folder = tempfile::tempdir().unwrap();
    let mut anna = start(&display, &server, &folder.path().join("anna"), 0, &ENGLISH);
    log_in(&mut anna, "anna", &ENGLISH);
    let mut bob = Bot::chat(&server, "bob", PASSWORD, "anna");
    for line in SAID {
        bob.says(line);
    }
    anna.sees(SAID[5]);
    anna.key("alt+Down");
    anna.sees("Message to bob");
    anna.sees(SAID[0]);
    anna.picture("dark-en");

    anna.key("ctrl+comma");
    let before = anna.look();
    anna.click("Light");
    anna.changes_from(&before);
    anna.picture("settings-light-en");
    anna.key("Escape");
    anna.loses("Light");
    anna.picture("light-en");
    anna.key("ctrl+comma");
    anna.click("中文");
    anna.sees("外观");
    anna.picture("settings-light-zh");
    anna.key("Escape");
    anna.loses("外观");
    anna.sees("发给 bob 的消息");
    anna.picture("light-zh");
}
