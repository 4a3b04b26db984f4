//! Writes down what happens while it happens: for the judge, and into a file if the history is to be saved.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use longlink_client::{Code, Moves, pb};
use prost::Message;

use super::judge::{Judge, TAKEN_BACK};
use super::record::{Altered, Entry, Event, Happened, Head, Outcome, Record, VERSION};
use super::verdict::Verdict;

/// A handle to the one history that all who take part write. What is written through it stands in one order.
#[derive(Clone)]
pub struct Recorder(Arc<Mutex<Book>>);

struct Book {
    judge: Judge,
    file: Option<BufWriter<File>>,
    /// The first thing that went wrong with writing. It is told at the end.
    failure: Option<String>,
    /// The entries by what they say, with the number 0 for their own.
    entries: HashMap<Entry, u32>,
    readers: u32,
    links: u32,
    changes: u32,
    tally: Tally,
}

/// For whoever watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub asks: u64,
    pub acks: u64,
    pub shown: u64,
    pub faults: u64,
}

impl Recorder {
    pub fn new(seed: u64, save: Option<&Path>) -> io::Result<Self> {
        let mut file = save.map(File::create).transpose()?.map(BufWriter::new);
        if let Some(file) = &mut file {
            write_line(file, &Head { longlink_history: VERSION, seed })?;
        }
        let book = Book {
            judge: Judge::default(),
            file,
            failure: None,
            entries: HashMap::new(),
            readers: 0,
            links: 0,
            changes: 0,
            tally: Tally::default(),
        };
        Ok(Self(Arc::new(Mutex::new(book))))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // Whoever panicked in the middle has failed the check already.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody new takes part. `all` says that they take what is pushed to them.
    pub fn reader(&self, user: i64, name: impl Into<String>, all: bool) -> u32 {
        let mut book = self.book();
        let reader = book.readers;
        book.readers += 1;
        book.write(Record::Reader { reader, user, name: name.into(), all });
        reader
    }

    /// A login was accepted, after this cursor and epoch were presented.
    pub fn link(&self, reader: u32, resume: Option<(&str, i64)>, reply: &pb::HelloReply) -> u32 {
        let outcome = match (reply.resumed(), resume) {
            (pb::ResumeOutcome::Continued, Some((epoch, _))) if epoch == reply.epoch => Outcome::Continued,
            (pb::ResumeOutcome::Live, None) => Outcome::Live,
            (pb::ResumeOutcome::StartOver, _) => Outcome::StartOver,
            (pb::ResumeOutcome::Continued | pb::ResumeOutcome::Live, _) => Outcome::Ignored,
        };
        let after = match (outcome, resume) {
            (Outcome::Continued | Outcome::Ignored, Some((_, cursor))) => cursor,
            (Outcome::StartOver, _) => 0,
            (Outcome::Live | Outcome::Continued | Outcome::Ignored, _) => reply.head,
        };
        let mut book = self.book();
        let link = book.links;
        book.links += 1;
        let (epoch, head) = (reply.epoch.clone(), reply.head);
        book.write(Record::Link { link, reader, epoch, head, after, outcome });
        link
    }

    /// A message is about to be sent for the first time.
    pub fn ask(&self, link: u32, from: i64, to: i64, id: &str, content: &str) {
        let mut book = self.book();
        book.tally.asks += 1;
        book.write(Record::Ask { link, from, id: id.into(), to, content: content.into(), alters: None });
    }

    /// A message is about to be changed or taken back.
    pub fn alter(&self, link: u32, from: i64, to: i64, id: &str, alters: Altered) {
        let mut book = self.book();
        book.tally.asks += 1;
        let content = alters.in_words();
        book.write(Record::Ask { link, from, id: id.into(), to, content, alters: Some(alters) });
    }

    /// The same is about to be sent again.
    pub fn again(&self, link: u32, from: i64, id: &str) {
        self.book().write(Record::Again { link, from, id: id.into() });
    }

    /// A send was answered, or an order to change what was sent.
    pub fn answered(&self, link: u32, from: i64, id: &str, code: i32, at: i64) {
        let mut book = self.book();
        let id = id.to_owned();
        if code == i32::from(Code::Ok) {
            book.tally.acks += 1;
            book.write(Record::Ack { link, from, id, at });
        } else {
            book.write(Record::Refused { link, from, id, code });
        }
    }

    /// Entries were pushed.
    pub fn got(&self, link: u32, entries: &[pb::Entry]) {
        let mut book = self.book();
        let entries = book.numbers(entries);
        book.write(Record::Got { link, entries });
    }

    /// A page of the inbox behind `after` was read.
    pub fn page(&self, link: u32, after: i64, page: &pb::SyncReply) {
        let mut book = self.book();
        let entries = book.numbers(&page.entries);
        book.write(Record::Page { link, after, cursor: page.cursor, entries });
    }

    /// All that was said with a peer behind `after` was read, the newest first.
    pub fn talk(&self, reader: u32, peer: i64, after: i64, entries: &[pb::Entry]) {
        let mut book = self.book();
        let entries = book.numbers(entries);
        book.write(Record::Talk { reader, peer, after, entries });
    }

    /// The whole log behind `after` was read.
    pub fn log(&self, after: i64, entries: &[pb::Entry]) {
        let mut book = self.book();
        let entries = book.numbers(entries);
        book.write(Record::Log { after, entries });
    }

    /// A change of a group is about to be asked for.
    pub fn change(&self, user: i64, what: Event, group: i64, users: Vec<i64>) -> u32 {
        let mut book = self.book();
        let change = book.changes;
        book.changes += 1;
        book.write(Record::Change { change, user, what, group, users });
        change
    }

    /// It was carried out; `at` is its entry, or 0 where the answer does not say.
    pub fn changed(&self, change: u32, group: i64, at: i64) {
        self.book().write(Record::Changed { change, group, at });
    }

    /// Something was put in the way.
    pub fn fault(&self, kind: &str) {
        let mut book = self.book();
        book.tally.faults += 1;
        book.write(Record::Fault { kind: kind.to_owned() });
    }

    pub fn tally(&self) -> Tally {
        self.book().tally
    }

    /// Ends the history, and judges it. Everybody had the time to read everything up to `upto`.
    pub fn finish(&self, upto: i64) -> Result<Verdict, String> {
        let mut book = self.book();
        book.write(Record::End { upto });
        let judge = std::mem::take(&mut book.judge);
        if let Some(mut file) = book.file.take()
            && let Err(error) = file.flush()
        {
            book.failure.get_or_insert(format!("cannot save the history: {error}"));
        }
        match book.failure.take() {
            Some(failure) => Err(failure),
            None => Ok(judge.finish()),
        }
    }
}

impl Book {
    fn write(&mut self, record: Record) {
        if let Some(file) = &mut self.file
            && let Err(error) = write_line(file, &record)
        {
            self.failure.get_or_insert(format!("cannot save the history: {error}"));
        }
        if let Err(error) = self.judge.take(record) {
            self.failure.get_or_insert(format!("the history contradicts itself: {error}"));
        }
    }

