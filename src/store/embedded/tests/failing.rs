//! A disk that is full, that fails, or that hangs.

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use std::time::Duration;

use super::*;
use crate::id::QueueId;
use crate::store::conformance::place;
use crate::store::{Directory, Expect};

/// A disk that does as it is told.
#[derive(Debug, Default)]
struct Told {
    free_bytes: AtomicU64,
    fails: AtomicBool,
    /// Told that a commit has come to the gate; without it commits do not stop there.
    hangs: Mutex<Option<SyncSender<()>>>,
    /// Held by a test: the commit that hangs goes on when it lets go.
    gate: Mutex<()>,
}

impl Told {
    /// The next commit hangs, and the receiver hears of it.
    fn hang(&self) -> Receiver<()> {
        let (sender, receiver) = sync_channel(1);
        *self.hangs.lock().unwrap() = Some(sender);
        receiver
    }
}

impl Disk for Arc<Told> {
    fn free_bytes(&self) -> Option<u64> {
        Some(self.free_bytes.load(Ordering::SeqCst))
    }

    fn commit(&self, write: &mut dyn FnMut() -> fjall::Result<()>) -> fjall::Result<()> {
        let told = self.hangs.lock().unwrap().take();
        if let Some(told) = told {
            told.send(()).unwrap();
            drop(self.gate.lock().unwrap());
        }
        if self.fails.load(Ordering::SeqCst) {
            return Err(fjall::Error::Io(io::Error::other("injected")));
        }
        write()
    }
}

fn on(disk: &Arc<Told>, dir: &Path, settings: Settings) -> Embedded {
    open::open(dir, settings, Box::new(Arc::clone(disk))).unwrap()
}

#[test]
fn a_full_disk_refuses_writes_until_there_is_room_and_reading_goes_on() {
    let (dir, disk) = (tempfile::tempdir().unwrap(), Arc::new(Told::default()));
    let store = on(&disk, dir.path(), Settings { disk_reserve_bytes: 5 << 20, ..small() });
    disk.free_bytes.store(5 << 20, Ordering::SeqCst);
    append(&store, [1]);

    disk.free_bytes.store(4 << 20, Ordering::SeqCst);
    let full = StoreError::DiskFull { free_mb: 4, reserve_mb: 5 };
    assert_eq!(store.append(LOG, text(1, 2, "2")).wait(), Err(full.clone()));
    let change = Change { key: b"key".to_vec(), value: None, expect: Expect::Anything };
    assert_eq!(store.change(vec![change], Keep::Soon).wait(), Err(full.into()));
    assert_eq!(store.read_log(LOG, QueueId::START, 9).unwrap().len(), 1);

    disk.free_bytes.store(5 << 20, Ordering::SeqCst);
    append(&store, [2]);
    assert_eq!(store.head(LOG), place(2));
}

#[test]
fn after_a_failed_sync_nothing_more_is_acknowledged_or_shown() {
    let (dir, disk) = (tempfile::tempdir().unwrap(), Arc::new(Told::default()));
    let store = on(&disk, dir.path(), small());
    append(&store, [1]);
    let failed = store.failed();

    disk.fails.store(true, Ordering::SeqCst);
    let stopped = store.append(LOG, text(1, 2, "2")).wait().unwrap_err();
    assert!(matches!(&stopped, StoreError::Stopped(reason) if reason.contains("injected")), "{stopped}");
    // The disk works again, but who cannot tell what it kept must not go on.
    disk.fails.store(false, Ordering::SeqCst);
    assert_eq!(store.append(LOG, text(1, 2, "3")).wait(), Err(stopped.clone()));
    let change = Change { key: b"key".to_vec(), value: None, expect: Expect::Anything };
    assert_eq!(store.change(vec![change], Keep::Durable).wait(), Err(stopped.clone().into()));
    assert_eq!((failed.wait(), store.failed().wait()), (stopped.clone(), stopped));
    assert_eq!((store.head(LOG), store.read_log(LOG, QueueId::START, 9).unwrap().len()), (place(1), 1));
    store.close();

    let again = Embedded::open(dir.path(), small()).unwrap();
    assert_eq!(again.head(LOG), place(1));
    append(&again, [2]);
}

#[test]
fn a_writer_that_hangs_stops_the_store_and_answers_who_waits() {
    let (dir, disk) = (tempfile::tempdir().unwrap(), Arc::new(Told::default()));
    let store = on(&disk, dir.path(), Settings { stall_limit: Duration::from_millis(50), ..small() });
    let gate = disk.gate.lock().unwrap();
    let hung = disk.hang();
    let pending: Vec<_> = ["1", "2", "3"].map(|name| store.append(LOG, text(1, 2, name))).into();
    for pending in pending {
        let stopped = pending.wait().unwrap_err();
        assert_eq!(stopped, StoreError::Stopped("a batch took longer than 50 ms".into()));
    }
    hung.recv().unwrap();
    assert!(matches!(store.failed().wait(), StoreError::Stopped(_)));
    assert!(store.read_log(LOG, QueueId::START, 9).unwrap().is_empty());
    // Closing does not wait for the disk. The writer may still write, so nobody else gets the store.
    store.close();
    assert!(matches!(Embedded::open(dir.path(), small()), Err(OpenError::Held { .. })));
    // Come back too late, it changes nothing any more for those who were told that it stopped.
    drop(gate);
    while store.shared.failure.is_stalled(Duration::ZERO) {
        thread::yield_now();
    }
    assert_eq!(store.head(LOG), QueueId::START);
}

#[test]
fn a_queue_that_is_full_refuses_at_once_and_forgets_nothing_it_took() {
    let (dir, disk) = (tempfile::tempdir().unwrap(), Arc::new(Told::default()));
    let store = on(&disk, dir.path(), Settings { queue_entries: 3, ..small() });
    let gate = disk.gate.lock().unwrap();
    let hung = disk.hang();
    let mut pending = vec![store.append(LOG, text(1, 2, "0"))];
    hung.recv().unwrap();
    pending.extend((1..=3).map(|name| store.append(LOG, text(1, 2, &name.to_string()))));
    assert_eq!(store.append(LOG, text(1, 2, "late")).wait(), Err(StoreError::Overloaded));
    drop(gate);
    let places: Vec<_> = pending.into_iter().map(|pending| pending.wait().unwrap().queue_id).collect();
    assert_eq!(places, [1, 2, 3, 4].map(place));
}
