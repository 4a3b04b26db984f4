//! Files that are not as they were written. A damage is found at the open, at the reading, or by `verify`, and is
//! never taken for the end of the log.

use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::super::files::Witness;
use super::*;
use crate::id::QueueId;
use crate::store::conformance::{place, user};

pub(super) const ENTRIES: i64 = 40;
/// So many that a table has several blocks, of which an open reads but the last.
pub(super) const ENTRIES_IN_TABLES: i64 = 400;

/// A store of which all entries are in the journal, as after a kill.
pub(super) fn in_the_journal() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = Embedded::open(dir.path(), journal_only()).unwrap();
    // One batch each, so that a damaged one leaves others before and behind it.
    (1..=ENTRIES).for_each(|name| append(&store, [name]));
    crash(dir.path())
}

/// A store of which all entries are in tables, as after a close.
pub(super) fn in_tables() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = Embedded::open(dir.path(), journal_only()).unwrap();
    append(&store, 1..=ENTRIES_IN_TABLES);
    store.close();
    dir
}

pub(super) fn journal(dir: &Path) -> PathBuf {
    let mut journals = files_below(&dir.join("log")).unwrap();
    journals.retain(|file| file.extension().is_some_and(|extension| extension == "jnl"));
    assert_eq!(journals.len(), 1);
    journals.remove(0)
}

/// Where the text of an entry stands in a file.
pub(super) fn find(file: &Path, what: &[u8]) -> Option<u64> {
    let bytes = fs::read(file).unwrap();
    bytes.windows(what.len()).position(|window| window == what).map(|at| at as u64)
}

pub(super) fn flip(file: &Path, at: u64) {
    let file = fs::OpenOptions::new().read(true).write(true).open(file).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ 0x10], at).unwrap();
}

/// The row of entry 20 in the log, in a file below `dir`.
pub(super) fn row_20(dir: &Path) -> (PathBuf, u64) {
    let row = Entry::new(place(20), text(1, 2, "20")).encoded;
    let mut files = files_below(dir).unwrap().into_iter();
    files.find_map(|file| find(&file, &row).map(|at| (file, at))).expect("the row is in one of the files")
}

#[test]
fn a_journal_damaged_in_the_middle_is_not_taken_for_a_torn_one() {
    let dir = in_the_journal();
    let (file, at) = row_20(dir.path());
    assert_eq!(file, journal(dir.path()));
    flip(&file, at + 3);
    let refused = Embedded::open(dir.path(), small()).unwrap_err();
    assert!(matches!(refused, OpenError::Damaged { .. } | OpenError::Lost { .. }), "{refused}");
    assert!(refused.to_string().contains("longlink log verify"), "{refused}");
}

#[test]
fn a_journal_whose_end_is_gone_is_refused_for_what_was_acknowledged() {
    let dir = in_the_journal();
    let (file, at) = row_20(dir.path());
    fs::OpenOptions::new().write(true).open(file).unwrap().set_len(at).unwrap();
    let refused = Embedded::open(dir.path(), small()).unwrap_err();
    let OpenError::Lost { found, acknowledged, .. } = &refused else { panic!("{refused}") };
    assert_eq!((*found, *acknowledged), (place(19), place(ENTRIES)));

    let report = verify(dir.path()).unwrap();
    assert_eq!((report.entries, report.head, report.acknowledged), (19, place(19), Some(place(ENTRIES))));
    assert_eq!(report.problems, ["the log ends at entry 19, but entry 40 was acknowledged"]);

    // The way on that the refusal names, for those who have no copy.
    fs::remove_file(dir.path().join("head")).unwrap();
    let store = Embedded::open(dir.path(), small()).unwrap();
    assert_eq!(store.head(LOG), place(19));
}

#[test]
fn a_torn_batch_that_was_never_acknowledged_is_dropped() {
    let dir = in_the_journal();
    let (file, at) = row_20(dir.path());
    fs::OpenOptions::new().write(true).open(file).unwrap().set_len(at).unwrap();
    // As if the process had been killed in the middle of writing entry 20.
    Witness::open(dir.path()).unwrap().write(place(19)).unwrap();
    let store = Embedded::open(dir.path(), small()).unwrap();
    assert_eq!(store.head(LOG), place(19));
    append(&store, [20, 21]);
}

#[test]
fn a_torn_witness_alone_does_not_stop_the_start() {
    let dir = in_the_journal();
    flip(&dir.path().join("head"), 9);
    let store = Embedded::open(dir.path(), small()).unwrap();
    assert_eq!(store.head(LOG), place(ENTRIES));
}

