//! Somebody with a device: writes, reads, changes groups, sleeps, goes away and comes back, and repeats what was not
//! answered, in order and under the same name. What they know outlives their process and every link.

pub(crate) mod acts;
mod hearing;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use longlink::wire::frame::{SEQ_NOOP, SEQ_PUSH};
use longlink::wire::{Command, Frame, Outgoing, pb};
use longlink_bot::check::record::Event;
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::time::{Instant, sleep, sleep_until};

use crate::cable::End;
use crate::dice::Dice;
use crate::scene::{Phase, Scene};
use crate::{guest, walker};

/// A link on which nothing is heard for so long is given up.
const SILENCE: Duration = Duration::from_secs(9);
/// So often a noop asks whether the server is there.
const BEAT: Duration = Duration::from_secs(4);
/// So long an answer may take.
const ANSWER: Duration = Duration::from_secs(7);
/// So many sends are under way at once. More than the server reads without answering.
const IN_FLIGHT: usize = 12;

/// By what a device comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// A link, spoken by hand.
    Link,
    /// The real Rust client.
    Client,
    /// HTTP requests.
    Http,
}

/// A device and what it knows.
pub(crate) struct Device {
    pub(crate) door: Door,
    pub(crate) name: String,
    pub(crate) user: i64,
    pub(crate) token: String,
    pub(crate) reader: u32,
    pub(crate) dice: Dice,
    /// The log's epoch, and up to where its entries were taken.
    pub(crate) place: Option<(String, i64)>,
    pub(crate) unanswered: VecDeque<Saying>,
    pub(crate) said: u64,
}

/// A message that is not acknowledged yet.
#[derive(Clone, Debug)]
pub(crate) struct Saying {
    pub(crate) id: String,
    pub(crate) to: i64,
    pub(crate) content: String,
    /// It went out before.
    pub(crate) was_tried: bool,
    /// It was put off by the server, and rests until then.
    pub(crate) not_before: Option<Instant>,
}

impl Saying {
    pub(crate) fn request(&self) -> pb::SendRequest {
        pb::SendRequest {
            to: self.to,
            client_msg_id: self.id.clone(),
            content_type: pb::ContentType::Text as u32,
            content: self.content.clone().into_bytes().into(),
            ..Default::default()
        }
    }
}

/// A device that several may look at.
#[derive(Clone)]
pub(crate) struct Bot(Arc<Mutex<Device>>);

/// One link of a bot, from the dial to its end.
struct Session {
    bot: Bot,
    scene: Scene,
    link: u32,
    seq: u32,
    out: BytesMut,
    waiting: BTreeMap<u32, (Instant, Waiting)>,
    heard_at: Instant,
    said_at: Instant,
    /// Reads nothing before.
    naps_until: Instant,
    next_act: Instant,
}

enum Waiting {
    Send(String),
    Page(i64),
    Change(u32, Event, i64),
    Other,
}

impl Bot {
    pub(crate) fn new(device: Device) -> Self {
        Self(Arc::new(Mutex::new(device)))
    }

    pub(crate) fn device(&self) -> MutexGuard<'_, Device> {
        self.0.lock().unwrap()
    }

    /// Lives as long as the runtime does.
    pub(crate) async fn live(self, scene: Scene) {
        let door = self.device().door;
        match door {
            Door::Link => self.live_on_links(scene).await,
            Door::Client => guest::live(self, scene).await,
            Door::Http => walker::live(self, scene).await,
        }
    }

    async fn live_on_links(self, scene: Scene) {
        // What was put off was put off until a time of the last life.
        for saying in &mut self.device().unanswered {
            saying.not_before = None;
        }
        loop {
            let _ = self.one_link(&scene).await;
            let pause = match scene.phase() {
                Phase::Storm => self.device().dice.ms(0..=2_000),
                Phase::Calm => self.device().dice.ms(0..=200),
            };
            sleep(pause).await;
        }
    }

    /// `None` is how every link ends.
    async fn one_link(&self, scene: &Scene) -> Option<()> {
        let (name, mut dice) = {
            let mut device = self.device();
            (device.name.clone(), device.dice.fork())
        };
        let end = scene.dial(&name, &mut dice).await?;
        let (mut reader, mut writer) = split(end);
        let mut heard = BytesMut::new();
        let mut session = Session::log_in(self, scene, &mut reader, &mut writer, &mut heard).await?;
        session.serve(&mut reader, &mut writer, &mut heard).await
    }
}

