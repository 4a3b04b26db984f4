//! Whole conversations, checked step by step against the contract: each step's bytes and fields agree, and what is said
//! fits what was said before. Whether the server says so too is for those to find out who have one.

use std::collections::{BTreeSet, HashMap};

use bytes::BytesMut;
use longlink::wire::frame::{FRAME_LENGTH_MAX, SEQ_IDENTIFY, SEQ_NOOP, SEQ_PUSH};
use longlink::wire::{COMMANDS, Command, Frame, Outgoing};
use serde::Deserialize;
use serde_json::Value;

use super::bodies::{body, fields, rewrite};
use super::{assert_facts, from_hex, load, to_hex};

pub(super) const CONVERSATIONS: &str = include_str!("../../proto/vectors/conversations.json");

#[derive(Deserialize)]
pub(super) struct Conversation {
    pub(super) name: String,
    facts: Vec<String>,
    pub(super) users: Vec<User>,
    /// What the server must be set to, if not to the default.
    #[serde(default)]
    pub(super) settings: HashMap<String, String>,
    pub(super) steps: Vec<Step>,
}

#[derive(Deserialize)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) password: String,
}

#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(super) enum Step {
    Said(Box<Said>),
    Raw { link: String, from: Side, raw: String },
    Closed { link: String, from: Side, closes: bool },
    Passed { after_ms: u64 },
    Happened { event: String, user: Option<String> },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Said {
    pub(super) link: String,
    pub(super) from: Side,
    pub(super) frame: SaidFrame,
    /// Place in the fields -> name of a variable.
    #[serde(default)]
    pub(super) vars: HashMap<String, String>,
    #[serde(default)]
    pub(super) any: Vec<String>,
    hex: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SaidFrame {
    pub(super) client_version: u32,
    pub(super) cmd_id: u32,
    pub(super) seq: u32,
    pub(super) message: Option<String>,
    #[serde(default)]
    pub(super) fields: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Side {
    Client,
    Server,
}

/// What is known of a link while its conversation is read.
#[derive(Default)]
struct Link {
    version: u32,
    /// Sequence and command of what is not answered yet.
    open: Vec<(u32, u32)>,
    goodbye: bool,
    closed: bool,
}

#[test]
fn the_bytes_and_the_fields_of_every_step_agree() {
    for conversation in load::<Conversation>(CONVERSATIONS, "conversations") {
        assert_facts(&conversation.name, &conversation.facts);
        for step in &conversation.steps {
            if let Step::Said(said) = step {
                said.check(&conversation.name);
            }
        }
    }
}

#[test]
fn every_conversation_keeps_the_rules() {
    for conversation in load::<Conversation>(CONVERSATIONS, "conversations") {
        let name = &conversation.name;
        let mut links: HashMap<&str, Link> = HashMap::new();
        for step in &conversation.steps {
            match step {
                Step::Said(said) => links.entry(&said.link).or_default().said(said, name),
                Step::Raw { link, from, raw } => {
                    assert_eq!(*from, Side::Client, "{name}");
                    links.entry(link).or_default().raw(&from_hex(raw));
                }
                Step::Closed { link, from, closes } => {
                    let link = links.get_mut(link.as_str()).unwrap();
                    assert!(*closes && !link.closed, "{name}");
                    assert!(*from == Side::Client || link.goodbye, "{name}: the server goes without a word");
                    link.closed = true;
                }
                Step::Passed { after_ms } => assert!(*after_ms > 0, "{name}"),
                Step::Happened { event, user } => {
                    let known = [("server stops", false), ("account disabled", true)];
                    assert!(known.contains(&(event, user.is_some())), "{name}: {event}");
                }
            }
        }
        for (link, state) in links {
            assert!(state.closed || state.open.is_empty(), "{name}: {link} waits for {:?}", state.open);
        }
    }
}

#[test]
fn every_command_is_in_a_conversation() {
    let conversations = load::<Conversation>(CONVERSATIONS, "conversations");
    let steps = conversations.iter().flat_map(|conversation| &conversation.steps);
    let used: BTreeSet<u32> =
        steps.filter_map(|step| if let Step::Said(said) = step { Some(said.frame.cmd_id) } else { None }).collect();
    let pushes = [
        Command::PushEntries,
        Command::PushReceipt,
        Command::PushTyping,
        Command::PushClosing,
        Command::PushPresence,
        Command::PushContact,
        Command::PushConversation,
        Command::PushGroupRequest,
    ];
    let others = [Command::Noop, Command::SignallingKeep];
    for command in COMMANDS.iter().map(|row| row.command).chain(pushes).chain(others) {
        assert!(used.contains(&(command as u32)), "no conversation has {}", command.as_str_name());
    }
}

impl Said {
    /// The bytes are the frame and its body, by the wire and by the descriptors.
    fn check(&self, name: &str) {
        let SaidFrame { client_version, cmd_id, seq, message, fields: said } = &self.frame;
        let bytes = from_hex(&self.hex);
        let frame = Frame::take(&mut BytesMut::from(&bytes[..]), FRAME_LENGTH_MAX).unwrap().unwrap();
        assert_eq!((frame.client_version, frame.cmd_id, frame.seq), (*client_version, *cmd_id, *seq), "{name}");
        match message {
            None => assert!(frame.body.is_empty() && said.is_null(), "{name}"),
            Some(message) => {
                assert_eq!(&fields(message, &frame.body), said, "{name}");
                assert_eq!(to_hex(&body(message, said)), to_hex(&frame.body), "{name}");
                assert_eq!(rewrite(message, &frame.body).unwrap(), frame.body, "{name}");
            }
        }
        let mut written = BytesMut::new();
        Outgoing { cmd_id: *cmd_id, seq: *seq, body: frame.body }.put(*client_version, &mut written);
        assert_eq!(to_hex(&written), self.hex, "{name}");
        for place in self.vars.keys().chain(&self.any) {
            let pointer = format!("/{}", place.replace('.', "/"));
            assert!(said.pointer(&pointer).is_some(), "{name}: {place} is not in {said}");
        }
    }
}

impl Link {
    fn said(&mut self, said: &Said, name: &str) {
        assert!(!self.closed && !self.goodbye, "{name}: {} was closed", said.link);
        let frame = &said.frame;
        let message = frame.message.as_deref().unwrap_or("");
        match said.from {
            Side::Client => {
                self.version = frame.client_version;
                self.open(frame.seq, frame.cmd_id);
                let asked = COMMANDS.iter().find(|row| row.command as u32 == frame.cmd_id);
                let expected =
                    if frame.seq == SEQ_IDENTIFY { "HelloRequest" } else { asked.map_or("", |row| row.request) };
                assert_eq!(message, expected, "{name}");
            }
            Side::Server => {
                assert_eq!(frame.client_version, self.version, "{name}: the version is not echoed");
                if frame.seq == SEQ_PUSH {
                    assert_eq!(message, push_of(frame.cmd_id), "{name}");
                    self.goodbye = message == "ClosingPush";
                } else {
                    self.answered(frame, name);
                }
            }
        }
    }

    fn raw(&mut self, bytes: &[u8]) {
        if let Ok(Some((frame, _))) = Frame::copy_from(bytes, FRAME_LENGTH_MAX) {
            self.version = frame.client_version;
            self.open(frame.seq, frame.cmd_id);
        }
    }

    fn open(&mut self, seq: u32, cmd_id: u32) {
        if cmd_id != Command::SignallingKeep as u32 {
            self.open.push((seq, cmd_id));
        }
    }

    fn answered(&mut self, frame: &SaidFrame, name: &str) {
        let place = self.open.iter().position(|asked| *asked == (frame.seq, frame.cmd_id));
        let place = place.unwrap_or_else(|| panic!("{name}: nobody asked {} of {}", frame.seq, frame.cmd_id));
        self.open.remove(place);
        let message = frame.message.as_deref();
        if message == Some("Refusal") {
            assert!(frame.fields["code"].is_string(), "{name}: refused with OK");
            return;
        }
        let asked = COMMANDS.iter().find(|row| row.command as u32 == frame.cmd_id).map(|row| row.reply);
        let expected = if frame.seq == SEQ_IDENTIFY { Some("HelloReply") } else { asked };
        assert_eq!(message, expected, "{name}");
        assert_eq!(expected.is_none(), frame.seq == SEQ_NOOP, "{name}");
    }
}

fn push_of(cmd_id: u32) -> &'static str {
    match i32::try_from(cmd_id).ok().and_then(|number| Command::try_from(number).ok()) {
        Some(Command::PushEntries) => "EntriesPush",
        Some(Command::PushReceipt) => "ReceiptPush",
        Some(Command::PushTyping) => "TypingPush",
        Some(Command::PushClosing) => "ClosingPush",
        Some(Command::PushPresence) => "PresencePush",
        Some(Command::PushContact) => "ContactPush",
        Some(Command::PushConversation) => "ConversationPush",
        Some(Command::PushGroupRequest) => "GroupRequestPush",
        other => panic!("{other:?} is no push"),
    }
}
