//! Removing old entries on a disk: a crash at each of its steps, and taking what is left elsewhere.

use std::sync::atomic::AtomicI64;

use super::*;
use crate::store::conformance::{ALL, place, user};

/// A disk that fails at one of the next commits, and from then on.
#[derive(Debug)]
struct FailsAfter(AtomicI64);

impl Disk for Arc<FailsAfter> {
    fn free_bytes(&self) -> Option<u64> {
        None
    }

    fn commit(&self, write: &mut dyn FnMut() -> fjall::Result<()>) -> fjall::Result<()> {
        if self.0.fetch_sub(1, Ordering::SeqCst) <= 0 {
            return Err(fjall::Error::Io(io::Error::other("injected")));
        }
        write()
    }
}

/// Thirty entries, of which the tenth tells of a group.
fn filled(settings: Settings) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = Embedded::open(dir.path(), settings).unwrap();
    append(&store, 1..10);
    store.append(LOG, joins(-1, 2)).wait().unwrap();
    append(&store, 11..=30);
    store.close();
    dir
}

/// Whether the store is whole, and kept from somewhere.
fn check(dir: &Path, kept_from: i64) {
    let store = Embedded::open(dir, small()).unwrap();
    assert_eq!((store.kept_from(LOG), store.head(LOG)), (place(kept_from), place(30)));
    let expected: Vec<i64> = (1..=30).filter(|number| *number >= kept_from || *number == 10).collect();
    let log = store.read_log(LOG, QueueId::START, usize::MAX).unwrap();
    assert!(log.iter().map(|entry| entry.queue_id.get()).eq(expected.iter().copied()));
    let page = store.read_inbox(user(2), QueueId::START, ALL).unwrap();
    assert!(page.entries.iter().map(|entry| entry.queue_id.get()).eq(expected));
    store.close();
    drop(store);
    assert_eq!(verify(dir).unwrap().problems, [""; 0]);
}

#[test]
fn a_disk_that_fails_at_any_step_of_a_removal_leaves_the_log_whole() {
    for commits in 0..3 {
        let dir = filled(small());
        let disk = Arc::new(FailsAfter(AtomicI64::new(commits)));
        let store = open::open(dir.path(), small(), Box::new(Arc::clone(&disk))).unwrap();
        let trimmed = store.trim(LOG, place(20));
        assert_eq!(trimmed.is_ok(), commits == 2, "{trimmed:?}");
        // Readers see it or they do not, and nothing in between.
        let seen = store.kept_from(LOG);
        assert_eq!(seen, place(if commits == 0 { 1 } else { 20 }));
        store.close();
        drop(store);
        check(dir.path(), seen.get());
        let store = Embedded::open(dir.path(), small()).unwrap();
        assert_eq!(store.trim(LOG, place(20)).unwrap(), place(20));
        store.close();
        drop(store);
        check(dir.path(), 20);
        let tables = Tables::open(&dir.path().join("log"), 8 << 20).unwrap();
        assert_eq!(tables.trimmed().unwrap(), place(20));
    }
}

#[test]
fn a_crash_behind_a_removal_brings_nothing_back() {
    // The journal still has all of it.
    let dir = filled(small());
    let store = Embedded::open(dir.path(), small()).unwrap();
    assert_eq!(store.trim(LOG, place(20)).unwrap(), place(20));
    let image = crash(dir.path());
    drop(store);
    check(image.path(), 20);
}

#[test]
fn the_room_of_old_entries_is_given_back() {
    let dir = tempfile::tempdir().unwrap();
    let settings = Settings { checkpoint_entries: 500, ..small() };
    let long = "x".repeat(2_000);
    let store = Embedded::open(dir.path(), settings.clone()).unwrap();
    for round in 0..10 {
        let new = |number: i64| NewEntry {
            content: format!("{number} {long}").into(),
            ..text(1, 2, &(round * 500 + number).to_string())
        };
        let pending: Vec<_> = (0..500).map(|number| store.append(LOG, new(number))).collect();
        pending.into_iter().for_each(|pending| assert!(pending.wait().is_ok()));
        store.shared.wait_for_checkpoints();
    }
    store.close();
    drop(store);
    let store = Embedded::open(dir.path(), settings).unwrap();
    let before = store.log_bytes(LOG);
    assert_eq!(store.trim(LOG, place(4_501)).unwrap(), place(4_501));
    let after = store.log_bytes(LOG);
    assert!(after > 0 && after <= before / 5, "{before} before, {after} after");
    store.close();
}

#[test]
fn what_is_left_of_a_log_goes_elsewhere_and_goes_on_there() {
    let dir = filled(small());
    let store = Embedded::open(dir.path(), small()).unwrap();
    store.trim(LOG, place(20)).unwrap();
    let roster = store.roster(GroupId::parse(-1).unwrap(), QueueId::END).unwrap();
    store.close();
    drop(store);
    let entries = |from: i64| {
        let all = Export::open(dir.path()).unwrap().map(Result::unwrap);
        let part = all.filter(move |entry| entry.queue_id.get() >= from);
        part.map(|entry| (entry.queue_id, entry.to_new().unwrap()))
    };
    assert_eq!(Export::open(dir.path()).unwrap().kept_from(), place(20));

    let to = tempfile::tempdir().unwrap();
    let copy = Embedded::open(to.path(), journal_only()).unwrap();
    assert!(matches!(copy.import(place(25), entries(1)), Err(ImportError::NotKept { .. })));
    assert!(matches!(
        copy.import(place(19), entries(20)),
        Err(ImportError::NotEmpty { .. }) | Err(ImportError::OutOfOrder { .. })
    ));
    drop(copy);

    let to = tempfile::tempdir().unwrap();
    let copy = Embedded::open(to.path(), journal_only()).unwrap();
    assert_eq!(copy.import(place(20), entries(1)).unwrap(), 12);
    assert_eq!(copy.roster(GroupId::parse(-1).unwrap(), QueueId::END).unwrap(), roster);
    // With a crash before any checkpoint: its views are made anew from what is left.
    let image = crash(to.path());
    drop(copy);
    check(image.path(), 20);
    check(to.path(), 20);
    let copy = Embedded::open(to.path(), small()).unwrap();
    append(&copy, [31]);
    assert_eq!(copy.head(LOG), place(31));
    copy.close();
}
