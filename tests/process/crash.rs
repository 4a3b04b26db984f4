//! Killed in the middle of everything, over and over: what was acknowledged is there, once and in order.
//!
//! `LONGLINK_CRASH_ROUNDS` says how often, and `LONGLINK_CRASH_SEED` repeats the random choices of a run.

use std::env;
use std::net::SocketAddr;

use longlink::control::line::entry_of_line;
use longlink::id::Peer;
use longlink::wire::{Command, pb};
use longlink_bot::check::record::Event;
use longlink_bot::check::recorder::Recorder;
use longlink_bot::check::verdict::Verdict;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::sync::watch;

use super::program::{Home, Program, spawn};
use super::walk::{Follower, Guest, Person, Sender, content_of};

/// About twenty seconds of a debug build on two cores.
const ROUNDS: u64 = 30;

const SENDERS: u64 = 4;

/// How a round ends.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// Killed before it says that it listens.
    KilledAtStart,
    /// Killed when so many sends were answered.
    KilledAfter(u64),
    /// Stopped in order when so many were, so that the log is also opened as a stop leaves it.
    StoppedAfter(u64),
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_kill_loses_doubles_or_reorders_what_was_acknowledged() {
    let (rounds, seed) = asked("LONGLINK_CRASH_ROUNDS", ROUNDS);
    let verdict = live(&Home::new(), rounds, seed, "kill", |_| {}).await;
    judge(&verdict, rounds);
}

/// How many rounds are asked for, and a seed.
pub(super) fn asked(rounds: &str, usual: u64) -> (u64, u64) {
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let (asked, seed) = (number(rounds).unwrap_or(usual), number("LONGLINK_CRASH_SEED").unwrap_or_else(rand::random));
    // Shown when the test fails.
    println!("to repeat the random choices: LONGLINK_CRASH_SEED={seed} {rounds}={asked}");
    (asked, seed)
}

/// Many rounds of people who write and read until the server is killed; each time it is dead, `after` may do what it wants
/// to its files.
pub(super) async fn live(
    home: &Home,
    rounds: u64,
    seed: u64,
    fault: &'static str,
    mut after: impl FnMut(&mut StdRng),
) -> Verdict {
    let mut random = StdRng::seed_from_u64(seed);
    let program = home.serve().await;
    let recorder = Recorder::new(seed, None).unwrap();
    let mut people = People::gather(home, &program, seed, &recorder).await;
    let mut running = Some(program);
    for round in 0..rounds {
        let fate = match random.random_range(0..10) {
            0 => Fate::KilledAtStart,
            1 => Fate::StoppedAfter(random.random_range(0..600)),
            2 => Fate::KilledAfter(0),
            _ => Fate::KilledAfter(random.random_range(1..1_500)),
        };
        recorder.fault(if matches!(fate, Fate::StoppedAfter(_)) { "stop" } else { fault });
        println!("round {round}: {fate:?}");
        match (running.take(), fate) {
            (Some(program), _) => people.live_through(program, fate).await,
            (None, Fate::KilledAtStart) => {
                let mut starting = home.start(&[]);
                // Before it does anything, while it opens the log, or when it is about to listen.
                match random.random_range(0..3) {
                    0 => {}
                    1 => drop(starting.logged("opening the data folder").await),
                    _ => drop(starting.logged("the log is open").await),
                }
                starting.kill().await;
            }
            (None, Fate::KilledAfter(_) | Fate::StoppedAfter(_)) => people.live_through(home.serve().await, fate).await,
        }
        after(&mut random);
    }

    let program = home.serve().await;
    let last = people.finish(&program).await;
    assert_eq!(program.stop().await.code(), Some(0));
    recorder.log(0, &whole_log(home).await);
    recorder.finish(last).unwrap()
}

/// Nothing is wrong, and enough was tried.
pub(super) fn judge(verdict: &Verdict, rounds: u64) {
    println!("{verdict}");
    assert!(verdict.is_clean(), "{verdict}");
    assert_eq!(verdict.counts.undecided + verdict.counts.refused, 0, "everybody went on until all was answered");
    assert!(verdict.counts.asks > rounds, "hardly anything was sent");
}

struct People {
    senders: Vec<Sender>,
    followers: Vec<Follower>,
    guest: Guest,
    /// Where the server is now.
    now: watch::Sender<SocketAddr>,
    group: i64,
    /// One who writes.
    writer: (i64, String),
    recorder: Recorder,
}

