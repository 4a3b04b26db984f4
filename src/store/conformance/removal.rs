//! Removing old entries: what goes, what stays, and what those see who read meanwhile.

use std::collections::BTreeSet;

use super::{ALL, LOG, Subject, append_all, followed, group, joins, place, text, user, wait};
use crate::id::{Peer, QueueId};
use crate::store::{Log, Mailboxes, NewEntry, Page};

pub(in crate::store) fn what_is_old_is_removed_with_its_name_and_groups_stay_what_they_are<S: Subject>() {
    let mut subject = S::new();
    let mut store = subject.open();
    // 1 to 6: a group with two texts in it, and what goes before and behind.
    let sent = [
        text(1, 2, "a"),
        joins(-1, 2),
        text(2, -1, "b"),
        NewEntry { client_msg_id: "c".into(), ..joins(-2, 2) },
        text(2, -1, "d"),
        text(1, 2, "e"),
    ];
    for new in &sent {
        wait(store.append(LOG, new.clone())).unwrap();
    }
    assert_eq!(store.kept_from(LOG), place(1));
    let roster = store.roster(group(-1), QueueId::END).unwrap();
    // What is on its way to its last place may stay longer.
    while store.trim(LOG, place(5)).unwrap() < place(5) {
        std::thread::yield_now();
    }
    for _ in 0..2 {
        let places = |page: Page| page.entries.iter().map(|entry| entry.queue_id.get()).collect::<Vec<_>>();
        let log = store.read_log(LOG, QueueId::START, usize::MAX).unwrap();
        assert_eq!(log.iter().map(|entry| entry.queue_id.get()).collect::<Vec<_>>(), [2, 4, 5, 6]);
        assert_eq!(places(store.read_inbox(user(2), QueueId::START, ALL).unwrap()), [2, 4, 5, 6]);
        assert_eq!(places(store.read_inbox(user(2), place(2), ALL).unwrap()), [4, 5, 6]);
        assert_eq!(places(store.read_history(user(2), Peer::parse(1).unwrap(), QueueId::END, ALL).unwrap()), [6]);
        assert_eq!(places(store.read_history(user(2), Peer::parse(-1).unwrap(), QueueId::END, ALL).unwrap()), [5, 2]);
        assert_eq!(store.roster(group(-1), QueueId::END).unwrap(), roster);
        assert_eq!(store.entry(LOG, place(3)).unwrap(), None);
        assert_eq!(store.entry(LOG, place(4)).unwrap().unwrap().queue_id, place(4));
        assert_eq!(wait(store.find(LOG, user(1), "a")).unwrap(), None);
        assert_eq!(wait(store.find(LOG, user(1), "c")).unwrap().unwrap().queue_id, place(4));
        let tail = store.tail(LOG, QueueId::START);
        assert_eq!(wait(followed(tail, 6)), [2, 4, 5, 6]);
        if S::KEEPS {
            store.close();
            drop(store);
            store = subject.open();
        }
        assert_eq!((store.kept_from(LOG), store.head(LOG)), (place(5), place(6)));
    }
    // A name that has gone is free, and what has it now keeps it.
    assert_eq!(wait(store.append(LOG, text(1, 2, "a"))).unwrap().queue_id, place(7));
    while store.trim(LOG, QueueId::END).unwrap() < place(7) {
        std::thread::yield_now();
    }
    assert_eq!(wait(store.append(LOG, text(1, 2, "a"))).unwrap().queue_id, place(7), "the last one always stays");
    assert_eq!(store.head(LOG), place(7));
    assert_eq!(store.trim(LOG, place(2)).unwrap(), place(7), "what is gone does not come back");
    store.close();
}

pub(in crate::store) fn readers_meet_no_gap_while_old_entries_are_removed<S: Subject>() {
    let mut subject = S::new();
    let store = subject.open();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| append_all(&store, 1, 2));
        let remover = scope.spawn({
            let store = &store;
            move || {
                while !writer.is_finished() {
                    let before = (store.head(LOG).get() - 3).max(0);
                    store.trim(LOG, place(before)).unwrap();
                }
            }
        });
        while !remover.is_finished() {
            let kept_from = store.kept_from(LOG);
            for page in [
                store.read_inbox(user(2), QueueId::START, ALL).unwrap(),
                store.read_history(user(2), Peer::parse(1).unwrap(), QueueId::END, ALL).unwrap(),
            ] {
                let places: BTreeSet<i64> = page.entries.iter().map(|entry| entry.queue_id.get()).collect();
                let (first, last) = (places.first(), places.last());
                assert!(first.is_none_or(|first| *first >= kept_from.get()));
                assert_eq!(places.len() as i64, last.map_or(0, |last| last - first.unwrap_or(last) + 1), "{places:?}");
            }
            let log = store.read_log(LOG, QueueId::START, usize::MAX).unwrap();
            assert!(log.windows(2).all(|two| two[0].queue_id.next() == two[1].queue_id));
        }
    });
    store.close();
}
