//! Repairing: whatever is damaged, the store opens again, is whole, and has everything that could be read.

use super::damage::{ENTRIES, ENTRIES_IN_TABLES, flip, in_tables, in_the_journal, journal, row_20};
use super::*;
use crate::id::QueueId;
use crate::store::conformance::{ALL, place, user};
use crate::store::{Directory, Expect};

/// Repairs a folder in which something is wrong. What was told before, and the store after.
fn repaired(dir: &Path) -> (Plan, Embedded) {
    let before = contents(dir);
    let prepared = Repair::prepare(dir).unwrap().expect("something is wrong");
    assert!(matches!(Repair::prepare(dir), Err(OpenError::Held { .. })), "one at a time");
    let plan = prepared.plan.clone();
    drop(prepared);
    assert_eq!(contents(dir), before, "a plan changes nothing");

    let old = Repair::prepare(dir).unwrap().unwrap().carry_out().unwrap();
    assert!(old.starts_with(dir) && old.is_dir(), "what was damaged is kept");
    assert_eq!(Repair::prepare(dir).unwrap().map(|again| again.plan), None, "there is nothing more to repair");
    assert_eq!(verify(dir).unwrap().problems, Vec::<String>::new());
    (plan, Embedded::open(dir, small()).unwrap())
}

/// Every file but the lock, which names its holder.
fn contents(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = files_below(dir).unwrap().into_iter().filter(|file| !file.ends_with("lock"));
    files.map(|file| (file.clone(), fs::read(file).unwrap())).collect()
}

/// The places of the entries in somebody's inbox: what stands where one is lost is in nobody's.
fn inbox(store: &Embedded) -> Vec<i64> {
    let page = store.read_inbox(user(2), QueueId::START, ALL).unwrap();
    page.entries.iter().map(|entry| entry.queue_id.get()).collect()
}

fn epoch(dir: &Path) -> String {
    verify(dir).unwrap().epoch
}

#[test]
fn a_whole_store_has_nothing_to_repair() {
    for dir in [in_the_journal(), in_tables()] {
        assert!(Repair::prepare(dir.path()).unwrap().is_none());
    }
}

#[test]
fn a_flipped_bit_in_the_journal_costs_the_one_entry_that_it_is_in() {
    let dir = in_the_journal();
    let (file, at) = row_20(dir.path());
    flip(&file, at + 3);
    let refused = Embedded::open(dir.path(), small()).unwrap_err().to_string();
    assert!(refused.contains("log/0.jnl, bytes "), "{refused}");

    let (plan, store) = repaired(dir.path());
    assert_eq!((plan.entries, plan.lost_count, plan.head), (ENTRIES as u64 - 1, 1, place(ENTRIES)));
    assert_eq!(plan.lost, [(place(20), place(20))]);
    assert!(plan.has_new_epoch);
    assert_eq!(inbox(&store), (1..=ENTRIES).filter(|number| *number != 20).collect::<Vec<_>>());
    // Whoever tries the lost one again is taken at his word, and it comes behind all others.
    let again = store.append(LOG, text(1, 2, "20")).wait().unwrap();
    assert_eq!((again.queue_id, again.duplicate), (place(ENTRIES + 1), false));
    assert!(store.append(LOG, text(1, 2, "21")).wait().unwrap().duplicate);
}

#[test]
fn a_journal_that_was_cut_off_keeps_its_places_for_what_was_acknowledged() {
    let dir = in_the_journal();
    let (file, at) = row_20(dir.path());
    fs::OpenOptions::new().write(true).open(file).unwrap().set_len(at + 3).unwrap();
    let (plan, store) = repaired(dir.path());
    assert_eq!((plan.entries, plan.lost, plan.head), (19, vec![(place(20), place(ENTRIES))], place(ENTRIES)));
    assert_eq!(inbox(&store), (1..20).collect::<Vec<_>>());
    // A mark of what was read up to 25 may not hide what is new.
    append(&store, [100]);
    assert_eq!(store.head(LOG), place(ENTRIES + 1));
}

