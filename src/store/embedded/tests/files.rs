//! What lies in the folder, who may have it, and what goes out of it and in.

use super::super::files::Witness;
use super::*;
use crate::id::QueueId;
use crate::store::conformance::{place, user};
use crate::store::{Directory, Expect};

#[test]
fn a_second_opener_is_told_who_holds_the_store() {
    let dir = tempfile::tempdir().unwrap();
    let store = Embedded::open(dir.path(), small()).unwrap();
    let refused = Embedded::open(dir.path(), small()).unwrap_err().to_string();
    let pid = std::process::id();
    assert_eq!(refused, format!("cannot open the store in {}: held by process {pid}", dir.path().display()));
    assert!(matches!(verify(dir.path()), Err(OpenError::Held { .. })));
    // Dropped without a close, it lets go all the same.
    drop(store);
    Embedded::open(dir.path(), small()).unwrap();
}

#[test]
fn a_later_format_is_refused_and_so_is_one_that_is_no_number() {
    let dir = tempfile::tempdir().unwrap();
    Embedded::open(dir.path(), small()).unwrap().close();
    fs::write(dir.path().join("format"), "3\n").unwrap();
    assert!(matches!(Embedded::open(dir.path(), small()), Err(OpenError::Newer { found: 3, known: 2, .. })));
    fs::write(dir.path().join("format"), "").unwrap();
    assert!(matches!(Embedded::open(dir.path(), small()), Err(OpenError::NotAFormat { .. })));
    fs::write(dir.path().join("format"), "1\n").unwrap();
    Embedded::open(dir.path(), small()).unwrap();
}

#[test]
fn a_witness_says_what_was_written_and_nothing_when_it_is_torn() {
    let dir = tempfile::tempdir().unwrap();
    let witness = Witness::open(dir.path()).unwrap();
    assert_eq!(witness.read(), None);
    witness.write(place(70_000)).unwrap();
    assert_eq!(Witness::open(dir.path()).unwrap().read(), Some(place(70_000)));
    for length in 0..12 {
        let bytes = fs::read(dir.path().join("head")).unwrap();
        fs::write(dir.path().join("head"), &bytes[..length]).unwrap();
        assert_eq!(witness.read(), None, "of length {length}");
        fs::write(dir.path().join("head"), bytes).unwrap();
    }
    let mut bytes = fs::read(dir.path().join("head")).unwrap();
    bytes[7] ^= 1;
    fs::write(dir.path().join("head"), bytes).unwrap();
    assert_eq!(witness.read(), None);
}

#[test]
fn a_log_that_goes_on_without_its_witness_has_a_new_epoch() {
    let dir = tempfile::tempdir().unwrap();
    let first = Embedded::open(dir.path(), small()).unwrap().epoch().to_owned();
    fs::remove_file(dir.path().join("head")).unwrap();
    let store = Embedded::open(dir.path(), small()).unwrap();
    assert_eq!(store.epoch(), first, "an empty log has nothing that a cursor could be wrong about");
    append(&store, 1..=3);
    drop(store);
    assert_eq!(Embedded::open(dir.path(), small()).unwrap().epoch(), first);
    fs::remove_file(dir.path().join("head")).unwrap();
    let second = Embedded::open(dir.path(), small()).unwrap().epoch().to_owned();
    assert_ne!(second, first);
    assert_eq!(Embedded::open(dir.path(), small()).unwrap().epoch(), second);
}

#[test]
fn after_a_crash_everything_acknowledged_is_there_and_readable() {
    let dir = tempfile::tempdir().unwrap();
    for settings in [small(), journal_only()] {
        let home = dir.path().join(settings.checkpoint_entries.to_string());
        let store = Embedded::open(&home, settings).unwrap();
        append(&store, 1..=23);
        let change = Change { key: b"key".to_vec(), value: Some(b"value".to_vec()), expect: Expect::Absent };
        store.change(vec![change], Keep::Durable).wait().unwrap();
        // No checkpoint may be at work while the files are copied one by one.
        store.shared.wait_for_checkpoints();
        let image = crash(&home);

        let again = Embedded::open(image.path(), small()).unwrap();
        assert_eq!((again.head(LOG), again.epoch()), (place(23), store.epoch()));
        let bounds = PageBounds { entries: usize::MAX, bytes: usize::MAX };
        assert_eq!(again.read_inbox(user(2), QueueId::START, bounds).unwrap().entries.len(), 23);
        assert_eq!(again.get(b"key").unwrap().unwrap().value, "value");
        // The names are known too: a retry from before the crash is no second message.
        let retry = again.append(LOG, text(1, 2, "7")).wait().unwrap();
        assert_eq!((retry.queue_id, retry.duplicate), (place(7), true));
        append(&again, [24]);
        assert_eq!(again.head(LOG), place(24));
    }
}

#[test]
fn an_export_fills_an_empty_store_with_the_same_places() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = Embedded::open(from.path(), small()).unwrap();
    append(&store, 1..=12);
    let log = store.read_log(LOG, QueueId::START, usize::MAX).unwrap();
    store.close();
    let entries = || {
        Export::open(from.path()).unwrap().map(|entry| {
            let entry = entry.unwrap();
            (entry.queue_id, entry.to_new().unwrap())
        })
    };

    let copy = Embedded::open(to.path(), small()).unwrap();
    assert!(matches!(copy.import(place(1), entries().skip(1)), Err(ImportError::OutOfOrder { .. })));
    assert_eq!(copy.import(place(1), entries()).unwrap(), 12);
    let copied = copy.read_log(LOG, QueueId::START, usize::MAX).unwrap();
    assert!(copied.iter().map(|entry| &entry.encoded).eq(log.iter().map(|entry| &entry.encoded)));
    assert_ne!(copy.epoch(), store.epoch());
    assert!(matches!(copy.import(place(1), entries()), Err(ImportError::NotEmpty { .. })));
    copy.close();

    let again = tempfile::tempdir().unwrap();
    let twice = entries().map(|(place, entry)| (place, NewEntry { client_msg_id: "1".into(), ..entry }));
    let store = Embedded::open(again.path(), small()).unwrap();
    assert!(matches!(store.import(place(1), twice), Err(ImportError::Repeated { .. })));
}

#[test]
fn a_whole_store_verifies_and_the_report_counts_what_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let store = Embedded::open(dir.path(), small()).unwrap();
    append(&store, 1..=12);
    let change = |key: &str| Change { key: key.into(), value: Some(Vec::new()), expect: Expect::Absent };
    store.change(vec![change("one"), change("other")], Keep::Soon).wait().unwrap();
    store.close();
    let whole = Report {
        epoch: store.epoch().into(),
        entries: 12,
        head: place(12),
        acknowledged: Some(place(12)),
        records: 2,
        ..Report::default()
    };
    assert_eq!(verify(dir.path()).unwrap(), whole);
}
