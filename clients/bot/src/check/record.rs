//! A history as records: what a check asked, what it was answered, and what it received, in the order in which it
//! happened. A saved history is one JSON object a line.
//!
//! The first line names the format: `{"longlink_history":1,"seed":…}`. Each other line is a [`Record`], told apart by
//! `t`; fields that a reader does not know are passed over. What happens to a link stands between its `link` and the
//! next of the same reader; a send is recorded before its first byte is written, and an answer after its last one was
//! read. So if an answer stands before a send, it was there before the send. An entry is written once, when it is seen
//! for the first time, and from then on named by its number: two readers that were shown the same `queue_id` with
//! different words name two entries.

use std::io::BufRead;

use serde::{Deserialize, Serialize};

/// The version of the format. It grows when an older bot could not read it.
pub const VERSION: u32 = 1;

/// The longest line that is read: an entry's content is at most 64 KiB, and each byte of it at most six in JSON.
const LINE_BYTES_MAX: u64 = 1 << 20;

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub longlink_history: u32,
    /// What the random choices were made from.
    pub seed: u64,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub enum Record {
    /// Somebody who reads, writes or both: a user's device. `all` says that it takes what is pushed to it, and so has
    /// to get everything.
    Reader { reader: u32, user: i64, name: String, all: bool },
    /// A reader has a link. Its cursor is `after`; at login the log's head was `head`.
    Link { link: u32, reader: u32, epoch: String, head: i64, after: i64, outcome: Outcome },
    /// A message is sent for the first time. `to` is a peer: > 0 a user, 0 everyone, < 0 a group. Or a message is to be
    /// changed or taken back: then `alters` says so, and `content` is what the entry says that does it, in words.
    Ask {
        link: u32,
        from: i64,
        id: String,
        to: i64,
        content: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        alters: Option<Altered>,
    },
    /// The same is sent again, under the same `client_msg_id`.
    Again { link: u32, from: i64, id: String },
    /// It was acknowledged, as entry `at`.
    Ack { link: u32, from: i64, id: String, at: i64 },
    /// It was refused.
    Refused { link: u32, from: i64, id: String, code: i32 },
    /// An entry that somebody was shown.
    Entry(Entry),
    /// Entries that were pushed on a link, in this order.
    Got { link: u32, entries: Vec<u32> },
    /// A page of the inbox, asked for on a link: all behind `after` up to `cursor`.
    Page { link: u32, after: i64, cursor: i64, entries: Vec<u32> },
    /// All that a user is shown of what was said with a peer, behind `after`; the newest first.
    Talk { reader: u32, peer: i64, after: i64, entries: Vec<u32> },
    /// The whole log behind `after`, as its operator reads it.
    Log { after: i64, entries: Vec<u32> },
    /// A change of a group is asked for. `group` is 0 for one that is to be made.
    Change { change: u32, user: i64, what: Event, group: i64, users: Vec<i64> },
    /// It was carried out. `at` is its entry, where the answer says so, otherwise 0.
    Changed { change: u32, group: i64, at: i64 },
    /// Something was put in the way on purpose.
    Fault { kind: String },
    /// Everybody had all the time that was needed to read everything up to here: what is missing is lost.
    End { upto: i64 },
}

/// An entry as it was shown. What is no text stands as `content` in words; a group's event also as what it says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Entry {
    pub entry: u32,
    pub at: i64,
    pub from: i64,
    pub to: i64,
    pub id: String,
    pub content: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Happened>,
    /// What it changes, if it is an entry that changes another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alters: Option<Altered>,
    /// The entry that left it as it is shown. 0: it is as it was written.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub changed_by: i64,
}

fn is_zero(place: &i64) -> bool {
    *place == 0
}

/// What becomes of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Altered {
    pub at: i64,
    /// What it says now. Without it, it was taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

impl Altered {
    /// What the entry says that does it, in words: they equal no text that is sent.
    pub fn in_words(&self) -> String {
        match &self.content {
            Some(content) => format!("changes entry {} to {content:?}", self.at),
            None => format!("takes back entry {}", self.at),
        }
    }
}

/// What happened to a group.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Happened {
    pub what: Event,
    pub users: Vec<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Created,
    Joined,
    Left,
    /// Nobody came or went: whose it is, or what holds in it.
    Otherwise,
}

