//! Every conversation of `conversations.json`, played to a real server through pipes and in virtual time.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use bytes::BytesMut;
use longlink::chat::{self, Registration};
use longlink::config::{Config, Flags};
use longlink::link::tcp::TcpTransport;
use longlink::plan::chat_settings;
use longlink::wire::frame::{FRAME_LENGTH_MAX, SEQ_NOOP};
use longlink::wire::{CloseReason, Command, Frame, Outgoing, pb};
use prost::Message;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;

use super::bodies::{body, fields};
use super::conversations::{CONVERSATIONS, Conversation, Said, Side, Step};
use super::{from_hex, load};
use crate::support::World;

/// Longer than any deadline of the server. In virtual time it costs nothing.
const PATIENCE: Duration = Duration::from_secs(3600);

#[tokio::test(start_paused = true)]
async fn the_server_keeps_its_side_of_every_conversation() {
    for conversation in load::<Conversation>(CONVERSATIONS, "conversations") {
        Player::new(&conversation).await.play(&conversation).await;
    }
}

struct Player<'a> {
    name: &'a str,
    world: Option<World>,
    stopping: Option<JoinHandle<()>>,
    links: HashMap<&'a str, Link>,
    vars: HashMap<&'a str, Value>,
    /// Who is online, as it was told. It may be told again (U18).
    presence: Vec<&'a Said>,
}

struct Link {
    pipe: DuplexStream,
    heard: BytesMut,
}

impl<'a> Player<'a> {
    async fn new(conversation: &'a Conversation) -> Self {
        let world = World::with(|plan| plan.chat = settings(&conversation.settings)).await;
        for user in &conversation.users {
            let made = world.server.chat().add_account(&user.name, Some(user.password.clone())).await.unwrap();
            assert_eq!(made.to_string(), user.id, "{}", conversation.name);
        }
        let (links, vars, presence) = Default::default();
        Self { name: &conversation.name, world: Some(world), stopping: None, links, vars, presence }
    }

    async fn play(mut self, conversation: &'a Conversation) {
        let mut steps = conversation.steps.iter().peekable();
        while let Some(step) = steps.next() {
            match step {
                Step::Said(said) if said.from == Side::Client => {
                    let bytes = self.bytes_of(said);
                    self.write(&said.link, &bytes).await;
                }
                Step::Said(said) => {
                    // Until a client's next step, what the server says may come in any order.
                    let mut expected: Vec<&Said> = vec![said];
                    while let Some(Step::Said(more)) = steps.peek()
                        && more.from == Side::Server
                    {
                        expected.push(more);
                        steps.next();
                    }
                    self.hear_all(expected).await;
                }
                Step::Raw { link, raw, .. } => self.write(link, &from_hex(raw)).await,
                Step::Closed { link, from: Side::Client, .. } => drop(self.links.remove(link.as_str())),
                Step::Closed { link, from: Side::Server, .. } => self.closed(link).await,
                Step::Passed { after_ms } => sleep(Duration::from_millis(*after_ms)).await,
                Step::Happened { event, user } => self.happen(event, user.as_deref()).await,
            }
        }
        self.nothing_more().await;
    }

    fn bytes_of(&self, said: &'a Said) -> Vec<u8> {
        let frame = &said.frame;
        let mut values = frame.fields.clone();
        for (place, name) in &said.vars {
            let known = self.vars.get(name.as_str()).unwrap_or_else(|| panic!("{}: no {name} yet", self.name));
            *values.pointer_mut(&pointer(place)).unwrap() = known.clone();
        }
        let body = frame.message.as_ref().map(|message| body(message, &values)).unwrap_or_default();
        let mut bytes = BytesMut::new();
        let outgoing = Outgoing { cmd_id: frame.cmd_id, seq: frame.seq, body: body.into() };
        outgoing.put(frame.client_version, &mut bytes);
        bytes.to_vec()
    }

    async fn write(&mut self, link: &'a str, bytes: &[u8]) {
        let world = self.world.as_ref();
        let link = self.links.entry(link).or_insert_with(|| {
            let (pipe, far) = duplex(4 * FRAME_LENGTH_MAX);
            let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
            world.expect("the server has stopped").server.connect(TcpTransport::new(far), here.into()).unwrap();
            Link { pipe, heard: BytesMut::new() }
        });
        link.pipe.write_all(bytes).await.unwrap();
    }

    async fn hear_all(&mut self, mut expected: Vec<&'a Said>) {
        while let Some(link) = expected.first().map(|said| said.link.as_str()) {
            let frame = self.hear(link).await;
            let frame =
                frame.unwrap_or_else(|| panic!("{}: {link} closed before {}", self.name, expected[0].frame.cmd_id));
            let fits = expected.iter().position(|said| said.link == link && self.fits(said, &frame));
            let Some(place) = fits else {
                if self.was_told(link, &frame) {
                    continue;
                }
                let of_its_kind = expected.iter().find(|said| said.frame.cmd_id == frame.cmd_id);
                let message = of_its_kind.and_then(|said| said.frame.message.as_ref());
                let heard = message.map(|message| fields(message, &frame.body));
                panic!("{}: {link} heard {frame:?}, {heard:?}, and not {:?}", self.name, expected[0].frame.fields);
            };
            let said = expected.remove(place);
            if frame.cmd_id == Command::PushPresence as u32 {
                self.presence.push(said);
            }
            let values = said.frame.message.as_ref().map(|message| fields(message, &frame.body)).unwrap_or_default();
            for (place, name) in &said.vars {
                self.vars.insert(name, values.pointer(&pointer(place)).unwrap().clone());
            }
        }
    }

