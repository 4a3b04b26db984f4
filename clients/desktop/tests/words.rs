//! Both languages say everything, and nothing that nobody sees.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use longlink_desktop::words::{EN, Language, ZH, fill};

/// The names in braces.
fn holes(words: &str) -> BTreeSet<&str> {
    words.split('{').skip(1).filter_map(|part| part.split('}').next()).collect()
}

#[test]
fn both_languages_are_complete_and_leave_the_same_holes() {
    for ((part, name, en), (_, _, zh)) in EN.all().into_iter().zip(ZH.all()) {
        assert!(!en.trim().is_empty() && !zh.trim().is_empty(), "{part}.{name}");
        // Chinese says some things without what English needs, never the other way round.
        assert!(holes(zh).is_subset(&holes(en)), "{part}.{name}: {en} / {zh}");
    }
}

#[test]
fn no_word_is_there_that_no_screen_says() {
    let mut sources = String::new();
    read_all(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut sources);
    let unused: Vec<_> = EN
        .all()
        .into_iter()
        // Refusals are found by their number.
        .filter(|(part, ..)| *part != "fail")
        .filter(|(part, name, _)| {
            !sources.contains(&format!("{part}.{name}"))
                && !sources.contains(&format!("w.{name}"))
                && !sources.contains(&format!("words.{name}"))
        })
        .map(|(part, name, _)| format!("{part}.{name}"))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

fn read_all(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_all(&path, into);
        } else {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn values_are_filled_in_where_they_belong() {
    assert_eq!(fill("{a} and {b} {c}", &[("b", "B"), ("a", "{b}")]), "{b} and B {c}");
    assert_eq!(fill("open {", &[]), "open {");
}

#[test]
fn a_language_is_known_by_its_tag() {
    assert_eq!(Language::of_tag("zh-Hans-CN"), Some(Language::Chinese));
    assert_eq!(Language::of_tag("en_GB"), Some(Language::English));
    assert_eq!(Language::of_tag("xx"), None);
}
