//! A peer that writes and reads the bytes of PROTOCOL.md by hand.

use std::net::SocketAddr;
use std::time::Duration;

use longlink::wire::{Code, Command, pb};
use longlink_client::Connection;
use prost::Message;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::requests::{hello, text_to};

/// What every sample of Mars says it is.
pub(crate) const VERSION: u32 = 200;

/// The sequence of a noop.
pub(crate) const NOOP: u32 = u32::MAX;

/// What carries a peer's bytes: a socket in real time, or a pipe in a time that stands still.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Unpin {
    /// For so long an answer may be missing before the test gives up.
    const PATIENCE: Duration;
}

impl Wire for TcpStream {
    const PATIENCE: Duration = Duration::from_secs(30);
}

impl Wire for Connection {
    const PATIENCE: Duration = Duration::from_secs(30);
}

impl Wire for DuplexStream {
    // Virtual: longer than any time that a server waits for.
    const PATIENCE: Duration = Duration::from_hours(48);
}

/// A frame as it came.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Heard {
    pub(crate) version: u32,
    pub(crate) cmd: u32,
    pub(crate) seq: u32,
    pub(crate) body: Vec<u8>,
}

impl Heard {
    /// The body as the message that it should be.
    pub(crate) fn read<M: Message + Default>(&self) -> M {
        M::decode(&self.body[..]).unwrap()
    }

    /// Whether it says that entries have arrived at somebody's device, and nothing else.
    pub(crate) fn tells_of_arrival(&self) -> bool {
        self.cmd == Command::PushReceipt as u32 && self.read::<pb::ReceiptPush>().up_to == 0
    }

    /// The code of a reply.
    pub(crate) fn code(&self) -> Code {
        self.read::<pb::Refusal>().code()
    }
}

/// The bytes of a frame.
pub(crate) fn bytes(version: u32, cmd: u32, seq: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in [20, version, cmd, seq, body.len() as u32] {
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    bytes.extend_from_slice(body);
    bytes
}

pub(crate) struct Peer<S = TcpStream> {
    pub(crate) stream: S,
    pub(crate) user: i64,
    next_seq: u32,
    /// Pushes that came while a reply was waited for.
    pub(crate) pushes: Vec<Heard>,
}

impl Peer {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self::over(stream)
    }
}

