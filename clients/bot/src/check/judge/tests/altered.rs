//! Messages that were changed or taken back: in a history of two people who talk, what is found when it is shown wrong.

use super::super::super::record::{Altered, Entry, Event, Record};
use super::super::super::verdict::Kind;
use super::super::TAKEN_BACK;
use super::{GROUP, ack, ask, change, content, entry, event, got, judged, link, reader};

fn alters(content: Option<&str>) -> Altered {
    Altered { at: 20, content: content.map(str::to_owned) }
}

fn asked(id: &str, alters: Altered) -> Record {
    let content = alters.in_words();
    Record::Ask { link: 0, from: 1, id: id.into(), to: 2, content, alters: Some(alters) }
}

/// Entry `n` lies at `10 * n`.
fn altering(n: u32, id: &str, alters: Altered) -> Record {
    let (content, alters, at) = (alters.in_words(), Some(alters), i64::from(n) * 10);
    Record::Entry(Entry { entry: n, at, from: 1, to: 2, id: id.into(), content, alters, ..Entry::default() })
}

/// What the history shows of the message at 20.
fn shown(n: u32, content: &str, changed_by: i64) -> Record {
    let (id, content) = ("a".into(), content.into());
    Record::Entry(Entry { entry: n, at: 20, from: 1, to: 2, id, content, changed_by, ..Entry::default() })
}

/// 1 says "a" to 2, changes it, takes it back and says "b"; the last of it is read as the entries named `read` show it,
/// of which the first is number 6.
fn told(shown: Vec<Record>, read: Vec<u32>) -> Vec<(Kind, String)> {
    let mut all = vec![reader(0, 1), reader(1, 2), link(0, 0, 0), link(1, 1, 0)];
    all.extend([entry(0, 99, 98, "of a stranger"), entry(1, 99, 98, "of another")]);
    all.extend([ask(0, 1, 2, "a"), entry(2, 1, 2, "a"), ack(0, 1, "a", 20)]);
    // In flight with a message that comes to lie before it: its order is not promised.
    all.extend([asked("x", alters(Some("else"))), ask(0, 1, 2, "b"), entry(3, 1, 2, "b"), ack(0, 1, "b", 30)]);
    all.extend([altering(4, "x", alters(Some("else"))), ack(0, 1, "x", 40)]);
    all.extend([asked("y", alters(None)), altering(5, "y", alters(None)), ack(0, 1, "y", 50)]);
    all.push(got(1, &[2, 3, 4, 5]));
    all.extend(shown);
    all.push(Record::Talk { reader: 1, peer: 1, after: 0, entries: read });
    all.push(Record::End { upto: 50 });
    judged(all).findings.into_iter().map(|finding| (finding.kind, finding.text)).collect()
}

