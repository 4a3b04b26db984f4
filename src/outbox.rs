//! An outbox: what waits to be written to one link, and how far its reader has come in the log.
//!
//! Others put frames in and go on; they never wait and never touch a socket. The link's task takes them out.
//! A reader is *live* while every entry can be put in as it comes. One that does not fit makes it *behind*: entries are
//! then only noted, and the link reads the log from its cursor on until it has caught up. So a slow reader costs a
//! bounded outbox and loses nothing.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Waker};

use bytes::Bytes;

use crate::id::{LinkId, QueueId};
use crate::session::Moment;
use crate::wire::{CloseReason, Command, Outgoing};

/// The shared part of a link. An idle one holds no frame and no buffer.
#[derive(Debug)]
pub struct Outbox {
    link: LinkId,
    bytes_max: u32,
    /// When the link wants to be woken, in milliseconds; see `Links::wake_overdue`.
    deadline_ms: AtomicU64,
    /// By which login it was opened; 0 before. It lies here since whoever ends a login looks for its links.
    login: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    frames: Vec<Outgoing>,
    bytes: u32,
    reader: Reader,
    /// The greatest place known to be taken, or passed over with reason.
    cursor: QueueId,
    /// The greatest place that was offered while behind.
    missed: QueueId,
    close: Option<CloseReason>,
    overdue: bool,
    woken: bool,
    waker: Option<Waker>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    /// Nobody has logged in: nothing is offered.
    None,
    Behind,
    Live,
}

/// What a link finds when it looks into its outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// Somebody wants the link to end.
    pub close: Option<CloseReason>,
    /// The deadline has passed.
    pub overdue: bool,
    /// The log holds more for the reader than the outbox.
    pub behind: bool,
}

impl Outbox {
    /// `bytes_max` bounds the pushes that wait; from there on a reader is behind.
    pub fn new(link: LinkId, bytes_max: u32) -> Arc<Self> {
        let state = State {
            frames: Vec::new(),
            bytes: 0,
            reader: Reader::None,
            cursor: QueueId::START,
            missed: QueueId::START,
            close: None,
            overdue: false,
            woken: false,
            waker: None,
        };
        let (deadline_ms, login) = (AtomicU64::new(u64::MAX), AtomicU64::new(0));
        Arc::new(Self { link, bytes_max, deadline_ms, login, state: Mutex::new(state) })
    }

    pub fn link(&self) -> LinkId {
        self.link
    }

    /// What waits, in bytes: at most `bytes_max`, and one frame that found it empty.
    pub fn waiting_bytes(&self) -> usize {
        self.lock().bytes as usize
    }

    pub fn login(&self) -> u64 {
        self.login.load(Ordering::Relaxed)
    }

    pub fn set_login(&self, login: u64) {
        self.login.store(login, Ordering::Relaxed);
    }

    // For everybody else.

    /// Offers an entry: `body` is an `EntriesPush`. Entries must be offered in the order of the log.
    /// The link on which the entry came in passes over it: its reply told the place.
    pub fn offer_entry(&self, queue_id: QueueId, body: &Bytes, origin: u64) {
        let mut state = self.lock();
        match state.reader {
            Reader::None => return,
            Reader::Behind => state.missed = queue_id,
            Reader::Live if queue_id <= state.cursor => return,
            Reader::Live if origin == self.link.0 => {
                state.cursor = queue_id;
                return;
            }
            Reader::Live if self.is_full(&state, body) => {
                state.reader = Reader::Behind;
                state.missed = queue_id;
            }
            Reader::Live => {
                state.cursor = queue_id;
                state.put(Command::PushEntries as u32, body);
            }
        }
        wake(state);
    }

    /// Offers news that may be lost: a receipt, somebody writing. A link with more important things to carry drops it.
    pub fn offer_state(&self, command: Command, body: &Bytes) {
        let mut state = self.lock();
        if state.reader != Reader::Live || self.is_full(&state, body) {
            return;
        }
        state.put(command as u32, body);
        wake(state);
    }

    /// Offers a push to a link that is not logged in, which may be lost. Who logs in has a cursor instead.
    pub fn offer_to_stranger(&self, cmd_id: u32, body: &Bytes) {
        let mut state = self.lock();
        if state.reader != Reader::None || self.is_full(&state, body) {
            return;
        }
        state.put(cmd_id, body);
        wake(state);
    }

    /// Asks the link to end. The first reason stays.
    pub fn close(&self, reason: CloseReason) {
        let mut state = self.lock();
        state.close.get_or_insert(reason);
        wake(state);
    }

    /// Tells the link that its deadline has passed, if it has.
    pub fn wake_if_overdue(&self, now: Moment) {
        if self.deadline() <= now {
            let mut state = self.lock();
            state.overdue = true;
            wake(state);
        }
    }

    pub fn deadline(&self) -> Moment {
        Moment(self.deadline_ms.load(Ordering::Relaxed))
    }

    // For the link's own task.

    pub fn set_deadline(&self, deadline: Moment) {
        self.deadline_ms.store(deadline.0, Ordering::Relaxed);
    }

