//! The fuzz targets on stable Rust: each gets its seeds, the inputs that once broke something (`fuzz/kept/TARGET/`), and
//! changes of them that a fixed seed makes up, so that a failure comes again.
//!
//! `LONGLINK_REPLAY=10000` makes so many changes of each input for a longer walk.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::fuzz::{TARGETS, Target};

/// How many changes of each input are tried; a target that asks the disk gets a hundredth.
const CHANGES: usize = 200;

#[test]
fn no_input_breaks_a_promise() {
    let changes = std::env::var("LONGLINK_REPLAY").map_or(CHANGES, |count| count.parse().expect("a number"));
    for (name, run) in TARGETS {
        let inputs = inputs(name);
        assert!(inputs.len() > 3, "{name} has hardly any inputs");
        let changes = if *name == "store" || *name == "config" { changes.div_ceil(100) } else { changes };
        let mut random = Random(0x9E37_79B9_7F4A_7C15);
        for input in &inputs {
            attempt((*name, *run), input);
            for _ in 0..changes {
                attempt((*name, *run), &random.changed(input, &inputs));
            }
        }
    }
}

#[test]
fn a_broken_promise_is_noticed_and_names_its_input() {
    let breaks = |input: &[u8]| assert!(input.len() < 3, "a planted fault");
    let failed = std::panic::catch_unwind(|| attempt(("planted", breaks), b"abc")).unwrap_err();
    assert_eq!(failed.downcast_ref::<String>().unwrap(), "planted: this input breaks a promise: 616263");
}

fn attempt((name, run): Target, input: &[u8]) {
    if std::panic::catch_unwind(|| run(input)).is_err() {
        let hex: String = input.iter().map(|byte| format!("{byte:02x}")).collect();
        panic!("{name}: this input breaks a promise: {hex}");
    }
}

