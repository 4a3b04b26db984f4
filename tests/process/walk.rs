//! People who write and read while the server is killed under them, again and again.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;

use longlink::wire::{Command, pb};
use longlink_bot::check::recorder::Recorder;
use longlink_client::{Client, Dial, Event, Events, Sending, Settings};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use super::program::{PATIENCE, spawn};
use super::raw::{self, Ear, Mouth};
use crate::support::text_to;

/// How many sends of one link may be unanswered.
const IN_FLIGHT_MAX: usize = 48;

/// Counts answers, for whoever waits to kill.
pub(super) type Answers = watch::Sender<u64>;

/// What a message says: its text tells whose it is.
pub(super) fn content_of(from: i64, id: &str) -> String {
    format!("{from} says {id}")
}

/// Somebody who takes part in the history: who they are, and as which reader they stand in it.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) user: i64,
    pub(super) token: String,
    pub(super) reader: u32,
    pub(super) recorder: Recorder,
}

impl Person {
    /// `all`: they take what is pushed to them, and so have to get everything.
    pub(super) fn new((user, token): &(i64, String), name: &str, all: bool, recorder: &Recorder) -> Self {
        let (token, recorder) = (token.clone(), recorder.clone());
        Self { user: *user, token, reader: recorder.reader(*user, name, all), recorder }
    }

    fn ask(&self, link: u32, to: i64, id: &str) {
        self.recorder.ask(link, self.user, to, id, &content_of(self.user, id));
    }
}

/// Somebody who writes without waiting, and after a loss repeats what was not answered, in order.
pub(super) struct Sender {
    person: Person,
    /// Whom to write to.
    peers: Vec<i64>,
    random: StdRng,
    /// To whom each of the messages was.
    tried: Vec<i64>,
    /// Which of them wait for an answer: ascending.
    unanswered: VecDeque<usize>,
}

impl Sender {
    pub(super) fn new(person: Person, peers: Vec<i64>, seed: u64) -> Self {
        let random = StdRng::seed_from_u64(seed);
        Self { person, peers, random, tried: Vec::new(), unanswered: VecDeque::new() }
    }

    /// Writes until the link is gone, or, if it is to `finish`, until all that was ever tried is answered.
    pub(super) async fn write(mut self, address: SocketAddr, finish: bool, answers: Answers) -> Self {
        if let Some((ear, mouth)) = raw::connect(address).await {
            // That the link is gone is how it ends.
            let _ = self.write_on(ear, mouth, finish, &answers).await;
        }
        self
    }

    async fn write_on(&mut self, mut ear: Ear, mut mouth: Mouth, finish: bool, answers: &Answers) -> Option<()> {
        let Person { user, token, reader, recorder } = self.person.clone();
        let reply = raw::log_in(&mut ear, &mut mouth, &token, "phone", None).await?;
        let link = recorder.link(reader, None, &reply);
        let mut waiting = self.unanswered.clone();
        let mut under_way: VecDeque<(u32, usize)> = VecDeque::new();
        loop {
            while under_way.len() < IN_FLIGHT_MAX {
                let at = match waiting.pop_front() {
                    Some(at) => {
                        recorder.again(link, user, &name_of(at));
                        at
                    }
                    None if finish => break,
                    None => {
                        let at = self.think_of_one();
                        self.person.ask(link, self.tried[at], &name_of(at));
                        at
                    }
                };
                let id = name_of(at);
                let request = text_to(self.tried[at], &id, &content_of(user, &id));
                let seq = mouth.ask(Command::Send, &request).await?;
                under_way.push_back((seq, at));
            }
            if under_way.is_empty() {
                return Some(());
            }
            let frame = ear.hear().await?;
            if frame.is(Command::PushClosing) {
                // Nothing that was sent from now on would be read.
                return None;
            }
            let Some(index) = under_way.iter().position(|(seq, _)| *seq == frame.seq) else { continue };
            let (_, at) = under_way.remove(index)?;
            let reply: pb::SendReply = frame.read();
            assert_eq!(reply.code(), pb::Code::Ok, "{}", reply.message);
            recorder.answered(link, user, &name_of(at), reply.code, reply.queue_id);
            self.unanswered.retain(|waits| *waits != at);
            answers.send_modify(|answers| *answers += 1);
        }
    }

    fn think_of_one(&mut self) -> usize {
        // One in eight to everyone: each costs a delivery to every reader.
        let to = match self.random.random_range(0..8) {
            0 => 0,
            other => self.peers[other % self.peers.len()],
        };
        let at = self.tried.len();
        self.tried.push(to);
        self.unanswered.push_back(at);
        at
    }
}

fn name_of(at: usize) -> String {
    format!("m{at}")
}

/// Somebody who reads, and after a loss goes on at their cursor.
pub(super) struct Follower {
    person: Person,
    device: String,
    epoch: String,
    /// Where it began.
    after: i64,
    cursor: i64,
}

impl Follower {
    /// Logs in for the first time: reads from here on.
    pub(super) async fn begin(person: Person, device: &str, address: SocketAddr) -> Self {
        let device = device.to_owned();
        let (mut ear, mut mouth) = raw::connect(address).await.unwrap();
        let reply = raw::log_in(&mut ear, &mut mouth, &person.token, &device, None).await.unwrap();
        person.recorder.link(person.reader, None, &reply);
        Self { person, device, epoch: reply.epoch, after: reply.head, cursor: reply.head }
    }

