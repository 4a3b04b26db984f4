use std::io;
use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use longlink::wire::codec::FrameCodec;
use longlink::wire::frame::{SEQ_NOOP, SEQ_PUSH};
use longlink::wire::{Ask, Command, Frame, Outgoing};
use longlink_client::{Client, Connected, Dial, Event, Events, Settings, pb};
use prost::Message;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::codec::Framed;

/// The user whose client is tested.
pub(crate) const ME: i64 = 7;
/// The client's number for itself in these stories.
pub(crate) const VERSION: u32 = 42;

/// Without word of what has arrived, which would come in between at times of its own.
pub(crate) fn settings() -> Settings {
    let settings = Settings::password("anna", "secret");
    Settings { client_version: VERSION, device_id: "device".into(), tell_delivered: false, ..settings }
}

/// A real port of this machine.
pub(crate) struct Port {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
}

impl Port {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        Self { listener, address }
    }

    pub(crate) async fn accept(&self) -> Peer<TcpStream> {
        Peer::new(self.listener.accept().await.unwrap().0)
    }
}

/// Connections without sockets, so that time can be virtual.
pub(crate) struct Pipes {
    dialled: mpsc::Receiver<DuplexStream>,
    waiting: Option<DuplexStream>,
}

pub(crate) struct Pipe(mpsc::Sender<DuplexStream>);

pub(crate) fn pipes() -> (Pipe, Pipes) {
    let (sender, receiver) = mpsc::channel(1);
    (Pipe(sender), Pipes { dialled: receiver, waiting: None })
}

impl Dial for Pipe {
    type Io = DuplexStream;

    async fn dial(&mut self) -> io::Result<DuplexStream> {
        let (near, far) = duplex(64 * 1024);
        self.0.send(far).await.map_err(|_| io::ErrorKind::ConnectionRefused)?;
        Ok(near)
    }
}

impl Pipes {
    pub(crate) async fn accept(&mut self) -> Peer<DuplexStream> {
        self.dialled().await;
        Peer::new(self.waiting.take().expect("the client dials"))
    }

    /// Waits until the client has dialled, which is accepted later.
    pub(crate) async fn dialled(&mut self) {
        if self.waiting.is_none() {
            self.waiting = self.dialled.recv().await;
        }
    }
}

/// A client that is logged in over a pipe, what it tells, and the server's end.
pub(crate) async fn logged_in(settings: Settings) -> (Client, Events, Peer<DuplexStream>, Pipes) {
    let (pipe, mut pipes) = pipes();
    let (client, mut events) = Client::connect_with(pipe, settings);
    let mut server = pipes.accept().await;
    server.let_in(welcome()).await;
    connected(&mut events).await;
    (client, events, server, pipes)
}

/// What a server says at login if the story does not care.
pub(crate) fn welcome() -> pb::HelloReply {
    pb::HelloReply {
        user_id: ME,
        user_name: "anna".into(),
        heartbeat_interval_ms: 60_000,
        epoch: "first".into(),
        head: 10,
        ..Default::default()
    }
}

pub(crate) fn back_again() -> pb::HelloReply {
    pb::HelloReply { resumed: pb::ResumeOutcome::Continued.into(), ..welcome() }
}

/// The server's end of a link.
pub(crate) struct Peer<T> {
    frames: Framed<T, FrameCodec>,
}

impl<T: AsyncRead + AsyncWrite + Unpin> Peer<T> {
    fn new(io: T) -> Self {
        Self { frames: Framed::new(io, FrameCodec::new(VERSION)) }
    }

    /// The next frame; `None` when the client has gone.
    pub(crate) async fn heard(&mut self) -> Option<Frame> {
        self.frames.next().await?.ok()
    }

    /// The next frame, which is this request, and its sequence.
    pub(crate) async fn asked<A: Ask>(&mut self) -> (u32, A) {
        self.asked_by(VERSION).await
    }

    /// As `asked`, from a client with another number for itself.
    pub(crate) async fn asked_by<A: Ask>(&mut self, client_version: u32) -> (u32, A) {
        let frame = self.heard().await.expect("a request");
        assert_eq!(frame.cmd_id, A::COMMAND as u32);
        assert_eq!(frame.client_version, client_version);
        assert!((1..0xFFFF_FFF0).contains(&frame.seq), "seq {}", frame.seq);
        (frame.seq, A::decode(frame.body).unwrap())
    }

    pub(crate) async fn say(&mut self, command: Command, seq: u32, message: impl Message) {
        let frame = Outgoing { cmd_id: command as u32, seq, body: message.encode_to_vec().into() };
        self.frames.send(frame).await.unwrap();
    }

    /// Hears hello, and answers it so. Gives what the client presented.
    pub(crate) async fn let_in(&mut self, reply: pb::HelloReply) -> pb::HelloRequest {
        let (seq, hello) = self.asked().await;
        self.say(Command::Hello, seq, reply).await;
        hello
    }

    /// Hears a send, and says that it is kept there.
    pub(crate) async fn keep(&mut self, queue_id: i64) -> pb::SendRequest {
        let (seq, request) = self.asked().await;
        self.say(Command::Send, seq, pb::SendReply { queue_id, ..Default::default() }).await;
        request
    }

    pub(crate) async fn push(&mut self, entries: impl IntoIterator<Item = pb::Entry>) {
        let entries = entries.into_iter().collect();
        self.say(Command::PushEntries, SEQ_PUSH, pb::EntriesPush { entries }).await;
    }

    pub(crate) async fn close_with(&mut self, reason: pb::CloseReason) {
        let push = pb::ClosingPush { reason: reason.into(), message: String::new() };
        self.say(Command::PushClosing, SEQ_PUSH, push).await;
    }

    pub(crate) async fn echo_noop(&mut self) {
        self.say(Command::Noop, SEQ_NOOP, ()).await;
    }

    pub(crate) fn into_inner(self) -> T {
        self.frames.into_inner()
    }
}

pub(crate) fn is_noop(frame: &Frame) -> bool {
    frame.cmd_id == Command::Noop as u32 && frame.seq == SEQ_NOOP && frame.body.is_empty()
}

pub(crate) fn entry(queue_id: i64) -> pb::Entry {
    pb::Entry { queue_id, from: 3, to: ME, content: queue_id.to_string().into(), ..Default::default() }
}

pub(crate) fn own_entry(queue_id: i64, client_msg_id: &str) -> pb::Entry {
    pb::Entry { from: ME, to: 3, client_msg_id: client_msg_id.into(), ..entry(queue_id) }
}

pub(crate) async fn connected(events: &mut Events) -> Connected {
    match events.recv().await {
        Some(Event::Connected(connected)) => connected,
        other => panic!("not connected but {other:?}"),
    }
}

pub(crate) async fn disconnected(events: &mut Events) -> longlink_client::Broken {
    match events.recv().await {
        Some(Event::Disconnected { why, .. }) => why,
        other => panic!("not disconnected but {other:?}"),
    }
}

pub(crate) async fn ended(events: &mut Events) -> longlink_client::Ended {
    let ended = match events.recv().await {
        Some(Event::Ended(ended)) => ended,
        other => panic!("not ended but {other:?}"),
    };
    assert!(events.recv().await.is_none(), "nothing comes after the end");
    ended
}

pub(crate) async fn next_entry(events: &mut Events) -> pb::Entry {
    match events.recv().await {
        Some(Event::Entry(entry)) => entry,
        other => panic!("no entry but {other:?}"),
    }
}
