use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::{Sha256, Sha384};

use super::*;
use crate::auth::keys::{FILE_NAME, KEYS_MAX};

const NOW_S: i64 = 1_700_000_000;

struct World {
    directory: tempfile::TempDir,
    tokens: Tokens,
}

impl World {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let tokens = Tokens::open(directory.path().join(FILE_NAME)).unwrap();
        Self { directory, tokens }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join(FILE_NAME)
    }

    fn verify(&self, token: &str) -> Result<Claims, BadToken> {
        self.tokens.verify(token, NOW_S)
    }

    /// The first key's name and secret, read by eyes of our own.
    fn key(&self) -> (String, Vec<u8>) {
        let file: Value = serde_json::from_slice(&std::fs::read(self.path()).unwrap()).unwrap();
        let key = &file["keys"][0];
        let hex = key["secret"].as_str().unwrap();
        let secret = (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
        (key["kid"].as_str().unwrap().to_owned(), secret.collect())
    }

    /// A token made by hand, as a backend would make it.
    fn by_hand(&self, header: &Value, claims: &Value) -> String {
        sign(header, claims, &self.key().1)
    }

    fn said(&self, claims: Value) -> Result<Claims, BadToken> {
        self.verify(&self.by_hand(&json!({"alg": "HS256"}), &claims))
    }
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn sign(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let message = format!("{}.{}", part(header), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(message.as_bytes());
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

fn user(number: i64) -> UserId {
    UserId::parse(number).unwrap()
}

fn login(number: u64) -> LoginId {
    LoginId::from_number(number).unwrap()
}

fn device(number: i64, device: &str, generation: u32) -> For<'_> {
    For { user: user(number), device: Some(device), generation: Some(generation), login: login(0xab) }
}

fn any(number: i64) -> For<'static> {
    For { user: user(number), device: None, generation: None, login: login(0xab) }
}

fn minimal() -> Value {
    json!({"sub": "7", "iat": NOW_S, "exp": NOW_S + 10})
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = minimal();
    claims[name] = value;
    claims
}

#[test]
fn what_was_issued_is_verified() {
    let world = World::new();
    let (token, exp) = world.tokens.issue(device(7, "phone", 3), NOW_S, 86_400);
    assert_eq!(exp, NOW_S + 86_400);
    let claims = Claims {
        user: user(7),
        device: Some("phone".into()),
        generation: Some(3),
        login: login(0xab),
        issued_at_s: NOW_S,
        expires_at_s: exp,
    };
    assert_eq!(world.verify(&token), Ok(claims.clone()));
    let (bare, _) = world.tokens.issue(any(7), NOW_S, 86_400);
    assert_eq!(world.verify(&bare), Ok(Claims { device: None, generation: None, ..claims }));
}

#[test]
fn what_was_issued_reads_as_the_standard_says() {
    let world = World::new();
    let (token, _) = world.tokens.issue(device(7, "phone", 3), NOW_S, 5);
    let parts: Vec<&str> = token.split('.').collect();
    let read = |at: usize| -> Value { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[at]).unwrap()).unwrap() };
    let (kid, secret) = world.key();
    assert_eq!(read(0), json!({"alg": "HS256", "typ": "JWT", "kid": kid}));
    let claims = json!({
        "sub": "7", "iat": NOW_S, "exp": NOW_S + 5, "aud": "longlink", "did": "phone", "gen": 3, "lid": "00000000000000ab",
    });
    assert_eq!(read(1), claims);
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
    mac.update(format!("{}.{}", parts[0], parts[1]).as_bytes());
    assert!(mac.verify_slice(&URL_SAFE_NO_PAD.decode(parts[2]).unwrap()).is_ok());
}