#[test]
fn a_flipped_bit_in_a_table_costs_the_block_that_it_is_in() {
    let dir = in_tables();
    let (file, at) = row_20(&dir.path().join("log/keyspaces"));
    flip(&file, at + 3);
    let name = file.strip_prefix(dir.path()).unwrap().display().to_string();
    let found = verify(dir.path()).unwrap().problems;
    assert!(found[0].starts_with(&format!("{name}, bytes ")) && found[0].contains("\"log\""), "{found:?}");

    // As long as a journal has it, nothing is lost.
    let with_journal = crash(dir.path());
    let (plan, store) = repaired(with_journal.path());
    assert_eq!((plan.entries, plan.lost_count, plan.has_new_epoch), (ENTRIES_IN_TABLES as u64, 0, false));
    assert_eq!(inbox(&store).len() as i64, ENTRIES_IN_TABLES);

    fs::write(journal(dir.path()), []).unwrap();
    let old = epoch(dir.path());
    let (plan, store) = repaired(dir.path());
    assert!(plan.lost_count > 0 && plan.lost_count < ENTRIES_IN_TABLES as u64 / 2, "{plan:?}");
    assert_eq!(plan.entries + plan.lost_count, ENTRIES_IN_TABLES as u64);
    assert_eq!(inbox(&store).len() as u64, plan.entries);
    assert_ne!(store.epoch(), old);
}

#[test]
fn what_is_made_from_the_log_is_made_again_and_nothing_is_lost() {
    let whole = in_tables();
    let (old, mut count) = (epoch(whole.path()), 0);
    for file in files_below(&whole.path().join("log/keyspaces")).unwrap() {
        let number: u32 = file
            .strip_prefix(whole.path().join("log/keyspaces"))
            .unwrap()
            .iter()
            .next()
            .unwrap()
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        // By the order in which they are made: 1 is the log, 4 the directory and 5 what is kept of groups.
        if ![0, 2, 3].contains(&number) || fs::metadata(&file).unwrap().len() == 0 {
            continue;
        }
        let dir = crash(whole.path());
        let harmed = dir.path().join(file.strip_prefix(whole.path()).unwrap());
        flip(&harmed, fs::metadata(&file).unwrap().len() / 2);
        // Of some files there is an older one that nobody reads any more.
        if Repair::prepare(dir.path()).unwrap().is_none() {
            continue;
        }
        count += 1;
        let (plan, store) = repaired(dir.path());
        let found = (plan.lost_count, plan.entries, plan.may_lack_records, plan.has_new_epoch);
        assert_eq!(found, (0, ENTRIES_IN_TABLES as u64, false, false), "{file:?}: {plan:?}");
        assert_eq!(inbox(&store), (1..=ENTRIES_IN_TABLES).collect::<Vec<_>>(), "{file:?}");
        assert_eq!(store.epoch(), old, "{file:?}: who has a cursor may go on");
    }
    assert!(count > 5, "only {count} files");
}

#[test]
fn a_witness_that_is_gone_or_torn_is_made_again_under_a_new_epoch() {
    for tear in [true, false] {
        let dir = in_tables();
        let old = epoch(dir.path());
        let head = dir.path().join("head");
        if tear {
            flip(&head, 9)
        } else {
            fs::remove_file(&head).unwrap()
        }
        let (plan, store) = repaired(dir.path());
        assert_eq!((plan.lost_count, plan.has_new_epoch), (0, true));
        assert_ne!(store.epoch(), old);
        assert_eq!(inbox(&store).len() as i64, ENTRIES_IN_TABLES);
    }
}

