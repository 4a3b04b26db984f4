//! A peer that writes and reads the bytes of PROTOCOL.md by hand.

use std::net::SocketAddr;

use longlink::wire::{Code, Command, pb};
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What every sample of Mars says it is.
pub const VERSION: u32 = 200;

/// A frame as it came: five numbers of the header, and the body.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    pub head_length: u32,
    pub version: u32,
    pub cmd: u32,
    pub seq: u32,
    pub body: Vec<u8>,
}

impl Heard {
    /// The body as the message that it should be.
    pub fn read<M: Message + Default>(&self) -> M {
        M::decode(&self.body[..]).unwrap()
    }

    /// The code of a reply.
    pub fn code(&self) -> Code {
        self.read::<pb::Refusal>().code()
    }
}

pub struct Peer {
    pub stream: TcpStream,
    pub user: i64,
    next_seq: u32,
    /// Pushes that came while a reply was waited for.
    pub pushes: Vec<Heard>,
}

/// The bytes of a frame.
pub fn bytes(version: u32, cmd: u32, seq: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in [20, version, cmd, seq, body.len() as u32] {
        bytes.extend_from_slice(&number.to_be_bytes());
    }
    bytes.extend_from_slice(body);
    bytes
}

impl Peer {
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, user: 0, next_seq: 1, pushes: Vec::new() }
    }

    pub async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// Sends a request without waiting, and gives its sequence.
    pub async fn ask(&mut self, command: Command, request: &impl Message) -> u32 {
        let seq = self.next_seq;
        self.next_seq += 1;
        self.write(&bytes(VERSION, command as u32, seq, &request.encode_to_vec())).await;
        seq
    }

    /// The next frame, or `None` when the server has closed.
    pub async fn hear(&mut self) -> Option<Heard> {
        let mut head = [0; 20];
        let mut filled = 0;
        while filled < head.len() {
            match self.stream.read(&mut head[filled..]).await {
                Ok(0) | Err(_) => {
                    assert_eq!(filled, 0, "closed in the middle of a header");
                    return None;
                }
                Ok(read) => filled += read,
            }
        }
        let number = |place: usize| u32::from_be_bytes(head[4 * place..4 * place + 4].try_into().unwrap());
        let mut body = vec![0; number(4) as usize];
        self.stream.read_exact(&mut body).await.unwrap();
        Some(Heard { head_length: number(0), version: number(1), cmd: number(2), seq: number(3), body })
    }

    /// The reply to a request; pushes that come before it are kept.
    pub async fn reply(&mut self, seq: u32) -> Heard {
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
    pub async fn call<R: Message + Default>(&mut self, command: Command, request: &impl Message) -> R {
        let seq = self.ask(command, request).await;
        self.reply(seq).await.read()
    }

    /// The next push.
    pub async fn push(&mut self) -> Heard {
        if !self.pushes.is_empty() {
            return self.pushes.remove(0);
        }
        let heard = self.hear().await.expect("closed before a push");
        assert_eq!(heard.seq, 0, "a reply, not a push");
        heard
    }

    /// Entries as they are pushed, until there are `count`.
    pub async fn entries(&mut self, count: usize) -> Vec<pb::Entry> {
        let mut entries = Vec::new();
        while entries.len() < count {
            let push = self.push().await;
            if push.cmd == Command::PushEntries as u32 {
                entries.extend(push.read::<pb::EntriesPush>().entries);
            }
        }
        entries
    }

    /// Logs in with a token. Where to resume, if anywhere, is `(epoch, cursor)`.
    pub async fn hello(&mut self, token: &str, device: &str, resume: Option<(&str, i64)>) -> pb::HelloReply {
        let reply: pb::HelloReply = self.call(Command::Hello, &hello(token, device, resume)).await;
        assert_eq!(reply.code(), Code::Ok, "{}", reply.message);
        self.user = reply.user_id;
        reply
    }

    /// Sends text, and gives its place in the log.
    pub async fn send(&mut self, to: i64, id: &str, text: &str) -> pb::SendReply {
        self.call(Command::Send, &text_to(to, id, text)).await
    }

    /// Asserts that nothing was pushed until now: what was, would lie before the echo of a noop.
    pub async fn nothing_pushed(&mut self) {
        self.write(&bytes(VERSION, 6, u32::MAX, &[])).await;
        let heard = self.reply(u32::MAX).await;
        assert_eq!(heard.cmd, 6);
        assert_eq!(self.pushes, []);
    }

    /// Reads to the end of the link, and gives the reason that the server said.
    pub async fn closed(&mut self) -> Option<pb::CloseReason> {
        let mut reason = None;
        while let Some(heard) = self.hear().await {
            assert_eq!(reason, None, "something after the goodbye");
            if heard.cmd == Command::PushClosing as u32 {
                reason = Some(heard.read::<pb::ClosingPush>().reason());
            }
        }
        reason
    }
}

pub fn hello(token: &str, device: &str, resume: Option<(&str, i64)>) -> pb::HelloRequest {
    pb::HelloRequest {
        credential: Some(pb::hello_request::Credential::Token(token.into())),
        device_id: device.into(),
        resume: resume.map(|(epoch, cursor)| pb::Resume { epoch: epoch.into(), cursor }),
        client: "a test".into(),
    }
}

pub fn text_to(to: i64, id: &str, text: &str) -> pb::SendRequest {
    let content = text.as_bytes().to_vec().into();
    pb::SendRequest { to, client_msg_id: id.into(), content_type: pb::ContentType::Text as u32, content }
}