    /// The numbers of these entries. New ones are written down first.
    fn numbers(&mut self, entries: &[pb::Entry]) -> Vec<u32> {
        self.tally.shown += entries.len() as u64;
        entries.iter().map(|entry| self.number(entry)).collect()
    }

    fn number(&mut self, shown: &pb::Entry) -> u32 {
        let mut entry = entry_of(shown);
        if let Some(number) = self.entries.get(&entry) {
            return *number;
        }
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.entries.insert(entry.clone(), number);
        entry.entry = number;
        self.write(Record::Entry(entry));
        number
    }
}

/// What an entry says that happened to a group, if it is one of those.
pub(super) fn happened(entry: &pb::Entry) -> Option<Happened> {
    if entry.content_type != pb::ContentType::GroupEvent as u32 {
        return None;
    }
    let event = pb::GroupEvent::decode(entry.content.clone()).ok()?;
    let what = match (event.kind(), event.kind().moves()) {
        (pb::GroupEventKind::Created, _) => Event::Created,
        (_, Moves::In) => Event::Joined,
        (_, Moves::Out) => Event::Left,
        (_, Moves::Nobody) => Event::Otherwise,
    };
    Some(Happened { what, users: event.users })
}

/// What an entry changes, if it is one that changes another, and was not changed itself.
fn alters(entry: &pb::Entry) -> Option<Altered> {
    if entry.changed_by > 0 {
        return None;
    }
    if entry.content_type == pb::ContentType::Recall as u32 {
        let recall = pb::Recall::decode(entry.content.clone()).ok()?;
        return Some(Altered { at: recall.queue_id, content: None });
    }
    let is_edit = entry.content_type == pb::ContentType::Edit as u32;
    let edit = is_edit.then(|| pb::Edit::decode(entry.content.clone()).ok()).flatten()?;
    let as_text = pb::Entry { content_type: edit.content_type, content: edit.content, ..Default::default() };
    Some(Altered { at: edit.queue_id, content: Some(words_of(&as_text)) })
}

/// What an entry says. Content that is no text is told in words, so that it equals no text that was sent.
fn words_of(entry: &pb::Entry) -> String {
    let is = |of: pb::ContentType| of as u32 == entry.content_type;
    match std::str::from_utf8(&entry.content) {
        Ok(said) if is(pb::ContentType::Text) => said.to_owned(),
        Ok("") if is(pb::ContentType::Recall) && entry.changed_by > 0 => TAKEN_BACK.to_owned(),
        Ok(_) | Err(_) => {
            format!("{} bytes of type {}: {:?}", entry.content.len(), entry.content_type, entry.content)
        }
    }
}

/// An entry as it is written down.
fn entry_of(entry: &pb::Entry) -> Entry {
    let (event, alters) = (happened(entry), alters(entry));
    let content = match (&event, &alters) {
        (Some(Happened { what, users }), _) => format!("{what:?} {users:?}").to_lowercase(),
        (None, Some(alters)) => alters.in_words(),
        (None, None) => words_of(entry),
    };
    Entry {
        entry: 0,
        at: entry.queue_id,
        from: entry.from,
        to: entry.to,
        id: entry.client_msg_id.clone(),
        content,
        event,
        alters,
        changed_by: entry.changed_by,
    }
}

fn write_line(file: &mut impl Write, what: &impl serde::Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *file, what)?;
    file.write_all(b"\n")
}