/// What the server made of the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// None was presented.
    Live,
    Continued,
    StartOver,
    /// It was presented, and the server did as if it had not been.
    Ignored,
}

/// Reads a saved history, and gives each record to `each`. The error is a sentence that names the line.
pub fn read(mut from: impl BufRead, mut each: impl FnMut(Record) -> Result<(), String>) -> Result<Head, String> {
    let mut line = Vec::new();
    if !read_line(&mut from, &mut line)? {
        return Err("the history is empty".to_owned());
    }
    let head: Head = serde_json::from_slice(&line)
        .map_err(|_| format!("this is no history: its first line is not {{\"longlink_history\":{VERSION},…}}"))?;
    if head.longlink_history != VERSION {
        return Err(format!("the history has version {}, and this bot reads {VERSION}", head.longlink_history));
    }
    let mut number = 1;
    while read_line(&mut from, &mut line).map_err(|error| format!("line {}: {error}", number + 1))? {
        number += 1;
        let record = serde_json::from_slice(&line)
            .map_err(|error| format!("line {number} is damaged, or not of a history: {error}"))?;
        each(record).map_err(|error| format!("line {number} does not fit those before it: {error}"))?;
    }
    Ok(head)
}

/// False at the end. A last line without its newline is one that was not written whole.
fn read_line(from: &mut impl BufRead, line: &mut Vec<u8>) -> Result<bool, String> {
    line.clear();
    let mut some = std::io::Read::take(&mut *from, LINE_BYTES_MAX);
    some.read_until(b'\n', line).map_err(|error| format!("cannot read the history: {error}"))?;
    match line.last() {
        None => Ok(false),
        Some(b'\n') => Ok(true),
        Some(_) if line.len() as u64 == LINE_BYTES_MAX => Err(format!("it is longer than {LINE_BYTES_MAX} bytes")),
        Some(_) => Err("it is cut off".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records() -> Vec<Record> {
        vec![
            Record::Reader { reader: 0, user: 7, name: "anna/phone".into(), all: true },
            Record::Link { link: 1, reader: 0, epoch: "e".into(), head: 5, after: 3, outcome: Outcome::Continued },
            Record::Ask { link: 1, from: 7, id: "m\"1".into(), to: -2, content: "你好\n".into(), alters: None },
            Record::Entry(Entry {
                entry: 0,
                at: 6,
                from: 7,
                to: -2,
                id: "m\"1".into(),
                content: "你好\n".into(),
                event: Some(Happened { what: Event::Joined, users: vec![8] }),
                alters: Some(Altered { at: 5, content: None }),
                changed_by: 9,
            }),
            Record::Got { link: 1, entries: vec![0] },
            Record::End { upto: 6 },
        ]
    }

    fn saved() -> String {
        let head = serde_json::to_string(&Head { longlink_history: VERSION, seed: u64::MAX }).unwrap();
        let lines = records().iter().map(|record| serde_json::to_string(record).unwrap() + "\n").collect::<String>();
        format!("{head}\n{lines}")
    }

    fn failure(text: &str) -> String {
        read(text.as_bytes(), |_| Ok(())).unwrap_err()
    }

    #[test]
    fn a_history_reads_as_it_was_saved() {
        let mut read_back = Vec::new();
        let head = read(saved().as_bytes(), |record| {
            read_back.push(record);
            Ok(())
        });
        assert_eq!(head.unwrap().seed, u64::MAX);
        assert_eq!(read_back, records());
    }

    #[test]
    fn what_is_no_history_is_named_by_its_line() {
        assert_eq!(failure(""), "the history is empty");
        assert!(failure("hello\n").starts_with("this is no history"));
        assert!(failure("{\"queue_id\":1}\n").starts_with("this is no history"));
        assert_eq!(failure("{\"longlink_history\":9,\"seed\":1}\n"), "the history has version 9, and this bot reads 1");
        let good = saved();
        assert_eq!(failure(good.strip_suffix('\n').unwrap()), "line 7: it is cut off");
        let damaged = good.replace("\"got\"", "\"gut\"");
        assert!(failure(&damaged).starts_with("line 6 is damaged, or not of a history: unknown variant"));
        let refused = read(good.as_bytes(), |_| Err("it is odd".to_owned()));
        assert_eq!(refused.unwrap_err(), "line 2 does not fit those before it: it is odd");
    }
}
