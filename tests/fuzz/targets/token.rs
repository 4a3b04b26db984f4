//! Tokens: nothing but what was signed with the server's key is good, and any claims that were are read or refused.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, Mac};
use longlink::auth::token::Tokens;
use sha2::Sha256;

use super::Script;

const NOW_S: i64 = 1_700_000_000;

struct Known {
    tokens: Tokens,
    secret: Vec<u8>,
}

/// Keys of one's own: made once, since that asks the disk.
static KNOWN: LazyLock<Known> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    let tokens = Tokens::open(&path).unwrap();
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let hex = file["keys"][0]["secret"].as_str().unwrap().to_owned();
    let secret = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    Known { tokens, secret }
});

pub(crate) fn run(input: &[u8]) {
    let mut script = Script(input);
    let kind = script.byte();
    let head_length = usize::from(script.byte());
    let (head, claims) = (script.bytes(head_length), script.0);
    let message = match kind % 4 {
        0 => String::from_utf8_lossy(script.0).into_owned(),
        1 => format!("{}.{}", BASE64.encode(head), BASE64.encode(claims)),
        _ => format!("{}.{}", BASE64.encode(br#"{"alg":"HS256","typ":"JWT"}"#), BASE64.encode(claims)),
    };
    let unsigned = KNOWN.tokens.verify(&format!("{message}.{}", BASE64.encode(head)), NOW_S);
    assert!(unsigned.is_err(), "good without a signature: {unsigned:?}");
    let _ = KNOWN.tokens.verify(&message, NOW_S);

    let mut mac = Hmac::<Sha256>::new_from_slice(&KNOWN.secret).unwrap();
    mac.update(message.as_bytes());
    let signed = format!("{message}.{}", BASE64.encode(mac.finalize().into_bytes()));
    if let Ok(claims) = KNOWN.tokens.verify(&signed, NOW_S) {
        assert!(claims.user.get() > 0);
        let late = KNOWN.tokens.verify(&signed, i64::MAX);
        assert!(late.is_err(), "good for ever: {late:?}");
    }
}
