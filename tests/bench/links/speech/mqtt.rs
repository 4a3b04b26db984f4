//! MQTT 3.1.1, as much of it as the scenarios need.

use super::{CONTENT_BYTES, Heard, Numbered, Template};

pub(super) const NOOP: [u8; 2] = [0xC0, 0];

const CONNECT: u8 = 0x10;
const CONNACK: u8 = 0x20;
const PUBLISH: u8 = 0x30;
const PUBACK: u8 = 0x40;
const SUBSCRIBE: u8 = 0x82;
const SUBACK: u8 = 0x90;
const PINGRESP: u8 = 0xD0;
/// As long as longlink lets a link be silent.
const KEEP_ALIVE_S: u16 = 900;

/// CONNECT with a clean session and no credentials, and SUBSCRIBE behind it; SUBACK is the answer.
pub(super) fn hello(user: i64, quality: u8, hears_all: bool) -> Vec<u8> {
    let mut connect = text("MQTT");
    connect.extend_from_slice(&[4, 0b10]);
    connect.extend_from_slice(&KEEP_ALIVE_S.to_be_bytes());
    connect.extend(text(&format!("bench{user}")));
    let mut subscribe = vec![0, 1];
    for topic in [Some(user), hears_all.then_some(0)].into_iter().flatten() {
        subscribe.extend(text(&self::topic(topic)));
        subscribe.push(quality);
    }
    [packet(CONNECT, connect), packet(SUBSCRIBE, subscribe)].concat()
}

pub(super) fn message(to: i64, quality: u8) -> Template {
    let mut body = text(&topic(to));
    let id_in_body = body.len();
    if quality > 0 {
        body.extend_from_slice(&[0, 1]);
    }
    body.extend_from_slice(&[b'x'; CONTENT_BYTES]);
    let body_bytes = body.len();
    let bytes = packet(PUBLISH | quality << 1, body);
    let at = bytes.len() - body_bytes + id_in_body;
    Template::new(bytes, if quality > 0 { Numbered::Packet { at } } else { Numbered::Nowhere })
}

pub(super) fn number(bytes: &mut [u8], at: usize, number: u64) {
    // 0 is no identifier.
    let id = (number % 0xFFFF) as u16 + 1;
    bytes[at..at + 2].copy_from_slice(&id.to_be_bytes());
}

pub(super) fn cut(bytes: &[u8], say: &mut Vec<u8>) -> Option<(usize, Heard)> {
    let (length, head) = remaining(bytes)?;
    let body = bytes.get(head..head + length)?;
    let heard = match bytes[0] & 0xF0 {
        CONNACK => {
            assert_eq!(body[1], 0, "mqtt refused a connection with {}", body[1]);
            Heard::Other
        }
        SUBACK => {
            assert!(body[2..].iter().all(|code| *code < 0x80), "mqtt refused a subscription");
            Heard::Answered
        }
        PUBACK => Heard::Acknowledged,
        PINGRESP => Heard::Answered,
        PUBLISH => {
            if bytes[0] & 0b110 != 0 {
                let id_at = 2 + usize::from(u16::from_be_bytes([body[0], body[1]]));
                say.extend_from_slice(&[PUBACK, 2, body[id_at], body[id_at + 1]]);
            }
            Heard::Messages(1)
        }
        other => panic!("mqtt sent a packet of type {other:#x}"),
    };
    Some((head + length, heard))
}

fn topic(user: i64) -> String {
    if user == 0 { "all".to_owned() } else { format!("u/{user}") }
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes()[..], text.as_bytes()].concat()
}

fn packet(kind: u8, body: Vec<u8>) -> Vec<u8> {
    let mut bytes = vec![kind];
    let mut left = body.len();
    loop {
        let byte = (left & 0x7F) as u8;
        left >>= 7;
        bytes.push(if left > 0 { byte | 0x80 } else { byte });
        if left == 0 {
            break;
        }
    }
    bytes.extend(body);
    bytes
}

/// The length of a packet's body, and where it begins.
fn remaining(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut length = 0;
    for (place, byte) in bytes.iter().skip(1).take(4).enumerate() {
        length |= usize::from(byte & 0x7F) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((length, place + 2));
        }
    }
    assert!(bytes.len() < 5, "mqtt sent a length of more than four bytes");
    None
}
