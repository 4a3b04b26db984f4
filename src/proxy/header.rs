//! The PROXY header that a proxy puts in front of a connection, version 1 or 2.
//!
//! What it says is read by `ppp`. Here it is found where it ends: nothing behind it may be taken from the socket, since
//! it is the beginning of a frame, of a request, or of a TLS handshake.

use std::io;
use std::net::IpAddr;

use ppp::{HeaderResult, v1, v2};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

/// The shortest header of either version is longer than this, and this much tells which it is.
const START_BYTES: usize = 12;
/// What version 1 begins with.
const V1_START: &[u8] = b"PROXY ";
/// The longest header of version 1, by its specification.
const V1_BYTES_MAX: usize = 107;
/// Of version 2: what lies between the start and the addresses, of which the last two bytes are a length.
const V2_HEAD_BYTES: usize = 4;
/// How long the rest of version 2 may be. Addresses take 216 bytes at most; the room is for what else a proxy tells,
/// such as the name that a client of TLS asked for, and nobody looks at.
const V2_REST_BYTES_MAX: usize = 4096;

/// Why a connection does not begin as one of that proxy should.
#[derive(Debug, thiserror::Error)]
pub enum HeaderError {
    /// How proxies look whether a server is there.
    #[error("closed without a byte")]
    Silent,
    #[error("it begins with no PROXY header")]
    Missing,
    #[error("its PROXY header is {bytes} bytes or more, and {max} are the most")]
    TooLong { bytes: usize, max: usize },
    #[error("its PROXY header cannot be read: {0}")]
    Invalid(String),
    #[error("its PROXY header did not come within {ms} ms")]
    Slow { ms: u64 },
    #[error("{max} connections of proxies are without their PROXY header already")]
    Crowded { max: usize },
    #[error("it broke in its PROXY header: {0}")]
    Broken(#[from] io::Error),
}

/// Takes a header off the front of a connection. `None`: the proxy speaks for itself, or for somebody without an
/// address.
pub(super) async fn read(stream: &mut TcpStream) -> Result<Option<IpAddr>, HeaderError> {
    let mut header = Vec::with_capacity(V1_BYTES_MAX);
    match take(stream, &mut header, START_BYTES).await {
        Err(error) if header.is_empty() && error.kind() == io::ErrorKind::UnexpectedEof => {
            return Err(HeaderError::Silent);
        }
        taken => taken?,
    }
    if header == v2::PROTOCOL_PREFIX {
        take(stream, &mut header, V2_HEAD_BYTES).await?;
        let rest = header.last_chunk().map_or(0, |length| usize::from(u16::from_be_bytes(*length)));
        if rest > V2_REST_BYTES_MAX {
            let head = START_BYTES + V2_HEAD_BYTES;
            return Err(HeaderError::TooLong { bytes: head + rest, max: head + V2_REST_BYTES_MAX });
        }
        take(stream, &mut header, rest).await?;
    } else if header.starts_with(V1_START) {
        take_line(stream, &mut header).await?;
    } else {
        return Err(HeaderError::Missing);
    }
    said(&header)
}

/// Takes so many bytes more. What came before the connection broke is there then.
async fn take(stream: &mut TcpStream, header: &mut Vec<u8>, bytes: usize) -> io::Result<()> {
    let end = header.len() + bytes;
    while header.len() < end {
        let missing = (end - header.len()) as u64;
        if (&mut *stream).take(missing).read_buf(header).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(())
}

/// Takes the rest of a line, and nothing behind it: it is looked at before it is taken.
async fn take_line(stream: &mut TcpStream, header: &mut Vec<u8>) -> Result<(), HeaderError> {
    let mut seen = [0; V1_BYTES_MAX];
    while header.last() != Some(&b'\n') {
        let bytes = stream.peek(&mut seen).await?;
        let seen = seen.get(..bytes).unwrap_or_default();
        let part = seen.iter().position(|byte| *byte == b'\n').map_or(bytes, |end| end + 1);
        if bytes == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        if header.len() + part > V1_BYTES_MAX {
            return Err(HeaderError::TooLong { bytes: header.len() + part, max: V1_BYTES_MAX });
        }
        take(stream, header, part).await?;
    }
    Ok(())
}

/// What a whole header says.
fn said(header: &[u8]) -> Result<Option<IpAddr>, HeaderError> {
    let invalid = |error: &dyn ToString| HeaderError::Invalid(error.to_string());
    match HeaderResult::parse(header) {
        HeaderResult::V1(parsed) => match parsed.map_err(|error| invalid(&error))?.addresses {
            v1::Addresses::Tcp4(pair) => Ok(Some(pair.source_address.into())),
            v1::Addresses::Tcp6(pair) => Ok(Some(pair.source_address.into())),
            v1::Addresses::Unknown => Ok(None),
        },
        HeaderResult::V2(parsed) => {
            let v2::Header { command, protocol, addresses, .. } = parsed.map_err(|error| invalid(&error))?;
            match (command, addresses) {
                // The proxy's own, such as a look whether the server is there.
                (v2::Command::Local, _) => Ok(None),
                (v2::Command::Proxy, _) if protocol == v2::Protocol::Datagram => {
                    Err(HeaderError::Invalid("it is about datagrams, and this is a connection".to_owned()))
                }
                (v2::Command::Proxy, v2::Addresses::IPv4(pair)) => Ok(Some(pair.source_address.into())),
                (v2::Command::Proxy, v2::Addresses::IPv6(pair)) => Ok(Some(pair.source_address.into())),
                (v2::Command::Proxy, v2::Addresses::Unix(_) | v2::Addresses::Unspecified) => Ok(None),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn v2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
        [v2::PROTOCOL_PREFIX, &[0x20 | command, family][..], &length, rest].concat()
    }

    #[test]
    fn both_versions_say_where_a_connection_comes_from_or_that_nobody_knows() {
        let four = [[192, 0, 2, 7, 10, 0, 0, 1].as_slice(), &[1, 2, 3, 4]].concat();
        let mut six = vec![0; 36];
        six[..16].copy_from_slice(&"2001:db8::7".parse::<std::net::Ipv6Addr>().unwrap().octets());
        // Something else that a proxy tells, of a kind that nobody knows.
        let more = [&four[..], &[0xEE, 0, 2, 1, 2]].concat();
        for (header, expected) in [
            (b"PROXY TCP4 192.0.2.7 10.0.0.1 4711 8081\r\n".to_vec(), Some("192.0.2.7")),
            (b"PROXY TCP6 2001:db8::7 ::1 4711 8081\r\n".to_vec(), Some("2001:db8::7")),
            (b"PROXY UNKNOWN\r\n".to_vec(), None),
            (b"PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n".to_vec(), None),
            (v2(1, 0x11, &four), Some("192.0.2.7")),
            (v2(1, 0x11, &more), Some("192.0.2.7")),
            (v2(1, 0x21, &six), Some("2001:db8::7")),
            // On its own behalf, whatever addresses it has: those are to be passed over.
            (v2(0, 0x11, &four), None),
            (v2(0, 0x00, &[]), None),
            // A socket of the proxy's machine, and something without an address.
            (v2(1, 0x31, &[b'a'; 216]), None),
            (v2(1, 0x00, &[]), None),
        ] {
            let expected: Option<IpAddr> = expected.map(|address| address.parse().unwrap());
            assert_eq!(said(&header).unwrap(), expected, "{:?}", String::from_utf8_lossy(&header));
        }
    }

    #[test]
    fn what_is_no_header_is_refused() {
        for header in [
            b"PROXY TCP4 192.0.2.7 10.0.0.1 4711\r\n".to_vec(),
            b"PROXY TCP4 192.0.2.256 10.0.0.1 4711 8081\r\n".to_vec(),
            b"PROXY TCP4 192.0.2.7 10.0.0.1 4711 70000\r\n".to_vec(),
            b"PROXY TCP4 192.0.2.7 10.0.0.1 4711 8081\n".to_vec(),
            b"PROXY TCP5 192.0.2.7 10.0.0.1 4711 8081\r\n".to_vec(),
            b"PROXY \xFF\xFE\r\n".to_vec(),
            // Fewer bytes than the addresses take, and a version, a command and a family that there are not.
            v2(1, 0x11, &[0; 11]),
            v2(1, 0x21, &[0; 12]),
            v2(2, 0x11, &[0; 12]),
            v2(1, 0x41, &[0; 12]),
            [v2::PROTOCOL_PREFIX, &[0x11, 0x11, 0, 0]].concat(),
            // About datagrams.
            v2(1, 0x12, &[0; 12]),
        ] {
            assert!(matches!(said(&header), Err(HeaderError::Invalid(_))), "{:?}", String::from_utf8_lossy(&header));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// A proxy is believed, and need not be right.
        #[test]
        fn nothing_panics(
            kind in 0u8..3, head in prop::array::uniform2(any::<u8>()), rest in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let header = match kind {
                0 => [v2::PROTOCOL_PREFIX, &head[..], &u16::try_from(rest.len()).unwrap().to_be_bytes(), &rest].concat(),
                1 => [b"PROXY ", &rest[..], b"\r\n"].concat(),
                _ => rest,
            };
            let _ = said(&header);
        }
    }
}
