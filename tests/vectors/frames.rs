//! Frames, good and bad, and streams of them.

use bytes::{BufMut, Bytes, BytesMut};
use longlink::wire::codec::{CodecError, FrameCodec};
use longlink::wire::frame::{FRAME_LENGTH_MAX, HEADER_LENGTH};
use longlink::wire::{CloseReason, Frame, FrameError, Header, Outgoing};
use serde::Deserialize;
use tokio_util::codec::{Decoder, Encoder};

use super::{assert_facts, from_hex, load};

const FRAMES: &str = include_str!("../../proto/vectors/frames.json");
const BAD_FRAMES: &str = include_str!("../../proto/vectors/bad_frames.json");
const STREAMS: &str = include_str!("../../proto/vectors/streams.json");

#[derive(Deserialize)]
struct FrameVector {
    name: String,
    #[serde(default = "longest")]
    limit: usize,
    hex: String,
    fill: Option<Fill>,
    header: HeaderFields,
    body: String,
}

#[derive(Deserialize)]
struct Fill {
    hex: String,
    times: usize,
}

#[derive(Clone, Copy, Deserialize)]
struct HeaderFields {
    head_length: u32,
    client_version: u32,
    cmd_id: u32,
    seq: u32,
    body_length: u32,
}

#[derive(Deserialize)]
struct BadFrame {
    name: String,
    facts: Vec<String>,
    limit: usize,
    hex: String,
    error: String,
    values: BadValues,
    close_reason: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum BadValues {
    HeadTooShort { head_length: u32 },
    TooLong { length: String, max: usize },
}

#[derive(Deserialize)]
struct Stream {
    name: String,
    limit: usize,
    hex: String,
    frames: Vec<StreamFrame>,
    rest: Option<String>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct StreamFrame {
    client_version: u32,
    cmd_id: u32,
    seq: u32,
    body: String,
}

fn longest() -> usize {
    FRAME_LENGTH_MAX
}

impl FrameVector {
    fn bytes(&self) -> Vec<u8> {
        let filled = self.fill.as_ref().map(|fill| from_hex(&fill.hex).repeat(fill.times));
        [from_hex(&self.hex), filled.unwrap_or_default()].concat()
    }

