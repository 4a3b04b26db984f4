//! Killed in the middle of everything, over and over: what was acknowledged is there, once and in order.
//!
//! `LONGLINK_CRASH_ROUNDS` says how often, and `LONGLINK_CRASH_SEED` repeats the random choices of a run.

use std::env;
use std::net::SocketAddr;

use longlink::wire::{Command, pb};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::Value;
use tokio::sync::watch;

use super::checker::{History, Line, Reader, Tried, check, content_of};
use super::program::{Home, Program, spawn};
use super::walk::{Follower, Guest, Sender};

/// About twenty seconds of a debug build on two cores.
const ROUNDS: u64 = 40;

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
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let rounds = number("LONGLINK_CRASH_ROUNDS").unwrap_or(ROUNDS);
    let seed = number("LONGLINK_CRASH_SEED").unwrap_or_else(rand::random);
    // Shown when the test fails.
    println!("to repeat the random choices: LONGLINK_CRASH_SEED={seed} LONGLINK_CRASH_ROUNDS={rounds}");

    let mut random = StdRng::seed_from_u64(seed);
    let home = Home::new();
    let program = home.serve().await;
    let mut people = People::gather(&home, &program, seed).await;
    let mut running = Some(program);
    let mut killed = 0;
    for round in 0..rounds {
        let fate = match random.random_range(0..10) {
            0 => Fate::KilledAtStart,
            1 => Fate::StoppedAfter(random.random_range(0..600)),
            2 => Fate::KilledAfter(0),
            _ => Fate::KilledAfter(random.random_range(1..1_500)),
        };
        killed += u64::from(!matches!(fate, Fate::StoppedAfter(_)));
        let program = match (running.take(), fate) {
            (Some(program), _) => program,
            (None, Fate::KilledAtStart) => {
                home.start(&[]).kill().await;
                continue;
            }
            (None, Fate::KilledAfter(_) | Fate::StoppedAfter(_)) => home.serve().await,
        };
        println!("round {round}: {fate:?}");
        people.live_through(program, fate).await;
    }

    let program = home.serve().await;
    let mut history = people.finish(&program).await;
    assert_eq!(program.stop().await.code(), Some(0));
    history.log = whole_log(&home).await;
    let (sends, entries) = (history.sends.len(), history.log.len());
    let seen: usize = history.readers.iter().map(|reader| reader.seen.len()).sum();
    println!("{killed} kills in {rounds} rounds, {sends} sends, {entries} entries, {seen} seen by readers");
    let wrong = check(&history);
    assert!(
        wrong.is_empty(),
        "{} things are wrong, among them:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
    assert!(sends as u64 > rounds, "hardly anything was sent");
}

struct People {
    senders: Vec<Sender>,
    followers: Vec<Follower>,
    guest: Guest,
    /// Where the server is now.
    now: watch::Sender<SocketAddr>,
    group: i64,
    /// The token of one who writes.
    writer: String,
}

impl People {
    /// Four who write; two who only read, a second device of one who writes, and one who does both by the library.
    async fn gather(home: &Home, program: &Program, seed: u64) -> Self {
        let mut writers = Vec::new();
        for number in 0..SENDERS {
            writers.push(home.user(&format!("writer{number}")).await);
        }
        let (first, second, guest) = (home.user("first").await, home.user("second").await, home.user("guest").await);
        let members = writers.iter().map(|(user, _)| *user).chain([first.0, guest.0]).collect();
        let group = make_group(program, &writers[0].1, members).await;

        let reader = |name: &str, user: i64, groups: &[i64], writes| {
            let (name, groups) = (name.to_owned(), groups.to_vec());
            Reader { name, user, groups, after: 0, writes, seen: Vec::new() }
        };
        let mut followers = Vec::new();
        for (reader, token) in [
            (reader("first", first.0, &[group], false), &first.1),
            (reader("second", second.0, &[], false), &second.1),
            (reader("desk", writers[0].0, &[group], false), &writers[0].1),
        ] {
            followers.push(Follower::begin(reader, token.clone(), program.tcp).await);
        }
        let (now, address) = watch::channel(program.tcp);
        let guest = Guest::begin(reader("guest", guest.0, &[group], true), guest.1, address).await;
        let peers = vec![first.0, second.0, group, writers[0].0, writers[1].0];
        let sender = |(number, (user, token))| Sender::new(user, token, peers.clone(), seed.wrapping_add(number));
        let writer = writers[0].1.clone();
        Self { senders: (1..).zip(writers).map(sender).collect(), followers, guest, now, group, writer }
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

    /// Lets everybody finish what they began, and gathers what they know.
    async fn finish(mut self, program: &Program) -> History {
        self.now.send_replace(program.tcp);
        let mut sends = Vec::new();
        for sender in self.senders {
            sends.extend(sender.write(program.tcp, true, watch::channel(0).0).await.tried);
        }
        sends.extend(self.guest.finish().await);
        let (end, last) = say_the_end(program, &self.writer).await;
        sends.push(end);

        let mut readers = Vec::new();
        for follower in self.followers {
            let follower = follower.read(program.tcp, Some(last)).await;
            readers.push(follower.sync(program.tcp).await);
            readers.push(follower.reader);
        }
        readers.push(self.guest.read(last).await);
        History { sends, readers, log: Vec::new() }
    }
}

async fn make_group(program: &Program, token: &str, members: Vec<i64>) -> i64 {
    let mut owner = program.log_in(token, "phone").await;
    let request = pb::GroupCreateRequest { name: "all".into(), members, client_msg_id: "group".into() };
    let made: pb::GroupCreateReply = owner.call(Command::GroupCreate, &request).await;
    assert_eq!(made.code(), pb::Code::Ok, "{}", made.message);
    made.group
}

/// Whoever has read this has read everything.
async fn say_the_end(program: &Program, token: &str) -> (Tried, i64) {
    let mut writer = program.log_in(token, "phone").await;
    let (from, id) = (writer.user, "the end".to_owned());
    let place = writer.send(0, &id, &content_of(from, &id)).await.queue_id;
    (Tried { from, to: 0, id, places: vec![place] }, place)
}

/// What people wrote, as an operator gets it out of the log. What the server itself wrote is left out.
async fn whole_log(home: &Home) -> Vec<Line> {
    let log = home.ok(&["log", "export"]).await;
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let number = |line: &Value, key: &str| line[key].as_i64().unwrap();
    let text = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
    lines
        .filter(|line| line["content_type"] == pb::ContentType::Text as i32)
        .map(|line| Line {
            place: number(&line, "queue_id"),
            from: number(&line, "from"),
            to: number(&line, "to"),
            id: text(&line, "client_msg_id"),
            content: text(&line, "text"),
        })
        .collect()
}
