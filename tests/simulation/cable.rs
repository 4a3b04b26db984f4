//! A simulated connection: two ways for bytes, each with a delay, a window and an end of its own. Bytes may come in any
//! pieces, late, or not at all; they never come out of order.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use bytes::{Buf, Bytes};
use longlink::link::transport::Wire;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::dice::Dice;
use crate::trace::Trace;

/// What a connection is like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nature {
    /// Bytes take up to so long, each piece anew.
    pub(crate) delay_ms_max: u64,
    /// So many bytes may be on their way at once; then the writer waits.
    pub(crate) window: usize,
    /// Whether what is written comes in pieces that nobody chose.
    pub(crate) in_pieces: bool,
}

/// The whole of a connection, for whoever breaks it.
#[derive(Clone)]
pub(crate) struct Cable(Arc<Mutex<Ways>>);

struct Ways {
    name: String,
    nature: Nature,
    dice: Dice,
    trace: Trace,
    /// Up, from the client to the server, and down.
    ways: [Way; 2],
    is_reset: bool,
    /// Ends that are still held by somebody.
    ends: usize,
}

#[derive(Default)]
struct Way {
    pieces: VecDeque<(Instant, Bytes)>,
    bytes: usize,
    /// What comes later is due no sooner.
    due: Option<Instant>,
    /// Nothing more will be written; told at this moment.
    closed: Option<Instant>,
    /// Whoever would read is gone.
    unread: bool,
    /// Dead without a word: what is written never comes.
    is_deaf: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Client = 0,
    Server = 1,
}

/// One end of a cable: a byte stream.
pub(crate) struct End {
    cable: Cable,
    side: Side,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Cable {
    /// A new cable, and its ends for the client and the server.
    pub(crate) fn new(name: String, nature: Nature, dice: Dice, trace: Trace) -> (Self, End, End) {
        let ways = Ways { name, nature, dice, trace, ways: Default::default(), is_reset: false, ends: 2 };
        let cable = Self(Arc::new(Mutex::new(ways)));
        let end = |side| End { cable: cable.clone(), side, alarm: None };
        let (ours, theirs) = (end(Side::Client), end(Side::Server));
        (cable, ours, theirs)
    }

    /// Whether anybody holds an end of it.
    pub(crate) fn is_held(&self) -> bool {
        self.0.lock().unwrap().ends > 0
    }

    /// Whether both ends are held.
    pub(crate) fn is_whole(&self) -> bool {
        self.0.lock().unwrap().ends == 2
    }

    /// Cut: with an error at both ends and all that was on its way lost, or as an end of the stream behind it.
    pub(crate) fn cut(&self, with_error: bool) {
        let mut all = self.0.lock().unwrap();
        all.note(if with_error { "is reset" } else { "is cut" });
        all.is_reset |= with_error;
        for way in &mut all.ways {
            way.close(Instant::now());
            way.wake();
        }
    }

    /// One way of it dies, and nobody is told.
    pub(crate) fn deafen(&self, writer: Side) {
        let mut all = self.0.lock().unwrap();
        all.note(format!("is dead from the {writer:?} on"));
        let way = &mut all.ways[writer as usize];
        way.is_deaf = true;
        way.pieces.clear();
        way.wake();
    }

    /// Nothing arrives before `until`, in either direction; nothing is lost.
    pub(crate) fn hold(&self, until: Instant) {
        let mut all = self.0.lock().unwrap();
        all.note("is held");
        for way in &mut all.ways {
            way.due = Some(way.due.map_or(until, |due| due.max(until)));
            for (due, _) in &mut way.pieces {
                *due = (*due).max(until);
            }
            if let Some(closed) = &mut way.closed {
                *closed = (*closed).max(until);
            }
        }
    }
}

impl Ways {
    fn note(&self, what: impl std::fmt::Display) {
        self.trace.note(format_args!("{} {what}", self.name));
    }
}

impl Way {
    fn close(&mut self, at: Instant) {
        let at = self.due.map_or(at, |due| due.max(at));
        self.closed.get_or_insert(at);
    }

