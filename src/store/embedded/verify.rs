//! Looking at a store that is not running: everything read once and held against everything else, and a way out.
//!
//! Both work on a store that `open` refuses. The views are proved by making each entry's rows again and looking for
//! them: what is behind the mark has none yet, an open makes them.

use std::path::Path;
use std::sync::Arc;
use std::{fmt, iter};

use super::files::{self, Lock, Witness, io_error};
use super::open::{damaged, open_database};
use super::salvage::Files;
use super::snapshot::Snapshot;
use super::tables::{Tables, place_of};
use super::{Embedded, OpenError, trim};
use crate::id::{QueueId, UserId};
use crate::store::view::{self, SentKey};
use crate::store::{Appended, Entry, Log, NewEntry, Partition, Pending, StoreError};

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub epoch: String,
    /// Entries that can be read.
    pub entries: u64,
    /// The last one's place.
    pub head: QueueId,
    /// What the witness says was acknowledged; `None` if it says nothing.
    pub acknowledged: Option<QueueId>,
    /// Records of the directory that can be read.
    pub records: u64,
    /// One sentence each, at most `PROBLEMS_MAX`. None: the store is whole.
    pub problems: Vec<String>,
    /// How many there were.
    pub problem_count: u64,
}

/// A damaged disk would have one to say for each entry.
pub const PROBLEMS_MAX: usize = 100;

const CACHE_BYTES: u64 = 64 << 20;

/// How many entries of an import are on their way at once.
const IMPORT_ENTRIES: usize = 1024;

impl Report {
    pub(super) fn add(&mut self, problem: String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem);
        }
        self.problem_count += 1;
    }
}

/// Reads the whole store in a folder, and changes nothing there. It may not be open meanwhile.
pub fn verify(dir: &Path) -> Result<Report, OpenError> {
    verify_telling(dir, &mut |_| {})
}

/// The same, and says after each entry how many there were until then: a long log takes its time.
pub fn verify_telling(dir: &Path, tell: &mut dyn FnMut(u64)) -> Result<Report, OpenError> {
    let (_lock, opened) = look_into(dir)?;
    let acknowledged = Witness::look(dir)?;
    let damages = Files::find(dir, acknowledged).and_then(|files| files.damages()).map_err(io_error(dir))?;
    let mut report = Report { acknowledged, ..Report::default() };
    damages.iter().for_each(|damage| report.add(damage.to_string()));
    match opened {
        Ok((_snapshot, tables)) => verify_tables(&tables, &mut report, tell),
        Err(what) if damages.is_empty() => return Err(OpenError::Damaged { dir: dir.to_owned(), what }),
        Err(what) => report.add(format!("the database does not open: {what}")),
    }
    Ok(report)
}

/// A copy of the database and the tables in it, or why it does not open.
// The tables last, which are the first to be dropped when it is taken apart.
type Opened = Result<(Snapshot, Tables), String>;

/// Takes the folder and opens a copy of what is in it: to open a database is to write to it.
fn look_into(dir: &Path) -> Result<(Lock, Opened), OpenError> {
    let lock = Lock::take(dir)?;
    files::check_format(dir)?;
    let snapshot = Snapshot::take(dir).map_err(io_error(dir))?;
    let opened = open_database(snapshot.path(), CACHE_BYTES).map(|tables| (snapshot, tables));
    Ok((lock, opened))
}

/// Reads the whole of a database that is open, and holds it against what was acknowledged.
pub(super) fn verify_tables(tables: &Tables, report: &mut Report, tell: &mut dyn FnMut(u64)) {
    match tables.epoch() {
        Ok(epoch) => report.epoch = epoch.unwrap_or_default(),
        Err(error) => report.add(format!("the epoch: {error}")),
    }
    let mark = tables.mark().unwrap_or_else(|error| {
        report.add(format!("the mark of the views: {error}"));
        QueueId::START
    });
    let rows = verify_log(tables, mark, report, tell);
    // Where all that there was is gone, the log goes on behind it all the same.
    report.head = report.head.max(QueueId::cursor(tables.kept_from().get() - 1));
    let ends_early = [report.acknowledged, Some(mark)].into_iter().flatten().max().filter(|last| *last > report.head);
    if let Some(last) = ends_early {
        report.add(format!("the log ends at entry {}, but entry {last} was acknowledged", report.head));
    }
    // A removal that a crash has ended leaves rows, until the next one goes on.
    let is_removing = tables.trimmed().is_ok_and(|trimmed| trimmed < tables.kept_from());
    match count_rows(tables, mark, report) {
        Ok(found) if found == rows || is_removing && found > rows => {}
        Ok(found) => report.add(format!("the views have {found} rows, and the log makes {rows}")),
        Err(error) => report.add(format!("the views: {error}")),
    }
    verify_directory(tables, report);
}

