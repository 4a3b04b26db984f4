//! Making a damaged store one that opens: everything that can still be read goes into a new database, and only when that is
//! there and whole does it take the place of the damaged one, which stays beside it.
//!
//! So what it comes to is known exactly before anything is done, nothing is written to what is damaged, and a crash on the
//! way leaves the one or the other. Where an entry is lost something stands in its place, which nobody is shown: the log
//! has no gaps, no place is given out twice, and what was read up to a place is still what was read up to there.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use bytes::Bytes;

use super::OpenError;
use super::files::{self, Lock, Witness, io_error};
use super::open::{new_epoch, open_database};
use super::salvage::{Damage, Files, Row};
use super::snapshot::{self, Snapshot};
use super::tables::raw::{Told, may_be_record, told};
use super::tables::{Tables, place_of};
use super::verify::{Report, verify_tables};
use crate::id::QueueId;
use crate::store::{Entry, NewEntry, StoreError, view};

/// The new database until it takes its place.
const NEW: &str = "log.repaired";
/// The damaged one from then on.
const OLD: &str = "log.damaged";
const AT_ONCE: usize = 1024;
const CACHE_BYTES: u64 = 64 << 20;
/// Of lost places one sentence for each run of them, up to so many.
const RANGES_MAX: usize = 100;

/// A repair that is prepared. Nothing has changed until it is carried out.
#[derive(Debug)]
pub struct Repair {
    pub plan: Plan,
    dir: PathBuf,
    new: Leftover,
    _lock: Lock,
}

/// What a repair comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What is wrong: one sentence each, at most `verify::PROBLEMS_MAX`.
    pub problems: Vec<String>,
    pub problem_count: u64,
    /// Why the store does not open, if the database says so.
    pub refused: Option<String>,
    /// Entries that can be read, from where the log is kept.
    pub entries: u64,
    /// The last place, lost ones included.
    pub head: QueueId,
    /// Runs of places whose entries are lost, first and last; so many of them.
    pub lost: Vec<(QueueId, QueueId)>,
    /// How many entries are lost.
    pub lost_count: u64,
    /// The log begins here: what was before is lost, or was removed.
    pub kept_from: QueueId,
    /// Records of accounts, groups and read marks that can be read.
    pub records: u64,
    /// Some may have been in what cannot be read.
    pub may_lack_records: bool,
    /// Clients are told to start over.
    pub has_new_epoch: bool,
}

impl Plan {
    fn of(kept_from: QueueId) -> Self {
        Self {
            problems: Vec::new(),
            problem_count: 0,
            refused: None,
            entries: 0,
            head: QueueId::START,
            lost: Vec::new(),
            lost_count: 0,
            kept_from,
            records: 0,
            may_lack_records: false,
            has_new_epoch: false,
        }
    }
}

/// A folder that goes with this, unless it is gone by then.
#[derive(Debug)]
struct Leftover(PathBuf);

impl Drop for Leftover {
    fn drop(&mut self) {
        if let Err(error) = snapshot::remove(&self.0) {
            tracing::warn!(path = %self.0.display(), %error, "the repaired log that is not used could not be removed");
        }
    }
}

impl Repair {
    /// Finds out what it comes to. `None`: the store is whole. It may not be open meanwhile.
    pub fn prepare(dir: &Path) -> Result<Option<Self>, OpenError> {
        let lock = Lock::take(dir)?;
        let is_format_known = match files::check_format(dir) {
            Ok(_) => true,
            Err(OpenError::NotAFormat { .. }) => false,
            Err(error) => return Err(error),
        };
        let witness = Witness::look(dir)?;
        let files = Files::find(dir, witness).map_err(io_error(dir))?;
        let damages = files.damages().map_err(io_error(dir))?;
        let (mut report, refused, mark) = look(dir, &damages, witness)?;
        if !is_format_known {
            report.add("the file `format` does not hold a number".into());
        }
        if witness.is_none() && report.head > QueueId::START {
            report.add("the file `head` is gone or damaged: how far the log was acknowledged is not known".into());
        }
        if report.problem_count == 0 {
            return Ok(None);
        }
        let new = Leftover(dir.join(NEW));
        snapshot::remove(&new.0).map_err(io_error(&new.0))?;
        let last = mark.max(witness.unwrap_or(QueueId::START));
        let built = Builder::build(&files, &new.0, last, witness.is_none())
            .map_err(|error| OpenError::Damaged { dir: dir.to_owned(), what: format!("nothing was done: {error}") })?;
        let plan = Plan {
            problems: report.problems,
            problem_count: report.problem_count,
            refused,
            may_lack_records: damages.iter().any(|damage| !damage.is_harmless),
            ..built
        };
        Ok(Some(Self { plan, dir: dir.to_owned(), new, _lock: lock }))
    }