impl People {
    /// Four who write; two who only read, a second device of one who writes, and one who does both by the library.
    async fn gather(home: &Home, program: &Program, seed: u64, recorder: &Recorder) -> Self {
        let mut writers = Vec::new();
        for number in 0..SENDERS {
            writers.push(home.user(&format!("writer{number}")).await);
        }
        let (first, second, guest) = (home.user("first").await, home.user("second").await, home.user("guest").await);
        let members = writers.iter().map(|(user, _)| *user).chain([first.0, guest.0]).collect();
        let group = make_group(program, &writers[0], members, recorder).await;

        let mut followers = Vec::new();
        for (name, who) in [("first", &first), ("second", &second), ("desk", &writers[0])] {
            let person = Person::new(who, name, true, recorder);
            followers.push(Follower::begin(person, name, program.tcp).await);
        }
        let (now, address) = watch::channel(program.tcp);
        let peers = vec![first.0, second.0, group, writers[0].0, writers[1].0];
        let guest = Guest::begin(Person::new(&guest, "guest", true, recorder), address).await;
        let sender = |(number, who): (u64, &(i64, String))| {
            let person = Person::new(who, &format!("writer {number}"), false, recorder);
            Sender::new(person, peers.clone(), seed.wrapping_add(number))
        };
        let senders = (1..).zip(&writers).map(sender).collect();
        let writer = writers[0].clone();
        Self { senders, followers, guest, now, group, writer, recorder: recorder.clone() }
    }

    /// Everybody writes and reads until the server has met its fate.
    async fn live_through(&mut self, mut program: Program, fate: Fate) {
        let address = program.tcp;
        self.now.send_replace(address);
        self.guest.write(self.group, 20);
        let (answers, mut answered) = watch::channel(0);
        let write = |sender: Sender| spawn(sender.write(address, false, answers.clone()));
        let writing: Vec<_> = self.senders.drain(..).map(write).collect();
        let reading: Vec<_> = self.followers.drain(..).map(|follower| spawn(follower.read(address, None))).collect();

        let (target, is_stop) = match fate {
            Fate::KilledAtStart => (0, false),
            Fate::KilledAfter(target) => (target, false),
            Fate::StoppedAfter(target) => (target, true),
        };
        tokio::select! {
            enough = answered.wait_for(|answers| *answers >= target) => drop(enough.unwrap()),
            ended = program.ended() => panic!("the server ended by itself: {ended:?}"),
        }
        if is_stop {
            assert_eq!(program.stop().await.code(), Some(0));
        } else {
            program.kill().await;
        }
        for sender in writing {
            self.senders.push(sender.await.unwrap());
        }
        for follower in reading {
            self.followers.push(follower.await.unwrap());
        }
    }

    /// Lets everybody finish what they began, and read up to the place that is given.
    async fn finish(mut self, program: &Program) -> i64 {
        self.now.send_replace(program.tcp);
        for sender in self.senders {
            sender.write(program.tcp, true, watch::channel(0).0).await;
        }
        self.guest.finish().await;
        let last = say_the_end(program, &self.writer, &self.recorder).await;
        for follower in self.followers {
            let follower = follower.read(program.tcp, Some(last)).await;
            follower.sync(program.tcp).await;
        }
        self.guest.read(last).await;
        last
    }
}

async fn make_group(program: &Program, who: &(i64, String), mut members: Vec<i64>, recorder: &Recorder) -> i64 {
    let mut owner = program.log_in(&who.1, "phone").await;
    let request =
        pb::GroupCreateRequest { name: "all".into(), members: members.clone(), client_msg_id: "group".into() };
    members.push(who.0);
    let change = recorder.change(who.0, Event::Created, 0, members);
    let made: pb::GroupCreateReply = owner.call(Command::GroupCreate, &request).await;
    assert_eq!(made.code(), pb::Code::Ok, "{}", made.message);
    recorder.changed(change, made.group, made.queue_id);
    made.group
}

/// Whoever has read this has read everything.
pub(super) async fn say_the_end(program: &Program, who: &(i64, String), recorder: &Recorder) -> i64 {
    let (from, id) = (who.0, "the end");
    let person = Person::new(who, "the last", false, recorder);
    let mut writer = program.connect().await;
    let reply = writer.hello(&who.1, "phone", None).await;
    let link = recorder.link(person.reader, None, &reply);
    recorder.ask(link, from, 0, id, &content_of(from, id));
    let reply = writer.send(0, id, &content_of(from, id)).await;
    recorder.answered(link, from, id, reply.code, reply.queue_id);
    reply.queue_id
}

/// What was written, as an operator gets it out of the log.
pub(super) async fn whole_log(home: &Home) -> Vec<pb::Entry> {
    let log = home.ok(&["log", "export"]).await;
    let entry = |line: &str| {
        let (place, entry) = entry_of_line(line).unwrap();
        let to = match entry.to {
            Peer::User(user) => user.get(),
            Peer::Everyone => 0,
            Peer::Group(group) => group.get(),
        };
        pb::Entry {
            queue_id: place.get(),
            from: entry.from.get(),
            to,
            client_msg_id: entry.client_msg_id,
            content_type: entry.content_type,
            content: entry.content,
            sent_at_ms: entry.sent_at_ms,
            reply_to: entry.reply_to,
            mentions: entry.mentions,
            changed_by: 0,
        }
    };
    log.lines().map(entry).collect()
}
