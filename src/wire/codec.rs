//! The frame as a `tokio_util` codec, for whoever wants a stream and a sink of frames.
//!
//! The server's TCP door does without it: `Framed` keeps a buffer for every link, idle or not (see `link::tcp`).

use bytes::BytesMut;
use tokio_util::codec::{Decoder, Encoder};

use super::frame::{FRAME_LENGTH_MAX, Frame, FrameError, Outgoing};

/// Reads frames, and writes them with one `client_version`.
#[derive(Clone, Copy, Debug)]
pub struct FrameCodec {
    /// Put into every frame that is written.
    pub client_version: u32,
    /// The longest frame that is read, in bytes, header included.
    pub frame_length_max: usize,
}

impl FrameCodec {
    pub fn new(client_version: u32) -> Self {
        Self { client_version, frame_length_max: FRAME_LENGTH_MAX }
    }
}

/// Why a stream of frames ended.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl Decoder for FrameCodec {
    type Item = Frame;
    type Error = CodecError;

    fn decode(&mut self, bytes: &mut BytesMut) -> Result<Option<Frame>, CodecError> {
        Ok(Frame::take(bytes, self.frame_length_max)?)
    }
}

impl Encoder<Outgoing> for FrameCodec {
    type Error = CodecError;

    fn encode(&mut self, frame: Outgoing, bytes: &mut BytesMut) -> Result<(), CodecError> {
        frame.put(self.client_version, bytes);
        Ok(())
    }
}
