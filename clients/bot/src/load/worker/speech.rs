//! What is said to the server, written without an allocation, and what it pushes, read without one.
//!
//! Each message carries its name in its content: the run, the conversation, its number there, and when it was due. So
//! whoever gets it, in whichever process and through whichever door, can check and time it.

use std::str;

use longlink::wire::frame::{HEADER_LENGTH, SEQ_NOOP};
use longlink_client::{Command, pb};
use prost::Message as _;
use prost::bytes::Buf;
use prost::encoding::{
    DecodeContext, WireType, decode_key, decode_varint, encode_varint, encoded_len_varint, skip_field,
};

/// The app's number for itself: the bot has none.
const CLIENT_VERSION: u32 = 200;
/// How long a message's name is: run 8, conversation 8, number 16, due 16 hexadecimal digits.
pub(crate) const NAME_BYTES: usize = 48;
/// The `client_msg_id`: the name without the time.
const ID_BYTES: usize = 32;
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// A message's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) run: u32,
    pub(crate) conversation: u32,
    pub(crate) number: u64,
    pub(crate) due_ns: u64,
}

impl Name {
    fn bytes(self) -> [u8; NAME_BYTES] {
        let mut bytes = [0; NAME_BYTES];
        let numbers = u128::from(self.run) << 96 | u128::from(self.conversation) << 64 | u128::from(self.number);
        let (id, due) = bytes.split_at_mut(ID_BYTES);
        put_hex(numbers, id);
        put_hex(u128::from(self.due_ns), due);
        bytes
    }

    /// The name at the beginning of a content, if it has one.
    pub(crate) fn read(content: &[u8]) -> Option<Self> {
        let name = content.get(..NAME_BYTES).filter(|name| name.iter().all(u8::is_ascii_hexdigit))?;
        let number = |from: usize, to: usize| u64::from_str_radix(str::from_utf8(name.get(from..to)?).ok()?, 16).ok();
        Some(Self {
            run: u32::try_from(number(0, 8)?).ok()?,
            conversation: u32::try_from(number(8, 16)?).ok()?,
            number: number(16, 32)?,
            due_ns: number(32, 48)?,
        })
    }
}

fn put_hex(mut number: u128, digits: &mut [u8]) {
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS.get((number & 15) as usize).copied().unwrap_or(b'0');
        number >>= 4;
    }
}

pub(crate) fn put_frame(command: Command, seq: u32, body: &impl prost::Message, out: &mut Vec<u8>) {
    put_header(command, seq, body.encoded_len(), out);
    out.extend_from_slice(&body.encode_to_vec());
}

pub(crate) fn put_noop(out: &mut Vec<u8>) {
    put_header(Command::Noop, SEQ_NOOP, 0, out);
}

fn put_header(command: Command, seq: u32, body_bytes: usize, out: &mut Vec<u8>) {
    let body_bytes = u32::try_from(body_bytes).unwrap_or(u32::MAX);
    for number in [HEADER_LENGTH as u32, CLIENT_VERSION, command as u32, seq, body_bytes] {
        out.extend_from_slice(&number.to_be_bytes());
    }
}

/// A frame with a `SendRequest`, of which the content is the name and as many more bytes as `payload_bytes` wants.
pub(crate) fn put_send(seq: u32, to: i64, name: Name, payload_bytes: usize, out: &mut Vec<u8>) {
    let name = name.bytes();
    let (id, _) = name.split_at(ID_BYTES);
    let payload_bytes = payload_bytes.max(NAME_BYTES);
    let zigzag = ((to << 1) ^ (to >> 63)) as u64;
    let content_type = pb::ContentType::Text as u64;
    // A peer of 0, everyone, is the field's default and is left out, as protobuf writers do.
    let to_bytes = if to == 0 { 0 } else { 1 + encoded_len_varint(zigzag) };
    let body_bytes = to_bytes + 2 + ID_BYTES + 2 + 1 + encoded_len_varint(payload_bytes as u64) + payload_bytes;
    put_header(Command::Send, seq, body_bytes, out);
    if to != 0 {
        out.push(0x08);
        encode_varint(zigzag, out);
    }
    out.extend_from_slice(&[0x12, ID_BYTES as u8]);
    out.extend_from_slice(id);
    out.push(0x18);
    encode_varint(content_type, out);
    out.push(0x22);
    encode_varint(payload_bytes as u64, out);
    out.extend_from_slice(&name);
    out.resize(out.len() + payload_bytes - NAME_BYTES, b'.');
}

/// What is of interest in an entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) queue_id: i64,
    pub(crate) from: i64,
    pub(crate) content: &'a [u8],
}

/// Gives each entry of an `EntriesPush`. `None` when it cannot be read.
pub(crate) fn each_entry<'a>(body: &'a [u8], mut entry: impl FnMut(Entry<'a>)) -> Option<()> {
    let mut rest = body;
    while !rest.is_empty() {
        match field(&mut rest)? {
            (3, Value::Bytes(bytes)) => entry(read_entry(bytes)?),
            (_, Value::Bytes(_) | Value::Number(_) | Value::Other) => {}
        }
    }
    Some(())
}