#[test]
fn the_directory_keeps_the_latest_of_each_record_that_can_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let store = Embedded::open(dir.path(), small()).unwrap();
    let change = |key: &str, value: Option<&str>| {
        let value = value.map(|value| value.as_bytes().to_vec());
        store.change(vec![Change { key: key.into(), value, expect: Expect::Anything }], Keep::Durable).wait().unwrap();
    };
    change("kept", Some("old"));
    change("removed", Some("old"));
    append(&store, 1..=30);
    store.close();
    let store = Embedded::open(dir.path(), journal_only()).unwrap();
    let change = |key: &str, value: Option<&str>| {
        let value = value.map(|value| value.as_bytes().to_vec());
        store.change(vec![Change { key: key.into(), value, expect: Expect::Anything }], Keep::Durable).wait().unwrap();
    };
    change("kept", Some("new"));
    change("removed", None);
    append(&store, 31..=40);
    let image = crash(dir.path());
    // In the journal, behind both changes.
    let found = damage::find(&journal(image.path()), &Entry::new(place(35), text(1, 2, "35")).encoded);
    flip(&journal(image.path()), found.unwrap() + 3);
    let (plan, store) = repaired(image.path());
    assert_eq!((plan.records, plan.lost_count), (1, 1));
    assert_eq!(store.get(b"kept").unwrap().unwrap().value, "new");
    assert_eq!(store.get(b"removed").unwrap(), None);
}

#[test]
fn what_was_removed_does_not_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let store = Embedded::open(dir.path(), small()).unwrap();
    append(&store, 1..10);
    store.append(LOG, joins(-1, 2)).wait().unwrap();
    append(&store, 11..=40);
    // With a close everything is in its last place, and can be removed.
    store.close();
    let store = Embedded::open(dir.path(), small()).unwrap();
    assert_eq!(store.trim(LOG, place(15)).unwrap(), place(15));
    store.close();
    fs::remove_file(dir.path().join("head")).unwrap();
    let (plan, store) = repaired(dir.path());
    assert_eq!((plan.kept_from, plan.lost_count), (place(15), 0));
    assert_eq!(store.kept_from(LOG), place(15));
    assert_eq!(inbox(&store), [10].into_iter().chain(15..=40).collect::<Vec<_>>());
}

/// Whatever is damaged, in whatever way: the store is whole afterwards, and what could be read is there.
#[test]
fn there_is_no_file_whose_damage_cannot_be_repaired() {
    let mut harms = ["flip", "cut", "remove"].into_iter().cycle();
    for (image, entries) in [(in_the_journal(), ENTRIES), (in_tables(), ENTRIES_IN_TABLES)] {
        for file in files_below(image.path()).unwrap() {
            let name = file.strip_prefix(image.path()).unwrap().to_owned();
            let bytes = fs::read(&file).unwrap();
            let Some(last) = bytes.iter().rposition(|byte| *byte != 0).filter(|_| !name.ends_with("lock")) else {
                continue;
            };
            let dir = crash(image.path());
            let (harmed, harm) = (dir.path().join(&name), harms.next().unwrap());
            match harm {
                "flip" => flip(&harmed, last as u64 / 2),
                "cut" => fs::write(&harmed, &bytes[..last / 2]).unwrap(),
                _ => fs::remove_file(&harmed).unwrap(),
            }
            let at = format!("{harm} of {}", name.display());
            // What was harmed may be a file that nobody needs.
            let prepared = Repair::prepare(dir.path()).unwrap_or_else(|error| panic!("{at}: {error}"));
            let plan = prepared.map(|prepared| (prepared.plan.clone(), prepared.carry_out().unwrap()).0);
            assert_eq!(verify(dir.path()).unwrap().problems, Vec::<String>::new(), "{at}: {plan:?}");
            let store = Embedded::open(dir.path(), small()).unwrap_or_else(|error| panic!("{at}: {error}"));
            let lost = plan.map_or(0, |plan| plan.lost_count as i64);
            assert_eq!(inbox(&store).len() as i64 + lost, entries, "{at}");
            append(&store, [1_000]);
        }
    }
}