    /// Puts the repaired log in its place. Where the damaged one is kept.
    pub fn carry_out(self) -> Result<PathBuf, OpenError> {
        let (dir, log) = (&self.dir, self.dir.join("log"));
        let old = (1..)
            .map(|number| dir.join(if number == 1 { OLD.to_owned() } else { format!("{OLD}-{number}") }))
            .find(|path| !path.exists())
            .unwrap_or_else(|| dir.join(OLD));
        // The witness first: with a lesser log than it speaks of, the store would be refused; this one has all those places.
        Witness::open(dir)?.write_durably(self.plan.head).map_err(io_error(&dir.join("head")))?;
        swap(&self.new.0, &log, &old).map_err(io_error(&log))?;
        files::write_format(dir)?;
        File::open(dir).and_then(|dir| dir.sync_all()).map_err(io_error(dir))?;
        Ok(old)
    }
}

/// In one step where the system can, so that there is a log at each moment.
fn swap(new: &Path, log: &Path, old: &Path) -> std::io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    if log.exists() {
        match renameat_with(CWD, new, CWD, log, RenameFlags::EXCHANGE) {
            Ok(()) => return fs::rename(new, old),
            // Not on every file system. Between the two there is no log, and what `head` says keeps one from being made.
            Err(_) => fs::rename(log, old)?,
        }
    }
    fs::rename(new, log)
}

/// What is wrong, file by file and as a whole; why it does not open; and up to where there are rows in the views.
fn look(
    dir: &Path,
    damages: &[Damage],
    witness: Option<QueueId>,
) -> Result<(Report, Option<String>, QueueId), OpenError> {
    let snapshot = Snapshot::take(dir).map_err(io_error(dir))?;
    let mut report = Report { acknowledged: witness, ..Report::default() };
    damages.iter().for_each(|damage| report.add(damage.to_string()));
    match open_database(snapshot.path(), CACHE_BYTES) {
        Ok(tables) => {
            verify_tables(&tables, &mut report, &mut |_| {});
            let mark = tables.mark().unwrap_or(QueueId::START);
            Ok((report, None, mark))
        }
        Err(what) => {
            report.add(format!("the database does not open: {what}"));
            Ok((report, Some(what), QueueId::START))
        }
    }
}