    fn wake(&mut self) {
        for waker in [self.reader.take(), self.writer.take()].into_iter().flatten() {
            waker.wake();
        }
    }
}

impl End {
    /// Waits for the moment at which there may be something.
    fn wait_until(&mut self, due: Instant, context: &mut Context<'_>) -> Poll<()> {
        let mut alarm = Box::pin(sleep_until(due));
        let rung = alarm.as_mut().poll(context);
        self.alarm = Some(alarm);
        rung
    }
}

impl AsyncRead for End {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        loop {
            let now = Instant::now();
            let cable = Arc::clone(&self.cable.0);
            let mut all = cable.lock().unwrap();
            if all.is_reset {
                return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
            }
            let Ways { ways, nature, dice, .. } = &mut *all;
            let way = &mut ways[1 - self.side as usize];
            way.reader = Some(context.waker().clone());
            let due = match (way.pieces.front_mut(), way.closed) {
                _ if way.is_deaf => return Poll::Pending,
                (Some((due, piece)), _) if *due <= now => {
                    let mut count = piece.len().min(into.remaining());
                    if nature.in_pieces && dice.one_in(4) {
                        count = dice.between(1..=count as u64) as usize;
                    }
                    into.put_slice(&piece[..count]);
                    piece.advance(count);
                    if piece.is_empty() {
                        way.pieces.pop_front();
                    }
                    way.bytes -= count;
                    if let Some(writer) = way.writer.take() {
                        writer.wake();
                    }
                    return Poll::Ready(Ok(()));
                }
                (Some((due, _)), _) => *due,
                (None, Some(closed)) if closed <= now => return Poll::Ready(Ok(())),
                (None, Some(closed)) => closed,
                (None, None) => return Poll::Pending,
            };
            drop(all);
            if self.wait_until(due, context).is_pending() {
                return Poll::Pending;
            }
        }
    }
}

impl AsyncWrite for End {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut all = self.cable.0.lock().unwrap();
        if all.is_reset {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        let Ways { ways, nature, dice, .. } = &mut *all;
        let way = &mut ways[self.side as usize];
        if way.closed.is_some() || (way.unread && !way.is_deaf) {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let room = nature.window.saturating_sub(way.bytes).min(bytes.len());
        if room == 0 {
            way.writer = Some(context.waker().clone());
            return Poll::Pending;
        }
        let count = if nature.in_pieces && dice.one_in(3) { dice.between(1..=room as u64) as usize } else { room };
        way.bytes += count;
        if !way.is_deaf {
            let due = Instant::now() + dice.ms(0..=nature.delay_ms_max);
            let due = way.due.map_or(due, |last| last.max(due));
            way.due = Some(due);
            way.pieces.push_back((due, Bytes::copy_from_slice(&bytes[..count])));
            if let Some(reader) = way.reader.take() {
                reader.wake();
            }
        }
        all.note(format_args!("{} says {count}", if self.side == Side::Client { "client" } else { "server" }));
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut all = self.cable.0.lock().unwrap();
        let way = &mut all.ways[self.side as usize];
        way.close(Instant::now());
        way.wake();
        Poll::Ready(Ok(()))
    }
}

impl Wire for End {
    const IS_ENCRYPTED: bool = false;
}

impl Drop for End {
    fn drop(&mut self) {
        // A runtime that is killed drops what it has, and has no time any more.
        let now = tokio::runtime::Handle::try_current().ok().map(|_| Instant::now());
        let mut all = self.cable.0.lock().unwrap();
        all.ends -= 1;
        let (own, other) = (self.side as usize, 1 - self.side as usize);
        if let Some(now) = now {
            all.ways[own].close(now);
        }
        all.ways[own].wake();
        all.ways[other].unread = true;
        all.ways[other].wake();
    }
}
