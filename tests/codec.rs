//! Facts about the frame codec that hold for any frames, in any pieces, and for any bytes at all.

use bytes::{BufMut, Bytes, BytesMut};
use longlink::wire::codec::{CodecError, FrameCodec};
use longlink::wire::frame::{FRAME_LENGTH_MAX, HEADER_LENGTH};
use longlink::wire::{Frame, FrameError, Header, Outgoing};
use proptest::collection::vec;
use proptest::prelude::*;
use tokio_util::codec::{Decoder, Encoder};

/// Small, so that frames at and over it are common among those made up.
const LIMIT: usize = 200;

/// A frame as a peer may write it, with options.
#[derive(Clone, Debug)]
struct Written {
    frame: Frame,
    options: Vec<u8>,
}

impl Written {
    /// Written by the rules of PROTOCOL.md F1 and F2, not by our own code.
    fn bytes(&self) -> Vec<u8> {
        let head_length = (20 + self.options.len()) as u32;
        let numbers =
            [head_length, self.frame.client_version, self.frame.cmd_id, self.frame.seq, self.frame.body.len() as u32];
        let mut bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
        bytes.extend_from_slice(&self.options);
        bytes.extend_from_slice(&self.frame.body);
        bytes
    }
}

fn written() -> impl Strategy<Value = Written> {
    let numbers = (any::<u32>(), any::<u32>(), any::<u32>());
    // Header, options and body together are at most `LIMIT`.
    (numbers, vec(any::<u8>(), 0..=30), vec(any::<u8>(), 0..=150)).prop_map(
        |((client_version, cmd_id, seq), options, body)| Written {
            frame: Frame { client_version, cmd_id, seq, body: body.into() },
            options,
        },
    )
}

fn codec() -> FrameCodec {
    FrameCodec { client_version: 0, frame_length_max: LIMIT }
}

/// Feeds `bytes` to the codec in pieces of the given lengths, again and again, until all are in or it gives up.
fn decode_in_pieces(bytes: &[u8], lengths: &[usize]) -> (Vec<Frame>, Result<BytesMut, FrameError>) {
    let (mut codec, mut buffer, mut frames) = (codec(), BytesMut::new(), Vec::new());
    let mut lengths = lengths.iter().copied().cycle();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (piece, later) = rest.split_at(lengths.next().unwrap_or(1).min(rest.len()));
        rest = later;
        buffer.put_slice(piece);
        let capacity = buffer.capacity();
        loop {
            match codec.decode(&mut buffer) {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(CodecError::Frame(error)) => return (frames, Err(error)),
                Err(CodecError::Io(error)) => panic!("nothing was read: {error}"),
            }
        }
        // What is waited for is less than the longest frame, and no room is made for what a header only promises.
        assert!(buffer.len() < LIMIT, "{} bytes wait", buffer.len());
        assert!(buffer.capacity() <= capacity, "decoding made room");
    }
    (frames, Ok(buffer))
}

proptest! {
    // The seed of a failure is in its report; a file of seeds would be one more thing to keep.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_frames_in_any_pieces_come_out_the_same(frames in vec(written(), 0..8), pieces in vec(1..60_usize, 1..6)) {
        let bytes: Vec<u8> = frames.iter().flat_map(Written::bytes).collect();
        let (heard, rest) = decode_in_pieces(&bytes, &pieces);
        prop_assert_eq!(heard, frames.into_iter().map(|written| written.frame).collect::<Vec<_>>());
        prop_assert!(rest.unwrap().is_empty());
    }

    #[test]
    fn copying_from_a_buffer_reads_the_same_as_taking_from_it(frames in vec(written(), 1..5), cut in any::<usize>()) {
        let mut bytes: Vec<u8> = frames.iter().flat_map(Written::bytes).collect();
        bytes.truncate(cut % (bytes.len() + 1));
        let mut taken = BytesMut::from(&bytes[..]);
        let mut at = 0;
        while let Some((frame, length)) = Frame::copy_from(&bytes[at..], LIMIT).unwrap() {
            prop_assert_eq!(Frame::take(&mut taken, LIMIT).unwrap(), Some(frame));
            at += length;
        }
        prop_assert_eq!(Frame::take(&mut taken, LIMIT), Ok(None));
        prop_assert_eq!(&taken[..], &bytes[at..]);
    }

    #[test]
    fn what_is_written_is_the_frame_of_the_contract(written in written()) {
        let plain = Written { options: Vec::new(), ..written };
        let Frame { client_version, cmd_id, seq, body } = plain.frame.clone();
        let outgoing = Outgoing { cmd_id, seq, body };
        let mut bytes = BytesMut::from(&b"before"[..]);
        FrameCodec { client_version, frame_length_max: LIMIT }.encode(outgoing.clone(), &mut bytes).unwrap();
        prop_assert_eq!(outgoing.length(), plain.bytes().len());
        prop_assert_eq!(&bytes[..], &[&b"before"[..], &plain.bytes()].concat()[..]);
    }

    #[test]
    fn garbage_never_panics_and_never_waits_for_more_than_the_limit(
        // Small numbers in the places of the lengths are what gets past the header.
        bytes in vec(prop_oneof![4 => Just(0_u8), 1 => 18..22_u8, 1 => any::<u8>()], 0..600),
        pieces in vec(1..100_usize, 1..4),
    ) {
        let (frames, rest) = decode_in_pieces(&bytes, &pieces);
        let heard: usize = frames.iter().map(|frame| HEADER_LENGTH + frame.body.len()).sum();
        prop_assert!(heard + rest.map_or(0, |rest| rest.len()) <= bytes.len());
    }

    #[test]
    fn a_header_is_refused_exactly_when_the_contract_says_so(
        head_length in prop_oneof![0..30_u32, any::<u32>()],
        body_length in prop_oneof![0..300_u32, any::<u32>()],
    ) {
        let mut bytes = BytesMut::new();
        for number in [head_length, 200, 110, 9, body_length] {
            bytes.put_u32(number);
        }
        let length = u64::from(head_length) + u64::from(body_length);
        let expected = if head_length < 20 {
            Err(FrameError::HeadTooShort { head_length })
        } else if length > LIMIT as u64 {
            Err(FrameError::TooLong { length, max: LIMIT })
        } else {
            Ok(Some(Header { head_length, client_version: 200, cmd_id: 110, seq: 9, body_length }))
        };
        prop_assert_eq!(Header::parse(&bytes, LIMIT), expected);
        prop_assert_eq!(Header::parse(&bytes[..19], LIMIT), Ok(None));
    }
}

#[test]
fn the_longest_frame_of_all_passes_and_one_byte_more_does_not() {
    let body = Bytes::from(vec![0x61; FRAME_LENGTH_MAX - HEADER_LENGTH]);
    let mut codec = FrameCodec::new(200);
    let mut bytes = BytesMut::new();
    codec.encode(Outgoing { cmd_id: 110, seq: 1, body: body.clone() }, &mut bytes).unwrap();
    assert_eq!(bytes.len(), FRAME_LENGTH_MAX);
    assert_eq!(codec.decode(&mut bytes).unwrap().map(|frame| frame.body), Some(body));

    let header: &[u8] = &[0, 0, 0, 20, 0, 0, 0, 200, 0, 0, 0, 110, 0, 0, 0, 1, 0, 0x0f, 0xff, 0xed];
    let refused = codec.decode(&mut BytesMut::from(header)).unwrap_err();
    assert_eq!(refused.to_string(), "frame is 1048577 bytes, more than 1048576");
}
