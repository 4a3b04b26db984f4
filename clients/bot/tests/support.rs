/// What the server says to each request.
mod answers;

use std::process::{ExitStatus, Stdio};

use futures_util::{SinkExt, StreamExt};
use longlink::wire::codec::FrameCodec;
use longlink::wire::{Command, Outgoing, Request};

use longlink_client::pb;
use prost::Message;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdin, ChildStdout};
use tokio::sync::mpsc;
use tokio_util::codec::Framed;

pub(crate) const ANNA: i64 = 7;
pub(crate) const BOB: i64 = 3;
pub(crate) const CATS: i64 = -5;

/// A bot that runs.
pub(crate) struct Bot {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Lines<BufReader<ChildStdout>>,
}

impl Bot {
    /// Runs the bot as anna, whose password is in the environment.
    pub(crate) fn run(server: &Server, args: &[&str]) -> Self {
        let mut all = vec![args[0], "--server", &server.address, "--user", "anna"];
        all.extend(&args[1..]);
        Self::run_with(&all, Some("secret"))
    }

    pub(crate) fn run_with(args: &[&str], password: Option<&str>) -> Self {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_bot"));
        command.args(args).env_remove("LONGLINK_PASSWORD").env_remove("LONGLINK_TOKEN").env_remove("RUST_LOG");
        command.envs(password.map(|password| ("LONGLINK_PASSWORD", password)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { stdin: child.stdin.take(), stdout, child }
    }

    pub(crate) async fn type_line(&mut self, line: &str) {
        self.stdin.as_mut().unwrap().write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    pub(crate) async fn shows(&mut self) -> String {
        self.stdout.next_line().await.unwrap().expect("another line")
    }

    /// Ends its input, and gives what else it showed, what it said on stderr, and how it ended.
    pub(crate) async fn ends(mut self) -> (Vec<String>, String, ExitStatus) {
        drop(self.stdin.take());
        let mut lines = Vec::new();
        while let Some(line) = self.stdout.next_line().await.unwrap() {
            lines.push(line);
        }
        let mut errors = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).await.unwrap();
        (lines, errors, self.child.wait().await.unwrap())
    }
}

/// A server with anna, bob and the group cats. Its answers are sensible; what it was asked can be read.
pub(crate) struct Server {
    pub(crate) address: String,
    requests: mpsc::Receiver<Request>,
    orders: mpsc::Sender<Order>,
}

enum Order {
    Push(Command, Vec<u8>),
    Cut,
}

impl Server {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (heard, requests) = mpsc::channel(100);
        let (orders, mut to_do) = mpsc::channel(100);
        tokio::spawn(async move {
            let mut head = 10;
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                serve(socket, &mut head, &heard, &mut to_do).await;
            }
        });
        Self { address, requests, orders }
    }

    pub(crate) async fn push(&self, entry: pb::Entry) {
        self.tell(Command::PushEntries, pb::EntriesPush { entries: vec![entry] }).await;
    }

    pub(crate) async fn tell(&self, push: Command, message: impl Message) {
        self.orders.send(Order::Push(push, message.encode_to_vec())).await.unwrap();
    }

    pub(crate) async fn cut(&self) {
        self.orders.send(Order::Cut).await.unwrap();
    }

    /// The next request that matters to the story.
    pub(crate) async fn asked(&mut self) -> Request {
        loop {
            let request = self.requests.recv().await.unwrap();
            let dull = matches!(
                request,
                Request::Users(_) | Request::GroupList(_) | Request::History(_) | Request::MarkDelivered(_)
            );
            if !dull {
                return request;
            }
        }
    }

    /// The next send, whatever else is asked before it.
    pub(crate) async fn sent(&mut self) -> pb::SendRequest {
        loop {
            if let Request::Send(send) = self.asked().await {
                return send;
            }
        }
    }
}

async fn serve(socket: TcpStream, head: &mut i64, heard: &mpsc::Sender<Request>, to_do: &mut mpsc::Receiver<Order>) {
    let mut frames = Framed::new(socket, FrameCodec::new(1));
    let mut logged_in = false;
    loop {
        let (cmd_id, seq, body) = tokio::select! {
            biased;
            order = to_do.recv(), if logged_in => match order {
                Some(Order::Push(command, body)) => (command as u32, 0, body),
                Some(Order::Cut) | None => return,
            },
            frame = frames.next() => {
                let Some(Ok(frame)) = frame else { return };
                let request = Request::decode(frame.cmd_id, frame.body).unwrap();
                let body = answers::to(&request, head);
                logged_in |= matches!(request, Request::Hello(_));
                heard.send(request).await.unwrap();
                (frame.cmd_id, frame.seq, body)
            }
        };
        if frames.send(Outgoing { cmd_id, seq, body: body.into() }).await.is_err() {
            return;
        }
    }
}

pub(crate) fn said(queue_id: i64, from: i64, to: i64, text: &str) -> pb::Entry {
    let content = text.to_owned().into();
    let content_type = pb::ContentType::Text as u32;
    pb::Entry { queue_id, from, to, content_type, content, client_msg_id: queue_id.to_string(), ..Default::default() }
}
