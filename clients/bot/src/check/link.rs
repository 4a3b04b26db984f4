//! A link as bare frames. The client library drops what comes twice and puts a reconnect right; here it has to show.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use longlink::wire::codec::FrameCodec;
use longlink::wire::frame::{SEQ_NOOP, SEQ_PUSH};
use longlink::wire::{Ask, Command, Frame, Outgoing};
use longlink_client::pb;
use prost::Message;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::codec::Framed;

/// Whatever takes longer than this has met a link that only looks alive.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Why a link is no more.
#[derive(Debug)]
pub(super) enum Gone {
    /// As links go.
    Broken,
    /// The server ended it, and said not to come back.
    Stopped(String),
    /// What came cannot be read.
    Unreadable(String),
}

pub(super) struct Link {
    frames: Framed<TcpStream, FrameCodec>,
    seq: u32,
}

impl Link {
    pub(super) async fn connect(address: SocketAddr) -> Result<Self, Gone> {
        let connected = timeout(PATIENCE, TcpStream::connect(address)).await.map_err(|_| Gone::Broken)?;
        let stream = connected.map_err(broken)?;
        stream.set_nodelay(true).map_err(broken)?;
        Ok(Self { frames: Framed::new(stream, FrameCodec::new(CLIENT_VERSION)), seq: 0 })
    }

    /// Sends a request, and gives its sequence.
    pub(super) async fn ask<A: Ask>(&mut self, request: &A) -> Result<u32, Gone> {
        self.seq += 1;
        let frame = Outgoing { cmd_id: A::COMMAND as u32, seq: self.seq, body: request.encode_to_vec().into() };
        match timeout(PATIENCE, self.frames.send(frame)).await {
            Ok(Ok(())) => Ok(self.seq),
            Ok(Err(_)) | Err(_) => Err(Gone::Broken),
        }
    }

    /// Asks for a sign of life.
    pub(super) async fn noop(&mut self) -> Result<(), Gone> {
        let frame = Outgoing { cmd_id: Command::Noop as u32, seq: SEQ_NOOP, body: Bytes::new() };
        match timeout(PATIENCE, self.frames.send(frame)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone::Broken),
        }
    }

    /// The next frame. Nothing is lost when the future is dropped.
    pub(super) async fn hear(&mut self) -> Result<Frame, Gone> {
        use longlink::wire::codec::CodecError;
        let frame = match self.frames.next().await {
            Some(Ok(frame)) => frame,
            Some(Err(CodecError::Frame(error))) => return Err(Gone::Unreadable(error.to_string())),
            Some(Err(CodecError::Io(_))) | None => return Err(Gone::Broken),
        };
        if frame.seq == SEQ_PUSH && frame.cmd_id == Command::PushClosing as u32 {
            let push: pb::ClosingPush = read(&frame)?;
            let stays_away = (200..300).contains(&push.reason);
            return Err(if stays_away {
                Gone::Stopped(format!("{} ({})", push.reason().as_str_name(), push.message))
            } else {
                Gone::Broken
            });
        }
        Ok(frame)
    }

    /// Asks, and waits for the answer; pushes that come before it are passed to `pushed`.
    pub(super) async fn call<A: Ask>(&mut self, request: &A, mut pushed: impl FnMut(Frame)) -> Result<A::Reply, Gone> {
        let seq = self.ask(request).await?;
        loop {
            let frame = timeout(PATIENCE, self.hear()).await.map_err(|_| Gone::Broken)??;
            if frame.seq == seq {
                return read(&frame);
            }
            pushed(frame);
        }
    }
}

/// The message in a frame.
pub(super) fn read<M: Message + Default>(frame: &Frame) -> Result<M, Gone> {
    M::decode(frame.body.clone()).map_err(|error| Gone::Unreadable(error.to_string()))
}

fn broken(_: io::Error) -> Gone {
    Gone::Broken
}

const CLIENT_VERSION: u32 = 1;
