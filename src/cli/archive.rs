//! The log as a whole: verified, exported, imported. See `store::embedded` for what a damaged one still gives.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use super::operator::{ask_server, check_engine, operator, runtime};
use super::{Failure, complain};
use crate::config::Config;
use crate::control::Command;
use crate::control::line::{entry_line, entry_of_line, kept_from_line, kept_from_of_line};
use crate::id::{Peer, QueueId};
use crate::plan::{check_data, data_with, store_settings};
use crate::store::embedded::{self, Embedded, Export, OpenError};
use crate::store::{Entry, NewEntry, StoreError};
use crate::wire::pb::ContentType;

/// A long log says how far it is, each time it has come so far.
const TOLD_EVERY: u64 = 100_000;

/// `longlink log verify`: what was found on standard output, and failure if anything is wrong.
pub(super) fn verify(config: &Config) -> Result<(), Failure> {
    check_engine(config)?;
    check_data(config)?;
    let report = embedded::verify_telling(&config.data_dir, &mut |entries| {
        if entries.is_multiple_of(TOLD_EVERY) {
            complain(&format!("{entries} entries read"));
        }
    });
    let report = report.map_err(not_open)?;
    let mut text = format!("epoch {}\n{} entries, the last at {}\n", report.epoch, report.entries, report.head);
    match report.acknowledged {
        Some(place) => text += &format!("acknowledged up to {place}\n"),
        None => text += "how far it was acknowledged is not known: the file `head` says nothing\n",
    }
    text += &format!("{} records of accounts, groups and read marks\n", report.records);
    for problem in &report.problems {
        text += &format!("damaged: {problem}\n");
    }
    let folder = config.data_dir.display();
    let end = match report.problem_count {
        0 => Ok("the store is whole\n".to_owned()),
        count => Err(Failure::Failed(format!(
            "the store in {folder} is damaged in {count} places; restore a copy, or see what `longlink log repair` could \
             do"
        ))),
    };
    // Who pipes into `head` has seen enough.
    let _ = write!(io::stdout(), "{text}{}", end.as_deref().unwrap_or_default());
    end.map(drop)
}

/// `longlink log export`: by the server, if one runs.
pub(super) fn export(config: &Config) -> Result<(), Failure> {
    if ask_server(config, &Command::LogExport, &ToString::to_string)? {
        return Ok(());
    }
    check_engine(config)?;
    check_data(config)?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut wrong = 0_u64;
    let mut complain_of = |what: String| {
        wrong += 1;
        if wrong <= embedded::PROBLEMS_MAX as u64 {
            complain(&what);
        }
    };
    let mut expected = QueueId::START.next();
    let export = Export::open(&config.data_dir).map_err(not_open)?;
    let kept_from = export.kept_from();
    if kept_from > expected {
        writeln!(out, "{}", kept_from_line(kept_from))?;
    }
    for entry in export {
        match entry.and_then(|entry| line(&entry).map(|line| (entry.queue_id, line))) {
            Ok((place, line)) => {
                if place != expected && place > kept_from {
                    complain_of(format!("entries {expected} to {} are missing", place.get() - 1));
                }
                expected = place.next();
                match writeln!(out, "{line}") {
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
                    written => written?,
                }
            }
            Err(error) => complain_of(error.to_string()),
        }
    }
    out.flush()?;
    match wrong {
        0 => Ok(()),
        wrong => Err(Failure::Failed(format!("the export is not whole: {wrong} times something could not be read"))),
    }
}

fn line(entry: &Entry) -> Result<String, StoreError> {
    Ok(entry_line(&entry.message()?).to_string())
}

