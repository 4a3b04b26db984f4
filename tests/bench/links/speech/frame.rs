//! The frame: with longlink's protobuf bodies, and with the bare bodies of the forwarders.

use bytes::BytesMut;
use longlink::wire::frame::{HEADER_LENGTH, SEQ_NOOP, SEQ_PUSH};
use longlink::wire::pb::hello_request::Credential;
use longlink::wire::{Command, Header, Outgoing, pb};
use prost::Message;

use super::{CONTENT_BYTES, Heard, Numbered, Template};

const VERSION: u32 = 200;
const FRAME_BYTES_MAX: usize = 1024 * 1024;
/// Where a message's name is put in; a name has so many digits.
const NAME: &str = "################";

pub(crate) fn frame(command: Command, seq: u32, body: Vec<u8>) -> Vec<u8> {
    let mut bytes = BytesMut::new();
    Outgoing { cmd_id: command as u32, seq, body: body.into() }.put(VERSION, &mut bytes);
    bytes.to_vec()
}

pub(super) fn noop() -> Vec<u8> {
    frame(Command::Noop, SEQ_NOOP, Vec::new())
}

pub(super) fn hello(token: &str) -> Vec<u8> {
    let hello = pb::HelloRequest {
        credential: Some(Credential::Token(token.to_owned())),
        device_id: "0190b2f0-5d3c-7b7e-9d3e-2f6a11c8e0aa".to_owned(),
        resume: None,
        client: "bench/1".to_owned(),
    };
    frame(Command::Hello, 1, hello.encode_to_vec())
}

pub(super) fn forwarder_hello(user: i64) -> Vec<u8> {
    frame(Command::Hello, 1, user.to_be_bytes().to_vec())
}

pub(super) fn message(to: i64) -> Template {
    let send = pb::SendRequest {
        to,
        client_msg_id: NAME.to_owned(),
        content_type: pb::ContentType::Text as u32,
        content: vec![b'x'; CONTENT_BYTES].into(),
        ..Default::default()
    };
    let bytes = frame(Command::Send, 1, send.encode_to_vec());
    let name_at = bytes.windows(NAME.len()).position(|window| window == NAME.as_bytes());
    Template::new(bytes, Numbered::Frame { name_at })
}

pub(super) fn sign(to: i64) -> Template {
    let body = pb::TypingRequest { peer: to }.encode_to_vec();
    Template::new(frame(Command::Typing, 1, body), Numbered::Frame { name_at: None })
}

pub(super) fn forwarder_message(to: i64) -> Template {
    let body = [&to.to_be_bytes()[..], &[b'x'; CONTENT_BYTES]].concat();
    Template::new(frame(Command::Send, 1, body), Numbered::Frame { name_at: None })
}

pub(super) fn number(bytes: &mut [u8], name_at: Option<usize>, number: u64) {
    // Requests have sequences from 1 on.
    let seq = (number % 0x7FFF_FFFF) as u32 + 1;
    bytes[12..16].copy_from_slice(&seq.to_be_bytes());
    if let Some(at) = name_at {
        for (place, byte) in bytes[at..at + NAME.len()].iter_mut().enumerate() {
            *byte = b"0123456789abcdef"[(number >> (60 - 4 * place)) as usize & 15];
        }
    }
}

pub(super) fn cut(bytes: &[u8], is_protobuf: bool) -> Option<(usize, Heard)> {
    let header = Header::parse(bytes, FRAME_BYTES_MAX).unwrap()?;
    let length = header.frame_length() as usize;
    let body = bytes.get(HEADER_LENGTH..length)?;
    let heard = if header.cmd_id == Command::Noop as u32 {
        Heard::Answered
    } else if header.seq != SEQ_PUSH {
        if is_protobuf {
            let refusal = pb::Refusal::decode(body).unwrap();
            assert_eq!(refusal.code, 0, "refused: {}", refusal.message);
        }
        if header.cmd_id == Command::Hello as u32 { Heard::Answered } else { Heard::Acknowledged }
    } else if header.cmd_id == Command::PushTyping as u32 {
        Heard::Messages(1)
    } else {
        assert_eq!(header.cmd_id, Command::PushEntries as u32, "a push that is not about messages");
        Heard::Messages(if is_protobuf { entries_in(body) } else { 1 })
    };
    Some((length, heard))
}

/// One entry is the rule, and is seen without reading it.
fn entries_in(body: &[u8]) -> u64 {
    match body {
        [0x1a, length, rest @ ..] if *length < 0x80 && rest.len() == *length as usize => 1,
        [0x1a, low, high, rest @ ..] if *low >= 0x80 && *high < 0x80 => {
            let length = usize::from(*low & 0x7f) | usize::from(*high) << 7;
            if rest.len() == length { 1 } else { count(body) }
        }
        _ => count(body),
    }
}

fn count(body: &[u8]) -> u64 {
    pb::EntriesPush::decode(body).unwrap().entries.len() as u64
}
