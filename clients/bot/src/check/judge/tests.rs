//! A history of a server that keeps its promises, and what is found when one thing in it is broken.
//!
//! `random` breaks histories of any shape, which `story` makes; here each kind of fault stands by itself, with the sentence that tells it.

mod altered;
mod random;
mod story;

use super::super::record::{Entry, Event, Happened, Outcome, Record};
use super::super::verdict::{Kind, Verdict};
use super::Judge;

const GROUP: i64 = -1;

fn reader(reader: u32, user: i64) -> Record {
    Record::Reader { reader, user, name: format!("reader {reader}"), all: true }
}

fn link(link: u32, reader: u32, after: i64) -> Record {
    Record::Link { link, reader, epoch: "e".into(), head: after, after, outcome: Outcome::Continued }
}

fn content(from: i64, id: &str) -> String {
    format!("{from} says {id}")
}

fn ask(link: u32, from: i64, to: i64, id: &str) -> Record {
    Record::Ask { link, from, id: id.into(), to, content: content(from, id), alters: None }
}

fn again(link: u32, from: i64, id: &str) -> Record {
    Record::Again { link, from, id: id.into() }
}

fn ack(link: u32, from: i64, id: &str, at: i64) -> Record {
    Record::Ack { link, from, id: id.into(), at }
}

/// Entry `n` lies at `10 * n`.
fn entry(n: u32, from: i64, to: i64, id: &str) -> Record {
    let content = content(from, id);
    Record::Entry(Entry { entry: n, at: i64::from(n) * 10, from, to, id: id.into(), content, ..Entry::default() })
}

fn event(n: u32, from: i64, what: Event, users: &[i64]) -> Record {
    let event = Some(Happened { what, users: users.into() });
    let (id, content) = (format!("event {n}"), format!("{what:?} {users:?}"));
    Record::Entry(Entry { entry: n, at: i64::from(n) * 10, from, to: GROUP, id, content, event, ..Entry::default() })
}

fn change(change: u32, user: i64, what: Event, users: &[i64]) -> Record {
    let group = if what == Event::Created { 0 } else { GROUP };
    Record::Change { change, user, what, group, users: users.into() }
}

fn got(link: u32, entries: &[u32]) -> Record {
    Record::Got { link, entries: entries.into() }
}

/// 1 makes a group with 2 and 4, brings 3 in, and 2 leaves. Reader 1 comes back on link 3 with an older cursor.
fn intact() -> Vec<Record> {
    let mut all = vec![reader(0, 1), reader(1, 2), reader(2, 3), reader(3, 1), reader(4, 4)];
    all.extend([link(0, 0, 0), link(1, 1, 0), link(2, 2, 0), link(4, 3, 0), link(5, 4, 0)]);
    // Nobody's entry, so that the numbers begin where the places do.
    all.push(entry(0, 99, 98, "of a stranger"));
    all.extend([change(0, 1, Event::Created, &[1, 2, 4]), event(1, 1, Event::Created, &[1, 2, 4])]);
    all.extend([Record::Changed { change: 0, group: GROUP, at: 10 }, got(0, &[1]), got(1, &[1]), got(4, &[1])]);
    all.extend([ask(0, 1, 2, "a"), entry(2, 1, 2, "a"), got(1, &[2]), ack(0, 1, "a", 20), got(4, &[2])]);
    all.extend([ask(1, 2, 1, "b"), entry(3, 2, 1, "b"), ack(1, 2, "b", 30), got(0, &[3]), got(4, &[3])]);
    // A retry, and two that are in flight together.
    all.extend([again(0, 1, "a"), ask(0, 1, GROUP, "c"), ask(0, 1, GROUP, "e"), ack(0, 1, "a", 20)]);
    all.extend([entry(4, 1, GROUP, "c"), entry(5, 1, GROUP, "e"), ack(0, 1, "e", 50), ack(0, 1, "c", 40)]);
    all.extend([got(1, &[4]), got(4, &[4, 5]), link(3, 1, 20), got(3, &[3, 4, 5])]);
    all.extend([change(1, 1, Event::Joined, &[3]), event(6, 1, Event::Joined, &[3])]);
    all.extend([Record::Changed { change: 1, group: GROUP, at: 0 }, got(0, &[6]), got(3, &[6]), got(2, &[6])]);
    all.extend([ask(2, 3, GROUP, "d"), entry(7, 3, GROUP, "d"), ack(2, 3, "d", 70), got(0, &[7]), got(3, &[7])]);
    all.extend([change(2, 2, Event::Left, &[2]), event(8, 2, Event::Left, &[2])]);
    all.extend([Record::Changed { change: 2, group: GROUP, at: 0 }, got(0, &[8]), got(2, &[8]), got(3, &[8])]);
    all.extend([ask(4, 1, GROUP, "f"), entry(9, 1, GROUP, "f"), ack(4, 1, "f", 90), got(0, &[9]), got(2, &[9])]);
    all.extend([ask(3, 2, 0, "g"), entry(10, 2, 0, "g"), ack(3, 2, "g", 100), got(0, &[10]), got(2, &[10])]);
    // Two of which nobody said what became of them; one is there.
    all.extend([ask(2, 3, 2, "h"), ask(2, 3, 2, "i"), entry(11, 3, 2, "h"), got(3, &[11])]);
    all.extend([got(4, &[6, 7, 8, 10]), got(5, &[1, 4, 5, 6, 7, 8, 9, 10])]);
    let page = vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    all.push(Record::Page { link: 4, after: 0, cursor: 110, entries: page });
    all.push(Record::Talk { reader: 0, peer: 2, after: 0, entries: vec![3, 2] });
    all.push(Record::Talk { reader: 2, peer: GROUP, after: 0, entries: vec![9, 8, 7, 6] });
    all.push(Record::Talk { reader: 2, peer: 0, after: 0, entries: vec![10] });
    all.push(Record::Log { after: 0, entries: (1..=11).collect() });
    all.push(Record::End { upto: 110 });
    all
}

