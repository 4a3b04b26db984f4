//! `src/` looks down only: a module knows the floors below its own, and nobody knows the one above.
//!
//! Read from the source text, tests inside it included, so that no path can hide behind a feature.

mod paths;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use paths::{Tokens, heads};

/// The modules of each floor, lowest first. A new module is entered here, which is when its place is decided.
const FLOORS: [&[&str]; 5] = [
    // Pure: values in, values out.
    &["id", "wire", "session"],
    // Mechanisms, each by itself.
    &[
        "address", "blocking", "clock", "outbox", "links", "router", "limiter", "audit", "auth", "metrics", "proxy",
        "store", "tls", "uploads",
    ],
    // Rules.
    &["chat"],
    // Doors.
    &["link", "http", "control"],
    // What puts it all together.
    &["config", "telemetry", "listening", "plan", "server", "cli", "lib", "main"],
];

/// Who may know a neighbour on the same floor, and why. Floor 0 is one pure core, and floor 4 is the assembly: they
/// need no entry.
const NEIGHBOURS: &[(&str, &str, &str)] = &[
    ("auth", "blocking", "a password's hash keeps a processor busy, which no link must wait for"),
    ("store", "blocking", "who follows the log may have to read it from the disk"),
    ("uploads", "blocking", "files are read and written where a thread may wait for the disk"),
    ("router", "outbox", "a route is how to reach a link, and that is its outbox"),
    ("links", "outbox", "the register holds every link's shared part, which is its outbox"),
    ("proxy", "address", "what a proxy says is where a connection comes from"),
    ("links", "limiter", "how fast connections come from an address is limited"),
    ("links", "address", "links are counted by where they come from"),
    ("http", "control", "the port for operators is another way in to the operator's commands"),
    ("http", "link", "a WebSocket begins as an HTTP request, and is a link from then on"),
];

/// What floor 0 may not name after `std::`: it gets bytes and times from those who call it.
const STD_BANNED: &[&str] = &["net", "fs", "thread", "process", "env", "os"];
/// Words that floor 0 may not contain: a runtime, and the clocks.
const WORDS_BANNED: &[&str] = &["tokio", "Instant", "SystemTime"];

