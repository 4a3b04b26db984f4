//! The judge: takes a history record by record, and says at its end which promises were broken.
//!
//! Pure: records in, a verdict out; it knows no server, no clock and no file. What can be told at once is told at once
//! (`take`). What needs the whole log waits for the end, since the log is what all readers were shown together: `kept`
//! has the rules about sends, `shown` those about readers, `altered` those about messages that were changed or taken
//! back, `groups` who was in a group when.

mod altered;
mod groups;
mod kept;
mod shown;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::record::{Entry, Outcome, Record};
use super::verdict::{Kind, Verdict};
pub(super) use altered::TAKEN_BACK;
use groups::Changes;

#[derive(Default)]
pub struct Judge {
    readers: BTreeMap<u32, Reader>,
    links: BTreeMap<u32, Link>,
    sends: Vec<Send>,
    send_by_name: HashMap<(i64, String), usize>,
    entries: Vec<Entry>,
    /// The log, as far as anybody was shown it.
    log: BTreeMap<i64, u32>,
    entry_by_name: HashMap<(i64, String), u32>,
    changes: Changes,
    talks: Vec<Talk>,
    whole_log: Option<(i64, BTreeSet<i64>)>,
    epoch: Option<String>,
    /// The greatest place that the server has named in an answer or at a login.
    place_max: i64,
    /// Everybody had the time to read up to here.
    upto: i64,
    verdict: Verdict,
}

struct Reader {
    user: i64,
    name: String,
    all: bool,
    links: Vec<u32>,
}

struct Link {
    reader: u32,
    after: i64,
    /// The greatest place that was pushed.
    cursor: i64,
    got: Vec<u32>,
    pages: Vec<Page>,
    /// Sends that went out on this link.
    asked: HashSet<usize>,
    /// Those of them that are not answered yet.
    open: Vec<usize>,
}

struct Page {
    after: i64,
    cursor: i64,
    entries: Vec<u32>,
}

struct Talk {
    reader: u32,
    peer: i64,
    after: i64,
    entries: Vec<u32>,
}

struct Send {
    from: i64,
    id: String,
    to: i64,
    content: String,
    /// It changes another. Such an order is carried out when what it changes was read: its place in the order of the
    /// link is not promised.
    alters: bool,
    /// What answers named as its place.
    places: Vec<i64>,
    /// Refused, at least once: with a final code, with a temporary one.
    refused: Option<i32>,
    put_off: bool,
    /// Asked more than once.
    again: bool,
    /// All of the log up to here was there before this was sent.
    behind: i64,
    /// Sends that were before it on each link that it went out on, or were acknowledged by then.
    preceded_by: Vec<usize>,
}

impl Judge {
    /// Takes the next record. An error says why it cannot be of one history with those before it.
    pub fn take(&mut self, record: Record) -> Result<(), String> {
        match record {
            Record::Reader { reader, user, name, all } => {
                self.verdict.counts.readers += 1;
                let new = Reader { user, name, all, links: Vec::new() };
                if self.readers.insert(reader, new).is_some() {
                    return Err(format!("there is a reader {reader} already"));
                }
            }
            Record::Link { link, reader, epoch, head, after, outcome } => {
                self.take_link(link, reader, epoch, head, after, outcome)?;
            }
            Record::Ask { link, from, id, to, content, alters } => {
                self.take_ask(link, from, id, to, content, alters.is_some())?;
            }
            Record::Again { link, from, id } => self.take_again(link, from, id)?,
            Record::Ack { link, from, id, at } => self.take_ack(link, from, id, at)?,
            Record::Refused { link, from, id, code } => self.take_refusal(link, from, id, code)?,
            Record::Entry(entry) => self.take_entry(entry)?,
            Record::Got { link, entries } => self.take_push(link, entries)?,
            Record::Page { link, after, cursor, entries } => self.take_page(link, after, cursor, entries)?,
            Record::Talk { reader, peer, after, entries } => self.take_talk(reader, peer, after, entries)?,
            Record::Log { after, entries } => self.take_log(after, entries)?,
            Record::Change { change, user, what, group, users } => {
                self.changes.asked(change, user, what, group, users)?;
            }
            Record::Changed { change, group, at } => {
                self.verdict.counts.changes += 1;
                self.changes.done(change, group, at)?;
            }
            Record::Fault { kind } => *self.verdict.counts.faults.entry(kind).or_default() += 1,
            Record::End { upto } => {
                self.verdict.whole = true;
                self.upto = upto;
            }
        }
        Ok(())
    }