    fn was_told(&self, link: &str, frame: &Frame) -> bool {
        self.presence.iter().any(|said| said.link == link && self.fits(said, frame))
    }

    /// Whether the frame is the one that the contract has there.
    fn fits(&self, said: &Said, frame: &Frame) -> bool {
        let head = (said.frame.client_version, said.frame.cmd_id, said.frame.seq);
        if head != (frame.client_version, frame.cmd_id, frame.seq) {
            return false;
        }
        let Some(message) = &said.frame.message else { return frame.body.is_empty() };
        let (mut said_fields, mut heard) = (said.frame.fields.clone(), fields(message, &frame.body));
        for (place, name) in &said.vars {
            if let (Some(known), Some(value)) = (self.vars.get(name.as_str()), heard.pointer(&pointer(place)))
                && known != value
            {
                return false;
            }
        }
        let texts = ["message".to_owned()];
        for place in said.vars.keys().chain(&said.any).chain(&texts) {
            remove(&mut said_fields, place);
            remove(&mut heard, place);
        }
        said_fields == heard
    }

    async fn hear(&mut self, link: &str) -> Option<Frame> {
        let link = self.links.get_mut(link).expect("a link that was opened");
        loop {
            if let Some(frame) = Frame::take(&mut link.heard, FRAME_LENGTH_MAX).unwrap() {
                // That something arrived at a device is told when it is noticed: no conversation says where.
                let is_receipt = frame.cmd_id == Command::PushReceipt as u32;
                if is_receipt && pb::ReceiptPush::decode(&frame.body[..]).unwrap().up_to == 0 {
                    continue;
                }
                return Some(frame);
            }
            let read = timeout(PATIENCE, link.pipe.read_buf(&mut link.heard)).await;
            let read = read.unwrap_or_else(|_| panic!("{}: nothing comes any more", self.name));
            if read.unwrap() == 0 {
                return None;
            }
        }
    }

    async fn closed(&mut self, link: &str) {
        let mut heard = self.hear(link).await;
        while heard.as_ref().is_some_and(|frame| self.was_told(link, frame)) {
            heard = self.hear(link).await;
        }
        assert_eq!(heard, None, "{}: {link} should be closed", self.name);
        self.links.remove(link);
    }

    async fn happen(&mut self, event: &str, user: Option<&str>) {
        let world = self.world.as_ref().unwrap();
        match (event, user) {
            ("server stops", None) => {
                let world = self.world.take().unwrap();
                // In the background, since it waits for its links, which the next steps look at.
                self.stopping = Some(TaskTracker::new().spawn(world.server.stop(CloseReason::Shutdown)));
            }
            ("account disabled", Some(user)) => world.server.chat().set_disabled(user, true).await.unwrap(),
            other => panic!("{}: {other:?}", self.name),
        }
    }

    /// On the links that are left, only the echo of a noop comes.
    async fn nothing_more(mut self) {
        let noop = Outgoing { cmd_id: Command::Noop as u32, seq: SEQ_NOOP, body: Default::default() };
        let mut bytes = BytesMut::new();
        noop.put(7, &mut bytes);
        let open: Vec<&str> = self.links.keys().copied().collect();
        for link in open {
            self.write(link, &bytes).await;
            let mut heard = self.hear(link).await;
            while heard.as_ref().is_some_and(|frame| self.was_told(link, frame)) {
                heard = self.hear(link).await;
            }
            let heard = heard.map(|frame| (frame.cmd_id, frame.seq));
            assert_eq!(heard, Some((Command::Noop as u32, SEQ_NOOP)), "{}: {link}", self.name);
        }
        self.links.clear();
        if let Some(stopping) = self.stopping {
            stopping.await.unwrap();
        }
    }
}

/// The defaults of the program, but for what the conversation wants otherwise.
fn settings(wanted: &HashMap<String, String>) -> chat::Settings {
    let mut settings = chat_settings(&Config::from_text(None, &Flags::default()).unwrap());
    for (key, value) in wanted {
        match (key.as_str(), value.as_str()) {
            ("registration", "open") => settings.registration = Registration::Open,
            ("people", "listed") => settings.people_listed = true,
            other => panic!("nobody knows how to set {other:?}"),
        }
    }
    settings
}

fn pointer(place: &str) -> String {
    format!("/{}", place.replace('.', "/"))
}

fn remove(fields: &mut Value, place: &str) {
    let (parent, key) = place.rsplit_once('.').unwrap_or(("", place));
    let parent = if parent.is_empty() { Some(fields) } else { fields.pointer_mut(&pointer(parent)) };
    if let Some(Value::Object(object)) = parent {
        object.remove(key);
    }
}