    /// Reads until the link is gone, or the entry at `last` was seen.
    pub(super) async fn read(mut self, address: SocketAddr, last: Option<i64>) -> Self {
        if let Some((ear, mouth)) = raw::connect(address).await {
            // That the link is gone is how it ends.
            let _ = self.read_on(ear, mouth, last).await;
        }
        self
    }

    async fn read_on(&mut self, mut ear: Ear, mut mouth: Mouth, last: Option<i64>) -> Option<()> {
        let place = Some((self.epoch.as_str(), self.cursor));
        let Person { token, reader, recorder, .. } = &self.person;
        let reply = raw::log_in(&mut ear, &mut mouth, token, &self.device, place).await?;
        let link = recorder.link(*reader, place, &reply);
        assert_eq!(reply.resumed(), pb::ResumeOutcome::Continued);
        while last.is_none_or(|last| self.cursor < last) {
            let frame = ear.hear().await?;
            if frame.is(Command::PushEntries) {
                let entries = frame.read::<pb::EntriesPush>().entries;
                recorder.got(link, &entries);
                self.cursor = entries.last().map_or(self.cursor, |entry| entry.queue_id);
            }
        }
        Some(())
    }

    /// The whole inbox, asked for a page at a time, by somebody who has to get everything that this one had to.
    pub(super) async fn sync(&self, address: SocketAddr) {
        let Person { user, token, recorder, .. } = &self.person;
        let reader = recorder.reader(*user, format!("the inbox of {}", self.device), true);
        let (mut ear, mut mouth) = raw::connect(address).await.unwrap();
        let reply = raw::log_in(&mut ear, &mut mouth, token, "another device", None).await.unwrap();
        let link = recorder.link(reader, None, &reply);
        let mut after = self.after;
        loop {
            mouth.ask(Command::Sync, &pb::SyncRequest { after, limit: 1000, wait_ms: 0 }).await.unwrap();
            let page: pb::SyncReply = ear.hear().await.unwrap().read();
            assert_eq!(page.code(), pb::Code::Ok, "{}", page.message);
            recorder.page(link, after, &page);
            after = page.cursor;
            if !page.more {
                return;
            }
        }
    }
}

/// Somebody who uses the Rust client, and knows nothing of kills: it is the library's work to come back.
pub(super) struct Guest {
    person: Person,
    client: Client,
    /// All its connections are one link in the history: the library promises each entry once over all of them.
    link: u32,
    sendings: Vec<(String, Sending)>,
    sent: usize,
    /// The last place that it was shown.
    seen: watch::Receiver<i64>,
}

/// Dials wherever the server is now.
struct Now(watch::Receiver<SocketAddr>);

impl Dial for Now {
    type Io = TcpStream;

    async fn dial(&mut self) -> io::Result<TcpStream> {
        let address = *self.0.borrow_and_update();
        TcpStream::connect(address).await
    }
}

impl Guest {
    pub(super) async fn begin(person: Person, now: watch::Receiver<SocketAddr>) -> Self {
        let mut settings = Settings::token(person.token.clone());
        // It has to come back between two kills.
        (settings.pause_min, settings.pause_max) = (PAUSE, PAUSE);
        let (client, mut events) = Client::connect_with(Now(now), settings);
        let here = client.ready().await.unwrap();
        let reply = pb::HelloReply { epoch: here.epoch, head: here.cursor, ..Default::default() };
        let link = person.recorder.link(person.reader, None, &reply);
        let (sender, seen) = watch::channel(0);
        let recorder = person.recorder.clone();
        spawn(async move { listen(&mut events, &recorder, link, &sender).await });
        Self { person, client, link, sendings: Vec::new(), sent: 0, seen }
    }

    /// Sends some messages, if not too many are on their way already.
    pub(super) fn write(&mut self, to: i64, count: usize) {
        for _ in 0..count {
            let id = format!("g{}", self.sent);
            let request = text_to(to, &id, &content_of(self.person.user, &id));
            // Written down first: the answer may be there before we are back. What is not taken keeps its name.
            let Ok(sending) = self.client.send_request(request) else { return };
            self.person.ask(self.link, to, &id);
            self.sent += 1;
            self.sendings.push((id, sending));
        }
    }

    /// Waits until all that was sent is answered.
    pub(super) async fn finish(&mut self) {
        for (id, sending) in self.sendings.drain(..) {
            let reply = sending.await.unwrap();
            self.person.recorder.answered(self.link, self.person.user, &id, reply.code, reply.queue_id);
        }
    }

    /// Waits until the entry at `last` was seen.
    pub(super) async fn read(mut self, last: i64) {
        let waited = timeout(PATIENCE, self.seen.wait_for(|seen| *seen >= last)).await;
        waited.expect("the guest misses something").unwrap();
    }
}

async fn listen(events: &mut Events, recorder: &Recorder, link: u32, seen: &watch::Sender<i64>) {
    while let Some(event) = events.recv().await {
        match event {
            Event::Entry(entry) => {
                recorder.got(link, std::slice::from_ref(&entry));
                seen.send_replace(entry.queue_id);
            }
            Event::StartOver { epoch } => panic!("told to start over, with epoch {epoch}"),
            Event::Connected(_)
            | Event::Disconnected { .. }
            | Event::Receipt(_)
            | Event::Typing(_)
            | Event::Presence(_)
            | Event::Contact(_)
            | Event::Conversation(_)
            | Event::GroupRequest(_)
            | Event::Ended(_) => {}
        }
    }
}

const PAUSE: std::time::Duration = std::time::Duration::from_millis(20);
