//! The ledger, without a network.

use super::ledger::{Heard, Ledger};
use crate::load::plan::{Account, Conversation, Plan, Seat, To, Written};

/// Three people, of whom the first writes to the second, to a group of all, and to everyone; and somebody elsewhere
/// writes to everyone, too.
fn ledger() -> Ledger {
    let account = |id| Account { id, token: String::new() };
    let conversation = |writer, writer_id, to| Conversation { writer, writer_id, to };
    let address = "127.0.0.1:1".parse().unwrap();
    Ledger::new(&Plan {
        run: 1,
        server: address,
        http: address,
        tls: None,
        sources: Vec::new(),
        accounts: vec![account(10), account(11), account(12)],
        ramp: 1.0,
        all_come_first: true,
        groups: vec![vec![0, 1, 2]],
        conversations: vec![
            conversation(Some(0), 10, To::Seat(1)),
            conversation(Some(0), 10, To::Group(0)),
            conversation(Some(0), 10, To::Everyone),
            conversation(None, 99, To::Everyone),
        ],
        talk: None,
        noops: None,
        comings: None,
        faults: None,
        away: Vec::new(),
        pollers: Vec::new(),
        payload_bytes: 48,
        tick_ms: 1,
        patience_ms: 1,
    })
}

const PRIVATE: u32 = 0;
const GROUP: u32 = 1;
const EVERYONE: u32 = 2;
const ELSEWHERE: u32 = 3;

fn send(ledger: &mut Ledger, conversation: u32, count: u64) {
    for _ in 0..count {
        let number = ledger.send(conversation).unwrap();
        ledger.answer(conversation, number, true);
    }
}

fn missing(ledger: &Ledger) -> u64 {
    ledger.missing(|_| true)
}

#[test]
fn what_came_once_and_in_order_is_all_that_is_owed() {
    let mut ledger = ledger();
    send(&mut ledger, PRIVATE, 3);
    send(&mut ledger, GROUP, 1);
    assert_eq!(missing(&ledger), 5, "three to one, and one to two: the writer of a group has it in the reply");
    for number in 1..=3 {
        assert_eq!(ledger.hear(1, PRIVATE, number, 10), Heard::New);
    }
    assert_eq!(missing(&ledger), 2);
    assert_eq!((ledger.hear(1, GROUP, 1, 10), ledger.hear(2, GROUP, 1, 10)), (Heard::New, Heard::New));
    assert_eq!(missing(&ledger), 0);
}

#[test]
fn each_kind_of_wrong_is_told_from_the_others() {
    let mut ledger = ledger();
    send(&mut ledger, PRIVATE, 4);
    assert_eq!(ledger.hear(1, PRIVATE, 1, 10), Heard::New);
    assert_eq!(ledger.hear(1, PRIVATE, 1, 10), Heard::Doubled);
    assert_eq!(ledger.hear(1, PRIVATE, 4, 10), Heard::New, "a gap is not yet a loss");
    assert_eq!(ledger.hear(1, PRIVATE, 3, 10), Heard::Disordered);
    assert_eq!(ledger.hear(1, PRIVATE, 3, 10), Heard::Doubled);
    assert_eq!(ledger.hear(2, PRIVATE, 2, 10), Heard::Misdirected, "not to this seat");
    assert_eq!(ledger.hear(1, PRIVATE, 2, 12), Heard::Misdirected, "not by its writer");
    assert_eq!(ledger.hear(1, 77, 1, 10), Heard::Misdirected, "no such conversation");
    assert_eq!(ledger.hear(1, PRIVATE, 0, 10), Heard::Misdirected, "numbers begin at 1");
    assert_eq!((missing(&ledger), ledger.missing_in(1, PRIVATE)), (1, 1), "number 2");
}

#[test]
fn what_was_refused_is_not_missed_and_nothing_else_passes_for_it() {
    let mut ledger = ledger();
    for number in 1..=4 {
        assert_eq!(ledger.send(PRIVATE), Some(number));
        ledger.answer(PRIVATE, number, number % 2 == 0);
    }
    assert!(ledger.is_answered());
    assert_eq!(missing(&ledger), 2, "2 and 4");
    assert_eq!(ledger.hear(1, PRIVATE, 3, 10), Heard::New, "undecided, and taken after all");
    assert_eq!(missing(&ledger), 2, "the one that came does not make up for one that did not");
    assert_eq!(ledger.hear(1, PRIVATE, 4, 10), Heard::New);
    assert_eq!(missing(&ledger), 1);
}

#[test]
fn what_another_process_wrote_to_everyone_is_owed_when_it_is_told() {
    let mut ledger = ledger();
    for seat in 0..3 {
        assert_eq!(ledger.hear(seat, ELSEWHERE, 1, 99), Heard::New);
    }
    ledger.take_over(&Written { sent: 3, not_owed: vec![2] });
    assert_eq!(missing(&ledger), 3, "number 3, at each of three");
    assert_eq!(ledger.missing(|seat: Seat| seat != 0), 2);
    send(&mut ledger, EVERYONE, 1);
    assert_eq!(ledger.written_to_everyone(), Some(Written { sent: 1, not_owed: vec![] }));
}

#[test]
fn a_message_is_under_way_until_it_is_answered_and_if_wanted_until_all_have_it() {
    let mut ledger = ledger();
    let in_flight = |ledger: &Ledger, delivered| ledger.line(GROUP).unwrap().in_flight(delivered);
    ledger.send(GROUP);
    ledger.send(GROUP);
    assert_eq!((in_flight(&ledger, false), in_flight(&ledger, true)), (2, 2));
    ledger.answer(GROUP, 1, true);
    assert_eq!((in_flight(&ledger, false), in_flight(&ledger, true)), (1, 2));
    ledger.hear(1, GROUP, 1, 10);
    assert_eq!(in_flight(&ledger, true), 2);
    ledger.hear(2, GROUP, 1, 10);
    assert_eq!(in_flight(&ledger, true), 1);
    ledger.answer(GROUP, 2, false);
    assert_eq!((in_flight(&ledger, false), in_flight(&ledger, true)), (0, 0), "nobody waits for a refused one");
}
