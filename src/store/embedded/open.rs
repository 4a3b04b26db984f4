//! Opening: what must be in order before the first append is taken.

use std::fs::{self, File};
use std::panic::catch_unwind;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, RwLock};

use super::checkpoint::{self, Checkpoints};
use super::disk::Disk;
use super::failure::Failure;
use super::files::{self, Lock, Witness, io_error};
use super::layers::Layers;
use super::queue::Queue;
use super::salvage::Files;
use super::salvage::journal;
use super::tables::Tables;
use super::writer::Writer;
use super::{Embedded, OpenError, Running, Settings, Shared, spawn};
use crate::id::QueueId;
use crate::store::tail::Ring;
use crate::store::view::{Sent, SentKey};
use crate::store::{Entry, StoreError};

pub(super) fn open(dir: &Path, settings: Settings, disk: Box<dyn Disk>) -> Result<Embedded, OpenError> {
    let damaged = |what: String| OpenError::Damaged { dir: dir.to_owned(), what };
    let unreadable = |error: StoreError| damaged(error.to_string());

    let (lock, tables) = open_tables(dir, settings.cache_bytes)?;
    files::raise_format(dir)?;
    if tables.drop_old_views().map_err(|error| damaged(error.to_string()))? {
        tracing::warn!("the views are an earlier version's: they are made anew from the log, which takes a while");
    }
    let mark = tables.mark().map_err(unreadable)?;
    let head = tables.last_place().map_err(|error| damaged(error.to_string()))?;
    let witness = Witness::open(dir)?;
    let acknowledged = witness.read().unwrap_or(QueueId::START).max(mark);
    if head < acknowledged {
        return Err(OpenError::Lost { dir: dir.to_owned(), found: head, acknowledged });
    }
    let epoch = match tables.epoch().map_err(unreadable)? {
        Some(epoch) if witness.was_there() || head == QueueId::START => epoch,
        Some(_) => {
            // Places may have been given out behind the head, and will be given out again for other entries.
            tracing::warn!("the file `head` is gone: the log goes on under a new epoch, and clients start over");
            make_epoch(&tables).map_err(|error| damaged(error.to_string()))?
        }
        None => make_epoch(&tables).map_err(|error| damaged(error.to_string()))?,
    };

    let shared = Arc::new(Shared {
        disk,
        queue: Queue::new(&settings),
        ring: Ring::new(head, settings.ring_entries, settings.ring_bytes),
        head: AtomicI64::new(mark.get()),
        layers: RwLock::new(Layers::new(mark)),
        names: Mutex::default(),
        tables: RwLock::new(Some(tables.clone())),
        in_flight: Mutex::default(),
        trimming: Mutex::default(),
        reading: RwLock::default(),
        checkpoints: Checkpoints::default(),
        failure: Failure::default(),
        watchdog_end: (Mutex::new(false), Condvar::new()),
        settings,
    });
    make_rows(&shared, &tables, mark, head).map_err(damaged)?;

    let last_revision = tables.last_revision().map_err(unreadable)?;
    let writer = Writer {
        shared: Arc::clone(&shared),
        tables: tables.clone(),
        witness,
        last_revision,
        is_unsynced: false,
        is_full: false,
    };
    let running = start(&shared, writer, tables, lock).map_err(io_error(dir))?;
    Ok(Embedded { epoch, shared, running: Mutex::new(Some(running)) })
}

/// Takes the folder, whatever state the log in it is in.
pub(super) fn open_tables(dir: &Path, cache_bytes: u64) -> Result<(Lock, Tables), OpenError> {
    fs::create_dir_all(dir).map_err(io_error(dir))?;
    let lock = Lock::take(dir)?;
    files::check_format(dir)?;
    check_journals(dir)?;
    match open_database(&dir.join("log"), cache_bytes) {
        Ok(tables) => Ok((lock, tables)),
        Err(what) => Err(damaged(dir, what)),
    }
}

/// Opens a database, wherever it lies, or says why it cannot be.
pub(super) fn open_database(path: &Path, cache_bytes: u64) -> Result<Tables, String> {
    // The database expects of its files what it wrote there, and panics at some that are damaged.
    match catch_unwind(|| Tables::open(path, cache_bytes)) {
        Ok(Ok(tables)) => match sync_folders(path) {
            Ok(()) => Ok(tables),
            Err(error) => Err(format!("its folders cannot be synced: {error}")),
        },
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("the database panicked while it was opened".into()),
    }
}

