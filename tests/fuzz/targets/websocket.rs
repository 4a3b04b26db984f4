//! Heads of WebSocket frames: judged by RFC 6455 read anew here, and unmasked as it says.

use bytes::BytesMut;
use longlink::link::websocket::wire::{Head, Kind};

pub(crate) fn run(input: &[u8]) {
    let parsed = Head::parse(input);
    // Told by its beginning already, or not yet: more bytes never change what was said.
    for length in 0..input.len().min(16) {
        match Head::parse(&input[..length]) {
            Ok(None) => {}
            early => assert_eq!(early, parsed, "after {length} bytes"),
        }
    }
    let Ok(Some(head)) = parsed else { return };
    assert_eq!(input[1] & 0x80, 0x80, "a client's frame has a mask");
    assert!((6..=14).contains(&head.head_length));
    if matches!(head.kind, Kind::Close | Kind::Ping | Kind::Pong) {
        assert!(head.is_last && head.length <= 125);
    }
    let mask = &input[head.head_length - 4..head.head_length];
    let content = &input[head.head_length..];
    let mut unmasked = BytesMut::from(&b"before"[..]);
    head.unmask(content, &mut unmasked);
    let by_hand: Vec<u8> = content.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect();
    assert_eq!(unmasked[..], [&b"before"[..], &by_hand].concat());
}
