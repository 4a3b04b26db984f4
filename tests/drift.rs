//! PROTOCOL.md, the protos and the command table say the same, in both directions.
//!
//! Each side is read into rows of the same kind, and the rows are compared. The words are compared too: the meaning
//! of a number in the page is the comment above it in the proto.

use std::collections::{BTreeMap, BTreeSet};

use longlink::wire::frame::{FRAME_LENGTH_MAX, HEADER_LENGTH, SEQ_IDENTIFY, SEQ_NOOP, SEQ_PUSH, SEQ_SIGNALLING_KEEP};
use longlink::wire::{COMMANDS, Who};

use crate::descriptors;

const PAGE: &str = include_str!("../proto/PROTOCOL.md");

/// The tables of the page that show an enum: heading, enum, and what its values' names begin with.
const ENUMS: &[(&str, &str, &str)] = &[
    ("Commands", "Command", "COMMAND_"),
    ("Codes", "Code", "CODE_"),
    ("Close reasons", "CloseReason", "CLOSE_REASON_"),
    ("Content types", "ContentType", "CONTENT_TYPE_"),
    ("What the server made of `resume`", "ResumeOutcome", "RESUME_OUTCOME_"),
    ("Group roles", "GroupRole", "GROUP_ROLE_"),
    ("Joining a group by its link", "GroupJoin", "GROUP_JOIN_"),
    ("Contact states", "ContactState", "CONTACT_STATE_"),
    ("Sexes", "Sex", "SEX_"),
    ("Group events", "GroupEventKind", "GROUP_EVENT_KIND_"),
];

/// A row: its columns by their headings.
type Row = BTreeMap<&'static str, String>;

#[test]
fn every_number_of_the_protos_stands_in_the_page_and_the_other_way_round() {
    for &(heading, name, prefix) in ENUMS {
        let page = table(PAGE, heading);
        assert_eq!(differences(&page, &enum_rows(name, prefix)), [""; 0], "{heading}");
        let numbers: Vec<i64> = page.iter().map(|row| row["Number"].parse().unwrap()).collect();
        assert!(numbers.is_sorted(), "{heading}: not in ascending order");
    }
}

#[test]
fn every_enum_has_its_table() {
    let shown: BTreeSet<String> = ENUMS.iter().map(|(_, name, _)| (*name).to_owned()).collect();
    let there: BTreeSet<String> = descriptors::enums().map(|described| described.name().to_owned()).collect();
    assert_eq!(shown, there);
}

#[test]
fn every_request_of_the_page_is_in_the_command_table_and_the_other_way_round() {
    let page: Vec<Row> = table(PAGE, "Commands").into_iter().filter(is_request).collect();
    assert_eq!(differences(&page, &command_rows()), [""; 0]);
}

#[test]
fn every_push_brings_the_message_of_its_name() {
    for row in table(PAGE, "Commands") {
        let Some(name) = row["Name"].strip_prefix("push_") else { continue };
        let words = name.split('_').map(|word| format!("{}{}", word[..1].to_uppercase(), &word[1..]));
        let message = format!("{}Push", words.collect::<String>());
        assert_eq!((&row["Request or push"], row["Direction"].as_str()), (&message, "server to client"));
        assert!(descriptors::message(&message).is_some(), "no message {message}");
    }
}

#[test]
fn every_reply_begins_with_a_code_and_a_message() {
    for row in table(PAGE, "Commands").iter().filter(|row| is_request(row)) {
        let reply = descriptors::message(&row["Reply"]).unwrap();
        let names = [1, 2].map(|number| reply.get_field(number).map(|field| field.name().to_owned()));
        assert_eq!(names, [Some("code".to_owned()), Some("message".to_owned())], "{}", reply.name());
    }
}