/// `longlink log import`: the file is read twice, so that nothing is written of one that is wrong.
pub(super) fn import(config: &Config, path: &Path) -> Result<(), Failure> {
    check_engine(config)?;
    let mut numbers = Numbers::default();
    let mut expected = QueueId::START.next();
    let (kept_from, first) = entries(path)?;
    for (number, entry) in (kept_from.map_or(1_u64, |_| 2)..).zip(first) {
        let at = |what: String| Failure::Failed(format!("nothing was imported: {}:{number}: {what}", path.display()));
        let (place, entry) = entry.map_err(at)?;
        // Before what is whole there are gaps, and behind the last of them begins what is.
        let may_gap = kept_from.is_some_and(|kept_from| expected < kept_from && place <= kept_from);
        if place != expected && !(may_gap && place > expected) {
            return Err(at(format!("queue_id is {place}, and should be {expected}")));
        }
        if kept_from.is_some_and(|kept_from| place < kept_from) && !tells_of_group(&entry) {
            return Err(at("it tells of no group, and only that is kept there".to_owned()));
        }
        numbers.see(&entry);
        expected = place.next();
    }
    let store = Embedded::open(&config.data_dir, store_settings(&config.store)).map_err(not_open)?;
    let mut changed = None;
    let (kept_from, again) = entries(path)?;
    let kept_from = kept_from.unwrap_or(QueueId::START.next());
    let imported = store.import(
        kept_from,
        again.map_while(|entry| match entry {
            Ok(entry) => Some(entry),
            Err(what) => {
                changed = Some(what);
                None
            }
        }),
    );
    let folder = config.data_dir.display();
    let count = match (imported, changed) {
        (Ok(count), None) => count,
        (Err(embedded::ImportError::NotEmpty { head }), _) => {
            let what = "an import needs an empty one: name another with --data-dir";
            return Err(Failure::Failed(format!("nothing was imported: {folder} has a log up to {head}; {what}")));
        }
        (Err(error), _) => return Err(half_way(config, &error.to_string())),
        (Ok(_), Some(what)) => return Err(half_way(config, &what)),
    };
    let data = data_with(config, Arc::new(store))?;
    let (store, operator) = (Arc::clone(&data.store), operator(config, data)?);
    let reserved = runtime()?.block_on(operator.chat.reserve_numbers(numbers.user, numbers.group));
    store.close();
    reserved.map_err(|error| half_way(config, &error.to_string()))?;
    let _ = writeln!(
        io::stdout(),
        "{count} entries are in {folder}\naccounts are not part of an export; new ones get numbers from {}",
        numbers.user.saturating_add(1)
    );
    Ok(())
}

fn half_way(config: &Config, what: &str) -> Failure {
    let folder = config.data_dir.display();
    Failure::Failed(format!("the import ended half-way: {what}; remove {folder} before the next try"))
}

/// A line of a file as an entry, or what is the matter with it.
type Read = Result<(QueueId, NewEntry), String>;

/// The entries of a file; and from which on it has all of them, if its first line says so.
fn entries(path: &Path) -> Result<(Option<QueueId>, impl Iterator<Item = Read>), Failure> {
    let file = File::open(path).map_err(|error| Failure::Failed(format!("cannot read {}: {error}", path.display())))?;
    let mut lines = BufReader::new(file).lines().peekable();
    let kept_from = lines.peek().and_then(|line| kept_from_of_line(line.as_ref().ok()?));
    let entry = |line: io::Result<String>| entry_of_line(&line.map_err(|error| error.to_string())?);
    Ok((kept_from, lines.skip(usize::from(kept_from.is_some())).map(entry)))
}

fn tells_of_group(entry: &NewEntry) -> bool {
    entry.content_type == ContentType::GroupEvent as u32 && matches!(entry.to, Peer::Group(_))
}

/// The greatest numbers that a log names. They must not be given out again, or somebody new would read the messages
/// of somebody else.
#[derive(Default)]
struct Numbers {
    user: i64,
    group: i64,
}

impl Numbers {
    fn see(&mut self, entry: &NewEntry) {
        if entry.is_stand_in() {
            return;
        }
        self.user = self.user.max(entry.from.get());
        match entry.to {
            Peer::User(user) => self.user = self.user.max(user.get()),
            Peer::Everyone => {}
            Peer::Group(group) => self.group = self.group.max(-group.get()),
        }
        let event = Entry::new(QueueId::START.next(), entry.clone()).group_event();
        let named = event.map(|event| event.users).unwrap_or_default();
        self.user = named.into_iter().fold(self.user, i64::max);
    }
}

/// What to do about a store that does not open for these commands, which are what one is sent to when it does not.
pub(super) fn not_open(error: OpenError) -> Failure {
    match error {
        // Whoever has the folder is most likely the server.
        OpenError::Held { .. } => Failure::Failed(format!("{error}; stop the server first")),
        OpenError::Damaged { dir, what } => {
            let dir = dir.display();
            Failure::Failed(format!(
                "the store in {dir} is damaged: {what}; restore a copy, or see what `longlink log repair` could do"
            ))
        }
        OpenError::Newer { .. }
        | OpenError::NotAFormat { .. }
        | OpenError::ReadOnly { .. }
        | OpenError::Io { .. }
        | OpenError::Lost { .. } => error.into(),
    }
}