#[test]
fn a_flipped_bit_in_a_table_of_the_log_is_found_by_reading_and_by_verify() {
    let dir = in_tables();
    let (file, at) = row_20(&dir.path().join("log/keyspaces"));
    flip(&file, at + 3);
    let store = Embedded::open(dir.path(), small()).unwrap();
    let read = store.read_log(LOG, QueueId::START, usize::MAX);
    assert!(matches!(read, Err(StoreError::Damaged(_))), "{read:?}");
    store.close();
    let report = verify(dir.path()).unwrap();
    assert!(report.problem_count > 0 && report.entries < ENTRIES_IN_TABLES as u64, "{report:?}");
}

#[test]
fn a_log_behind_its_views_is_refused() {
    let dir = in_tables();
    let emptied = tempfile::tempdir().unwrap();
    Embedded::open(emptied.path(), small()).unwrap().close();
    // The witness alone stays from a full store, as when the database's folder was lost and made anew.
    fs::copy(dir.path().join("head"), emptied.path().join("head")).unwrap();
    let refused = Embedded::open(emptied.path(), small()).unwrap_err();
    let OpenError::Lost { found, acknowledged, .. } = &refused else { panic!("{refused}") };
    assert_eq!((*found, *acknowledged), (QueueId::START, place(ENTRIES_IN_TABLES)));
}

#[test]
fn a_gap_in_the_log_is_found_by_the_open_before_the_mark_by_reading_and_always_by_verify() {
    for (image, is_refused) in [(in_the_journal(), true), (in_tables(), false)] {
        let (lock, tables) = open::open_tables(image.path(), 0).unwrap();
        tables.remove_entry(place(20));
        drop((tables, lock));
        let report = verify(image.path()).unwrap();
        assert_eq!(report.problems[0], "entries 20 to 20 are missing");
        match Embedded::open(image.path(), journal_only()) {
            Err(refused) if is_refused => assert!(refused.to_string().contains("entry 20 is missing"), "{refused}"),
            Err(refused) => panic!("{refused}"),
            Ok(store) => {
                assert!(!is_refused);
                let missing = StoreError::Damaged("entry 20 is missing".into());
                assert_eq!(store.read_log(LOG, QueueId::START, usize::MAX), Err(missing.clone()));
                assert_eq!(store.read_log(LOG, place(19), 5), Err(missing));
                assert_eq!(store.read_log(LOG, QueueId::START, 19).unwrap().len(), 19);
            }
        }
    }
}

#[test]
fn a_wrong_word_about_where_two_talked_last_is_found_by_verify() {
    let dir = in_tables();
    let (last, before) = (place(ENTRIES_IN_TABLES), place(ENTRIES_IN_TABLES - 1));
    for (other, word, problem) in [
        (2, before, Some(format!("entry {last}: between 1 and 2 it is not known"))),
        (2, last.next(), Some(format!("the last entry between 1 and 2 is not at {}", last.next()))),
        (2, last, None),
        (9, last, Some(format!("the last entry between 1 and 9 is not at {last}"))),
    ] {
        let (lock, tables) = open::open_tables(dir.path(), 0).unwrap();
        tables.set_talk(user(1), user(other), word);
        drop((tables, lock));
        assert_eq!(verify(dir.path()).unwrap().problems, Vec::from_iter(problem));
    }
}

/// Whatever is damaged, in whatever file: the store is refused, or says so when it is read, or was not harmed.
#[test]
fn no_flipped_bit_anywhere_passes_unnoticed() {
    for image in [in_the_journal(), in_tables()] {
        let whole = crash(image.path());
        let whole = Embedded::open(whole.path(), journal_only()).unwrap();
        let log = whole.read_log(LOG, QueueId::START, usize::MAX).unwrap();
        for file in files_below(image.path()).unwrap() {
            let Some(last) = fs::read(&file).unwrap().iter().rposition(|byte| *byte != 0) else { continue };
            let name = file.strip_prefix(image.path()).unwrap();
            let damaged = crash(image.path());
            flip(&damaged.path().join(name), last as u64 / 2);
            let Ok(store) = Embedded::open(damaged.path(), journal_only()) else { continue };
            // A panic of the database is unkind, but it is no silence.
            let read = catch_unwind(AssertUnwindSafe(|| store.read_log(LOG, QueueId::START, usize::MAX)));
            if let Ok(Ok(read)) = read {
                assert!(read.iter().map(|entry| &entry.encoded).eq(log.iter().map(|entry| &entry.encoded)), "{name:?}");
            }
        }
    }
}