fn judged(records: Vec<Record>) -> Verdict {
    let mut judge = Judge::default();
    records.into_iter().for_each(|record| judge.take(record).unwrap());
    judge.finish()
}

/// Where a record stands in the intact history.
fn at(record: &Record) -> usize {
    intact().iter().position(|one| one == record).expect("it stands there")
}

/// What is found when the history is broken so: kinds and sentences.
fn found(break_it: impl FnOnce(&mut Vec<Record>)) -> Vec<(Kind, String)> {
    let mut records = intact();
    break_it(&mut records);
    judged(records).findings.into_iter().map(|finding| (finding.kind, finding.text)).collect()
}

/// The one thing that is found.
fn only(break_it: impl FnOnce(&mut Vec<Record>)) -> (Kind, String) {
    let mut found = found(break_it);
    assert_eq!(found.len(), 1, "{found:#?}");
    found.remove(0)
}

fn replaced(one: Record, by: Record) -> impl FnOnce(&mut Vec<Record>) {
    move |records| records[at(&one)] = by
}

fn without(one: Record) -> impl FnOnce(&mut Vec<Record>) {
    move |records| drop(records.remove(at(&one)))
}

fn lost(text: &str) -> (Kind, String) {
    (Kind::Lost, text.to_owned())
}

#[test]
fn an_intact_history_is_found_intact_with_retries_overlaps_and_undecided_sends() {
    let verdict = judged(intact());
    assert_eq!(verdict.findings, []);
    assert!(verdict.is_clean());
    let counts = verdict.counts;
    assert_eq!((counts.asks, counts.retries, counts.acks, counts.undecided, counts.undecided_kept), (9, 1, 7, 2, 1));
    assert_eq!((counts.readers, counts.links, counts.changes, counts.entries), (5, 6, 3, 12));
}

#[test]
fn a_history_without_an_end_or_without_an_acknowledgement_proves_nothing() {
    let mut records = intact();
    records.pop();
    assert!(!judged(records).is_clean());
    assert!(!judged(vec![reader(0, 1), Record::End { upto: 0 }]).is_clean());
}

#[test]
fn what_was_acknowledged_and_is_nowhere_is_lost() {
    // Acknowledged at the end, and never shown to anybody.
    let told = only(|records| {
        let end = at(&Record::End { upto: 110 });
        records.splice(end..end, [ask(0, 1, 2, "z"), ack(0, 1, "z", 120)]);
    });
    assert_eq!(told, lost("z of 1 to 2 was acknowledged as entry 120: nobody was shown it"));
    // Another's entry is where it should be.
    let told = only(|records| {
        let end = at(&Record::End { upto: 110 });
        records.splice(end..end, [ask(0, 1, 2, "z"), ack(0, 1, "z", 30)]);
    });
    assert_eq!(told, lost("z of 1 to 2 was acknowledged as entry 30: b of 2 to 1, \"2 says b\""));
}

