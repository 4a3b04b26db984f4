//! Redis' protocol (RESP3), as much of it as the scenarios need.

use super::{CONTENT_BYTES, Heard, Numbered, Template};

pub(super) const NOOP: &[u8] = b"*1\r\n$4\r\nPING\r\n";

/// The answer is that of the PING at its end.
pub(super) fn hello(user: i64, hears_all: bool) -> Vec<u8> {
    let own = channel(user);
    let mut subscribe = vec!["SUBSCRIBE", &own];
    subscribe.extend(hears_all.then_some("all"));
    [command(&["HELLO", "3"]), command(&subscribe), NOOP.to_vec()].concat()
}

pub(super) fn message(to: i64) -> Template {
    Template::new(command(&["PUBLISH", &channel(to), &"x".repeat(CONTENT_BYTES)]), Numbered::Nowhere)
}

pub(super) fn cut(bytes: &[u8]) -> Option<(usize, Heard)> {
    let length = length(bytes)?;
    let heard = match bytes[0] {
        b'>' if bytes.starts_with(b">3\r\n$7\r\nmessage\r\n") => Heard::Messages(1),
        // What HELLO and SUBSCRIBE are answered with.
        b'>' | b'%' => Heard::Other,
        b':' => Heard::Acknowledged,
        b'+' => Heard::Answered,
        _ => panic!("redis said {}", String::from_utf8_lossy(&bytes[..length])),
    };
    Some((length, heard))
}

fn channel(user: i64) -> String {
    if user == 0 { "all".to_owned() } else { format!("u:{user}") }
}

fn command(words: &[&str]) -> Vec<u8> {
    let mut text = format!("*{}\r\n", words.len());
    for word in words {
        text.push_str(&format!("${}\r\n{word}\r\n", word.len()));
    }
    text.into_bytes()
}

/// The length of the first value, if it is whole.
fn length(bytes: &[u8]) -> Option<usize> {
    let line = bytes.windows(2).position(|end| end == b"\r\n")? + 2;
    let number = || str::from_utf8(&bytes[1..line - 2]).unwrap().parse::<usize>().unwrap();
    match bytes[0] {
        b'$' | b'=' => Some(line + number() + 2).filter(|length| *length <= bytes.len()),
        b'*' | b'>' | b'~' => values(bytes, line, number()),
        b'%' => values(bytes, line, 2 * number()),
        _ => Some(line),
    }
}

fn values(bytes: &[u8], mut at: usize, count: usize) -> Option<usize> {
    for _ in 0..count {
        at += length(&bytes[at..])?;
    }
    Some(at)
}