#[test]
fn the_reserved_sequences_and_the_lengths_of_the_page_are_those_of_the_code() {
    let sequences =
        [(SEQ_PUSH, "PUSH"), (SEQ_SIGNALLING_KEEP, "SIGNALLING_KEEP"), (SEQ_IDENTIFY, "IDENTIFY"), (SEQ_NOOP, "NOOP")];
    let code: Vec<Row> = sequences
        .into_iter()
        .map(|(number, name)| Row::from([("Sequence", format!("0x{number:08X}")), ("Name", name.to_owned())]))
        .collect();
    assert_eq!(differences(&table(PAGE, "Sequences"), &code), [""; 0]);
    assert_eq!((HEADER_LENGTH, FRAME_LENGTH_MAX), (20, 1_048_576));
    assert!(PAGE.contains("| frame, logged in | 1,048,576 bytes |"));
}

#[test]
fn every_message_that_the_page_names_exists() {
    let mut seen = 0;
    for name in PAGE.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| names_a_message(word)) {
        let there = descriptors::message(name).or_else(|| descriptors::sample_message(name));
        assert!(there.is_some(), "no message {name}");
        seen += 1;
    }
    assert!(seen > 40, "only {seen} names were found");
}

#[test]
fn facts_are_numbered_without_gaps_and_each_number_is_used_once() {
    assert_eq!(misnumbered(PAGE), [""; 0]);
    assert!(facts(PAGE).len() > 60);
}

#[test]
fn a_difference_is_noticed_in_either_direction() {
    let proto = enum_rows("Code", "CODE_");
    let broken = |change: &dyn Fn(&mut Vec<Row>)| {
        let mut page = table(PAGE, "Codes");
        change(&mut page);
        differences(&page, &proto).len()
    };
    assert_eq!(broken(&|_| ()), 0);
    assert_eq!(broken(&|page| drop(page.remove(3))), 1, "a row is missing in the page");
    assert_eq!(broken(&|page| page.push(Row::from([("Number", "77".into()), ("Name", "NEW".into())]))), 1);
    assert_eq!(broken(&|page| *page[3].get_mut("Number").unwrap() = "33".into()), 2, "the number is another");
    assert_eq!(broken(&|page| *page[3].get_mut("Name").unwrap() = "LOGGED_OUT".into()), 1);
    assert_eq!(broken(&|page| page[3].get_mut("Meaning").unwrap().push('!')), 1);
    assert_eq!(broken(&|page| drop(page[3].remove("Meaning"))), 1, "a column is missing");
    assert_eq!(broken(&|page| page.push(page[3].clone())), 1, "a row stands twice");
}

#[test]
fn a_wrong_cell_of_the_command_table_is_noticed() {
    let rows = || table(PAGE, "Commands").into_iter().filter(is_request).collect::<Vec<Row>>();
    for column in ["Number", "Name", "Request or push", "Reply", "Who may", "Direction"] {
        let mut page = rows();
        page[2].get_mut(column).unwrap().push('x');
        assert_ne!(differences(&page, &command_rows()), [""; 0], "{column}");
    }
}

#[test]
fn a_wrong_number_of_a_fact_is_noticed() {
    assert_eq!(misnumbered("- **F1** a\n- **F2** b\n- **G1** c\n"), [""; 0]);
    assert_eq!(misnumbered("- **F1** a\n- **F3** b\n").len(), 1);
    assert_eq!(misnumbered("- **F1** a\n- **F1** b\n").len(), 1);
}

fn is_request(row: &Row) -> bool {
    row["Request or push"].ends_with("Request")
}

fn names_a_message(word: &str) -> bool {
    let tail = ["Request", "Reply", "Push"].into_iter().find_map(|tail| word.strip_suffix(tail));
    // `OnPush` is Mars' own.
    tail.is_some_and(|head| head.starts_with(|c: char| c.is_ascii_uppercase()) && word != "OnPush")
}

