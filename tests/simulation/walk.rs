//! Many seeds, on as many threads as there are processors; and what is told when one of them fails.

use std::cell::Cell;
use std::env;
use std::panic;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, Once};
use std::thread;
use std::time::Duration;

use longlink_bot::check::verdict::Counts;
use tempfile::TempDir;

use crate::fault::{self, Fault};
use crate::world::{Played, Setting, play};

/// What many worlds came to together.
#[derive(Default)]
pub(crate) struct Walked {
    pub(crate) worlds: u64,
    pub(crate) lives: u64,
    pub(crate) events: u64,
    pub(crate) lasted: Duration,
    pub(crate) counts: Counts,
    /// The first world that failed.
    pub(crate) failed: Option<Played>,
}

/// Plays the worlds of these seeds until one fails.
pub(crate) fn walk(first: u64, count: u64, setting: &Setting) -> Walked {
    let (next, stop) = (AtomicU64::new(first), AtomicBool::new(false));
    let walked = Mutex::new(Walked::default());
    let threads = thread::available_parallelism().map_or(2, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let home = tempfile::tempdir().unwrap();
                while !stop.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first.saturating_add(count) {
                        return;
                    }
                    let played = play_here(seed, setting, &home);
                    stop.fetch_or(!played.wrong.is_empty(), Ordering::Relaxed);
                    walked.lock().unwrap().add(played);
                }
            });
        }
    });
    walked.into_inner().unwrap()
}

/// Plays one world, with folders of its own.
pub(crate) fn play_once(seed: u64, setting: &Setting) -> Played {
    play_here(seed, setting, &tempfile::tempdir().unwrap())
}

thread_local! {
    /// How often something panicked on this thread: tokio would keep a task's panic to itself.
    static PANICS: Cell<u64> = const { Cell::new(0) };
}

fn play_here(seed: u64, setting: &Setting, home: &TempDir) -> Played {
    static COUNTED: Once = Once::new();
    COUNTED.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panicked| {
            PANICS.set(PANICS.get() + 1);
            usual(panicked);
        }));
    });
    let before = PANICS.get();
    let mut played = play(seed, setting, home.path());
    let panics = PANICS.get() - before;
    if panics > 0 {
        played.wrong.push(format!("{panics} tasks panicked"));
    }
    played
}

impl Walked {
    fn add(&mut self, played: Played) {
        self.worlds += 1;
        self.lives += played.lives;
        self.events += played.events;
        self.lasted += played.lasted;
        let Counts { asks, retries, acks, refused, undecided, undecided_kept, entries, shown, readers, links, .. } =
            &mut self.counts;
        let its = &played.counts;
        for (sum, count) in [
            (asks, its.asks),
            (retries, its.retries),
            (acks, its.acks),
            (refused, its.refused),
            (undecided, its.undecided),
            (undecided_kept, its.undecided_kept),
            (entries, its.entries),
            (shown, its.shown),
            (readers, its.readers),
            (links, its.links),
        ] {
            *sum += count;
        }
        self.counts.changes += its.changes;
        for (kind, count) in &its.faults {
            *self.counts.faults.entry(kind.clone()).or_default() += count;
        }
        // Of several that fail at once the one with the least seed, so that it is the same each time.
        let is_first = self.failed.as_ref().is_none_or(|failed| played.seed < failed.seed);
        if !played.wrong.is_empty() && is_first {
            self.failed = Some(played);
        }
    }

    /// What was walked, in a few lines.
    pub(crate) fn told(&self) -> String {
        let Self { worlds, lives, events, lasted, counts, .. } = self;
        let Counts { asks, retries, acks, refused, undecided, undecided_kept, entries, shown, .. } = counts;
        let Counts { readers, links, changes, faults, .. } = counts;
        let faults: Vec<String> = faults.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        format!(
            "{worlds} worlds, {lives} lives of a server, {} s of their time, {events} events\n\
             {asks} sends, {retries} retries, {acks} acknowledged, {refused} refused, {undecided} undecided \
             ({undecided_kept} kept), {changes} changes of groups\n\
             {entries} entries, shown {shown} times to {readers} readers on {links} links\n\
             faults: {}",
            lasted.as_secs(),
            faults.join(", ")
        )
    }
}

/// Fails with everything that is needed to see it again.
pub(crate) fn fail(failed: &Played, setting: &Setting) -> ! {
    let Played { seed, wrong, last, events, hash, .. } = failed;
    let needed: Vec<&str> = needed(failed, setting).into_iter().map(Fault::word).collect();
    let without: Vec<&str> = fault::ALL.into_iter().map(Fault::word).filter(|word| !needed.contains(word)).collect();
    panic!(
        "the world of seed {seed} broke {} promises ({events} events, hash {hash:016x}):\n  {}\n\
         the last of what happened:\n  {}\n\
         it takes: {}. Again, with all that happens:\n  \
         LONGLINK_WORLD_SEED={seed} LONGLINK_WORLD_WITHOUT={} cargo test --test simulation one_world -- --nocapture",
        wrong.len(),
        wrong.iter().take(12).map(String::as_str).collect::<Vec<_>>().join("\n  "),
        last.join("\n  "),
        if needed.is_empty() { "no fault at all".to_owned() } else { needed.join(", ") },
        without.join(","),
    );
}

/// The faults that it takes to fail in the same way, found by leaving out one after the other.
fn needed(failed: &Played, setting: &Setting) -> Vec<Fault> {
    let kind =
        |played: &Played| played.wrong.first().map(|wrong| wrong.split(' ').next().unwrap_or_default().to_owned());
    let mut setting = Setting { aloud: false, ..setting.clone() };
    let mut needed = Vec::new();
    for fault in fault::ALL.into_iter().filter(|fault| !setting.without.contains(fault)).collect::<Vec<_>>() {
        setting.without.push(fault);
        if kind(&play_once(failed.seed, &setting)) != kind(failed) {
            setting.without.pop();
            needed.push(fault);
        }
    }
    needed
}

/// A number from the environment.
pub(crate) fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is {text:?}, which is no number")))
}

/// The faults that are to be left out, as `LONGLINK_WORLD_WITHOUT` names them.
pub(crate) fn without() -> Vec<Fault> {
    let named = env::var("LONGLINK_WORLD_WITHOUT").unwrap_or_default();
    let words = named.split(',').filter(|word| !word.is_empty());
    words.map(|word| Fault::named(word).unwrap_or_else(|| panic!("there is no fault {word}"))).collect()
}