    fn frame(&self) -> Frame {
        let HeaderFields { client_version, cmd_id, seq, body_length, .. } = self.header;
        let body = match &self.fill {
            Some(_) => self.bytes().split_off(self.bytes().len() - body_length as usize),
            None => from_hex(&self.body),
        };
        Frame { client_version, cmd_id, seq, body: body.into() }
    }
}

#[test]
fn every_frame_is_read_as_written_down() {
    for vector in load::<FrameVector>(FRAMES, "frames") {
        let name = &vector.name;
        let bytes = vector.bytes();
        let HeaderFields { head_length, client_version, cmd_id, seq, body_length } = vector.header;
        let header = Header { head_length, client_version, cmd_id, seq, body_length };
        assert_eq!(Header::parse(&bytes, vector.limit), Ok(Some(header)), "{name}");
        assert_eq!(Frame::take(&mut BytesMut::from(&bytes[..]), vector.limit), Ok(Some(vector.frame())), "{name}");
        let copied = Frame::copy_from(&bytes, vector.limit);
        assert_eq!(copied, Ok(Some((vector.frame(), bytes.len()))), "{name}");
        let over = FrameError::TooLong { length: bytes.len() as u64, max: bytes.len() - 1 };
        assert_eq!(Header::parse(&bytes, bytes.len() - 1), Err(over), "{name}");
    }
}

#[test]
fn no_part_of_a_frame_is_taken_for_one() {
    for vector in load::<FrameVector>(FRAMES, "frames") {
        let bytes = vector.bytes();
        // All places of a short frame; of a long one those around the header and the last.
        let places = (0..bytes.len()).filter(|at| *at < 100 || *at == bytes.len() - 1);
        for length in places {
            let mut part = BytesMut::from(&bytes[..length]);
            assert_eq!(Frame::take(&mut part, vector.limit), Ok(None), "{} at {length}", vector.name);
            assert_eq!(part, &bytes[..length], "nothing was taken");
        }
    }
}

#[test]
fn every_frame_without_options_is_written_the_same() {
    let plain = |vector: &FrameVector| vector.header.head_length as usize == HEADER_LENGTH;
    let vectors: Vec<FrameVector> = load::<FrameVector>(FRAMES, "frames").into_iter().filter(plain).collect();
    assert!(vectors.len() > 10);
    for vector in vectors {
        let Frame { client_version, cmd_id, seq, body } = vector.frame();
        let mut codec = FrameCodec { client_version, frame_length_max: vector.limit };
        let mut bytes = BytesMut::new();
        codec.encode(Outgoing { cmd_id, seq, body }, &mut bytes).unwrap();
        assert_eq!(bytes, vector.bytes(), "{}", vector.name);
    }
}

#[test]
fn every_bad_frame_is_refused_by_its_header_and_not_before() {
    for vector in load::<BadFrame>(BAD_FRAMES, "bad_frames") {
        let name = &vector.name;
        assert_facts(name, &vector.facts);
        let bytes = from_hex(&vector.hex);
        let expected = match vector.values {
            BadValues::HeadTooShort { head_length } => FrameError::HeadTooShort { head_length },
            BadValues::TooLong { length, max } => FrameError::TooLong { length: length.parse().unwrap(), max },
        };
        assert_eq!(word(&expected), vector.error, "{name}");
        let reason = CloseReason::from_str_name(&format!("CLOSE_REASON_{}", vector.close_reason)).unwrap();
        assert!(!reason.invites_back(), "{name}: coming back would bring the same bytes");
        for length in 0..=bytes.len() {
            let read = Frame::take(&mut BytesMut::from(&bytes[..length]), vector.limit);
            assert_eq!(read, if length < HEADER_LENGTH { Ok(None) } else { Err(expected) }, "{name} at {length}");
        }
    }
}

#[test]
fn every_stream_comes_out_the_same_however_it_is_cut() {
    for stream in load::<Stream>(STREAMS, "streams") {
        let bytes = from_hex(&stream.hex);
        stream.check(&[&bytes], "whole");
        stream.check(&bytes.iter().map(std::slice::from_ref).collect::<Vec<_>>(), "byte by byte");
        for place in 0..=bytes.len() {
            let (before, after) = bytes.split_at(place);
            stream.check(&[before, after], &format!("cut at {place}"));
        }
    }
}

#[test]
fn streams_glued_together_are_one_stream() {
    let whole = |stream: &Stream| stream.rest.as_deref() == Some("");
    let streams: Vec<Stream> = load::<Stream>(STREAMS, "streams").into_iter().filter(whole).collect();
    let glued = Stream {
        name: "all of them".into(),
        limit: FRAME_LENGTH_MAX,
        hex: streams.iter().map(|stream| stream.hex.as_str()).collect(),
        frames: streams.into_iter().flat_map(|stream| stream.frames).collect(),
        rest: Some(String::new()),
        error: None,
    };
    assert!(glued.frames.len() > 15);
    let bytes = from_hex(&glued.hex);
    glued.check(&[&bytes], "glued");
    glued.check(&bytes.chunks(7).collect::<Vec<_>>(), "glued and cut");
}

impl Stream {
    fn check(&self, pieces: &[&[u8]], how: &str) {
        let name = format!("{}, {how}", self.name);
        let mut codec = FrameCodec { client_version: 0, frame_length_max: self.limit };
        let (mut buffer, mut frames, mut error) = (BytesMut::new(), Vec::new(), None);
        for piece in pieces {
            buffer.put_slice(piece);
            while error.is_none() {
                match codec.decode(&mut buffer) {
                    Ok(Some(frame)) => frames.push(frame),
                    Ok(None) => break,
                    Err(CodecError::Frame(bad)) => error = Some(word(&bad).to_owned()),
                    Err(CodecError::Io(broken)) => panic!("{name}: {broken}"),
                }
            }
        }
        let expected: Vec<Frame> = self.frames.iter().map(StreamFrame::frame).collect();
        assert_eq!(frames, expected, "{name}");
        assert_eq!(error, self.error, "{name}");
        assert_eq!(self.rest.is_some(), self.error.is_none(), "{name}: it waits or it fails");
        if let Some(rest) = &self.rest {
            assert_eq!(buffer, from_hex(rest), "{name}");
        }
    }
}

impl StreamFrame {
    fn frame(&self) -> Frame {
        let body = Bytes::from(from_hex(&self.body));
        Frame { client_version: self.client_version, cmd_id: self.cmd_id, seq: self.seq, body }
    }
}

fn word(error: &FrameError) -> &'static str {
    match error {
        FrameError::HeadTooShort { .. } => "HEAD_TOO_SHORT",
        FrameError::TooLong { .. } => "FRAME_TOO_LONG",
    }
}
