//! That everything has a name, and that every sign can be drawn with the letters that come along.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use eframe::egui::{self, FontId};
use longlink_client::pb;
use longlink_desktop::views::dialogs::{
    Blocks, Card, Dialog, Erase, GroupInfo, Join, LogOut, NewGroup, Passphrase, Password, Profile, SettingsDialog,
    Shortcuts,
};
use longlink_desktop::views::theme;
use longlink_desktop::words::Language;

use crate::stage::{ANNA, BOB, GROUP, ME, Stage, entry, nameless, screen};

#[test]
fn no_control_is_without_a_name() {
    let dialogs: Vec<(&str, Box<dyn Dialog>)> = vec![
        ("settings", Box::new(SettingsDialog)),
        ("card", Card::new(BOB)),
        ("group", GroupInfo::new(GROUP)),
        ("new group", Box::new(NewGroup::default())),
        ("join", Box::new(Join::default())),
        ("profile", Profile::new(ME)),
        ("password", Box::new(Password::default())),
        ("erase", Box::new(Erase::default())),
        ("blocks", Box::new(Blocks::default())),
        ("passphrase", Box::new(Passphrase::default())),
        ("log out", Box::new(LogOut { forget: true })),
        ("shortcuts", Box::new(Shortcuts)),
    ];
    for (name, dialog) in dialogs {
        let mut stage = Stage::among_friends(Language::English);
        stage.open(ANNA, &[entry(1, ANNA, ME, "see https://example.org"), entry(2, ME, ANNA, "yes")]);
        stage.shell.open_dialog(dialog);
        let screen = screen(stage);
        assert_eq!(nameless(&screen), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_conversation_says_who_and_what_it_is() {
    let mut stage = Stage::among_friends(Language::English);
    let mut picture = entry(1, BOB, GROUP, "");
    picture.content_type = pb::ContentType::Picture as u32;
    let media = pb::Media {
        hash: "ab".repeat(32),
        name: "cat.png".to_owned(),
        size: 5,
        width: 40,
        height: 30,
        ..Default::default()
    };
    picture.content = prost::Message::encode_to_vec(&media).into();
    let mut file = picture.clone();
    file.queue_id = 2;
    file.client_msg_id = "m2".to_owned();
    file.content_type = pb::ContentType::File as u32;
    stage.open(GROUP, &[picture, file]);
    let screen = screen(stage);
    use egui_kittest::kittest::Queryable;
    for name in ["Open cat.png", "Save cat.png", "bob"] {
        assert!(screen.query_all_by_label(name).count() > 0, "{name}");
    }
    assert_eq!(nameless(&screen), Vec::<String>::new());
}

/// On a machine without a font for emoji there are the letters that come along, and nothing else.
#[test]
fn every_sign_of_the_screen_is_in_the_fonts_that_come_along() {
    let mut signs = BTreeSet::new();
    read_signs(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/views")), &mut signs);
    assert!(signs.len() > 20, "{signs:?}");
    let ctx = egui::Context::default();
    theme::install(&ctx);
    ctx.run_ui(egui::RawInput::default(), |_| {}).textures_delta.clear();
    let font = FontId::proportional(14.0);
    let missing: Vec<_> =
        signs.into_iter().filter(|sign| !ctx.fonts_mut(|fonts| fonts.has_glyph(&font, *sign))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn read_signs(folder: &Path, into: &mut BTreeSet<char>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_signs(&path, into);
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        let shown = source.split("#[cfg(test)]").next().unwrap();
        // What Chinese is written with comes from the system, as on every machine of somebody who reads it.
        let is_chinese = |c: &char| ('\u{2e80}'..='\u{9fff}').contains(c) || ('\u{ff00}'..='\u{ffef}').contains(c);
        into.extend(shown.chars().filter(|c| !c.is_ascii() && !is_chinese(c)));
    }
}
