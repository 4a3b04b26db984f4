//! `proto/vectors`: the protocol as data. Every client runs the same files; their README tells how.

mod bodies;
mod conversations;
mod frames;
mod played;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::descriptors;
use crate::drift;

/// The list called `key` in a file of vectors.
fn load<T: DeserializeOwned>(file: &str, key: &str) -> Vec<T> {
    let mut whole: Value = serde_json::from_str(file).unwrap();
    let list: Vec<T> = serde_json::from_value(whole[key].take()).unwrap_or_else(|error| panic!("{key}: {error}"));
    assert!(list.len() > 10, "only {} {key}", list.len());
    list
}

fn from_hex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "half a byte: {text}");
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the file cites must stand in PROTOCOL.md.
fn assert_facts(name: &str, facts: &[String]) {
    assert!(!facts.is_empty(), "{name} shows no fact");
    for fact in facts {
        assert!(drift::is_fact(fact), "{name}: PROTOCOL.md has no {fact}");
    }
}
