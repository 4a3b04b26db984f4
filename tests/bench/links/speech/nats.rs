//! The protocol of NATS' core, without its acknowledgements (`verbose`), which nobody uses.

use super::{CONTENT_BYTES, Heard, Numbered, Template};

pub(super) const NOOP: &[u8] = b"PING\r\n";

pub(super) fn hello(user: i64, hears_all: bool) -> Vec<u8> {
    let connect = r#"CONNECT {"verbose":false,"pedantic":false,"lang":"bench","version":"1","protocol":1}"#;
    let all = if hears_all { "SUB all 2\r\n" } else { "" };
    format!("{connect}\r\nSUB u.{user} 1\r\n{all}PING\r\n").into_bytes()
}

pub(super) fn message(to: i64) -> Template {
    let subject = if to == 0 { "all".to_owned() } else { format!("u.{to}") };
    let head = format!("PUB {subject} {CONTENT_BYTES}\r\n");
    Template::new([head.as_bytes(), &[b'x'; CONTENT_BYTES], b"\r\n"].concat(), Numbered::Nowhere)
}

pub(super) fn cut(bytes: &[u8], say: &mut Vec<u8>) -> Option<(usize, Heard)> {
    let line = bytes.windows(2).position(|end| end == b"\r\n")?;
    let length = line + 2;
    match &bytes[..line] {
        [b'M', b'S', b'G', b' ', rest @ ..] => {
            let digits = rest.rsplit(|byte| *byte == b' ').next()?;
            let content: usize = str::from_utf8(digits).unwrap().parse().unwrap();
            let length = length + content + 2;
            (bytes.len() >= length).then_some((length, Heard::Messages(1)))
        }
        b"PING" => {
            say.extend_from_slice(b"PONG\r\n");
            Some((length, Heard::Other))
        }
        b"PONG" => Some((length, Heard::Answered)),
        [b'I', b'N', b'F', b'O', ..] => Some((length, Heard::Other)),
        other => panic!("nats said {}", String::from_utf8_lossy(other)),
    }
}
