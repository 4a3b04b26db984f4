//! A store that an earlier version wrote: `tests/fixtures/store-1` is one of format 1 after a kill, with rows of the views on
//! the disk and three entries in the journal alone. `store-1.txt` is what that version read from it.

use super::*;
use crate::id::Peer;
use crate::store::conformance::{ALL, place, user};

const OLD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/store-1");
const READ: &str = include_str!("../../../../tests/fixtures/store-1.txt");

fn what_is_read(store: &Embedded) -> String {
    let mut read = String::new();
    let places = |page: Page| page.entries.iter().map(|entry| format!(" {}", entry.queue_id)).collect::<String>();
    for reader in 1..=3 {
        let inbox = store.read_inbox(user(reader), QueueId::START, ALL).unwrap();
        read += &format!("inbox {reader}:{}\n", places(inbox));
        for peer in [-1, 0, 1, 2, 3] {
            let history = store.read_history(user(reader), Peer::parse(peer).unwrap(), QueueId::END, ALL).unwrap();
            read += &format!("history {reader} {peer}:{}\n", places(history));
        }
    }
    read
}

fn old_store() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy(Path::new(OLD), dir.path()).unwrap();
    dir
}

#[test]
fn a_store_of_the_first_format_reads_as_it_did() {
    let dir = old_store();
    // Looking at it changes nothing: the earlier version may still open it.
    let report = verify(dir.path()).unwrap();
    assert_eq!((report.entries, report.problems), (32, vec![]));
    assert_eq!(fs::read_to_string(dir.path().join("format")).unwrap(), "1\n");

    let store = Embedded::open(dir.path(), small()).unwrap();
    let expected: String = READ.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    assert_eq!(what_is_read(&store), expected);
    let talks = store.conversations(user(1)).unwrap();
    assert_eq!(talks.iter().map(|talk| talk.last).collect::<Vec<_>>(), [32, 25, 30, 27].map(place));
    assert_eq!(fs::read_to_string(dir.path().join("format")).unwrap(), "2\n");
    append(&store, 1..=3);
    store.close();
    assert_eq!(verify(dir.path()).unwrap().problems, Vec::<String>::new());
    let store = Embedded::open(dir.path(), small()).unwrap();
    assert_eq!(store.head(LOG), place(35));
}

#[test]
fn an_open_that_was_killed_while_it_made_the_views_anew_is_made_good_by_the_next() {
    // One whose views are gone and whose new ones are not begun, and one where they are half made.
    let dir = old_store();
    let (lock, tables) = open::open_tables(dir.path(), 0).unwrap();
    assert!(tables.drop_old_views().unwrap());
    drop((tables, lock));
    let empty = crash(dir.path());
    let store = Embedded::open(dir.path(), small()).unwrap();
    let expected = what_is_read(&store);
    let half = crash(dir.path());
    for image in [empty, half] {
        let store = Embedded::open(image.path(), journal_only()).unwrap();
        assert_eq!(what_is_read(&store), expected);
    }
}
