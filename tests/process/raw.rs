//! Frames on a link that may be cut anywhere, read and written apart from one another.

use std::net::SocketAddr;

use longlink::wire::{Command, pb};
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::time::timeout;

use super::program::PATIENCE;
use crate::support::peer::{VERSION, bytes};

/// A frame as far as these tests look at it.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) cmd: u32,
    pub(super) seq: u32,
    pub(super) body: Vec<u8>,
}

impl Frame {
    pub(super) fn read<M: Message + Default>(&self) -> M {
        M::decode(&self.body[..]).unwrap()
    }

    pub(super) fn is(&self, command: Command) -> bool {
        self.cmd == command as u32
    }
}

/// What is heard on a link.
pub(super) struct Ear(BufReader<OwnedReadHalf>);

/// What is said on it.
pub(super) struct Mouth {
    stream: OwnedWriteHalf,
    next_seq: u32,
}

/// A connection; `None` if nobody listens any more.
pub(super) async fn connect(address: SocketAddr) -> Option<(Ear, Mouth)> {
    let stream = TcpStream::connect(address).await.ok()?;
    stream.set_nodelay(true).ok()?;
    let (read, write) = stream.into_split();
    Some((Ear(BufReader::new(read)), Mouth { stream: write, next_seq: 1 }))
}

impl Ear {
    /// The next frame; `None` when the link is gone, be it in the middle of a frame.
    pub(super) async fn hear(&mut self) -> Option<Frame> {
        timeout(PATIENCE, self.hear_now()).await.expect("the server says nothing")
    }

    async fn hear_now(&mut self) -> Option<Frame> {
        let mut numbers = [0; 5];
        for number in &mut numbers {
            *number = self.0.read_u32().await.ok()?;
        }
        let [head_length, _, cmd, seq, body_length] = numbers;
        assert_eq!(head_length, 20);
        let mut body = vec![0; body_length as usize];
        self.0.read_exact(&mut body).await.ok()?;
        Some(Frame { cmd, seq, body })
    }
}

impl Mouth {
    /// Sends a request, and gives its sequence; `None` when the link is gone.
    pub(super) async fn ask(&mut self, command: Command, request: &impl Message) -> Option<u32> {
        let seq = self.next_seq;
        self.next_seq += 1;
        let frame = bytes(VERSION, command as u32, seq, &request.encode_to_vec());
        let written = timeout(PATIENCE, self.stream.write_all(&frame)).await.expect("the server does not read");
        written.ok().map(|()| seq)
    }
}

/// Logs in; `None` if the link is gone before it is decided.
pub(super) async fn log_in(
    ear: &mut Ear,
    mouth: &mut Mouth,
    token: &str,
    device: &str,
    resume: Option<(&str, i64)>,
) -> Option<pb::HelloReply> {
    let request = pb::HelloRequest {
        credential: Some(pb::hello_request::Credential::Token(token.into())),
        device_id: device.into(),
        resume: resume.map(|(epoch, cursor)| pb::Resume { epoch: epoch.into(), cursor }),
        client: "a test".into(),
    };
    let seq = mouth.ask(Command::Hello, &request).await?;
    let reply = ear.hear().await?;
    assert_eq!(reply.seq, seq, "{reply:?}");
    let reply: pb::HelloReply = reply.read();
    assert_eq!(reply.code(), pb::Code::Ok, "{}", reply.message);
    Some(reply)
}
