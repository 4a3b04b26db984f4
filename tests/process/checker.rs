//! Whether what came out fits what went in: a pure function over what clients sent and saw, and what the log has.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// All that is known at the end of a walk.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    /// In each sender's order of first tries.
    pub(super) sends: Vec<Tried>,
    /// The whole log, as it was read.
    pub(super) log: Vec<Line>,
    pub(super) readers: Vec<Reader>,
}

/// A send, however often it was tried.
#[derive(Clone, Debug)]
pub(super) struct Tried {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) id: String,
    /// The places that answers named. Several tries may have been answered.
    pub(super) places: Vec<i64>,
}

/// An entry, as it lies in the log or as it came to a reader.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) place: i64,
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) id: String,
    pub(super) content: String,
}

/// Somebody who reads, over all their links.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    pub(super) name: String,
    pub(super) user: i64,
    pub(super) groups: Vec<i64>,
    /// They began behind this.
    pub(super) after: i64,
    /// They also write on these links, and are told of their own messages by answers.
    pub(super) writes: bool,
    pub(super) seen: Vec<Line>,
}

/// What a message says: its text tells whose it is.
pub(super) fn content_of(from: i64, id: &str) -> String {
    format!("{from} says {id}")
}

/// One sentence for each thing that is wrong. None: every promise was kept.
pub(super) fn check(history: &History) -> Vec<String> {
    let mut wrong = Vec::new();
    let at: BTreeMap<i64, &Line> = history.log.iter().map(|line| (line.place, line)).collect();
    check_log(history, &mut wrong);
    check_sends(history, &at, &mut wrong);
    check_orders(history, &mut wrong);
    for reader in &history.readers {
        check_reader(reader, history, &at, &mut wrong);
    }
    wrong
}

fn check_log(history: &History, wrong: &mut Vec<String>) {
    let mut last = 0;
    let mut by_name = HashMap::new();
    for line in &history.log {
        let Line { place, from, id, .. } = line;
        if *place <= last {
            wrong.push(format!("the log goes from {last} to {place}"));
        }
        last = *place;
        if let Some(first) = by_name.insert((from, id), place) {
            wrong.push(format!("doubled: {id} of {from} is at {first} and at {place}"));
        }
        if line.content != content_of(*from, id) {
            wrong.push(format!("entry {place} says {:?}", line.content));
        }
    }
}

fn check_sends(history: &History, at: &BTreeMap<i64, &Line>, wrong: &mut Vec<String>) {
    let tried: BTreeSet<(i64, &str)> = history.sends.iter().map(|send| (send.from, send.id.as_str())).collect();
    for Line { place, from, id, .. } in &history.log {
        if !tried.contains(&(*from, id)) {
            wrong.push(format!("entry {place} was never sent"));
        }
    }
    for Tried { from, to, id, places } in &history.sends {
        let Some(place) = places.first() else {
            wrong.push(format!("{id} of {from} was never answered"));
            continue;
        };
        if places.iter().any(|other| other != place) {
            wrong.push(format!("{id} of {from} was answered with {places:?}"));
        }
        match at.get(place) {
            None => wrong.push(format!("lost: {id} of {from} was acknowledged at {place}")),
            Some(line) if (line.from, line.to, &line.id) != (*from, *to, id) => {
                wrong.push(format!("lost: {id} of {from} was acknowledged at {place}, where {line:?} is"));
            }
            Some(_) => {}
        }
    }
}

/// Who retries in order is in the log in order.
fn check_orders(history: &History, wrong: &mut Vec<String>) {
    let mut last = HashMap::new();
    for Tried { from, id, places, .. } in &history.sends {
        let Some(place) = places.first() else { continue };
        if let Some((before, its_place)) = last.insert(from, (id, place))
            && its_place >= place
        {
            wrong.push(format!("reordered: {from} sent {before} before {id}, but they are at {its_place} and {place}"));
        }
    }
}