    /// The verdict on all that was taken.
    pub fn finish(mut self) -> Verdict {
        let stays = self.judge_changes();
        self.judge_sends(&stays);
        self.judge_log();
        self.judge_readers(&stays);
        self.judge_talks(&stays);
        self.judge_altered(&stays);
        self.verdict.counts.entries = self.log.len() as u64;
        self.verdict
    }

    fn take_link(
        &mut self,
        link: u32,
        reader: u32,
        epoch: String,
        head: i64,
        after: i64,
        outcome: Outcome,
    ) -> Result<(), String> {
        let its = self.readers.get_mut(&reader).ok_or_else(|| format!("there is no reader {reader}"))?;
        its.links.push(link);
        let name = its.name.clone();
        let new = Link {
            reader,
            after,
            cursor: after,
            got: Vec::new(),
            pages: Vec::new(),
            asked: HashSet::new(),
            open: Vec::new(),
        };
        if self.links.insert(link, new).is_some() {
            return Err(format!("there is a link {link} already"));
        }
        self.verdict.counts.links += 1;
        self.place_max = self.place_max.max(head);
        match &self.epoch {
            Some(known) if *known != epoch => {
                let text = format!("{name} was told on link {link} that the log is {epoch}, and before it was {known}");
                self.found(Kind::Epoch, text);
            }
            Some(_) | None => self.epoch = Some(epoch),
        }
        match outcome {
            Outcome::StartOver => {
                self.found(
                    Kind::Epoch,
                    format!("{name} was told on link {link} to start over, cursor and epoch at hand"),
                );
            }
            Outcome::Ignored => {
                self.found(
                    Kind::Skipped,
                    format!("{name} presented cursor {after} on link {link}, and it was passed over"),
                );
            }
            Outcome::Live | Outcome::Continued => {}
        }
        Ok(())
    }

    fn take_entry(&mut self, entry: Entry) -> Result<(), String> {
        let number = entry.entry;
        if number as usize != self.entries.len() {
            return Err(format!("entry {number} is the {}th", self.entries.len()));
        }
        if entry.changed_by > 0 {
            // What it was in the log is another.
            self.entries.push(entry);
            return Ok(());
        }
        if let Some(first) = self.log.get(&entry.at).and_then(|first| self.entries.get(*first as usize)) {
            let text = format!("entry {} is {} to one and {} to another", entry.at, told(first), told(&entry));
            self.found(Kind::Foreign, text);
        } else {
            self.log.insert(entry.at, number);
            let name = (entry.from, entry.id.clone());
            let first = self.entry_by_name.get(&name).and_then(|first| self.entries.get(*first as usize));
            if let Some(first) = first {
                let text = format!("{} of {} is entry {} and entry {}", entry.id, entry.from, first.at, entry.at);
                self.found(Kind::Doubled, text);
            } else {
                self.entry_by_name.insert(name, number);
            }
        }
        self.entries.push(entry);
        Ok(())
    }

    fn take_log(&mut self, after: i64, entries: Vec<u32>) -> Result<(), String> {
        let mut last = after;
        let mut places = BTreeSet::new();
        for number in entries {
            let at = self.entry(number)?.at;
            if at <= last {
                self.found(Kind::Reordered, format!("the log goes from {last} to {at}"));
            }
            last = at;
            places.insert(at);
        }
        self.whole_log = Some((after, places));
        Ok(())
    }

    fn entry(&self, number: u32) -> Result<&Entry, String> {
        self.entries.get(number as usize).ok_or_else(|| format!("there is no entry {number}"))
    }

    fn link(&mut self, link: u32) -> Result<&mut Link, String> {
        self.links.get_mut(&link).ok_or_else(|| format!("there is no link {link}"))
    }

    fn found(&mut self, kind: Kind, text: String) {
        self.verdict.found(kind, text);
    }
}

/// An entry in a sentence.
fn told(entry: &Entry) -> String {
    let Entry { from, to, id, content, .. } = entry;
    let short: String = content.chars().take(40).collect();
    format!("{id} of {from} to {to}, {short:?}")
}