/// Checks every entry and its rows; how many rows up to `mark` there must be.
fn verify_log(tables: &Tables, mark: QueueId, report: &mut Report, tell: &mut dyn FnMut(u64)) -> u64 {
    let (mut rows, kept_from) = (0, tables.kept_from());
    for (place, entry) in tables.entries(QueueId::START) {
        if place > report.head.next() && place > kept_from {
            let last = place.get() - 1;
            report.add(format!("entries {} to {last} are missing", report.head.next()));
        }
        report.head = place;
        match entry {
            Ok(entry) => {
                report.entries += 1;
                tell(report.entries);
                if place <= mark {
                    rows += verify_rows(tables, &entry, report);
                }
            }
            Err(error) => report.add(error.to_string()),
        }
    }
    rows
}

fn verify_rows(tables: &Tables, entry: &Entry, report: &mut Report) -> u64 {
    let place = entry.queue_id;
    let mut rows = 0;
    let mut expect = |what: &str, found: Result<bool, StoreError>| {
        rows += 1;
        match found {
            Ok(true) => {}
            Ok(false) => report.add(format!("entry {place}: {what} is missing")),
            Err(error) => report.add(format!("entry {place}: {what}: {error}")),
        }
    };
    view::rows(entry, |key, value| expect("a row of a view", tables.has_row(&key, &value)));
    let name = entry.message().map(|message| SentKey::new(entry.from, &message.client_msg_id));
    let sent = name.and_then(|name| tables.sent(&name)).map(|sent| sent.is_some_and(|sent| sent.queue_id == place));
    expect("the sender's name for it", sent);
    if let Some((one, other)) = talk(entry) {
        let is_behind = |last: Option<QueueId>| last.is_some_and(|last| last >= place);
        for found in [tables.last_talk(one, other), tables.last_talk(other, one)].map(|last| last.map(is_behind)) {
            match found {
                Ok(true) => {}
                Ok(false) => report.add(format!("entry {place}: between {one} and {other} it is not known")),
                Err(error) => report.add(format!("entry {place}: {error}")),
            }
        }
    }
    rows
}

/// How many rows there are that come from one entry each. Those that tell where two have talked last come from several,
/// so each of them is held against the entry that it names: with `verify_rows`, none can be too old, or too many.
fn count_rows(tables: &Tables, mark: QueueId, report: &mut Report) -> Result<u64, StoreError> {
    let mut rows = tables.names_up_to(mark)?;
    for row in tables.view_rows() {
        let (key, value) = row?;
        if !key.is_talk() {
            rows += 1;
            continue;
        }
        let last = place_of(&value);
        if last < tables.kept_from() {
            // It was removed, and nobody is told of it.
            continue;
        }
        let named = tables.entry(last).ok().filter(|_| last <= mark).and_then(|entry| talk(&entry));
        let two = [key.first(), key.second()];
        if !named.is_some_and(|(one, other)| two == [one.get(), other.get()] || two == [other.get(), one.get()]) {
            report.add(format!("the last entry between {} and {} is not at {last}", two[0], two[1]));
        }
    }
    Ok(rows)
}

/// The two between whom an entry was said.
fn talk(entry: &Entry) -> Option<(UserId, UserId)> {
    let mut two = None;
    view::rows(entry, |key, _| two = two.or(key.view().said_between()));
    two
}

