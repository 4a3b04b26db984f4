//! The frames of RFC 6455, as far as a server needs them. In this file "piece" is what the RFC calls a frame, since a
//! frame is ours.

use bytes::{Buf, BufMut, BytesMut};

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

/// The head of a piece from a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub kind: Kind,
    /// The last piece of its message.
    pub is_last: bool,
    /// How many bytes the head itself has.
    pub head_length: usize,
    pub length: u64,
    mask: [u8; 4],
}

/// The longest content of a ping, a pong or a close, in bytes.
pub const CONTROL_LENGTH_MAX: u64 = 125;

const LAST: u8 = 0x80;
const RESERVED: u8 = 0x70;
const MASKED: u8 = 0x80;

impl Head {
    /// Reads the head of a piece, if all of it is there.
    pub fn parse(bytes: &[u8]) -> Result<Option<Self>, &'static str> {
        let mut rest = bytes;
        if rest.len() < 2 {
            return Ok(None);
        }
        let (first, second) = (rest.get_u8(), rest.get_u8());
        if first & RESERVED != 0 {
            return Err("a WebSocket extension that was not agreed on");
        }
        let kind = match first & 0x0F {
            0 => Kind::Continuation,
            1 => Kind::Text,
            2 => Kind::Binary,
            8 => Kind::Close,
            9 => Kind::Ping,
            10 => Kind::Pong,
            _ => return Err("a WebSocket opcode that there is not"),
        };
        if second & MASKED == 0 {
            return Err("a client's WebSocket frame without a mask");
        }
        let length = match second & !MASKED {
            126 if rest.len() >= 2 => u64::from(rest.get_u16()),
            127 if rest.len() >= 8 => rest.get_u64(),
            126 | 127 => return Ok(None),
            short => u64::from(short),
        };
        let is_last = first & LAST != 0;
        let is_control = matches!(kind, Kind::Close | Kind::Ping | Kind::Pong);
        if is_control && (!is_last || length > CONTROL_LENGTH_MAX) {
            return Err("a WebSocket control frame in pieces, or too long");
        }
        let Some(mask) = rest.first_chunk::<4>() else { return Ok(None) };
        let head_length = bytes.len() - rest.len() + mask.len();
        Ok(Some(Self { kind, is_last, head_length, length, mask: *mask }))
    }

    /// Appends the content with its mask taken off.
    pub fn unmask(&self, content: &[u8], into: &mut BytesMut) {
        let begin = into.len();
        into.extend_from_slice(content);
        let mask = u32::from_ne_bytes(self.mask);
        let unmasked = into.get_mut(begin..).unwrap_or_default();
        let (words, rest) = unmasked.as_chunks_mut::<4>();
        for word in words {
            *word = (u32::from_ne_bytes(*word) ^ mask).to_ne_bytes();
        }
        for (byte, mask) in rest.iter_mut().zip(self.mask) {
            *byte ^= mask;
        }
    }
}

/// Writes the head of a whole message from the server, which has no mask.
pub fn put_head(kind: Kind, length: usize, out: &mut BytesMut) {
    let opcode = match kind {
        Kind::Continuation => 0,
        Kind::Text => 1,
        Kind::Binary => 2,
        Kind::Close => 8,
        Kind::Ping => 9,
        Kind::Pong => 10,
    };
    out.put_u8(LAST | opcode);
    match length {
        0..=125 => out.put_u8(length as u8),
        126..=0xFFFF => {
            out.put_u8(126);
            out.put_u16(length as u16);
        }
        _ => {
            out.put_u8(127);
            out.put_u64(length as u64);
        }
    }
}

/// Writes a ping, a pong or a close; what is beyond their bound is cut off.
pub fn put_control(kind: Kind, content: &[u8], out: &mut BytesMut) {
    let content = content.get(..CONTROL_LENGTH_MAX as usize).unwrap_or(content);
    put_head(kind, content.len(), out);
    out.put_slice(content);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_only_when_all_of_it_is_there() {
        for (bytes, length) in [
            (&[0x82, 0x80 | 5, 1, 2, 3, 4][..], 5),
            (&[0x82, 0x80 | 126, 1, 0, 1, 2, 3, 4], 256),
            (&[0x82, 0x80 | 127, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4], 65_536),
        ] {
            for cut in 0..bytes.len() {
                assert_eq!(Head::parse(&bytes[..cut]), Ok(None), "{cut}");
            }
            let head = Head::parse(bytes).unwrap().unwrap();
            assert_eq!((head.kind, head.is_last, head.length), (Kind::Binary, true, length));
            assert_eq!((head.head_length, head.mask), (bytes.len(), [1, 2, 3, 4]));
        }
    }

    #[test]
    fn what_no_client_may_send_is_refused() {
        for bytes in [[0x82, 5], [0xC2, 0x85], [0x83, 0x85], [0x8B, 0x85], [0x09, 0x85], [0x88, 0xFF]] {
            let all = [&bytes[..], &[1; 12]].concat();
            assert!(Head::parse(&all).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn a_mask_that_is_taken_off_twice_leaves_what_was() {
        let head = Head::parse(&[0x82, 0x80, 9, 8, 7, 6]).unwrap().unwrap();
        for length in 0..20 {
            let content: Vec<u8> = (0..length).collect();
            let (mut once, mut twice) = (BytesMut::from(&b"before"[..]), BytesMut::new());
            head.unmask(&content, &mut once);
            let expected: Vec<u8> =
                content.iter().zip([9, 8, 7, 6].iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
            assert_eq!((&once[..6], &once[6..]), (&b"before"[..], &expected[..]));
            head.unmask(&once[6..], &mut twice);
            assert_eq!(&twice[..], &content[..]);
        }
    }
}