impl<S: Wire> Peer<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self { stream, user: 0, next_seq: 1, pushes: Vec::new() }
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        timeout(S::PATIENCE, self.stream.write_all(bytes)).await.expect("the server does not read").unwrap();
    }

    /// Sends a frame.
    pub(crate) async fn say(&mut self, cmd: u32, seq: u32, body: &[u8]) {
        self.write(&bytes(VERSION, cmd, seq, body)).await;
    }

    /// Sends a request without waiting, and gives its sequence.
    pub(crate) async fn ask(&mut self, command: Command, request: &impl Message) -> u32 {
        let seq = self.next_seq;
        self.next_seq += 1;
        self.say(command as u32, seq, &request.encode_to_vec()).await;
        seq
    }

    /// The next frame, or `None` when the server has closed. A reset is not a close: it may eat what was said before.
    pub(crate) async fn hear(&mut self) -> Option<Heard> {
        timeout(S::PATIENCE, self.hear_now()).await.expect("the server says nothing")
    }

    async fn hear_now(&mut self) -> Option<Heard> {
        let mut head = [0; 20];
        let mut filled = 0;
        while filled < head.len() {
            match self.stream.read(&mut head[filled..]).await {
                Ok(0) => {
                    assert_eq!(filled, 0, "closed in the middle of a header");
                    return None;
                }
                Ok(read) => filled += read,
                Err(error) => panic!("the link was reset, not closed: {error}"),
            }
        }
        let number = |place: usize| u32::from_be_bytes(head[4 * place..4 * place + 4].try_into().unwrap());
        assert_eq!(number(0), 20, "what the server sends has no options");
        assert!(number(4) <= (1 << 20) - 20, "no frame is longer than 1 MiB");
        let mut body = vec![0; number(4) as usize];
        self.stream.read_exact(&mut body).await.unwrap();
        Some(Heard { version: number(1), cmd: number(2), seq: number(3), body })
    }

    /// The reply to a request; pushes that come before it are kept.
    pub(crate) async fn reply(&mut self, seq: u32) -> Heard {
        loop {
            let heard = self.hear().await.expect("closed before the reply");
            if heard.seq == seq {
                return heard;
            }
            assert_eq!(heard.seq, 0, "the reply of another request");
            self.pushes.push(heard);
        }
    }

    /// Asks, and reads the reply.
    pub(crate) async fn call<R: Message + Default>(&mut self, command: Command, request: &impl Message) -> R {
        let seq = self.ask(command, request).await;
        self.reply(seq).await.read()
    }

    /// Asks, and gives the code of the reply.
    pub(crate) async fn code(&mut self, command: Command, request: &impl Message) -> Code {
        self.call::<pb::Refusal>(command, request).await.code()
    }

    /// The next push.
    pub(crate) async fn push(&mut self) -> Heard {
        if !self.pushes.is_empty() {
            return self.pushes.remove(0);
        }
        let heard = self.hear().await.expect("closed before a push");
        assert_eq!(heard.seq, 0, "a reply, not a push");
        heard
    }

    /// The next push, which must be of this command; but that something has arrived at somebody's device is told when it
    /// is noticed, between any two others.
    pub(crate) async fn pushed<M: Message + Default>(&mut self, command: Command) -> M {
        let mut push = self.push().await;
        while push.tells_of_arrival() && command != Command::PushReceipt {
            push = self.push().await;
        }
        assert_eq!(push.cmd, command as u32);
        push.read()
    }

    /// Entries as they are pushed, until there are `count`; nothing else may be pushed in between.
    pub(crate) async fn entries(&mut self, count: usize) -> Vec<pb::Entry> {
        let mut entries = Vec::new();
        while entries.len() < count {
            entries.extend(self.some_entries().await);
        }
        assert_eq!(entries.len(), count, "more than expected: {:?}", entries.last());
        entries
    }

    /// The entries of the next push that has any.
    pub(crate) async fn some_entries(&mut self) -> Vec<pb::Entry> {
        self.pushed::<pb::EntriesPush>(Command::PushEntries).await.entries
    }

    /// The places of the next `count` entries.
    pub(crate) async fn places(&mut self, count: usize) -> Vec<i64> {
        self.entries(count).await.iter().map(|entry| entry.queue_id).collect()
    }

    /// Logs in with a token. Where to resume, if anywhere, is `(epoch, cursor)`.
    pub(crate) async fn hello(&mut self, token: &str, device: &str, resume: Option<(&str, i64)>) -> pb::HelloReply {
        let reply: pb::HelloReply = self.call(Command::Hello, &hello(token, device, resume)).await;
        assert_eq!(reply.code(), Code::Ok, "{}", reply.message);
        self.user = reply.user_id;
        reply
    }

    /// Sends text, and gives its place in the log.
    pub(crate) async fn send(&mut self, to: i64, id: &str, text: &str) -> pb::SendReply {
        let reply: pb::SendReply = self.call(Command::Send, &text_to(to, id, text)).await;
        assert_eq!(reply.code(), Code::Ok, "{}", reply.message);
        reply
    }

    /// Says noop, and reads its echo.
    pub(crate) async fn noop(&mut self) {
        self.say(6, NOOP, &[]).await;
        let heard = self.reply(NOOP).await;
        assert_eq!((heard.cmd, &heard.body[..]), (6, &[][..]));
    }

    /// Asserts that nothing was pushed until now: what was, would lie before the echo of a noop.
    pub(crate) async fn nothing_pushed(&mut self) {
        self.noop().await;
        self.pushes.retain(|push| !push.tells_of_arrival());
        assert_eq!(self.pushes, []);
    }

    /// Reads to the end of the link, and gives the reason that the server said as its last word.
    pub(crate) async fn closed(&mut self) -> Option<pb::CloseReason> {
        let mut reason = None;
        while let Some(heard) = self.hear().await {
            assert_eq!(reason, None, "something after the goodbye");
            if heard.cmd == Command::PushClosing as u32 {
                assert_eq!(heard.seq, 0);
                reason = Some(heard.read::<pb::ClosingPush>().reason());
            } else {
                self.pushes.push(heard);
            }
        }
        reason
    }
}
