//! Frames: whoever cuts the stream, and wherever, reads the same frames out of it, and what was read can be written.

use bytes::{BufMut, BytesMut};
use longlink::wire::{Frame, FrameError, Outgoing};

use super::Script;

/// Small, so that frames at the limit and over it are common.
const LIMIT: usize = 300;

pub(crate) fn run(input: &[u8]) {
    let mut script = Script(input);
    let piece = usize::from(script.byte()).max(1);
    let stream = script.0;

    let (whole, whole_end) = by_copy(stream);
    let (pieces, pieces_end) = in_pieces(stream, piece);
    assert_eq!(whole, pieces, "cut into {piece} bytes each");
    assert_eq!(whole_end, pieces_end);

    for frame in whole {
        let mut written = BytesMut::new();
        let outgoing = Outgoing { cmd_id: frame.cmd_id, seq: frame.seq, body: frame.body.clone() };
        outgoing.put(frame.client_version, &mut written);
        assert_eq!(written.len(), outgoing.length());
        assert_eq!(Frame::take(&mut written, LIMIT).unwrap(), Some(frame));
        assert!(written.is_empty());
    }
}

fn by_copy(mut stream: &[u8]) -> (Vec<Frame>, Option<FrameError>) {
    let mut frames = Vec::new();
    loop {
        match Frame::copy_from(stream, LIMIT) {
            Ok(Some((frame, length))) => {
                assert!((20..=LIMIT).contains(&length));
                stream = &stream[length..];
                frames.push(frame);
            }
            Ok(None) => return (frames, None),
            Err(error) => return (frames, Some(error)),
        }
    }
}

fn in_pieces(stream: &[u8], piece: usize) -> (Vec<Frame>, Option<FrameError>) {
    let (mut buffer, mut frames) = (BytesMut::new(), Vec::new());
    for bytes in stream.chunks(piece) {
        buffer.put_slice(bytes);
        loop {
            match Frame::take(&mut buffer, LIMIT) {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Some(error)),
            }
        }
        assert!(buffer.len() < LIMIT, "more is kept than a frame may have");
    }
    (frames, None)
}