#[test]
fn a_backend_that_has_the_key_makes_good_tokens() {
    let world = World::new();
    let (kid, _) = world.key();
    let extra = with("role", json!("admin"));
    for (header, claims) in [
        (json!({"alg": "HS256"}), minimal()),
        (json!({"alg": "HS256", "typ": "JWT", "kid": kid}), minimal()),
        // Claims that are not ours are passed over.
        (json!({"alg": "HS256"}), extra),
    ] {
        let token = world.by_hand(&header, &claims);
        let (device, generation, login) = (None, None, LoginId::of_token(&token));
        let expected =
            Claims { user: user(7), device, generation, login, issued_at_s: NOW_S, expires_at_s: NOW_S + 10 };
        assert_eq!(world.verify(&token), Ok(expected));
    }
    let named = with("lid", json!("00000000000000ab"));
    assert_eq!(world.said(named).unwrap().login, login(0xab));
    assert_eq!(world.said(with("lid", json!("ab"))), Err(BadToken::Malformed));
}

#[test]
fn a_changed_token_is_refused() {
    let world = World::new();
    let (token, _) = world.tokens.issue(any(7), NOW_S, 10);
    let parts: Vec<&str> = token.split('.').collect();
    let other = part(&with("sub", json!("8")));
    assert_eq!(world.verify(&format!("{}.{other}.{}", parts[0], parts[2])), Err(BadToken::WrongSignature));
    let stranger = sign(&json!({"alg": "HS256"}), &minimal(), &[9; 32]);
    assert_eq!(world.verify(&stranger), Err(BadToken::WrongSignature));
    let unknown = sign(&json!({"alg": "HS256", "kid": "other"}), &minimal(), &world.key().1);
    assert_eq!(world.verify(&unknown), Err(BadToken::UnknownKey));
    for at in 0..token.len() {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        // The last character of a part has bits that carry nothing; strict decoding refuses those too.
        let changed = String::from_utf8(bytes).unwrap();
        assert!(world.verify(&changed).is_err(), "character {at}");
    }
}

#[test]
fn only_hs256_is_taken() {
    let world = World::new();
    let secret = world.key().1;
    let unknown = ["none", "None", "hs256", ""].map(|algorithm| (algorithm, BadToken::Malformed));
    let known = ["RS256", "PS256", "ES256", "EdDSA", "HS512"].map(|algorithm| (algorithm, BadToken::WrongAlgorithm));
    for (algorithm, bad) in unknown.into_iter().chain(known) {
        let header = json!({"alg": algorithm});
        assert_eq!(world.verify(&world.by_hand(&header, &minimal())), Err(bad), "{algorithm}");
        let unsigned = format!("{}.{}.", part(&header), part(&minimal()));
        assert_eq!(world.verify(&unsigned), Err(bad), "{algorithm}");
    }
    let message = format!("{}.{}", part(&json!({"alg": "HS384"})), part(&minimal()));
    let mut mac = Hmac::<Sha384>::new_from_slice(&secret).unwrap();
    mac.update(message.as_bytes());
    let hs384 = format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
    assert_eq!(world.verify(&hs384), Err(BadToken::WrongAlgorithm));
    let critical = world.by_hand(&json!({"alg": "HS256", "crit": ["exp"]}), &minimal());
    assert_eq!(world.verify(&critical), Err(BadToken::Malformed));
}

#[test]
fn a_token_without_a_claim_that_it_needs_is_malformed() {
    let world = World::new();
    for missing in ["sub", "iat", "exp"] {
        let mut claims = minimal();
        claims.as_object_mut().unwrap().remove(missing);
        assert_eq!(world.said(claims), Err(BadToken::Malformed), "{missing}");
    }
    for exp in [json!("1700000010"), json!(null), json!(1e300), json!([])] {
        assert_eq!(world.said(with("exp", exp.clone())), Err(BadToken::Malformed), "{exp}");
    }
    for sub in ["", "0", "-7", "+7", "007", "7 ", "seven", "9223372036854775808"] {
        assert_eq!(world.said(with("sub", json!(sub))), Err(BadToken::Malformed), "{sub}");
    }
    assert_eq!(world.said(with("gen", json!(4_294_967_296_u64))), Err(BadToken::Malformed));
}

