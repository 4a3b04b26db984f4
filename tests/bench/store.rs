//! What the store costs: durable appends against a bare segment file in the same run, then opening and reading a
//! store of two million entries. `cargo bench --bench store [-- ENTRIES [IN_FLIGHT..]]`; the disk is the one of the
//! temporary folder.
//!
//! Figures of one disk say little: it may be ten times slower a minute later. So both sides run in turn, and what
//! counts is the ratio of their medians.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use longlink::id::{Peer, QueueId, UserId};
use longlink::store::embedded::Settings;
use longlink::store::{Embedded, Entry, Log, Mailboxes, NewEntry, PageBounds, Partition};
use tokio::sync::oneshot;
use tokio::time::Instant;

/// As in the server.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const LOG: Partition = Partition(0);
const ROUNDS: usize = 3;
const ROUND: Duration = Duration::from_secs(4);
const USERS: u64 = 100_000;
const HOT_USERS: u64 = 1_000;
const READS: usize = 2_000;

fn main() {
    // `cargo bench` adds an argument of its own, which is no number.
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let (entries, in_flight) = match numbers.as_slice() {
        [] => (2_000_000, &[64, 1_024][..]),
        [entries] => (*entries, &[64, 1_024][..]),
        [entries, in_flight @ ..] => (*entries, in_flight),
    };
    let dir = tempfile::tempdir().expect("a temporary folder");
    for in_flight in in_flight {
        appends(dir.path(), *in_flight);
    }
    if entries > 0 {
        open_and_read(dir.path(), entries);
    }
}

// ---- appends ----

fn appends(dir: &Path, in_flight: usize) {
    let (mut segments, mut stores) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let segment = Segment::new(&dir.join(format!("segment-{in_flight}-{round}")));
        segments.push(rate(in_flight, round, |new| segment.append(new)));
        segment.end();
        let home = dir.join(format!("store-{in_flight}-{round}"));
        let store = Embedded::open(&home, Settings::default()).expect("a new store");
        stores.push(rate(in_flight, round, |new| {
            let appended = store.append(LOG, new);
            async {
                appended.await.expect("an append");
            }
        }));
        store.close();
        fs::remove_dir_all(home).expect("it was just written");
    }
    let (segment, store) = (median(segments), median(stores));
    println!("{in_flight:5} in flight: segment {segment:7.0}/s, store {store:7.0}/s, ratio {:.2}", store / segment);
}

/// Appends for a while, always with as many unanswered.
fn rate<F: Future<Output = ()>>(in_flight: usize, round: usize, append: impl Fn(NewEntry) -> F) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let begun = Instant::now();
    let sender = |lane: usize| {
        let append = &append;
        async move {
            let mut random = Random(((round * in_flight + lane) as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let mut count = 0_usize;
            while begun.elapsed() < ROUND {
                append(message(&mut random)).await;
                count += 1;
            }
            count
        }
    };
    let counts = runtime.block_on(join_all((0..in_flight).map(sender)));
    counts.iter().sum::<usize>() as f64 / begun.elapsed().as_secs_f64()
}

/// 200 bytes, one in a hundred to everyone, a third to few users.
fn message(random: &mut Random) -> NewEntry {
    let from = 1 + random.below(USERS);
    let to = match random.below(100) {
        0 => 0,
        1..=30 => 1 + random.below(HOT_USERS),
        _ => 1 + random.below(USERS),
    };
    NewEntry {
        from: UserId::parse(from as i64).expect("greater than 0"),
        to: Peer::parse(to as i64).expect("not the least i64"),
        client_msg_id: format!("{:016x}{:016x}", random.next(), random.next()),
        content_type: 1,
        content: Bytes::from_static(&[b'x'; 200]),
        sent_at_ms: 1_700_000_000_000,
        origin: 0,
    }
}

/// Xorshift: the same load in every run, at the price of a few cycles.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// The least that can be done: rows one behind the other in a file, many to a sync, no index at all.
struct Segment {
    line: Arc<(Mutex<Line>, Condvar)>,
    writer: Option<thread::JoinHandle<()>>,
}

#[derive(Default)]
struct Line {
    waiting: Vec<(NewEntry, oneshot::Sender<()>)>,
    is_ended: bool,
}

impl Segment {
    fn new(path: &Path) -> Self {
        let mut file = File::create(path).expect("a new file");
        let line = Arc::new((Mutex::new(Line::default()), Condvar::new()));
        let shared = Arc::clone(&line);
        let writer = thread::spawn(move || {
            let mut last = QueueId::START;
            loop {
                let mut line = shared.0.lock().expect("no panic");
                while line.waiting.is_empty() {
                    if line.is_ended {
                        return;
                    }
                    line = shared.1.wait(line).expect("no panic");
                }
                let batch = std::mem::take(&mut line.waiting);
                drop(line);
                let mut rows = Vec::new();
                for (new, _) in &batch {
                    last = last.next();
                    rows.extend(Entry::new(last, new.clone()).to_row());
                }
                file.write_all(&rows).and_then(|()| file.sync_data()).expect("the disk works");
                batch.into_iter().for_each(|(_, reply)| assert!(reply.send(()).is_ok()));
            }
        });
        Self { line, writer: Some(writer) }
    }

    fn append(&self, new: NewEntry) -> impl Future<Output = ()> + use<> {
        let (reply, receiver) = oneshot::channel();
        self.line.0.lock().expect("no panic").waiting.push((new, reply));
        self.line.1.notify_one();
        async { receiver.await.expect("the writer answers") }
    }

    fn end(mut self) {
        self.line.0.lock().expect("no panic").is_ended = true;
        self.line.1.notify_one();
        self.writer.take().map(thread::JoinHandle::join);
    }
}

// ---- opening and reading ----

fn open_and_read(dir: &Path, entries: usize) {
    let (home, crashed) = (dir.join("store"), dir.join("crashed"));
    let store = Embedded::open(&home, Settings::default()).expect("a new store");
    let begun = Instant::now();
    let mut random = Random(1);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for _ in 0..entries.div_ceil(CHUNK) {
        let chunk = (0..CHUNK).map(|_| store.append(LOG, message(&mut random)));
        runtime.block_on(join_all(chunk)).into_iter().for_each(|appended| assert!(appended.is_ok()));
    }
    let took = begun.elapsed().as_secs_f64();
    println!("{entries} entries in {took:.1} s, {CHUNK} at a time: {:.0}/s", entries as f64 / took);

    // What a kill leaves behind: the files as they are, with nothing closed.
    copy(&home, &crashed);
    store.close();
    drop(store);
    open_in("after a crash", &crashed).close();
    let store = open_in("after a close", &home);
    reads(&store, entries);
    store.close();
}

const CHUNK: usize = 1_000;

fn open_in(when: &str, dir: &Path) -> Embedded {
    let begun = Instant::now();
    let store = Embedded::open(dir, Settings::default()).expect("an intact store");
    println!("open {when}: {:.0} ms", begun.elapsed().as_secs_f64() * 1e3);
    store
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("room");
    for file in fs::read_dir(from).expect("a folder").map(|file| file.expect("a file")) {
        let (source, target) = (file.path(), to.join(file.file_name()));
        if source.is_dir() {
            copy(&source, &target);
        } else if fs::copy(&source, target).is_err() {
            // Merged away just now, as it may be under a running server; the copy is then as torn as after a crash.
            println!("{} went while it was copied", source.display());
        }
    }
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

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