fn verify_directory(tables: &Tables, report: &mut Report) {
    let mut after: Option<Vec<u8>> = None;
    loop {
        match tables.records(b"", after.as_deref(), IMPORT_ENTRIES) {
            Ok(records) => {
                report.records += records.len() as u64;
                match records.last() {
                    Some((key, _)) => after = Some(key.to_vec()),
                    None => return,
                }
            }
            Err(error) => return report.add(format!("the directory: {error}")),
        }
    }
}

/// The log of a store that is not open, from the first entry to the last, read as it goes.
pub struct Export {
    entries: Box<dyn Iterator<Item = Result<Arc<Entry>, StoreError>> + Send>,
    epoch: String,
    kept_from: QueueId,
    // In this order: the database ends before its files go, and before somebody else may open it.
    _tables: Tables,
    _snapshot: Snapshot,
    _lock: Lock,
}

impl Export {
    /// Damaged entries come as errors, and missing ones not at all: what can be read is what can be saved.
    pub fn open(dir: &Path) -> Result<Self, OpenError> {
        let (lock, opened) = look_into(dir)?;
        let (snapshot, tables) = opened.map_err(|what| damaged(dir, what))?;
        let epoch = tables.epoch().ok().flatten().unwrap_or_default();
        let entries = tables.entries(QueueId::START).map(|(_, entry)| entry);
        let kept_from = tables.kept_from();
        Ok(Self { entries: Box::new(entries), epoch, kept_from, _tables: tables, _snapshot: snapshot, _lock: lock })
    }

    pub fn epoch(&self) -> &str {
        &self.epoch
    }

    /// From here on there is every entry, and before only what tells of groups. 1: nothing was ever removed.
    pub fn kept_from(&self) -> QueueId {
        self.kept_from
    }
}

impl Iterator for Export {
    type Item = Result<Arc<Entry>, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.entries.next()
    }
}

/// Why an import ended early. What came before is in the store.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the store has entries already, up to {head}")]
    NotEmpty { head: QueueId },
    #[error("entry {found} comes where entry {expected} belongs")]
    OutOfOrder { expected: QueueId, found: QueueId },
    #[error("entry {place} is before {kept_from}, and tells of no group")]
    NotKept { place: QueueId, kept_from: QueueId },
    #[error("entry {found} was sent under the same name as entry {first}")]
    Repeated { first: QueueId, found: QueueId },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Embedded {
    /// Fills an empty store with entries that keep their places; how many there were. From `kept_from` on all of them,
    /// and before only what tells of groups. The store has an epoch of its own. Blocks: not for an async thread.
    pub fn import(
        &self,
        kept_from: QueueId,
        entries: impl IntoIterator<Item = (QueueId, NewEntry)>,
    ) -> Result<u64, ImportError> {
        const LOG: Partition = Partition(0);
        let (mut last, mut on_their_way) = (self.head(LOG), Vec::new());
        if last > QueueId::START || self.kept_from(LOG) > QueueId::START.next() {
            return Err(ImportError::NotEmpty { head: last });
        }
        let mut entries = entries.into_iter().peekable();
        let count_old = if kept_from > QueueId::START.next() {
            last = QueueId::cursor(kept_from.get() - 1);
            trim::import_old(
                &self.shared,
                kept_from,
                iter::from_fn(|| entries.next_if(|(place, _)| *place < kept_from)),
            )?
        } else {
            0
        };
        let first = last;
        for (place, entry) in entries {
            if place != last.next() {
                await_all(&mut on_their_way)?;
                return Err(ImportError::OutOfOrder { expected: last.next(), found: place });
            }
            on_their_way.push((place, self.append(LOG, entry)));
            last = place;
            if on_their_way.len() == IMPORT_ENTRIES {
                await_all(&mut on_their_way)?;
            }
        }
        await_all(&mut on_their_way)?;
        Ok(count_old + (last.get() - first.get()).unsigned_abs())
    }
}

fn await_all(on_their_way: &mut Vec<(QueueId, Pending<Result<Appended, StoreError>>)>) -> Result<(), ImportError> {
    for (place, pending) in on_their_way.drain(..) {
        let appended = pending.wait()?;
        if appended.duplicate {
            return Err(ImportError::Repeated { first: appended.queue_id, found: place });
        }
    }
    Ok(())
}

impl fmt::Debug for Export {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Export").field("epoch", &self.epoch).finish_non_exhaustive()
    }
}
