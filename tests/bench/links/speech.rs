//! What is said to the server, and to `slim`, which reads two numbers where the server reads protobuf.

use bytes::BytesMut;
use longlink::wire::frame::{SEQ_NOOP, SEQ_PUSH};
use longlink::wire::pb::hello_request::Credential;
use longlink::wire::{Command, Header, Outgoing, pb};
use prost::Message;

pub(crate) const CONTENT_BYTES: usize = 128;
const VERSION: u32 = 200;
/// Where a message's name and sequence are put in; a name has so many digits.
const NAME: &str = "################";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speech {
    Longlink,
    Slim,
}

/// A message to one peer, of which only the sequence and the name change.
#[derive(Clone)]
pub(crate) struct Template {
    bytes: Vec<u8>,
    name_at: Option<usize>,
}

pub(crate) fn frame(command: Command, seq: u32, body: Vec<u8>) -> Vec<u8> {
    let mut bytes = BytesMut::new();
    Outgoing { cmd_id: command as u32, seq, body: body.into() }.put(VERSION, &mut bytes);
    bytes.to_vec()
}

pub(crate) fn noop() -> Vec<u8> {
    frame(Command::Noop, SEQ_NOOP, Vec::new())
}

impl Speech {
    pub(crate) fn hello(self, user: i64, token: &str) -> Vec<u8> {
        let body = match self {
            Self::Slim => user.to_be_bytes().to_vec(),
            Self::Longlink => pb::HelloRequest {
                credential: Some(Credential::Token(token.to_owned())),
                device_id: "0190b2f0-5d3c-7b7e-9d3e-2f6a11c8e0aa".to_owned(),
                resume: None,
                client: "bench/1".to_owned(),
            }
            .encode_to_vec(),
        };
        frame(Command::Hello, 1, body)
    }

    /// A sign to a peer that one is writing: it goes the way of a message, and the store does not keep it.
    pub(crate) fn sign(self, to: i64) -> Template {
        match self {
            Self::Slim => self.message(to),
            Self::Longlink => {
                let body = pb::TypingRequest { peer: to }.encode_to_vec();
                Template { bytes: frame(Command::Typing, 1, body), name_at: None }
            }
        }
    }

    pub(crate) fn message(self, to: i64) -> Template {
        let content = vec![b'x'; CONTENT_BYTES];
        let body = match self {
            Self::Slim => [&to.to_be_bytes()[..], &content].concat(),
            Self::Longlink => pb::SendRequest {
                to,
                client_msg_id: NAME.to_owned(),
                content_type: pb::ContentType::Text as u32,
                content: content.into(),
            }
            .encode_to_vec(),
        };
        let bytes = frame(Command::Send, 1, body);
        let name_at = bytes.windows(NAME.len()).position(|window| window == NAME.as_bytes());
        Template { bytes, name_at }
    }
}

impl Template {
    /// Appends the message under a number that no other of its sender has.
    pub(crate) fn put(&mut self, number: u64, out: &mut Vec<u8>) {
        // Requests have sequences from 1 on.
        let seq = (number % 0x7FFF_FFFF) as u32 + 1;
        self.bytes[12..16].copy_from_slice(&seq.to_be_bytes());
        if let Some(at) = self.name_at {
            for (place, byte) in self.bytes[at..at + NAME.len()].iter_mut().enumerate() {
                *byte = b"0123456789abcdef"[(number >> (60 - 4 * place)) as usize & 15];
            }
        }
        out.extend_from_slice(&self.bytes);
    }
}

/// How many messages or signs a frame brings: 0 for a reply.
pub(crate) fn messages_in(header: &Header, body: &[u8]) -> u64 {
    if header.seq != SEQ_PUSH {
        return 0;
    }
    if header.cmd_id == Command::PushTyping as u32 {
        return 1;
    }
    assert_eq!(header.cmd_id, Command::PushEntries as u32, "a push that is not about messages");
    // One entry is the rule, and is seen without reading it; `slim` has no entries and brings one.
    match body {
        [0x1a, length, rest @ ..] if *length < 0x80 && rest.len() > *length as usize => count(body),
        [0x1a, low, high, rest @ ..] if *low >= 0x80 && *high < 0x80 => {
            let length = usize::from(*low & 0x7f) | usize::from(*high) << 7;
            if rest.len() == length { 1 } else { count(body) }
        }
        _ => 1,
    }
}

fn count(body: &[u8]) -> u64 {
    pb::EntriesPush::decode(body).unwrap().entries.len() as u64
}

/// Stops at a reply that is not OK.
pub(crate) fn check(speech: Speech, body: &[u8]) {
    if speech == Speech::Longlink {
        let refusal = pb::Refusal::decode(body).unwrap();
        assert_eq!(refusal.code, 0, "refused: {}", refusal.message);
    }
}
