//! The frame of Mars' long link: a header of five big-endian u32, options to skip, and a body (PROTOCOL.md, "Frame").

use bytes::{Buf, BufMut, Bytes, BytesMut};

/// The length of a header without options, in bytes. All that we ever send.
pub const HEADER_LENGTH: usize = 20;
/// The longest frame that a Mars client takes, header included, in bytes (mars/stn/proto/longlink_packer.cc:86).
pub const FRAME_LENGTH_MAX: usize = 1024 * 1024;

/// The sequence of a push. No request may have it.
pub const SEQ_PUSH: u32 = 0;
/// The sequence of Mars' signalling keep-alive over TCP.
pub const SEQ_SIGNALLING_KEEP: u32 = 0xFFFF_FFFD;
/// The sequence of Mars' identify packet, whatever its command.
pub const SEQ_IDENTIFY: u32 = 0xFFFF_FFFE;
/// The sequence of a noop.
pub const SEQ_NOOP: u32 = 0xFFFF_FFFF;

/// The first 20 bytes of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// At least 20; what is more are options, which are skipped.
    pub head_length: u32,
    /// The app's number for itself. A Mars client refuses frames with another one than its own, so we echo it.
    pub client_version: u32,
    pub cmd_id: u32,
    /// Ties a reply to its request.
    pub seq: u32,
    pub body_length: u32,
}

impl Header {
    /// Reads a header if all of it is there, and checks it against the longest frame allowed, in bytes.
    /// This comes before any byte of the body is waited for.
    pub fn parse(bytes: &[u8], frame_length_max: usize) -> Result<Option<Self>, FrameError> {
        let Some(mut head) = bytes.get(..HEADER_LENGTH) else {
            return Ok(None);
        };
        let header = Self {
            head_length: head.get_u32(),
            client_version: head.get_u32(),
            cmd_id: head.get_u32(),
            seq: head.get_u32(),
            body_length: head.get_u32(),
        };
        if u64::from(header.head_length) < HEADER_LENGTH as u64 {
            return Err(FrameError::HeadTooShort { head_length: header.head_length });
        }
        if header.frame_length() > frame_length_max as u64 {
            return Err(FrameError::TooLong { length: header.frame_length(), max: frame_length_max });
        }
        Ok(Some(header))
    }

    /// Header, options and body together. In 64 bits, since two u32 may overflow one.
    pub fn frame_length(&self) -> u64 {
        u64::from(self.head_length) + u64::from(self.body_length)
    }

    fn put(&self, out: &mut impl BufMut) {
        out.put_u32(self.head_length);
        out.put_u32(self.client_version);
        out.put_u32(self.cmd_id);
        out.put_u32(self.seq);
        out.put_u32(self.body_length);
    }
}

/// A frame as it was heard, options left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub client_version: u32,
    pub cmd_id: u32,
    pub seq: u32,
    pub body: Bytes,
}

impl Frame {
    /// Takes the next whole frame from the front of `bytes`; `None` while it isn't all there.
    /// After an error the stream has lost its frames, and nothing more can be read from it.
    pub fn take(bytes: &mut BytesMut, frame_length_max: usize) -> Result<Option<Self>, FrameError> {
        let Some(header) = Header::parse(bytes, frame_length_max)? else {
            return Ok(None);
        };
        let (head, body) = (header.head_length as usize, header.body_length as usize);
        if bytes.len() < head + body {
            return Ok(None);
        }
        bytes.advance(head);
        Ok(Some(Self::of(&header, bytes.split_to(body).freeze())))
    }

    /// Reads the frame at the front of `bytes` with a copy of its body, and tells how many bytes it had.
    /// For a buffer that others use next.
    pub fn copy_from(bytes: &[u8], frame_length_max: usize) -> Result<Option<(Self, usize)>, FrameError> {
        let Some(header) = Header::parse(bytes, frame_length_max)? else {
            return Ok(None);
        };
        let (head, body) = (header.head_length as usize, header.body_length as usize);
        let Some(body) = bytes.get(head..head + body) else {
            return Ok(None);
        };
        Ok(Some((Self::of(&header, Bytes::copy_from_slice(body)), head + body.len())))
    }

    fn of(header: &Header, body: Bytes) -> Self {
        Self { client_version: header.client_version, cmd_id: header.cmd_id, seq: header.seq, body }
    }
}

/// A frame to be sent. It gets the link's `client_version` when it is written, so that many links can share its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    pub cmd_id: u32,
    pub seq: u32,
    pub body: Bytes,
}

impl Outgoing {
    /// Its length on the wire, in bytes.
    pub fn length(&self) -> usize {
        HEADER_LENGTH + self.body.len()
    }

    /// Writes header and body. The body must fit a frame: at most `FRAME_LENGTH_MAX` less the header.
    pub fn put(&self, client_version: u32, out: &mut BytesMut) {
        debug_assert!(self.length() <= FRAME_LENGTH_MAX, "a Mars client would refuse this frame");
        out.reserve(self.length());
        let header = Header {
            head_length: HEADER_LENGTH as u32,
            client_version,
            cmd_id: self.cmd_id,
            seq: self.seq,
            body_length: self.body.len() as u32,
        };
        header.put(out);
        out.put_slice(&self.body);
    }
}

/// Why bytes are not a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    #[error("head_length is {head_length}, less than {HEADER_LENGTH}")]
    HeadTooShort { head_length: u32 },
    #[error("frame is {length} bytes, more than {max}")]
    TooLong { length: u64, max: usize },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes_of(head_length: u32, options: &[u8], body_length: u32, body: &[u8]) -> BytesMut {
        let mut bytes = BytesMut::new();
        Header { head_length, client_version: 200, cmd_id: 110, seq: 9, body_length }.put(&mut bytes);
        bytes.extend_from_slice(options);
        bytes.extend_from_slice(body);
        bytes
    }

    #[test]
    fn options_between_head_and_body_are_skipped() {
        let mut bytes = bytes_of(23, b"opt", 2, b"hi");
        assert_eq!(Frame::copy_from(&bytes, 100).unwrap().unwrap().1, 25);
        let frame = Frame::take(&mut bytes, 100).unwrap().unwrap();
        assert_eq!((frame.client_version, frame.cmd_id, frame.seq), (200, 110, 9));
        assert_eq!(&frame.body[..], b"hi");
        assert!(bytes.is_empty());
    }

    #[test]
    fn a_frame_is_refused_by_its_header_alone() {
        let short = bytes_of(19, b"", 0, b"");
        assert_eq!(Header::parse(&short, 100), Err(FrameError::HeadTooShort { head_length: 19 }));
        let long = bytes_of(u32::MAX, b"", u32::MAX, b"");
        assert_eq!(Header::parse(&long, 100), Err(FrameError::TooLong { length: 2 * u64::from(u32::MAX), max: 100 }));
    }

    #[test]
    fn the_limit_counts_header_and_body_and_is_allowed_itself() {
        let limit = HEADER_LENGTH + 4;
        assert!(Frame::take(&mut bytes_of(20, b"", 4, b"1234"), limit).unwrap().is_some());
        assert!(Frame::take(&mut bytes_of(20, b"", 5, b"12345"), limit).is_err());
    }
}