impl Session {
    async fn log_in(
        bot: &Bot,
        scene: &Scene,
        reader: &mut ReadHalf<End>,
        writer: &mut WriteHalf<End>,
        heard: &mut BytesMut,
    ) -> Option<Self> {
        let (hello, place, number) = {
            let device = bot.device();
            let place = device.place.clone();
            let resume = place.clone().map(|(epoch, cursor)| pb::Resume { epoch, cursor });
            let credential = Some(pb::hello_request::Credential::Token(device.token.clone()));
            let (device_id, client) = (device.name.clone(), "a bot".to_owned());
            (pb::HelloRequest { credential, device_id, resume, client }, place, device.reader)
        };
        let mut out = BytesMut::new();
        put(&mut out, Command::Hello, 1, hello.encode_to_vec());
        // Asked before the login is decided: the server holds it, and answers behind the login.
        put(&mut out, Command::GroupList, 2, Vec::new());
        let until = Instant::now() + ANSWER;
        writer.write_all(&out).await.ok()?;
        let reply: pb::HelloReply = loop {
            match next_frame(reader, heard, until).await? {
                frame if frame.seq == 1 => break pb::HelloReply::decode(frame.body).ok()?,
                frame if frame.seq == SEQ_PUSH => return None,
                _ => {}
            }
        };
        if reply.code() != pb::Code::Ok {
            scene.check(reply.code().is_temporary(), || format!("a login was refused: {}", reply.message));
            return None;
        }
        let resume = place.as_ref().map(|(epoch, cursor)| (epoch.as_str(), *cursor));
        let link = scene.recorder.link(number, resume, &reply);
        let mut device = bot.device();
        scene.trace.note(format_args!("{} is linked as {link}, behind {resume:?}", device.name));
        if place.is_none() || reply.resumed() == pb::ResumeOutcome::StartOver {
            let cursor = if place.is_none() { reply.head } else { 0 };
            device.place = Some((reply.epoch.clone(), cursor));
        }
        let now = Instant::now();
        let next_act = now + device.dice.ms(0..=600);
        drop(device);
        let (bot, scene) = (bot.clone(), scene.clone());
        let waiting = BTreeMap::from([(2, (now, Waiting::Other))]);
        let out = BytesMut::new();
        let mut session =
            Self { bot, scene, link, seq: 2, out, waiting, heard_at: now, said_at: now, naps_until: now, next_act };
        session.send_again();
        Some(session)
    }

    async fn serve(
        &mut self,
        reader: &mut ReadHalf<End>,
        writer: &mut WriteHalf<End>,
        heard: &mut BytesMut,
    ) -> Option<()> {
        loop {
            while let Some(frame) = Frame::take(heard, 1 << 20).ok()? {
                self.heard_at = Instant::now();
                self.hear(frame)?;
            }
            let now = Instant::now();
            if now >= self.next_act {
                self.act(now)?;
            }
            if now >= self.said_at + BEAT {
                self.ask(Command::Noop, SEQ_NOOP, Vec::new());
            }
            let is_napping = now < self.naps_until;
            let oldest = self.waiting.values().map(|(asked_at, _)| *asked_at + ANSWER).min();
            let give_up = (self.heard_at + SILENCE).min(oldest.unwrap_or(now + ANSWER)).max(self.naps_until);
            if !is_napping && now >= give_up {
                self.scene.trace.note(format_args!("link {} is given up", self.link));
                return None;
            }
            let wake = self.next_act.min(self.said_at + BEAT).min(give_up).max(now);
            tokio::select! {
                biased;
                written = writer.write_buf(&mut self.out), if !self.out.is_empty() => drop(written.ok()?),
                read = reader.read_buf(heard), if !is_napping => {
                    if read.ok()? == 0 {
                        return None;
                    }
                }
                () = sleep_until(if is_napping { wake.min(self.naps_until) } else { wake }) => {}
            }
        }
    }

    /// Puts a request behind what is to be written.
    fn ask(&mut self, command: Command, seq: u32, body: Vec<u8>) {
        put(&mut self.out, command, seq, body);
        self.said_at = Instant::now();
    }

    fn request(&mut self, command: Command, request: &impl Message, waiting: Waiting) {
        self.seq += 1;
        self.waiting.insert(self.seq, (Instant::now(), waiting));
        self.ask(command, self.seq, request.encode_to_vec());
    }
}

fn put(out: &mut BytesMut, command: Command, seq: u32, body: Vec<u8>) {
    Outgoing { cmd_id: command as u32, seq, body: Bytes::from(body) }.put(200, out);
}

async fn next_frame(reader: &mut ReadHalf<End>, heard: &mut BytesMut, until: Instant) -> Option<Frame> {
    loop {
        if let Some(frame) = Frame::take(heard, 1 << 20).ok()? {
            return Some(frame);
        }
        let read = tokio::time::timeout_at(until, reader.read_buf(heard)).await.ok()?;
        if read.ok()? == 0 {
            return None;
        }
    }
}