/// What a target begins with: bytes that mean something to it, and those it once failed at.
fn inputs(target: &str) -> Vec<Vec<u8>> {
    let mut inputs = seeds(target);
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/kept").join(target);
    if let Ok(files) = fs::read_dir(kept) {
        let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        inputs.extend(files.into_iter().map(|file| fs::read(file).unwrap()));
    }
    inputs
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let texts = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect();
    let bodies = || hex_of(include_str!("../proto/vectors/bodies.json"));
    let frames = || hex_of(include_str!("../proto/vectors/frames.json"));
    let before =
        |begin: &[u8], inputs: Vec<Vec<u8>>| inputs.into_iter().map(|input| [begin, &input].concat()).collect();
    match target {
        "bodies" => {
            let numbers = longlink::wire::COMMANDS.iter().map(|info| info.command as u16);
            let bodies = bodies();
            numbers
                .flat_map(|number| before(&number.to_le_bytes(), bodies.iter().take(3).cloned().collect()))
                .chain(bodies.clone())
                .collect()
        }
        "frame" => before(&[7], frames()),
        // A hello, its acceptance, requests, time, an answer.
        "session" => {
            let script = |steps: &[&[u8]]| steps.concat();
            let frame = |cmd_id: u8, seq: u8, body: &[u8]| {
                [&[7, cmd_id, seq, body.len() as u8], body, &[0, 0, 0, 200]].concat()
            };
            vec![
                script(&[&frame(100, 2, b""), &[1], &frame(110, 3, b""), &[3], &[0, 255], &frame(6, 9, b"")]),
                script(&[&frame(110, 2, b"x"), &frame(110, 3, b"y"), &[0, 30], &[0, 30]]),
                script(&[&frame(110, 2, b""), &frame(100, 3, b""), &[2, 0], &frame(100, 4, b""), &[1], &[3]]),
                script(&[
                    &frame(100, 3, b""),
                    &[2, 1],
                    &frame(100, 3, b""),
                    &[2, 0],
                    &frame(243, 1, b""),
                    &[0, 255],
                    &[0, 255],
                ]),
            ]
        }
        "websocket" => vec![
            vec![0x82, 0x85, 1, 2, 3, 4, b'h', b'e', b'l', b'l', b'o'],
            [&[0x82, 0xFE, 0, 200, 9, 8, 7, 6][..], &[5; 200]].concat(),
            [&[0x02, 0xFF, 0, 0, 0, 0, 0, 0, 0, 3, 1, 1, 1, 1][..], b"abc"].concat(),
            vec![0x88, 0x82, 0, 0, 0, 0, 3, 232],
            vec![0x89, 0x80, 1, 1, 1, 1],
        ],
        "old_contract" => texts(&[
            r#"{"From":1,"to":"2","QueueID":0,"Content":"hello","FromName":null}"#,
            r#"{"Id":"3","UserName":"User03"}"#,
            "userId=3&queueId=0&isAll=True",
            "userId=&queueId=9223372036854775808",
        ]),
        "line" => texts(&[
            r#"{"queue_id":1,"from":3,"to":-4,"client_msg_id":"a","content_type":1,"sent_at_ms":1700000000000,"text":"hello"}"#,
            r#"{"queue_id":9,"from":3,"to":0,"client_msg_id":"b","content_type":7,"sent_at_ms":-1,"base64":"/wD+"}"#,
            r#"{"queue_id":9,"from":3,"to":5,"client_msg_id":"c","content_type":1,"sent_at_ms":1,"text":"","reply_to":4,"mentions":[0,7]}"#,
            "{}",
        ]),
        "config" => texts(&[
            include_str!("../src/longlink.toml"),
            "[listen]\ntcp = \"0.0.0.0:8081\"\n",
            "[link]\nidle_timeout_s = 60\nmars_clients = false\n",
            "[chat]\nbroadcast_allowed = [\"news\"]\n",
        ]),
        "token" => texts(&[
            "\x02\x00{\"sub\":\"3\",\"iat\":1699999990,\"exp\":1700000100,\"aud\":\"longlink\",\"did\":\"phone\"}",
            "\x02\x00{\"sub\":\"3\",\"iat\":1699999990,\"exp\":1700000100,\"gen\":4}",
            "\x01\x0f{\"alg\":\"HS256\"}{\"sub\":\"3\",\"iat\":1,\"exp\":1800000000,\"aud\":[\"longlink\",\"x\"]}",
            "\x00\x00eyJhbGciOiJub25lIn0.eyJzdWIiOiIzIn0.",
        ]),
        "store" => vec![
            vec![],
            vec![0, 1, 0, 0, 0, 9],
            vec![3, 8, 0, 0, 1, 0],
            vec![5, 0x10, 0, 0, 2, 1],
            vec![9, 2, 0, 0, 0, 0],
        ],
        other => panic!("no seeds for {other}"),
    }
}

/// Every `hex` of a file of vectors.
fn hex_of(vectors: &str) -> Vec<Vec<u8>> {
    fn walk(value: &Value, found: &mut Vec<Vec<u8>>) {
        match value {
            Value::Object(object) => {
                if let Some(hex) = object.get("hex").and_then(Value::as_str) {
                    found.push(
                        (0..hex.len() / 2)
                            .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
                            .collect(),
                    );
                }
                object.values().for_each(|value| walk(value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| walk(value, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut found = Vec::new();
    walk(&serde_json::from_str(vectors).unwrap(), &mut found);
    found
}

/// Xorshift, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }

    /// The input with up to four changes: a byte, a bit, a part cut out, doubled, or put in from another input.
    fn changed(&mut self, input: &[u8], others: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = input.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            match self.below(7) {
                0 if !bytes.is_empty() => bytes[at] = self.below(256) as u8,
                1 if !bytes.is_empty() => bytes[at] ^= 1 << self.below(8),
                2 if !bytes.is_empty() => bytes[at] = [0, 0x7F, 0x80, 0xFF][self.below(4)],
                3 => bytes.truncate(at),
                4 => drop(bytes.splice(at..(at + self.below(9)).min(bytes.len()), [])),
                5 => {
                    let part = bytes[at..(at + self.below(33)).min(bytes.len())].to_vec();
                    drop(bytes.splice(at..at, part));
                }
                _ => {
                    let other = &others[self.below(others.len())];
                    let from = self.below(other.len());
                    let part = other[from..(from + self.below(33)).min(other.len())].to_vec();
                    drop(bytes.splice(at..at, part));
                }
            }
        }
        bytes
    }
}