#[test]
fn every_module_looks_down_only() {
    let files = sources();
    assert!(files.len() > 5, "only {} files were found", files.len());
    let wrong: Vec<String> = files.iter().flat_map(|(path, source)| faults(path, source)).collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn no_module_stands_on_two_floors() {
    let all: Vec<&str> = FLOORS.iter().flat_map(|floor| floor.iter().copied()).collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    for (from, to, reason) in NEIGHBOURS {
        assert_eq!(floor_of(from), floor_of(to), "{from} and {to} are no neighbours");
        assert!(reason.len() > 20, "{from} and {to}: that is no reason");
    }
}

#[test]
fn looking_up_or_sideways_is_noticed_however_it_is_written() {
    for source in [
        "use crate::config::Config;",
        "use crate::{id::UserId, config::Config};",
        "use super::config;",
        "fn f() { crate::config::load() }",
        "mod tests { use super::super::config; }",
        "macro_rules! m { () => { $crate::config::load() } }",
        "use crate::router;",
        "use crate::{id, router::{Route, Router}};",
        "use crate::*;",
        "use crate::nowhere;",
        "use crate::chat;",
    ] {
        assert_eq!(faults("outbox.rs", source).len(), 1, "{source}");
    }
    assert_eq!(faults("chat/send.rs", "use crate::link::tcp;").len(), 1);
    assert_eq!(faults("chat/send.rs", "use super::super::http;").len(), 1);
    assert_eq!(faults("link/tcp.rs", "use crate::config;").len(), 1);
    assert_eq!(faults("novelty.rs", "").len(), 1);
}

#[test]
fn looking_down_or_into_oneself_is_fine() {
    for (path, source) in [
        ("outbox.rs", "use crate::id::LinkId; use crate::wire::{Frame, frame::HEADER_LENGTH};"),
        ("outbox.rs", "mod tests { use super::*; use super::Outbox; }"),
        ("outbox.rs", "// crate::config is not for us.\n/* crate::config */ const A: &str = \"crate::config\";"),
        ("outbox.rs", "pub(crate) fn f<'a>(c: &'a str) -> char { '\\'' }"),
        ("router.rs", "use crate::outbox::Outbox;"),
        ("store/tail.rs", "use super::{Entry, StoreError}; use crate::store::Log;"),
        ("store/mod.rs", "use self::tail::Tail; use crate::id::UserId;"),
        ("chat/send.rs", "use super::ChatError; use crate::{store::Log, router::Router};"),
        ("server.rs", "use crate::config::Config; use crate::link;"),
    ] {
        assert_eq!(faults(path, source), [""; 0], "{path}: {source}");
    }
}

#[test]
fn a_runtime_or_a_clock_in_the_pure_core_is_noticed() {
    for source in [
        "use tokio::time::Instant as When;",
        "use std::time::Instant;",
        "use std::time::{Duration, SystemTime};",
        "use std::net::TcpStream;",
        "use std::{fmt, fs};",
        "use tokio_util::codec::Decoder;",
    ] {
        assert!(!faults("session/mod.rs", source).is_empty(), "{source}");
        assert_eq!(faults("server.rs", source), [""; 0]);
    }
    assert_eq!(faults("wire/codec.rs", "use tokio_util::codec::Decoder; use std::io;"), [""; 0]);
    assert_eq!(faults("session/mod.rs", "use std::time::Duration; use std::fmt;"), [""; 0]);
}

/// What a file of `src/` knows and should not. `path` is relative to `src/`.
fn faults(path: &str, source: &str) -> Vec<String> {
    let module = module_path(path);
    let Some(floor) = floor_of(&module[0]) else {
        return vec![format!("{path}: no floor has a module {:?}: enter it in tests/layers.rs", module[0])];
    };
    let tokens = Tokens::read(source);
    let known = paths::known_modules(&tokens, &module);
    let mut wrong: Vec<String> = known.iter().filter_map(|known| fault(path, &module[0], floor, known)).collect();
    if floor == 0 {
        wrong.extend(impurities(path, &tokens));
    }
    wrong
}

fn fault(path: &str, from: &str, floor: usize, known: &str) -> Option<String> {
    let Some(known_floor) = floor_of(known) else {
        return Some(format!("{path}: crate::{known} is no module that tests/layers.rs knows"));
    };
    if known == "config" && floor < 4 {
        return Some(format!("{path}: only floor 4 knows config; declare the small struct that is needed here"));
    }
    let neighbour = NEIGHBOURS.iter().any(|&(who, whom, _)| (who, whom) == (from, known));
    let allowed =
        known == from || known_floor < floor || (known_floor == floor && (floor == 0 || floor == 4 || neighbour));
    (!allowed).then(|| format!("{path}: floor {floor} may not know crate::{known} on floor {known_floor}"))
}

fn impurities(path: &str, tokens: &Tokens) -> Vec<String> {
    let named = tokens.words().filter(|word| WORDS_BANNED.contains(word)).map(str::to_owned);
    let reached = heads(tokens, "std").into_iter().filter(|head| STD_BANNED.contains(&head.as_str()));
    // The codec is an adapter over the pure frame, behind a feature of its own.
    let adapter = tokens.words().any(|word| word == "tokio_util") && path != "wire/codec.rs";
    let all = named.chain(reached.map(|head| format!("std::{head}"))).chain(adapter.then(|| "tokio_util".to_owned()));
    all.map(|what| format!("{path}: floor 0 is pure and may not name {what}")).collect()
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// `store/tail.rs` is `store::tail`, `store/mod.rs` is `store`.
fn module_path(path: &str) -> Vec<String> {
    let mut module: Vec<String> = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if module.len() > 1 && module.last().is_some_and(|last| last == "mod") {
        module.pop();
    }
    module
}

/// Every source file, with its path relative to `src/`.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut waiting: Vec<PathBuf> = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = waiting.pop() {
        for item in fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}