#[test]
fn what_one_reader_was_never_shown_is_lost() {
    let told = only(without(got(2, &[10])));
    assert_eq!(told, lost("reader 2 was never shown entry 100: g of 2 to 0, \"2 says g\""));
    let told = only(replaced(
        Record::Talk { reader: 0, peer: 2, after: 0, entries: vec![3, 2] },
        Record::Talk { reader: 0, peer: 2, after: 0, entries: vec![3] },
    ));
    assert_eq!(told, lost("reader 0 has no entry 20 in the history with 2: a of 1 to 2, \"1 says a\""));
    let told = only(replaced(
        Record::Log { after: 0, entries: (1..=11).collect() },
        Record::Log { after: 0, entries: (1..=10).collect() },
    ));
    assert_eq!(told, lost("entry 110 was shown to somebody, and is not in the log"));
}

#[test]
fn a_cursor_that_moved_past_something_skipped_it() {
    let told = only(without(got(0, &[7])));
    let skipped = "reader 0 was not shown entry 70 on link 0, which went on to 100: d of 3 to -1, \"3 says d\"";
    assert_eq!(told, (Kind::Skipped, skipped.into()));
    let page = |entries: &[u32]| Record::Page { link: 4, after: 0, cursor: 110, entries: entries.into() };
    let told = only(replaced(page(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), page(&[1, 2, 3, 4, 5, 7, 8, 9, 10])));
    assert_eq!(told.0, Kind::Skipped);
    assert!(told.1.starts_with("reader 3 read from 0 to 110 without entry 60"), "{told:?}");
    // Come back at a cursor beyond what was shown: it was presented as 40, and the link goes on behind 50.
    let found = found(|records| {
        records[at(&link(3, 1, 20))] = link(3, 1, 50);
        records[at(&got(3, &[3, 4, 5]))] = got(3, &[]);
    });
    assert_eq!(found, [lost("reader 1 was never shown entry 50: e of 1 to -1, \"1 says e\"")]);
    let ignored = |outcome| Record::Link { link: 3, reader: 1, epoch: "e".into(), head: 20, after: 20, outcome };
    let told = only(replaced(ignored(Outcome::Continued), ignored(Outcome::Ignored)));
    assert_eq!(told.0, Kind::Skipped);
}

#[test]
fn one_entry_that_was_shown_twice_is_doubled() {
    let told = only(replaced(got(0, &[7]), got(0, &[7, 7])));
    let doubled = "reader 0 was shown entry 70 on link 0 again: d of 3 to -1, \"3 says d\"";
    assert_eq!(told, (Kind::Doubled, doubled.into()));
    let told = only(replaced(got(3, &[3, 4, 5]), got(3, &[2, 3, 4, 5])));
    let doubled = "reader 1 was shown entry 20 on link 3 although its cursor was 20: a of 1 to 2, \"1 says a\"";
    assert_eq!(told, (Kind::Doubled, doubled.into()));
}

#[test]
fn one_message_that_became_two_entries_is_doubled() {
    let told = found(|records| {
        let end = at(&Record::End { upto: 110 });
        records.splice(end..end, [entry(12, 3, GROUP, "d"), got(0, &[12])]);
    });
    assert_eq!(told[0], (Kind::Doubled, "d of 3 is entry 70 and entry 120".into()));
    // The retry was acknowledged as another.
    let (kind, text) = found(|records| {
        let last = records.iter().rposition(|record| *record == ack(0, 1, "a", 20)).unwrap();
        records[last] = ack(0, 1, "a", 25);
    })
    .remove(0);
    assert_eq!((kind, text.as_str()), (Kind::Doubled, "a of 1 was acknowledged as entry 20 and as entry 25"));
    // It was acknowledged once, and is somewhere else.
    let told = only(replaced(ack(2, 3, "d", 70), ack(2, 3, "d", 75)));
    assert_eq!(told, (Kind::Doubled, "d of 3 was acknowledged as entry 75, and is entry 70".into()));
}