    /// Looks in, moves the waiting frames behind those in `into` if `take` says so, and asks to be woken at the next
    /// change.
    pub fn look(&self, context: &Context<'_>, take: bool, into: &mut Vec<Outgoing>) -> Found {
        let mut state = self.lock();
        state.woken = false;
        if !state.waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
            state.waker = Some(context.waker().clone());
        }
        if take && !state.frames.is_empty() {
            state.bytes = 0;
            if into.is_empty() {
                std::mem::swap(into, &mut state.frames);
            } else {
                into.append(&mut state.frames);
            }
            // An idle link keeps no queue.
            state.frames = Vec::new();
        }
        Found {
            close: state.close,
            overdue: std::mem::take(&mut state.overdue),
            behind: state.reader == Reader::Behind,
        }
    }

    /// Makes it a reader behind `cursor`. From here on nothing that is offered is overlooked.
    pub fn start_reading(&self, cursor: QueueId) {
        let mut state = self.lock();
        state.reader = Reader::Behind;
        state.cursor = cursor;
    }

    /// Where a reader that is behind reads on.
    pub fn cursor(&self) -> QueueId {
        self.lock().cursor
    }

    /// The link has taken the log up to `cursor`, and it held nothing more (`at_end`). Live again, unless something
    /// was offered meanwhile that lies behind that.
    pub fn has_read(&self, cursor: QueueId, at_end: bool) {
        let mut state = self.lock();
        state.cursor = state.cursor.max(cursor);
        if at_end && state.missed <= state.cursor {
            state.reader = Reader::Live;
        }
    }

    fn is_full(&self, state: &State, body: &Bytes) -> bool {
        // An empty outbox takes anything: a large entry must get through.
        !state.frames.is_empty() && state.bytes as usize + body.len() > self.bytes_max as usize
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn put(&mut self, cmd_id: u32, body: &Bytes) {
        let frame = Outgoing { cmd_id, seq: crate::wire::frame::SEQ_PUSH, body: body.clone() };
        self.bytes = self.bytes.saturating_add(frame.length() as u32);
        if self.frames.capacity() == 0 {
            self.frames.reserve_exact(1);
        }
        self.frames.push(frame);
    }
}

/// Wakes the link once, however much is put in before it looks: one flush for all of it.
fn wake(mut state: MutexGuard<'_, State>) {
    if !std::mem::replace(&mut state.woken, true) {
        let waker = state.waker.clone();
        // The link may run at once elsewhere, and would wait for the lock.
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    /// A link has one as long as it lives. It lies with two counters of its `Arc` in one piece of the allocator's.
    #[test]
    fn an_outbox_fits_a_piece_of_128_bytes() {
        assert!(size_of::<Outbox>() + 2 * size_of::<usize>() <= 128, "{} bytes", size_of::<Outbox>());
    }

    use proptest::prelude::*;

    use super::*;

    fn look(outbox: &Outbox) -> (Found, Vec<Outgoing>) {
        let mut frames = Vec::new();
        let found = outbox.look(&Context::from_waker(Waker::noop()), true, &mut frames);
        (found, frames)
    }

    fn body(queue_id: i64) -> Bytes {
        Bytes::from(queue_id.to_be_bytes().to_vec())
    }

    fn offer(outbox: &Outbox, queue_id: i64) {
        outbox.offer_entry(QueueId::cursor(queue_id), &body(queue_id), 0);
    }

    #[test]
    fn what_does_not_fit_makes_the_reader_behind_and_is_not_put_in() {
        let outbox = Outbox::new(LinkId(1), 60);
        outbox.start_reading(QueueId::START);
        outbox.has_read(QueueId::START, true);
        for queue_id in 1..=4 {
            offer(&outbox, queue_id);
        }
        let (found, frames) = look(&outbox);
        assert!(found.behind);
        assert_eq!(frames.iter().map(|frame| frame.body.clone()).collect::<Vec<_>>(), [body(1), body(2)]);
        assert_eq!(outbox.cursor(), QueueId::cursor(2));
    }

    #[test]
    fn the_link_on_which_an_entry_came_in_is_spared_its_echo() {
        let outbox = Outbox::new(LinkId(7), 1000);
        outbox.start_reading(QueueId::START);
        outbox.has_read(QueueId::START, true);
        outbox.offer_entry(QueueId::cursor(1), &body(1), 7);
        assert_eq!(look(&outbox).1, []);
        assert_eq!(outbox.cursor(), QueueId::cursor(1));
    }

    #[test]
    fn the_first_reason_to_close_stays() {
        let outbox = Outbox::new(LinkId(1), 60);
        outbox.close(CloseReason::Replaced);
        outbox.close(CloseReason::Shutdown);
        assert_eq!(look(&outbox).0.close, Some(CloseReason::Replaced));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// However offers, looks and pages interleave, a reader takes every entry once and in order.
        #[test]
        fn a_cursor_never_skips_and_never_repeats(steps in prop::collection::vec(0_u8..4, 0..200), start in 0_i64..5) {
            let outbox = Outbox::new(LinkId(1), 100);
            // The log of committed entries is 1..=head; offers follow it with a delay.
            let (mut head, mut offered) = (start, start);
            let mut taken = Vec::new();
            outbox.start_reading(QueueId::START);
            let read_page = |taken: &mut Vec<i64>, head: i64| {
                let (found, frames) = look(&outbox);
                taken.extend(frames.iter().map(|frame| i64::from_be_bytes(frame.body[..].try_into().unwrap())));
                if found.behind {
                    let cursor = outbox.cursor().get();
                    let last = head.min(cursor + 3);
                    taken.extend(cursor + 1..=last);
                    outbox.has_read(QueueId::cursor(last), last == head);
                }
            };
            for step in steps {
                match step {
                    0 => head += 1,
                    1 | 2 if offered < head => {
                        offered += 1;
                        offer(&outbox, offered);
                    }
                    1 | 2 => {}
                    _ => read_page(&mut taken, head),
                }
            }
            while offered < head {
                offered += 1;
                offer(&outbox, offered);
            }
            for _ in 0..head + 2 {
                read_page(&mut taken, head);
            }
            prop_assert_eq!(taken, (1..=head).collect::<Vec<_>>());
        }
    }
}
