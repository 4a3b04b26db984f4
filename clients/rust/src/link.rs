//! One connection as frames: what is read from it, and what waits to be written.

use std::io;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use longlink::wire::codec::{CodecError, FrameCodec};
use longlink::wire::frame::{SEQ_NOOP, SEQ_PUSH};
use longlink::wire::{Ask, Command, Frame, Outgoing, Refused, Reply, pb};
use prost::Message;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio_util::codec::FramedRead;

use crate::error::{Broken, Exit};

pub(crate) struct Link<T> {
    pub(crate) reader: Reader<T>,
    pub(crate) writer: Writer<T>,
}

impl<T: AsyncRead + AsyncWrite> Link<T> {
    pub(crate) fn new(io: T, client_version: u32) -> Self {
        let (read, write) = tokio::io::split(io);
        Self {
            reader: Reader { frames: FramedRead::new(read, FrameCodec::new(client_version)) },
            writer: Writer { half: write, client_version, seq: 0, bytes: BytesMut::new(), unflushed: false },
        }
    }

    /// Asks the one question there is on a link that is not logged in, and waits for its answer. A refusal leaves the
    /// link as it is.
    pub(crate) async fn ask<A: Ask>(&mut self, request: &A) -> Result<Result<A::Reply, Refused>, Exit> {
        let seq = self.writer.ask(A::COMMAND, request.encode_to_vec().into());
        while self.writer.has_more() {
            self.writer.write_some().await?;
        }
        loop {
            let frame = self.reader.next().await?;
            if frame.seq == seq {
                let reply = A::Reply::decode(frame.body).map_err(unreadable)?;
                return Ok(reply.outcome().map(|()| reply));
            }
            if let Some(exit) = closing(&frame)? {
                return Err(exit);
            }
        }
    }
}

/// If this frame announces the link's end, how that end is to be taken.
pub(crate) fn closing(frame: &Frame) -> Result<Option<Exit>, Broken> {
    if frame.seq != SEQ_PUSH || frame.cmd_id != Command::PushClosing as u32 {
        return Ok(None);
    }
    let push = pb::ClosingPush::decode(frame.body.clone()).map_err(unreadable)?;
    Ok(Some(Exit::of_closing(push.reason, push.message)))
}

pub(crate) fn unreadable(error: prost::DecodeError) -> Broken {
    Broken::Unreadable(error.to_string())
}

pub(crate) struct Reader<T> {
    frames: FramedRead<ReadHalf<T>, FrameCodec>,
}

impl<T: AsyncRead> Reader<T> {
    /// The next frame. Nothing is lost when the future is dropped.
    pub(crate) async fn next(&mut self) -> Result<Frame, Broken> {
        match self.frames.next().await {
            Some(Ok(frame)) => Ok(frame),
            Some(Err(CodecError::Frame(error))) => Err(Broken::Frame(error)),
            Some(Err(CodecError::Io(error))) => Err(Broken::Lost(error.to_string())),
            None => Err(Broken::Gone),
        }
    }
}

pub(crate) struct Writer<T> {
    half: WriteHalf<T>,
    client_version: u32,
    seq: u32,
    bytes: BytesMut,
    /// A transport may hold back what it was given until it is told to flush.
    unflushed: bool,
}

impl<T: AsyncWrite> Writer<T> {
    /// Puts a request behind what waits to be written, and gives its sequence.
    pub(crate) fn ask(&mut self, command: Command, body: Bytes) -> u32 {
        // The numbers of requests that are still under way are never this far behind, so that none is met again.
        self.seq = if self.seq >= SEQ_MAX { 1 } else { self.seq + 1 };
        self.say(command, self.seq, body);
        self.seq
    }

    pub(crate) fn noop(&mut self) {
        self.say(Command::Noop, SEQ_NOOP, Bytes::new());
    }

    fn say(&mut self, command: Command, seq: u32, body: Bytes) {
        Outgoing { cmd_id: command as u32, seq, body }.put(self.client_version, &mut self.bytes);
        self.unflushed = true;
    }

    /// Whether another request may be put in. What waits is bounded by this and one frame.
    pub(crate) fn has_room(&self) -> bool {
        self.bytes.len() < WAITING_BYTES_MAX
    }

    /// Whether there is anything to write or flush.
    pub(crate) fn has_more(&self) -> bool {
        self.unflushed
    }

    /// Writes as much as the transport takes. Nothing is lost when the future is dropped.
    pub(crate) async fn write_some(&mut self) -> Result<(), Broken> {
        let written = if self.bytes.is_empty() {
            let flushed = self.half.flush().await;
            self.unflushed = flushed.is_err();
            flushed
        } else {
            match self.half.write_buf(&mut self.bytes).await {
                Ok(0) => Err(io::ErrorKind::WriteZero.into()),
                Ok(_) => Ok(()),
                Err(error) => Err(error),
            }
        };
        written.map_err(|error| Broken::Lost(error.to_string()))
    }
}

/// The highest sequence of a request; those above are kept for noops and the like.
const SEQ_MAX: u32 = 0xFFFF_FFEF;
/// At this many waiting bytes, requests wait with the client. About what a socket takes at once.
const WAITING_BYTES_MAX: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_begin_again_before_the_reserved_ones() {
        let (io, _other) = tokio::io::duplex(64);
        let mut writer = Link::new(io, 1).writer;
        assert_eq!(writer.ask(Command::Sync, Bytes::new()), 1);
        writer.seq = SEQ_MAX - 1;
        assert_eq!(writer.ask(Command::Sync, Bytes::new()), SEQ_MAX);
        assert_eq!(writer.ask(Command::Sync, Bytes::new()), 1);
    }
}