#[test]
fn an_order_that_was_not_kept_is_reordered() {
    let told = only(replaced(got(4, &[4, 5]), got(4, &[5, 4])));
    let reordered = "reader 3 was shown entry 40 on link 4 after 50: c of 1 to -1, \"1 says c\"";
    assert_eq!(told, (Kind::Reordered, reordered.into()));
    // Two on one link that changed places in the log.
    let told = only(|records| {
        let (one, other) = (at(&ask(0, 1, GROUP, "c")), at(&ask(0, 1, GROUP, "e")));
        records.swap(one, other);
    });
    assert_eq!(told, (Kind::Reordered, "1 sent e before c, and they are entries 50 and 40".into()));
    // Sent when a later place had been given out.
    let mut later = link(3, 1, 20);
    if let Record::Link { head, .. } = &mut later {
        *head = 75;
    }
    let told = only(replaced(link(3, 1, 20), later));
    assert_eq!(told, (Kind::Reordered, "d of 3 is entry 70, and was sent when the log had entry 75".into()));
    let told = only(replaced(
        Record::Talk { reader: 0, peer: 2, after: 0, entries: vec![3, 2] },
        Record::Talk { reader: 0, peer: 2, after: 0, entries: vec![2, 3] },
    ));
    assert_eq!(told.0, Kind::Reordered);
}

#[test]
fn a_send_from_before_its_writer_was_in_the_group_may_come_behind_when_it_is_asked_again() {
    let history = |joins_first: bool| {
        let mut all = vec![reader(0, 1), reader(2, 3), link(0, 0, 0), link(2, 2, 0)];
        all.push(entry(0, 99, 98, "of a stranger"));
        all.extend([change(0, 1, Event::Created, &[1, 2]), event(1, 1, Event::Created, &[1, 2])]);
        let joins = [change(1, 1, Event::Joined, &[3]), event(2, 1, Event::Joined, &[3]), link(3, 2, 20)];
        // Neither is answered before the link breaks.
        let asks = [ask(2, 3, GROUP, "x"), ask(2, 3, 1, "y")];
        let asks_later = [ask(3, 3, GROUP, "x"), ask(3, 3, 1, "y")];
        if joins_first {
            all.extend(joins.into_iter().chain(asks_later));
        } else {
            all.extend(asks.into_iter().chain(joins));
        }
        all.extend([link(4, 2, 20), again(4, 3, "x"), again(4, 3, "y")]);
        all.extend([entry(3, 3, 1, "y"), entry(4, 3, GROUP, "x"), ack(4, 3, "x", 40), ack(4, 3, "y", 30)]);
        judged(all).findings.into_iter().filter(|finding| finding.kind == Kind::Reordered).count()
    };
    assert_eq!((history(false), history(true)), (0, 1));
}

#[test]
fn what_is_not_for_somebody_is_foreign() {
    let told = only(replaced(got(5, &[1, 4, 5, 6, 7, 8, 9, 10]), got(5, &[1, 3, 4, 5, 6, 7, 8, 9, 10])));
    let foreign = "reader 4 was shown entry 30, not theirs: b of 2 to 1, \"2 says b\"";
    assert_eq!(told, (Kind::Foreign, foreign.into()));
    let told = only(replaced(
        Record::Talk { reader: 2, peer: 0, after: 0, entries: vec![10] },
        Record::Talk { reader: 2, peer: 0, after: 0, entries: vec![10, 9] },
    ));
    assert_eq!(told.0, Kind::Foreign);
}

#[test]
fn a_member_sees_nothing_of_before_joining_or_after_leaving_and_all_in_between() {
    let told = only(replaced(got(2, &[6]), got(2, &[5, 6])));
    assert_eq!(told.1, "reader 2 was shown entry 50, not theirs: e of 1 to -1, \"1 says e\"");
    let told = only(replaced(got(3, &[11]), got(3, &[9, 11])));
    assert_eq!(told.1, "reader 1 was shown entry 90, not theirs: f of 1 to -1, \"1 says f\"");
    let told = only(without(got(2, &[6])));
    assert!(
        told.1.starts_with("reader 2 was not shown entry 60 on link 2"),
        "the entry that brought them in: {told:?}"
    );
    let told = only(without(got(2, &[9])));
    assert!(told.1.starts_with("reader 2 was not shown entry 90 on link 2"), "{told:?}");
    let told = only(without(got(3, &[8])));
    assert!(told.1.starts_with("reader 1 was not shown entry 80 on link 3"), "the one by which they left: {told:?}");
}