fn only(shown: Record, read: &[u32]) -> (Kind, String) {
    let mut found = told(vec![shown], read.to_vec());
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn a_message_that_is_shown_as_its_last_change_left_it_is_all_right() {
    assert_eq!(told(vec![shown(6, TAKEN_BACK, 50)], vec![3, 6]), []);
}

#[test]
fn a_message_that_is_shown_as_it_was_before_is_found() {
    let (kind, text) = only(shown(6, "else", 40), &[3, 6]);
    assert_eq!(kind, Kind::Lost);
    assert!(text.ends_with("without entry 50, which takes back entry 20"), "{text}");
    let found = told(Vec::new(), vec![3, 2]);
    assert!(matches!(&found[..], [(Kind::Lost, text)] if text.contains("without entry 50")), "{found:?}");
}

#[test]
fn other_words_than_those_of_the_change_are_found() {
    let (kind, text) = only(shown(6, "else", 50), &[3, 6]);
    assert_eq!(kind, Kind::Foreign);
    assert!(text.ends_with("and it was left as \"(taken back)\""), "{text}");
    let mut another = shown(6, TAKEN_BACK, 50);
    if let Record::Entry(entry) = &mut another {
        entry.id = "b".into();
    }
    let (kind, text) = only(another, &[3, 6]);
    assert_eq!(kind, Kind::Foreign);
    assert!(text.contains("and it was written as a of 1 to 2"), "{text}");
}

#[test]
fn a_change_that_nobody_asked_for_or_that_is_no_entry_is_found() {
    let (kind, text) = only(shown(6, "else", 60), &[3, 6]);
    assert_eq!((kind, text.contains("without entry 50")), (Kind::Lost, true), "{text}");
    let mut b = shown(6, &content(1, "b"), 35);
    if let Record::Entry(entry) = &mut b {
        (entry.at, entry.id) = (30, "b".into());
    }
    let found = told(vec![b, shown(7, TAKEN_BACK, 50)], vec![6, 7]);
    assert!(
        matches!(&found[..], [(Kind::Foreign, text)] if text.ends_with("changed by entry 35, which is none")),
        "{found:?}"
    );
    let found = told(vec![altering(6, "z", alters(Some("mine"))), shown(7, "mine", 60)], vec![3, 7]);
    assert!(found.iter().any(|(kind, text)| *kind == Kind::Foreign && text.ends_with("was never sent")), "{found:?}");
}

#[test]
fn what_changes_another_is_in_no_history_itself() {
    let (kind, text) = only(shown(6, TAKEN_BACK, 50), &[5, 3, 6]);
    assert_eq!(kind, Kind::Foreign);
    assert!(text.contains("read entry 50 in the history with 1, not of it"), "{text}");
}

#[test]
fn a_change_that_was_acknowledged_and_is_no_entry_is_lost() {
    let mut all = vec![reader(0, 1), reader(1, 2), link(0, 0, 0), link(1, 1, 0)];
    all.extend([entry(0, 99, 98, "of a stranger"), entry(1, 99, 98, "of another")]);
    all.extend([ask(0, 1, 2, "a"), entry(2, 1, 2, "a"), ack(0, 1, "a", 20), got(1, &[2])]);
    all.extend([asked("x", alters(None)), ack(0, 1, "x", 30), Record::End { upto: 30 }]);
    let found: Vec<Kind> = judged(all).findings.into_iter().map(|finding| finding.kind).collect();
    assert_eq!(found, [Kind::Lost]);
}

#[test]
fn what_was_taken_back_already_is_answered_with_where_and_with_nothing_else() {
    let second = |at| {
        let mut all = vec![reader(0, 1), reader(1, 2), link(0, 0, 0), link(1, 1, 0)];
        all.extend([entry(0, 99, 98, "of a stranger"), entry(1, 99, 98, "of another")]);
        all.extend([ask(0, 1, 2, "a"), entry(2, 1, 2, "a"), ack(0, 1, "a", 20)]);
        all.extend([asked("x", alters(None)), asked("y", alters(None)), altering(3, "x", alters(None))]);
        all.extend([ack(0, 1, "x", 30), ack(0, 1, "y", at), got(1, &[2, 3]), Record::End { upto: 30 }]);
        judged(all).findings.into_iter().map(|finding| finding.kind).collect::<Vec<_>>()
    };
    assert_eq!(second(30), []);
    assert_eq!(second(20), [Kind::Lost]);
}

#[test]
fn who_has_left_a_group_is_shown_what_was_changed_until_then() {
    let read_by_2 = |shown: Option<&str>| {
        let mut all = vec![reader(0, 1), reader(1, 2), link(0, 0, 0), link(1, 1, 0)];
        all.extend([entry(0, 99, 98, "of a stranger"), change(0, 1, Event::Created, &[1, 2])]);
        all.extend([event(1, 1, Event::Created, &[1, 2]), ask(0, 1, GROUP, "a"), entry(2, 1, GROUP, "a")]);
        all.extend([change(1, 2, Event::Left, &[2]), event(3, 2, Event::Left, &[2])]);
        let alters = alters(Some("else"));
        let words = alters.in_words();
        all.push(Record::Ask {
            link: 0,
            from: 1,
            id: "x".into(),
            to: GROUP,
            content: words.clone(),
            alters: Some(alters.clone()),
        });
        let altering = Entry { entry: 4, at: 40, from: 1, to: GROUP, content: words, ..Entry::default() };
        all.push(Record::Entry(Entry { id: "x".into(), alters: Some(alters), ..altering }));
        all.extend(shown.map(|content| {
            let shown = Entry { entry: 5, at: 20, from: 1, to: GROUP, id: "a".into(), ..Entry::default() };
            Record::Entry(Entry { content: content.into(), changed_by: 40, ..shown })
        }));
        all.extend([got(0, &[1, 3]), got(1, &[1, 2, 3])]);
        all.push(Record::Talk {
            reader: 1,
            peer: GROUP,
            after: 0,
            entries: vec![3, if shown.is_some() { 5 } else { 2 }, 1],
        });
        all.push(Record::End { upto: 40 });
        judged(all).findings.into_iter().map(|finding| (finding.kind, finding.text)).collect::<Vec<_>>()
    };
    assert_eq!(read_by_2(None), []);
    assert!(matches!(&read_by_2(Some("else"))[..], [(Kind::Foreign, _)]));
}