#[test]
fn what_is_no_token_is_malformed() {
    let world = World::new();
    for text in ["", ".", "..", "...", "a.b.c", "eyJhbGciOiJIUzI1NiJ9", "\u{0}é.é.é"] {
        assert_eq!(world.verify(text), Err(BadToken::Malformed), "{text:?}");
    }
}

#[test]
fn a_token_lives_to_its_end_and_the_leeway() {
    let world = World::new();
    let (token, exp) = world.tokens.issue(any(7), NOW_S, 10);
    assert!(world.tokens.verify(&token, exp + LEEWAY_S - 1).is_ok());
    assert_eq!(world.tokens.verify(&token, exp + LEEWAY_S), Err(BadToken::Expired));
    assert_eq!(world.said(with("exp", json!(i64::MIN))), Err(BadToken::Expired));
    assert!(world.said(with("exp", json!(i64::MAX))).is_ok());
    assert!(world.said(with("nbf", json!(NOW_S + LEEWAY_S))).is_ok());
    assert_eq!(world.said(with("nbf", json!(NOW_S + LEEWAY_S + 1))), Err(BadToken::NotYet));
    assert_eq!(world.said(with("nbf", json!("tomorrow"))), Err(BadToken::Malformed));
}

#[test]
fn an_audience_must_be_ours_if_there_is_one() {
    let world = World::new();
    assert!(world.said(with("aud", json!("longlink"))).is_ok());
    assert!(world.said(with("aud", json!(["shop", "longlink"]))).is_ok());
    for other in [json!("shop"), json!(""), json!([]), json!(["shop"])] {
        assert_eq!(world.said(with("aud", other.clone())), Err(BadToken::WrongAudience), "{other}");
    }
    for strange in [json!(7), json!({"longlink": true}), json!([7])] {
        assert_eq!(world.said(with("aud", strange.clone())), Err(BadToken::Malformed), "{strange}");
    }
}

#[test]
fn an_over_long_token_is_not_looked_at() {
    let world = World::new();
    let long = with("note", json!("x".repeat(TOKEN_BYTES_MAX)));
    assert_eq!(world.said(long), Err(BadToken::TooLong));
    assert_eq!(world.verify(&".".repeat(TOKEN_BYTES_MAX + 1)), Err(BadToken::TooLong));
    assert_eq!(world.verify(&".".repeat(TOKEN_BYTES_MAX)), Err(BadToken::Malformed));
}

#[test]
fn tokens_outlive_new_keys_until_their_own_falls_off() {
    let world = World::new();
    let (old, _) = world.tokens.issue(any(7), NOW_S, 10);
    for _ in 1..KEYS_MAX {
        let kid = world.tokens.rotate().unwrap();
        assert_eq!(world.key().0, kid);
        assert!(world.verify(&old).is_ok());
        let (new, _) = world.tokens.issue(any(8), NOW_S, 10);
        assert!(world.verify(&new).is_ok());
    }
    world.tokens.rotate().unwrap();
    assert_eq!(world.verify(&old), Err(BadToken::UnknownKey));
    let unnamed = sign(&json!({"alg": "HS256"}), &minimal(), &world.key().1);
    assert!(world.verify(&unnamed).is_ok());
}

#[test]
fn keys_made_by_another_process_count_after_a_reload() {
    let world = World::new();
    let other = Tokens::open(world.path()).unwrap();
    let kid = other.rotate().unwrap();
    let (token, _) = other.issue(any(7), NOW_S, 10);
    assert_eq!(world.verify(&token), Err(BadToken::UnknownKey));
    assert_eq!(world.tokens.reload().unwrap(), kid);
    assert!(world.verify(&token).is_ok());
    std::fs::write(world.path(), "{}").unwrap();
    assert!(world.tokens.reload().is_err());
    assert!(world.verify(&token).is_ok(), "a file that cannot be read changes nothing");
}

#[test]
fn nothing_secret_is_printed() {
    let world = World::new();
    let printed = format!("{:?}", world.tokens);
    let (kid, secret) = world.key();
    assert!(printed.contains(&kid), "{printed}");
    assert!(!printed.contains(&format!("{secret:?}")) && !printed.contains("secret"));
}