/// The database syncs the files of a keyspace that it makes, but not the folder in which the keyspace's own folder stands.
/// Without this a power cut could take away a whole keyspace, with all that was acknowledged since.
fn sync_folders(path: &Path) -> std::io::Result<()> {
    let keyspaces = path.join("keyspaces");
    for keyspace in fs::read_dir(&keyspaces)? {
        let keyspace = keyspace?;
        if keyspace.file_type()?.is_dir() {
            File::open(keyspace.path())?.sync_all()?;
        }
    }
    File::open(keyspaces)?.sync_all()?;
    File::open(path)?.sync_all()
}

/// The refusal of a store, with the file that is to blame, if it can be found.
pub(super) fn damaged(dir: &Path, what: String) -> OpenError {
    let acknowledged = Witness::look(dir).unwrap_or(None);
    let found = Files::find(dir, acknowledged).and_then(|files| files.damages()).unwrap_or_default();
    let what = match found.as_slice() {
        [] => what,
        [one] => format!("{one} ({what})"),
        [one, more @ ..] => format!("{one}; and {} more like it ({what})", more.len()),
    };
    OpenError::Damaged { dir: dir.to_owned(), what }
}

/// Looks at the journals before the database does: it takes whatever it cannot read there for an end that a crash has
/// torn, and cuts off all that comes behind it.
fn check_journals(dir: &Path) -> Result<(), OpenError> {
    let acknowledged = Witness::look(dir)?;
    for path in journal::list(&dir.join("log")).map_err(io_error(dir))? {
        let found = journal::read(&fs::read(&path).map_err(io_error(&path))?, &mut |_| {});
        if let Some((from, to, what)) = found.damages(acknowledged).into_iter().next() {
            let file = path.strip_prefix(dir).unwrap_or(&path).display();
            let what = format!("{file}, bytes {from} to {to}: {what}");
            return Err(OpenError::Damaged { dir: dir.to_owned(), what });
        }
    }
    Ok(())
}

pub(super) fn new_epoch() -> String {
    format!("{:016x}", rand::random::<u64>())
}

fn make_epoch(tables: &Tables) -> fjall::Result<String> {
    let epoch = new_epoch();
    let mut batch = tables.batch(1);
    batch.put_epoch(&epoch);
    batch.commit(true)?;
    Ok(epoch)
}

/// Reads what is behind the mark: proves that it is all there, and makes the rows that were only in memory.
fn make_rows(shared: &Shared, tables: &Tables, mark: QueueId, head: QueueId) -> Result<(), String> {
    let (mut last, kept_from) = (mark, tables.kept_from());
    let mut entries = Vec::new();
    for (place, entry) in tables.entries(mark) {
        if place != last.next() && place > kept_from {
            return Err(format!("entry {} is missing from the log", last.next()));
        }
        let entry = entry.map_err(|error| error.to_string())?;
        remember(shared, &entry).map_err(|error| error.to_string())?;
        entries.push(entry);
        last = place;
        if entries.len() >= shared.settings.checkpoint_entries.max(1) {
            shared.layers_mut().add(&std::mem::take(&mut entries));
            checkpoint::finish(shared, tables, last).map_err(|error| error.to_string())?;
            tracing::info!(up_to = last.get(), of = head.get(), "rows of the views were made from the log");
        }
    }
    // Before what is kept nothing need be there.
    if last.max(QueueId::cursor(kept_from.get() - 1)) != head {
        return Err(format!("entry {} is missing from the log", last.next()));
    }
    shared.layers_mut().add(&entries);
    shared.head.store(head.get(), Ordering::Release);
    Ok(())
}

fn remember(shared: &Shared, entry: &Entry) -> Result<(), StoreError> {
    let message = entry.message()?;
    let key = SentKey::new(entry.from, &message.client_msg_id);
    shared.names().insert(key, Sent { queue_id: entry.queue_id, sent_at_ms: message.sent_at_ms });
    Ok(())
}

fn start(shared: &Arc<Shared>, writer: Writer, tables: Tables, lock: Lock) -> std::io::Result<Running> {
    let for_checkpoints = Arc::clone(shared);
    let for_watchdog = Arc::clone(shared);
    Ok(Running {
        checkpoints: spawn("store-checkpoint", move || checkpoint::run(&for_checkpoints, &tables))?,
        watchdog: spawn("store-watchdog", move || for_watchdog.watch())?,
        writer: spawn("store-writer", move || writer.run())?,
        lock,
    })
}