/// What an enum's table must say.
fn enum_rows(name: &str, prefix: &str) -> Vec<Row> {
    let described = descriptors::enumeration(name);
    let mut rows = Vec::new();
    for (index, value) in described.values().enumerate() {
        let bare = value.name().strip_prefix(prefix).unwrap_or_else(|| panic!("{} without {prefix}", value.name()));
        if bare == "UNSPECIFIED" {
            continue;
        }
        let path = [described.path(), &[2, i32::try_from(index).unwrap()]].concat();
        let meaning = descriptors::comment(&described, &path);
        assert!(meaning.ends_with('.'), "{} has no comment that is a sentence", value.name());
        let name = if name == "Command" { bare.to_lowercase() } else { bare.to_owned() };
        rows.push(Row::from([("Number", value.number().to_string()), ("Name", name), ("Meaning", meaning)]));
    }
    rows
}

/// What the rows of the requests must say.
fn command_rows() -> Vec<Row> {
    let row = |info: &longlink::wire::CommandInfo| {
        Row::from([
            ("Number", (info.command as i32).to_string()),
            ("Name", info.name.to_owned()),
            ("Direction", "client to server".to_owned()),
            ("Request or push", info.request.to_owned()),
            ("Reply", info.reply.to_owned()),
            (
                "Who may",
                match info.who {
                    Who::Anyone => "anyone",
                    Who::User => "user",
                }
                .to_owned(),
            ),
        ])
    };
    COMMANDS.iter().map(row).collect()
}

/// What is in one but not in the other, or otherwise there. Rows are told by their first column; only the columns
/// that `truth` has are compared.
fn differences(page: &[Row], truth: &[Row]) -> Vec<String> {
    let key = |row: &Row| row.get("Number").or(row.get("Sequence")).cloned().unwrap_or_default();
    let mut found = Vec::new();
    for row in truth {
        let same: Vec<&Row> = page.iter().filter(|other| key(other) == key(row)).collect();
        match same[..] {
            [] => found.push(format!("{} is missing in the page", key(row))),
            [shown] => {
                for (column, want) in row.iter().filter(|(column, want)| shown.get(**column) != Some(want)) {
                    found.push(format!("{}: {column} is {:?}, not {want:?}", key(row), shown.get(column)));
                }
            }
            _ => found.push(format!("{} stands more than once in the page", key(row))),
        }
    }
    let surplus = page.iter().filter(|row| !truth.iter().any(|other| key(other) == key(row)));
    found.extend(surplus.map(|row| format!("{} stands in the page alone", key(row))));
    found
}

/// The first table below a heading.
fn table(page: &'static str, heading: &str) -> Vec<Row> {
    let mut lines = page
        .lines()
        .skip_while(|line| line.trim_start_matches('#').trim() != heading || !line.starts_with('#'))
        .skip(1)
        .take_while(|line| !line.starts_with('#'))
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect::<Vec<_>>());
    let columns = lines.next().unwrap_or_else(|| panic!("the page has no table below {heading:?}"));
    let rows: Vec<Row> = lines
        .skip(1)
        .map(|cells| {
            assert_eq!(cells.len(), columns.len(), "{heading}: {cells:?}");
            columns.iter().copied().zip(cells.into_iter().map(str::to_owned)).collect()
        })
        .collect();
    assert!(!rows.is_empty(), "{heading}: the table is empty");
    rows
}

/// The numbers of the facts, in their order: a letter and a number.
fn facts(page: &str) -> Vec<(char, u32)> {
    page.lines()
        .filter_map(|line| line.strip_prefix("- **")?.split_once("** "))
        .map(|(fact, _)| (fact.chars().next().unwrap(), fact[1..].parse().unwrap()))
        .collect()
}

/// Facts that are not numbered 1, 2, 3 within their letter.
fn misnumbered(page: &str) -> Vec<String> {
    let mut last = BTreeMap::new();
    let mut wrong = Vec::new();
    for (letter, number) in facts(page) {
        let before = last.insert(letter, number).unwrap_or(0);
        if number != before + 1 {
            wrong.push(format!("{letter}{number} comes after {letter}{before}"));
        }
    }
    wrong
}

/// Whether the page has a fact of this name, such as `F3`.
pub(crate) fn is_fact(name: &str) -> bool {
    facts(PAGE).iter().any(|(letter, number)| format!("{letter}{number}") == name)
}
