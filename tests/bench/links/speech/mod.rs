//! What is said to the servers, each in its own protocol, and what they say, in words that the scenarios share.

mod frame;
mod mqtt;
mod nats;
mod redis;

pub(crate) use frame::frame;

pub(crate) const CONTENT_BYTES: usize = 128;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speech {
    /// The frame, with protobuf bodies.
    Longlink,
    /// The frame, with two numbers where longlink has protobuf: `slim`, `bare` and Netty.
    Forwarder,
    /// MQTT 3.1.1 at quality of service 0.
    Mqtt0,
    /// The same at 1: the server acknowledges to the sender, the receiver to the server.
    Mqtt1,
    Nats,
    /// RESP3, in which one connection may both subscribe and publish.
    Redis,
}

/// Something whole that came from a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// So many messages were delivered.
    Messages(u64),
    /// A message that was sent is acknowledged.
    Acknowledged,
    /// A login or a heartbeat is answered.
    Answered,
    /// What no scenario waits for.
    Other,
}

/// A message to one peer, of which only its number changes.
#[derive(Clone)]
pub(crate) struct Template {
    bytes: Vec<u8>,
    numbered: Numbered,
}

/// Where a message's number is put in.
#[derive(Clone, Copy)]
enum Numbered {
    Nowhere,
    /// The sequence of the frame, and the name that makes a retry known.
    Frame {
        name_at: Option<usize>,
    },
    /// The packet identifier of MQTT.
    Packet {
        at: usize,
    },
}

impl Speech {
    /// Logs in and sees to it that what is for the user comes here; what is for everyone too, if asked for.
    pub(crate) fn hello(self, user: i64, token: &str, hears_all: bool) -> Vec<u8> {
        match self {
            Self::Longlink => frame::hello(token),
            Self::Forwarder => frame::forwarder_hello(user),
            Self::Mqtt0 => mqtt::hello(user, 0, hears_all),
            Self::Mqtt1 => mqtt::hello(user, 1, hears_all),
            Self::Nats => nats::hello(user, hears_all),
            Self::Redis => redis::hello(user, hears_all),
        }
    }

    pub(crate) fn noop(self) -> Vec<u8> {
        match self {
            Self::Longlink | Self::Forwarder => frame::noop(),
            Self::Mqtt0 | Self::Mqtt1 => mqtt::NOOP.to_vec(),
            Self::Nats => nats::NOOP.to_vec(),
            Self::Redis => redis::NOOP.to_vec(),
        }
    }

    /// A message to a user, or to everyone (0).
    pub(crate) fn message(self, to: i64) -> Template {
        match self {
            Self::Longlink => frame::message(to),
            Self::Forwarder => frame::forwarder_message(to),
            Self::Mqtt0 => mqtt::message(to, 0),
            Self::Mqtt1 => mqtt::message(to, 1),
            Self::Nats => nats::message(to),
            Self::Redis => redis::message(to),
        }
    }

    /// What goes the way of a message and is not stored: with longlink a sign that one is writing.
    pub(crate) fn sign(self, to: i64) -> Template {
        match self {
            Self::Longlink => frame::sign(to),
            Self::Forwarder | Self::Mqtt0 | Self::Mqtt1 | Self::Nats | Self::Redis => self.message(to),
        }
    }

    /// Cuts the first whole thing off, with its length. `say` gets what must be answered at once.
    pub(crate) fn cut(self, bytes: &[u8], say: &mut Vec<u8>) -> Option<(usize, Heard)> {
        match self {
            Self::Longlink => frame::cut(bytes, true),
            Self::Forwarder => frame::cut(bytes, false),
            Self::Mqtt0 | Self::Mqtt1 => mqtt::cut(bytes, say),
            Self::Nats => nats::cut(bytes, say),
            Self::Redis => redis::cut(bytes),
        }
    }

    /// Whether the sender is told that its message was taken.
    pub(crate) fn acknowledges(self) -> bool {
        !matches!(self, Self::Mqtt0 | Self::Nats)
    }

    /// Whether who writes to everyone hears it as well. With longlink the writer has it in the reply.
    pub(crate) fn writer_hears_all(self) -> bool {
        self != Self::Longlink
    }
}

impl Template {
    fn new(bytes: Vec<u8>, numbered: Numbered) -> Self {
        Self { bytes, numbered }
    }

    /// Appends the message under a number that no other of its sender has.
    pub(crate) fn put(&mut self, number: u64, out: &mut Vec<u8>) {
        match self.numbered {
            Numbered::Nowhere => {}
            Numbered::Frame { name_at } => frame::number(&mut self.bytes, name_at, number),
            Numbered::Packet { at } => mqtt::number(&mut self.bytes, at, number),
        }
        out.extend_from_slice(&self.bytes);
    }
}