#[test]
fn a_change_of_a_group_that_nobody_asked_for_or_that_is_no_entry_is_found() {
    assert_eq!(
        only(|records| {
            records.retain(|record| {
                !matches!(record, Record::Change { change: 2, .. } | Record::Changed { change: 2, .. })
            });
        })
        .0,
        Kind::Foreign
    );
    let told = only(|records| {
        let end = at(&Record::End { upto: 110 });
        records.splice(end..end, [change(3, 3, Event::Left, &[3]), Record::Changed { change: 3, group: GROUP, at: 0 }]);
    });
    assert_eq!(told, lost("Left of [3] in group -1 was acknowledged to 3, and is no entry"));
    let made = |at| Record::Changed { change: 0, group: GROUP, at };
    assert_eq!(only(replaced(made(10), made(5))).0, Kind::Lost);
}

#[test]
fn words_that_were_changed_and_words_that_nobody_said_are_foreign() {
    let with = |to: i64, text: &str| {
        let mut changed = entry(7, 3, to, "d");
        if let Record::Entry(entry) = &mut changed {
            entry.content = text.into();
        }
        changed
    };
    let told = only(replaced(entry(7, 3, GROUP, "d"), with(GROUP, "3 says x")));
    assert_eq!(told.0, Kind::Foreign);
    assert!(told.1.starts_with("entry 70 is d of 3 to -1, \"3 says x\", and was sent as"), "{told:?}");
    // To one reader it says something else than to all others.
    let told = only(|records| {
        let last = at(&got(5, &[1, 4, 5, 6, 7, 8, 9, 10]));
        records[last] = got(5, &[1, 4, 5, 6, 12, 8, 9, 10]);
        let mut other = entry(12, 3, GROUP, "d");
        if let Record::Entry(entry) = &mut other {
            (entry.at, entry.content) = (70, "else".into());
        }
        records.insert(last, other);
    });
    assert!(told.1.starts_with("entry 70 is d of 3 to -1, \"3 says d\" to one and"), "{told:?}");
    // In another's name.
    let found = found(replaced(entry(7, 3, GROUP, "d"), entry(7, 1, GROUP, "d")));
    assert!(found.iter().any(|(kind, text)| *kind == Kind::Foreign && text.contains("was never sent")), "{found:?}");
    assert!(found.iter().any(|(kind, _)| *kind == Kind::Lost), "{found:?}");
}

#[test]
fn what_was_refused_for_good_and_is_there_is_found() {
    let told = only(replaced(ack(2, 3, "d", 70), Record::Refused { link: 2, from: 3, id: "d".into(), code: 6 }));
    assert_eq!(told, (Kind::Foreign, "d of 3 was refused with code 6, and is entry 70".into()));
    // After a temporary code it may be there or not.
    let refused = Record::Refused { link: 2, from: 3, id: "d".into(), code: 100 };
    assert_eq!(found(replaced(ack(2, 3, "d", 70), refused)), []);
}

#[test]
fn another_epoch_is_told() {
    let other =
        Record::Link { link: 3, reader: 1, epoch: "f".into(), head: 20, after: 20, outcome: Outcome::Continued };
    let told = only(replaced(link(3, 1, 20), other));
    assert_eq!(told, (Kind::Epoch, "reader 1 was told on link 3 that the log is f, and before it was e".into()));
    let over = |epoch: &str| Record::Link {
        link: 3,
        reader: 1,
        epoch: epoch.into(),
        head: 20,
        after: 20,
        outcome: Outcome::StartOver,
    };
    assert_eq!(only(replaced(link(3, 1, 20), over("e"))).0, Kind::Epoch);
}

#[test]
fn a_history_that_contradicts_itself_is_refused_in_words() {
    let taken = |record: Record| {
        let mut judge = Judge::default();
        intact().into_iter().for_each(|record| judge.take(record).unwrap());
        judge.take(record).unwrap_err()
    };
    assert_eq!(taken(got(77, &[1])), "there is no link 77");
    assert_eq!(taken(got(0, &[77])), "there is no entry 77");
    assert_eq!(taken(link(0, 0, 0)), "there is a link 0 already");
    assert_eq!(taken(link(9, 77, 0)), "there is no reader 77");
    assert_eq!(taken(reader(0, 1)), "there is a reader 0 already");
    assert_eq!(taken(ack(0, 1, "q", 1)), "q of 1 was never asked");
    assert_eq!(taken(ask(0, 1, 2, "a")), "a of 1 was asked before");
    assert_eq!(taken(entry(77, 1, 2, "q")), "entry 77 is the 12th");
}