/// Why nothing could be built.
#[derive(Debug, thiserror::Error)]
enum BuildError {
    #[error(transparent)]
    Read(#[from] std::io::Error),
    #[error("the repaired log cannot be written: {0}")]
    Write(#[from] fjall::Error),
    #[error("the repaired log is not whole: {0}")]
    Wrong(String),
    #[error("the repaired log cannot be read: {0}")]
    Store(#[from] StoreError),
}

/// The latest of what the directory holds under each key: by the number of the row.
type Latest = HashMap<Vec<u8>, (u64, Option<Vec<u8>>)>;

struct Builder {
    tables: Tables,
    built: Plan,
    last_sent_at_ms: i64,
}

impl Builder {
    /// `last` is the last place that was given out, as far as is known; more of them if `is_end_unknown`.
    fn build(files: &Files, new: &Path, last: QueueId, is_end_unknown: bool) -> Result<Plan, BuildError> {
        let mut latest = Latest::new();
        files.read(&mut |row| {
            if !row.value.map_or_else(|| may_be_record(row.key), |value| told(row.key, value).is_some()) {
                return;
            }
            let known = latest.entry(row.key.to_vec()).or_insert((row.seqno, None));
            if row.seqno >= known.0 {
                *known = (row.seqno, row.value.map(<[u8]>::to_vec));
            }
        })?;
        let kept_from = latest.iter().find_map(|(key, (_, value))| match told(key, value.as_deref()?) {
            Some(Told::KeptFrom(place)) => Some(place),
            Some(Told::Record(_) | Told::Epoch(_) | Told::Revision(_)) | None => None,
        });
        let kept_from = kept_from.unwrap_or(QueueId::START.next());
        let tables = open_database(new, CACHE_BYTES).map_err(BuildError::Wrong)?;
        let mut builder = Self { tables, built: Plan::of(kept_from), last_sent_at_ms: 0 };
        builder.put_entries(files)?;
        builder.fill_gaps(last)?;
        builder.put_directory(latest, is_end_unknown)?;
        builder.tables.sync()?;
        builder.prove()?;
        Ok(builder.built)
    }

    /// Every entry goes to its place. That one lies in several files does not matter: it is the same in each.
    fn put_entries(&mut self, files: &Files) -> Result<(), BuildError> {
        let kept_from = self.built.kept_from;
        let (mut waiting, mut failed) = (Vec::new(), None);
        let tables = self.tables.clone();
        let put = |waiting: &mut Vec<Entry>| {
            let mut batch = tables.batch(waiting.len());
            for entry in waiting.drain(..) {
                if entry.queue_id >= kept_from {
                    batch.put_entry(&entry);
                } else if view::stays(&entry) {
                    batch.put_kept(&entry);
                }
            }
            batch.commit(false)
        };
        files.read(&mut |Row { key, value, .. }| {
            let Some(value) = value.filter(|_| key.len() == 8 && failed.is_none()) else { return };
            let Ok(entry) = Entry::from_row(place_of(key), Bytes::copy_from_slice(value)) else { return };
            waiting.push(entry);
            if waiting.len() >= AT_ONCE {
                failed = put(&mut waiting).err();
            }
        })?;
        match failed {
            Some(error) => Err(error.into()),
            None => Ok(put(&mut waiting)?),
        }
    }

    /// Something for each place that has no entry, up to the last that there was.
    fn fill_gaps(&mut self, acknowledged: QueueId) -> Result<(), BuildError> {
        let mut last = QueueId::cursor(self.built.kept_from.get() - 1);
        let first = self.tables.lying(self.built.kept_from, QueueId::END).next().map(|(place, _)| place);
        let begins_at = first.unwrap_or(acknowledged.next()).max(self.built.kept_from);
        if begins_at > last.next() {
            // Before the first that there is nothing needs to stand: the log begins there, as if the rest had been removed.
            self.note_lost(last.next(), begins_at);
            self.built.kept_from = begins_at;
            last = QueueId::cursor(begins_at.get() - 1);
        }
        for (place, entry) in self.tables.lying(begins_at, QueueId::END) {
            let entry = entry?;
            if place > last.next() {
                self.put_stand_ins(last.next(), place)?;
            }
            self.built.entries += 1;
            self.last_sent_at_ms = entry.message()?.sent_at_ms;
            last = place;
        }
        if acknowledged > last {
            self.put_stand_ins(last.next(), acknowledged.next())?;
            last = acknowledged;
        }
        self.built.head = last;
        Ok(())
    }

    fn note_lost(&mut self, first: QueueId, end: QueueId) {
        self.built.lost_count += (end.get() - first.get()).unsigned_abs();
        if self.built.lost.len() < RANGES_MAX {
            self.built.lost.push((first, QueueId::cursor(end.get() - 1)));
        }
    }

    fn put_stand_ins(&mut self, first: QueueId, end: QueueId) -> Result<(), BuildError> {
        self.note_lost(first, end);
        let mut place = first;
        while place < end {
            let mut batch = self.tables.batch(AT_ONCE);
            for _ in 0..AT_ONCE {
                if let Some(new) = NewEntry::stand_in(place, self.last_sent_at_ms).filter(|_| place < end) {
                    batch.put_entry(&Entry::new(place, new));
                    place = place.next();
                }
            }
            batch.commit(false)?;
        }
        Ok(())
    }

    /// The directory as it was, and the numbers of the store's own that follow from it.
    fn put_directory(&mut self, latest: Latest, is_end_unknown: bool) -> Result<(), BuildError> {
        let (mut epoch, mut revision) = (None, 0);
        let mut batch = self.tables.batch(latest.len());
        for (key, (_, value)) in latest {
            let Some(value) = value else { continue };
            match told(&key, &value) {
                Some(Told::Record(by)) => {
                    self.built.records += 1;
                    revision = revision.max(by);
                    batch.put_raw(&key, &value);
                }
                Some(Told::Revision(number)) => revision = revision.max(number),
                Some(Told::Epoch(told)) => epoch = Some(told),
                Some(Told::KeptFrom(_)) | None => {}
            }
        }
        batch.put_revision(revision);
        if self.built.kept_from > QueueId::START.next() {
            batch.put_kept_from(self.built.kept_from);
            batch.put_trimmed(self.built.kept_from);
        }
        let old = epoch.filter(|_| !is_end_unknown && self.built.lost_count == 0);
        self.built.has_new_epoch = old.is_none();
        batch.put_epoch(&old.unwrap_or_else(new_epoch));
        batch.commit(true)?;
        self.tables.set_kept_from(self.built.kept_from);
        Ok(())
    }

    /// What takes the damaged log's place has to be whole.
    fn prove(&self) -> Result<(), BuildError> {
        let mut report = Report { acknowledged: Some(self.built.head), ..Report::default() };
        verify_tables(&self.tables, &mut report, &mut |_| {});
        match report.problems.first() {
            None => Ok(()),
            Some(problem) => Err(BuildError::Wrong(problem.clone())),
        }
    }
}
