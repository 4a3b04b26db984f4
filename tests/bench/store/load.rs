//! What the store is loaded with, and the bare segment file that it is held against. `bench links` has the same.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::future::join_all;
use longlink::id::{Peer, QueueId, UserId};
use longlink::store::embedded::Settings;
use longlink::store::{Embedded, Entry, Log, NewEntry, Partition};
use tokio::sync::oneshot;
use tokio::time::Instant;

pub(crate) const LOG: Partition = Partition(0);
pub(crate) const USERS: u64 = 100_000;
pub(crate) const HOT_USERS: u64 = 1_000;
/// How many appends are in flight while a store is filled.
const CHUNK: usize = 1_000;

/// Durable appends a second to a segment file, with so many unanswered.
pub(crate) fn segment_rate(dir: &Path, in_flight: usize, round: usize, time: Duration) -> f64 {
    let path = dir.join(format!("segment-{in_flight}-{round}"));
    let segment = Segment::new(&path);
    let rate = rate(in_flight, round, time, |new| segment.append(new));
    segment.end();
    fs::remove_file(path).expect("it was just written");
    rate
}

/// The same to a new store.
pub(crate) fn store_rate(dir: &Path, in_flight: usize, round: usize, time: Duration) -> f64 {
    let home = dir.join(format!("store-{in_flight}-{round}"));
    let store = Embedded::open(&home, Settings::default()).expect("a new store");
    let rate = rate(in_flight, round, time, |new| {
        let appended = store.append(LOG, new);
        async {
            appended.await.expect("an append");
        }
    });
    store.close();
    fs::remove_dir_all(home).expect("it was just written");
    rate
}

/// Appends so many entries.
pub(crate) fn fill(store: &Embedded, entries: usize) {
    let mut random = Random(1 + store.head(LOG).get().unsigned_abs());
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let mut left = entries;
    while left > 0 {
        let chunk = (0..left.min(CHUNK)).map(|_| store.append(LOG, message(&mut random)));
        runtime.block_on(join_all(chunk)).into_iter().for_each(|appended| assert!(appended.is_ok()));
        left -= left.min(CHUNK);
    }
}

/// What a kill leaves behind: the files as they are at one moment, with nothing closed. While the database merges tables a
/// copy is no such moment, so it is made again until nothing has changed meanwhile.
pub(crate) fn copy(from: &Path, to: &Path) {
    loop {
        let before = look(from);
        let copied = copy_below(from, to);
        if copied.is_ok() && before.is_ok_and(|before| look(from).is_ok_and(|now| now == before)) {
            return;
        }
        fs::remove_dir_all(to).expect("what was copied goes");
    }
}

fn copy_below(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for file in fs::read_dir(from)? {
        let (source, target) = file.map(|file| (file.path(), to.join(file.file_name())))?;
        if source.is_dir() { copy_below(&source, &target)? } else { fs::copy(source, target).map(drop)? }
    }
    Ok(())
}

/// Every file below a folder, how long it is, and when it was written last.
fn look(dir: &Path) -> io::Result<Vec<(PathBuf, u64, SystemTime)>> {
    let mut found = Vec::new();
    for file in fs::read_dir(dir)? {
        let (path, about) = file.and_then(|file| Ok((file.path(), file.metadata()?)))?;
        if about.is_dir() { found.extend(look(&path)?) } else { found.push((path, about.len(), about.modified()?)) }
    }
    found.sort();
    Ok(found)
}

/// Appends for a while, always with as many unanswered.
fn rate<F: Future<Output = ()>>(in_flight: usize, round: usize, time: Duration, append: impl Fn(NewEntry) -> F) -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let begun = Instant::now();
    let sender = |lane: usize| {
        let append = &append;
        async move {
            let mut random = Random(((round * in_flight + lane) as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let mut count = 0_usize;
            while begun.elapsed() < time {
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
        reply_to: 0,
        mentions: Vec::new(),
        sent_at_ms: 1_700_000_000_000,
        origin: 0,
    }
}

/// Xorshift: the same load in every run, at the price of a few cycles.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
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
