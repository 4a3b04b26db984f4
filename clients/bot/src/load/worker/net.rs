//! Bytes in and out of links, and frames out of bytes.

use std::io;

use longlink::wire::frame::{FRAME_LENGTH_MAX, HEADER_LENGTH, SEQ_PUSH};
use longlink::wire::{CloseReason, Header};
use longlink_client::{Command, pb};
use mio::event::Event;
use prost::Message as _;

use super::link::{Link, in_words};
use super::{State, Worker, speech};
use crate::load::plan::Seat;
use crate::load::time::now_ns;

impl Worker {
    /// Something happened on a seat's link.
    pub(super) fn attend(&mut self, seat: Seat, event: &Event) {
        let Some(place) = self.place(seat) else { return };
        let Some(link) = &mut place.link else { return };
        if event.is_writable() {
            link.is_writable();
            if place.state == State::Connecting {
                match link.connected() {
                    None => return,
                    Some(Ok(())) => self.has_connected(seat),
                    Some(Err(error)) => return self.break_off(seat, &format!("cannot connect: {}", in_words(&error))),
                }
            }
            self.mark(seat);
        }
        // What a device that does not read has not taken is told once more when it does.
        if self.hindered.contains_key(&seat) {
            return;
        }
        if event.is_readable() || event.is_read_closed() || event.is_error() {
            self.read(seat, event.is_read_closed());
        }
    }

    pub(super) fn read(&mut self, seat: Seat, is_at_end: bool) {
        let mut buffer = std::mem::take(&mut self.buffer);
        while let Some(read) = self.read_once(seat, &mut buffer) {
            // A short read has emptied the socket, unless its end is behind it.
            let link = self.place(seat).and_then(|place| place.link.as_ref());
            if read < buffer.len() && !is_at_end && !link.is_some_and(Link::reads_in_parts) {
                break;
            }
        }
        self.buffer = buffer;
        let link = self.place(seat).and_then(|place| place.link.as_ref());
        if link.is_some_and(Link::has_own_words) {
            self.mark(seat);
        }
    }

    /// `None` when there is nothing more to be read.
    pub(super) fn read_once(&mut self, seat: Seat, buffer: &mut [u8]) -> Option<usize> {
        let place = self.seats.get_mut(seat as usize)?;
        let (generation, is_poller) = (place.generation, place.is_poller);
        let link = place.link.as_mut()?;
        self.tally.counts.own_calls += 1;
        let read = match link.read(buffer) {
            Ok(None) => return None,
            Ok(Some(0)) => {
                self.ended(seat);
                return None;
            }
            Ok(Some(read)) => read,
            Err(error) => {
                self.break_off(seat, &format!("broken: {}", in_words(&error)));
                return None;
            }
        };
        self.tally.counts.bytes_in += read as u64;
        let fresh = buffer.get(..read)?;
        let mut whole = link.take_partial();
        let bytes = if whole.is_empty() {
            fresh
        } else {
            whole.extend_from_slice(fresh);
            whole.as_slice()
        };
        let now = now_ns();
        let taken = if is_poller { self.hear_http(seat, bytes, now) } else { self.hear_frames(seat, bytes, now) };
        let place = self.seats.get_mut(seat as usize).filter(|place| place.generation == generation)?;
        place.link.as_mut()?.keep_partial(bytes.get(taken..).unwrap_or_default());
        Some(read)
    }

    /// Takes whole frames, and says how many bytes they had.
    fn hear_frames(&mut self, seat: Seat, bytes: &[u8], now: u64) -> usize {
        let generation = self.place(seat).map(|place| place.generation);
        let mut rest = bytes;
        loop {
            let header = match Header::parse(rest, FRAME_LENGTH_MAX) {
                Ok(Some(header)) => header,
                Ok(None) => break,
                Err(error) => {
                    self.break_off(seat, &format!("not a frame: {error}"));
                    break;
                }
            };
            let length = usize::try_from(header.frame_length()).unwrap_or(usize::MAX);
            let (Some(body), Some(behind)) = (rest.get(header.head_length as usize..length), rest.get(length..)) else {
                break;
            };
            self.hear_frame(seat, &header, body, now);
            rest = behind;
            if self.place(seat).map(|place| place.generation) != generation {
                break;
            }
        }
        bytes.len() - rest.len()
    }

    fn hear_frame(&mut self, seat: Seat, header: &Header, body: &[u8], now: u64) {
        debug_assert!(header.head_length as usize >= HEADER_LENGTH);
        if header.cmd_id == Command::Noop as u32 {
            return self.hear_echo(seat, now);
        }
        if header.seq != SEQ_PUSH {
            if header.cmd_id == Command::Hello as u32 {
                return self.hear_hello(seat, body, now);
            }
            return self.hear_reply(seat, header.seq, body, now);
        }
        if header.cmd_id == Command::PushEntries as u32 {
            self.hear_entries(seat, body, now);
        } else if header.cmd_id == Command::PushClosing as u32 {
            let closing = pb::ClosingPush::decode(body).ok();
            let reason = closing.and_then(|closing| CloseReason::try_from(closing.reason).ok());
            if let Some(place) = self.place(seat) {
                place.closing = Some(reason.map_or("a reason that this bot does not know", CloseReason::word));
            }
        }
        // Receipts and signs of typing are no business of ours.
    }

    fn hear_entries(&mut self, seat: Seat, body: &[u8], now: u64) {
        if speech::each_entry(body, |entry| self.hear_entry(seat, entry, now)).is_none() {
            self.break_off(seat, "a push that cannot be read");
        }
    }

    fn mark(&mut self, seat: Seat) {
        // Whoever asks where to put something is going to be written.
        let _ = self.out(seat);
    }

    /// Writes everything that was said since the last time.
    pub(super) fn flush_all(&mut self) {
        let mut dirty = std::mem::take(&mut self.dirty);
        for seat in dirty.drain(..) {
            let Some(place) = self.seats.get_mut(seat as usize) else { continue };
            place.is_dirty = false;
            let Some(link) = &mut place.link else { continue };
            match link.flush() {
                Ok(moved) => {
                    self.tally.counts.bytes_out += moved.bytes;
                    self.tally.counts.own_calls += moved.calls;
                }
                Err(error) => self.flush_failed(seat, &error),
            }
        }
        // What breaking off made others say is written next time.
        dirty.append(&mut self.dirty);
        self.dirty = dirty;
    }

    fn flush_failed(&mut self, seat: Seat, error: &io::Error) {
        self.break_off(seat, &format!("broken: {}", in_words(error)));
    }
}
