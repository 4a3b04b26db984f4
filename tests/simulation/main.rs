//! Worlds in a test: the whole server and those who use it, in virtual time and from one seed, while links break, the
//! disk fails and processes die. README.md beside this file says what is simulated, and what was found.

// A test that stops at what it did not expect has done its work; clippy would only spare the functions marked as tests.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod bot;
mod bug;
mod cable;
mod dice;
mod disk;
mod elder;
mod fault;
mod guest;
mod http;
mod plan;
mod scene;
mod store;
#[path = "../support/plan.rs"]
mod support;
mod trace;
mod transport;
mod walk;
mod walker;
mod world;

use walk::{fail, number, play_once, walk, without};
use world::Setting;

/// So many worlds are walked unless `LONGLINK_WORLD_SEEDS` says otherwise.
const SEEDS: u64 = 2_000;
/// Within so many worlds each planted bug is found.
const SEEDS_FOR_A_BUG: u64 = 200;

#[test]
fn no_world_breaks_a_promise() {
    let setting = Setting { without: without(), ..Setting::default() };
    let first = number("LONGLINK_WORLD_FROM").unwrap_or(1);
    let walked = walk(first, number("LONGLINK_WORLD_SEEDS").unwrap_or(SEEDS), &setting);
    println!("{}", walked.told());
    if let Some(failed) = &walked.failed {
        fail(failed, &setting);
    }
}

/// The world of `LONGLINK_WORLD_SEED`, with all that happens in it; otherwise the first one.
#[test]
fn one_world_is_played_and_told() {
    let seed = number("LONGLINK_WORLD_SEED");
    let setting = Setting { without: without(), aloud: seed.is_some(), ..Setting::default() };
    let played = play_once(seed.unwrap_or(1), &setting);
    if !played.wrong.is_empty() {
        fail(&played, &setting);
    }
}

#[test]
fn a_seed_repeats_exactly() {
    for seed in 1..=20 {
        let (one, other) = (play_once(seed, &Setting::default()), play_once(seed, &Setting::default()));
        assert_eq!((one.events, one.hash), (other.events, other.hash), "seed {seed}");
    }
}

#[test]
fn every_planted_bug_is_found() {
    for bug in bug::ALL {
        let setting = Setting { bug: Some(bug), ..Setting::default() };
        let walked = walk(1, SEEDS_FOR_A_BUG, &setting);
        let failed = walked.failed.unwrap_or_else(|| panic!("{bug:?} was not found in {SEEDS_FOR_A_BUG} worlds"));
        let wrong = &failed.wrong[0];
        assert!(bug.told_as().iter().any(|told| wrong.contains(told)), "{bug:?} was found as something else: {wrong}");
        println!("{bug:?}: world {}, {}", failed.seed, wrong.chars().take(120).collect::<String>());
    }
}