fn read_entry(mut rest: &[u8]) -> Option<Entry<'_>> {
    let mut entry = Entry::default();
    while !rest.is_empty() {
        match field(&mut rest)? {
            (1, Value::Number(number)) => entry.queue_id = number.cast_signed(),
            (2, Value::Number(number)) => entry.from = number.cast_signed(),
            (6, Value::Bytes(bytes)) => entry.content = bytes,
            (_, Value::Bytes(_) | Value::Number(_) | Value::Other) => {}
        }
    }
    Some(entry)
}

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    Other,
}

/// The next field: its number, and what it holds.
fn field<'a>(rest: &mut &'a [u8]) -> Option<(u32, Value<'a>)> {
    let (tag, wire_type) = decode_key(rest).ok()?;
    if wire_type == WireType::Varint {
        return Some((tag, Value::Number(decode_varint(rest).ok()?)));
    }
    if wire_type == WireType::LengthDelimited {
        let length = usize::try_from(decode_varint(rest).ok()?).ok()?;
        let bytes = rest.get(..length)?;
        rest.advance(length);
        return Some((tag, Value::Bytes(bytes)));
    }
    skip_field(wire_type, tag, rest, DecodeContext::default()).ok()?;
    Some((tag, Value::Other))
}

/// The code of a reply, 0 for OK. It is field 1, and left out when it is 0: nothing else needs to be read then.
pub(crate) fn code(body: &[u8]) -> i32 {
    match body.first() {
        Some(0x08) => pb::Refusal::decode(body).map_or(-1, |refusal| refusal.code),
        Some(_) | None => 0,
    }
}

#[cfg(test)]
mod tests {
    use longlink::wire::Header;

    use super::*;

    const NAME: Name = Name { run: 0xdead_beef, conversation: 7, number: 300, due_ns: 1_234_567_890_123 };

    #[test]
    fn a_send_is_written_as_protobuf_writes_it() {
        for to in [0, 1, -1, 300, -300, i64::MAX, i64::MIN] {
            for payload_bytes in [48, 128, 60_000] {
                let mut bytes = Vec::new();
                put_send(9, to, NAME, payload_bytes, &mut bytes);
                let header = Header::parse(&bytes, 1 << 20).unwrap().unwrap();
                assert_eq!((header.cmd_id, header.seq), (Command::Send as u32, 9));
                assert_eq!(header.frame_length(), bytes.len() as u64);
                let body = &bytes[HEADER_LENGTH..];
                let send = pb::SendRequest::decode(body).unwrap();
                assert_eq!(send.encode_to_vec(), body, "to {to}");
                assert_eq!((send.to, send.content.len()), (to, payload_bytes));
                assert_eq!(send.client_msg_id, "deadbeef00000007000000000000012c");
                assert_eq!(Name::read(&send.content), Some(NAME));
            }
        }
    }

    #[test]
    fn what_others_wrote_has_no_name() {
        assert_eq!(Name::read(b"hello"), None);
        assert_eq!(Name::read(&[b'g'; 64]), None);
        assert_eq!(Name::read("\u{e9}".repeat(48).as_bytes()), None);
        assert_eq!(Name::read(&[b'+'; 48]), None, "from_str_radix would take a sign");
    }

    #[test]
    fn entries_are_read_as_protobuf_reads_them() {
        let entry = |queue_id, content: &'static [u8]| pb::Entry {
            queue_id,
            from: 77,
            to: -3,
            client_msg_id: "x".repeat(64),
            content_type: u32::MAX,
            content: content.into(),
            sent_at_ms: -1,
            reply_to: 3,
            mentions: vec![0, 9],
            changed_by: 0,
        };
        let push = pb::EntriesPush { entries: vec![entry(i64::MAX, b"one"), entry(5, b""), pb::Entry::default()] };
        let body = push.encode_to_vec();
        let mut read = Vec::new();
        each_entry(&body, |entry| read.push(entry)).unwrap();
        let expected: Vec<_> = push
            .entries
            .iter()
            .map(|entry| Entry { queue_id: entry.queue_id, from: entry.from, content: &entry.content })
            .collect();
        assert_eq!(read, expected);
        for cut in 1..body.len() {
            // Half a push is refused or has fewer entries; it never panics.
            let mut entries = 0;
            let _ = each_entry(&body[..cut], |_| entries += 1);
            assert!(entries <= 3);
        }
    }

    #[test]
    fn a_reply_without_a_code_is_ok() {
        assert_eq!(code(&[]), 0);
        assert_eq!(code(&pb::SendReply { queue_id: 5, ..Default::default() }.encode_to_vec()), 0);
        assert_eq!(code(&pb::Refusal { code: 101, message: "x".into() }.encode_to_vec()), 101);
        assert_eq!(code(&[0x08]), -1, "what cannot be read is not OK");
    }
}
