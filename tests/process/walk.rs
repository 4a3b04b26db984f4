//! People who write and read while the server is killed under them, again and again.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;

use longlink::wire::{Command, pb};
use longlink_client::{Client, Dial, Event, Events, Sending, Settings};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use super::checker::{Line, Reader, Tried, content_of};
use super::program::{PATIENCE, spawn};
use super::raw::{self, Ear, Mouth};
use crate::support::text_to;

/// How many sends of one link may be unanswered.
const IN_FLIGHT_MAX: usize = 48;

/// Counts answers, for whoever waits to kill.
pub(super) type Answers = watch::Sender<u64>;

/// Somebody who writes without waiting, and after a loss repeats what was not answered, in order.
pub(super) struct Sender {
    user: i64,
    token: String,
    /// Whom to write to.
    peers: Vec<i64>,
    random: StdRng,
    pub(super) tried: Vec<Tried>,
    /// Where in `tried` those are that wait for an answer: ascending.
    unanswered: VecDeque<usize>,
}

impl Sender {
    pub(super) fn new(user: i64, token: String, peers: Vec<i64>, seed: u64) -> Self {
        let random = StdRng::seed_from_u64(seed);
        Self { user, token, peers, random, tried: Vec::new(), unanswered: VecDeque::new() }
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
        raw::log_in(&mut ear, &mut mouth, &self.token, "phone", None).await?;
        let mut waiting = self.unanswered.clone();
        let mut under_way: VecDeque<(u32, usize)> = VecDeque::new();
        loop {
            while under_way.len() < IN_FLIGHT_MAX {
                let at = match waiting.pop_front() {
                    Some(at) => at,
                    None if finish => break,
                    None => self.think_of_one(),
                };
                let Tried { from, to, id, .. } = &self.tried[at];
                let seq = mouth.ask(Command::Send, &text_to(*to, id, &content_of(*from, id))).await?;
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
            self.tried[at].places.push(reply.queue_id);
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
        self.tried.push(Tried { from: self.user, to, id: format!("m{at}"), places: Vec::new() });
        self.unanswered.push_back(at);
        at
    }
}

/// Somebody who reads, and after a loss goes on at their cursor.
pub(super) struct Follower {
    token: String,
    device: String,
    epoch: String,
    cursor: i64,
    pub(super) reader: Reader,
}

impl Follower {
    /// Logs in for the first time: reads from here on.
    pub(super) async fn begin(mut reader: Reader, token: String, address: SocketAddr) -> Self {
        let device = reader.name.clone();
        let (mut ear, mut mouth) = raw::connect(address).await.unwrap();
        let reply = raw::log_in(&mut ear, &mut mouth, &token, &device, None).await.unwrap();
        reader.after = reply.head;
        Self { token, device, epoch: reply.epoch, cursor: reply.head, reader }
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
        let reply = raw::log_in(&mut ear, &mut mouth, &self.token, &self.device, place).await?;
        assert_eq!(reply.resumed(), pb::ResumeOutcome::Continued);
        while last.is_none_or(|last| self.cursor < last) {
            let frame = ear.hear().await?;
            if frame.is(Command::PushEntries) {
                let entries = frame.read::<pb::EntriesPush>().entries;
                self.reader.seen.extend(entries.iter().map(line));
                self.cursor = self.reader.seen.last().map_or(self.cursor, |line| line.place);
            }
        }
        Some(())
    }

    /// The whole inbox, asked for a page at a time.
    pub(super) async fn sync(&self, address: SocketAddr) -> Reader {
        let (mut ear, mut mouth) = raw::connect(address).await.unwrap();
        raw::log_in(&mut ear, &mut mouth, &self.token, "another device", None).await.unwrap();
        let (mut after, mut seen) = (self.reader.after, Vec::new());
        loop {
            mouth.ask(Command::Sync, &pb::SyncRequest { after, limit: 1000, wait_ms: 0 }).await.unwrap();
            let page: pb::SyncReply = ear.hear().await.unwrap().read();
            assert_eq!(page.code(), pb::Code::Ok, "{}", page.message);
            seen.extend(page.entries.iter().map(line));
            after = page.cursor;
            if !page.more {
                break;
            }
        }
        Reader { name: format!("the inbox of {}", self.reader.name), seen, writes: false, ..self.reader.clone() }
    }
}

pub(super) fn line(entry: &pb::Entry) -> Line {
    Line {
        place: entry.queue_id,
        from: entry.from,
        to: entry.to,
        id: entry.client_msg_id.clone(),
        content: String::from_utf8(entry.content.to_vec()).unwrap(),
    }
}

/// Somebody who uses the Rust client, and knows nothing of kills: it is the library's work to come back.
pub(super) struct Guest {
    user: i64,
    client: Client,
    sendings: Vec<(Tried, Sending)>,
    seen: watch::Receiver<Vec<Line>>,
    reader: Reader,
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
    pub(super) async fn begin(mut reader: Reader, token: String, now: watch::Receiver<SocketAddr>) -> Self {
        let mut settings = Settings::token(token);
        // It has to come back between two kills.
        (settings.pause_min, settings.pause_max) = (PAUSE, PAUSE);
        let (client, mut events) = Client::connect_with(Now(now), settings);
        reader.after = client.ready().await.unwrap().head;
        let (sender, seen) = watch::channel(Vec::new());
        spawn(async move { listen(&mut events, &sender).await });
        Self { user: reader.user, client, sendings: Vec::new(), seen, reader }
    }

    /// Sends some messages, if not too many are on their way already.
    pub(super) fn write(&mut self, to: i64, count: usize) {
        for _ in 0..count {
            let id = format!("g{}", self.sendings.len());
            let Ok(sending) = self.client.send_request(text_to(to, &id, &content_of(self.user, &id))) else { return };
            self.sendings.push((Tried { from: self.user, to, id, places: Vec::new() }, sending));
        }
    }

    /// Waits until all that was sent is answered.
    pub(super) async fn finish(&mut self) -> Vec<Tried> {
        let mut tried = Vec::new();
        for (mut one, sending) in self.sendings.drain(..) {
            one.places.push(sending.await.unwrap().queue_id);
            tried.push(one);
        }
        tried
    }

    /// Waits until the entry at `last` was seen, and gives all that was.
    pub(super) async fn read(mut self, last: i64) -> Reader {
        let has_last = |seen: &Vec<Line>| seen.last().is_some_and(|line| line.place >= last);
        let seen = timeout(PATIENCE, self.seen.wait_for(has_last)).await.expect("the guest misses something");
        let seen = seen.unwrap().clone();
        Reader { seen, ..self.reader }
    }
}

async fn listen(events: &mut Events, sender: &watch::Sender<Vec<Line>>) {
    while let Some(event) = events.recv().await {
        match event {
            Event::Entry(entry) => sender.send_modify(|seen| seen.push(line(&entry))),
            Event::StartOver { epoch } => panic!("told to start over, with epoch {epoch}"),
            Event::Connected(_)
            | Event::Disconnected { .. }
            | Event::Receipt(_)
            | Event::Typing(_)
            | Event::Ended(_) => {}
        }
    }
}

const PAUSE: std::time::Duration = std::time::Duration::from_millis(20);