fn check_reader(reader: &Reader, history: &History, at: &BTreeMap<i64, &Line>, wrong: &mut Vec<String>) {
    let Reader { name, user, groups, after, writes, seen } = reader;
    let is_theirs = |line: &Line| {
        line.place > *after && (line.to == *user || line.to == 0 || line.from == *user || groups.contains(&line.to))
    };
    let mut last = *after;
    for line in seen {
        if line.place <= last {
            wrong.push(format!("{name} saw {} after {last}", line.place));
        }
        last = line.place;
        if at.get(&line.place) != Some(&line) {
            wrong.push(format!("{name} saw {line:?}, which is not in the log"));
        } else if !is_theirs(line) {
            wrong.push(format!("{name} saw {}, which is not theirs", line.place));
        }
    }
    let seen: BTreeSet<i64> = seen.iter().map(|line| line.place).collect();
    for line in history.log.iter().filter(|line| is_theirs(line) && !(*writes && line.from == *user)) {
        if !seen.contains(&line.place) {
            wrong.push(format!("skipped: {name} never saw {}", line.place));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(place: i64, from: i64, to: i64, id: &str) -> Line {
        Line { place, from, to, id: id.into(), content: content_of(from, id) }
    }

    fn tried(from: i64, to: i64, id: &str, places: &[i64]) -> Tried {
        Tried { from, to, id: id.into(), places: places.into() }
    }

    /// 1 writes to 3, to the group -1 and to everyone; 2 writes to 3; 3 reads all of it but what is to -2.
    fn good() -> History {
        let log = vec![
            line(4, 1, 3, "a"),
            line(5, 2, 3, "a"),
            line(6, 1, -1, "b"),
            line(7, 2, -2, "b"),
            line(9, 1, 0, "c"),
            line(10, 3, 1, "own"),
        ];
        let seen = log.iter().filter(|line| line.to != -2 && line.from != 3).cloned().collect();
        let reader = Reader { name: "three".into(), user: 3, groups: vec![-1], after: 3, writes: true, seen };
        History {
            sends: vec![
                tried(1, 3, "a", &[4, 4]),
                tried(2, 3, "a", &[5]),
                tried(1, -1, "b", &[6]),
                tried(2, -2, "b", &[7]),
                tried(1, 0, "c", &[9]),
                tried(3, 1, "own", &[10]),
            ],
            log,
            readers: vec![reader],
        }
    }

    /// What is found once the good history is broken so.
    fn found(break_it: impl FnOnce(&mut History)) -> String {
        let mut history = good();
        break_it(&mut history);
        check(&history).join("; ")
    }

    #[test]
    fn a_good_history_is_found_good() {
        assert_eq!(check(&good()), [""; 0]);
        // Seeing one's own is allowed to who writes, and demanded of who only reads.
        let own = line(10, 3, 1, "own");
        assert_eq!(found(|history| history.readers[0].seen.push(own)), "");
        assert_eq!(found(|history| history.readers[0].writes = false), "skipped: three never saw 10");
    }

    #[test]
    fn an_entry_that_was_acknowledged_and_is_gone_is_found() {
        let lost = "lost: b of 2 was acknowledged at 7";
        assert_eq!(found(|history| drop(history.log.remove(3))), lost);
        assert!(found(|history| history.log[3].to = -3).starts_with("lost: b of 2 was acknowledged at 7, where"));
        assert!(found(|history| history.log[3].id = "other".into()).contains("lost: b of 2"));
        assert!(found(|history| history.log.clear()).contains("lost: c of 1"));
    }

    #[test]
    fn an_entry_that_is_there_twice_is_found() {
        let doubled = found(|history| history.log.push(line(11, 2, -2, "b")));
        assert_eq!(doubled, "doubled: b of 2 is at 7 and at 11");
        assert_eq!(found(|history| history.sends[3].places.push(8)), "b of 2 was answered with [7, 8]");
    }

    #[test]
    fn an_order_that_was_not_kept_is_found() {
        let swapped = found(|history| {
            history.log[0] = line(4, 1, -1, "b");
            history.log[2] = line(6, 1, 3, "a");
            history.sends[0].places = vec![6];
            history.sends[2].places = vec![4];
            history.readers[0].seen[0] = history.log[0].clone();
            history.readers[0].seen[2] = history.log[2].clone();
        });
        assert_eq!(swapped, "reordered: 1 sent a before b, but they are at 6 and 4");
        assert!(found(|history| history.log.swap(0, 1)).contains("the log goes from 5 to 4"));
        let backwards = found(|history| history.readers[0].seen.swap(0, 1));
        assert_eq!(backwards, "three saw 4 after 5");
    }

    #[test]
    fn what_a_reader_missed_or_got_twice_or_should_not_have_got_is_found() {
        assert_eq!(found(|history| drop(history.readers[0].seen.remove(1))), "skipped: three never saw 5");
        assert_eq!(found(|history| drop(history.readers[0].seen.pop())), "skipped: three never saw 9");
        let again = line(9, 1, 0, "c");
        assert_eq!(found(|history| history.readers[0].seen.push(again)), "three saw 9 after 9");
        let strange = line(7, 2, -2, "b");
        assert_eq!(found(|history| history.readers[0].seen.insert(3, strange)), "three saw 7, which is not theirs");
        let other = |history: &mut History| history.readers[0].seen[0].content = "else".into();
        assert!(found(other).contains("which is not in the log"));
    }

    #[test]
    fn what_nobody_sent_or_nobody_answered_is_found() {
        assert_eq!(found(|history| history.log.push(line(11, 2, -2, "new"))), "entry 11 was never sent");
        assert_eq!(found(|history| history.log[3].content = "else".into()), "entry 7 says \"else\"");
        assert!(found(|history| history.sends[3].places.clear()).contains("b of 2 was never answered"));
    }
}
