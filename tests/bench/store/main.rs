//! What the store costs: durable appends against a bare segment file in the same run, then opening and reading a
//! store of two million entries, and the list of ten thousand conversations. `cargo bench --bench store [-- ENTRIES
//! [IN_FLIGHT..]]`, or `-- conversations`; the disk is the one of the temporary folder.
//!
//! Figures of one disk say little: it may be ten times slower a minute later. So both sides run in turn, and what
//! counts is the ratio of their medians.

mod load;
mod talks;

use std::fs;
use std::path::Path;
use std::time::Duration;

use load::{HOT_USERS, LOG, Random, USERS};
use longlink::id::{Peer, QueueId, UserId};
use longlink::store::embedded::Settings;
use longlink::store::{Embedded, Log, Mailboxes, PageBounds};
use tokio::time::Instant;

/// As in the server.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const ROUNDS: usize = 3;
const ROUND: Duration = Duration::from_secs(4);
const READS: usize = 2_000;
const CONVERSATIONS: usize = 10_000;

fn main() {
    // `cargo bench` adds an argument of its own, which is no number.
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let (entries, in_flight) = match numbers.as_slice() {
        [] => (2_000_000, &[64, 1_024][..]),
        [entries] => (*entries, &[64, 1_024][..]),
        [entries, in_flight @ ..] => (*entries, in_flight),
    };
    let dir = tempfile::tempdir().expect("a temporary folder");
    if std::env::args().any(|argument| argument == "conversations") {
        return talks::measure(dir.path(), CONVERSATIONS);
    }
    for in_flight in in_flight {
        appends(dir.path(), *in_flight);
    }
    if entries > 0 {
        open_and_read(dir.path(), entries);
        talks::measure(dir.path(), CONVERSATIONS);
    }
}

// ---- appends ----

fn appends(dir: &Path, in_flight: usize) {
    let (mut segments, mut stores) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        segments.push(load::segment_rate(dir, in_flight, round, ROUND));
        stores.push(load::store_rate(dir, in_flight, round, ROUND));
    }
    let (segment, store) = (median(segments), median(stores));
    println!("{in_flight:5} in flight: segment {segment:7.0}/s, store {store:7.0}/s, ratio {:.2}", store / segment);
}

// ---- opening and reading ----

fn open_and_read(dir: &Path, entries: usize) {
    let (home, crashed) = (dir.join("store"), dir.join("crashed"));
    let store = Embedded::open(&home, Settings::default()).expect("a new store");
    let begun = Instant::now();
    load::fill(&store, entries);
    let took = begun.elapsed().as_secs_f64();
    println!("{entries} entries in {took:.1} s: {:.0}/s", entries as f64 / took);

    // What a kill leaves behind: the files as they are, with nothing closed.
    load::copy(&home, &crashed);
    store.close();
    drop(store);
    open_in("after a crash", &crashed).close();
    println!("on the disk: {:.0} bytes for each entry", bytes_in(&home) as f64 / entries as f64);
    let store = open_in("after a close", &home);
    reads(&store, entries);
    store.close();
}

fn open_in(when: &str, dir: &Path) -> Embedded {
    let begun = Instant::now();
    let store = Embedded::open(dir, Settings::default()).expect("an intact store");
    println!("open {when}: {:.0} ms", begun.elapsed().as_secs_f64() * 1e3);
    store
}

fn reads(store: &Embedded, entries: usize) {
    let bounds = |entries| PageBounds { entries, bytes: usize::MAX };
    let hot = |random: &mut Random| UserId::parse(1 + random.below(HOT_USERS) as i64).expect("greater than 0");
    let cold = |random: &mut Random| UserId::parse(1 + random.below(USERS) as i64).expect("greater than 0");
    let place = |random: &mut Random| QueueId::cursor(random.below(entries as u64) as i64);
    time("inbox, next 100 of a busy user", |random| {
        drop(store.read_inbox(hot(random), place(random), bounds(100)).expect("a page"));
    });
    time("inbox, next 1 of anybody", |random| {
        drop(store.read_inbox(cold(random), place(random), bounds(1)).expect("a page"));
    });
    time("inbox, nothing new", |random| {
        drop(store.read_inbox(cold(random), store.head(LOG), bounds(100)).expect("a page"));
    });
    time("inbox, last 20 places", |random| {
        let after = QueueId::cursor(store.head(LOG).get() - 20);
        drop(store.read_inbox(cold(random), after, bounds(100)).expect("a page"));
    });
    time("history with everyone, 50", |random| {
        drop(store.read_history(cold(random), Peer::Everyone, place(random), bounds(50)).expect("a page"));
    });
}

fn time(what: &str, mut read: impl FnMut(&mut Random)) {
    let mut random = Random(7);
    (0..READS / 4).for_each(|_| read(&mut random));
    let mut micros: Vec<f64> = (0..READS)
        .map(|_| {
            let begun = Instant::now();
            read(&mut random);
            begun.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    micros.sort_by(f64::total_cmp);
    let at = |share: usize| micros.get(micros.len() * share / 100).copied().unwrap_or_default();
    println!("{what}: {:.0} us, 99 of 100 below {:.0} us", at(50), at(99));
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// How long all files below a folder are.
fn bytes_in(dir: &Path) -> u64 {
    let below = fs::read_dir(dir).expect("a folder").map(|file| file.expect("a file"));
    below
        .map(|file| if file.path().is_dir() { bytes_in(&file.path()) } else { file.metadata().expect("a file").len() })
        .sum()
}
