//! A user at every door: requests go in through any of them, and what is for the user comes out at one.

use std::net::SocketAddr;

use longlink::wire::{Ask, COMMANDS, Command, pb};
use prost::Message;
use prost_reflect::DynamicMessage;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use crate::descriptors;
use crate::support::http::exchange;
use crate::support::web::Web;
use crate::support::{Peer, World, hello};

/// Entries that the test has not taken yet.
const ENTRIES_MAX: usize = 10_000;
/// How long a request by HTTP waits for entries.
const WAIT_MS: u32 = 20_000;

pub(super) struct Desk {
    http: SocketAddr,
    token: String,
    pen: Peer,
    web: Web,
    web_seq: u32,
    /// What the reader is shown.
    pub(super) entries: mpsc::Receiver<pb::Entry>,
    reader: JoinHandle<()>,
}

impl Desk {
    /// Sits down, with a reader that has everything up to `cursor`; `kind` says at which door.
    pub(super) async fn open(world: &World, token: &str, epoch: &str, cursor: i64, kind: usize) -> Self {
        let http = world.server.http();
        let mut pen = world.stranger().await;
        pen.hello(token, "pen", None).await;
        let mut web = Web::connect(world).await;
        let reply: pb::HelloReply = web.call(Command::Hello, 1, &hello(token, "page", None)).await;
        assert_eq!(reply.code, 0, "{}", reply.message);
        let (to, entries) = mpsc::channel(ENTRIES_MAX);
        let login = hello(token, "reader", Some((epoch, cursor)));
        let reader = match kind % 3 {
            0 => {
                let mut peer = world.stranger().await;
                peer.call::<pb::HelloReply>(Command::Hello, &login).await;
                TaskTracker::new().spawn(read_link(peer, to))
            }
            1 => {
                let mut web = Web::connect(world).await;
                web.call::<pb::HelloReply>(Command::Hello, 1, &login).await;
                TaskTracker::new().spawn(read_web(web, to))
            }
            _ => TaskTracker::new().spawn(read_waiting(http, token.to_owned(), cursor, to)),
        };
        Self { http, token: token.to_owned(), pen, web, web_seq: 1, entries, reader }
    }

    /// Before the server goes, so that nobody asks where nobody is.
    pub(super) fn close(self) {
        self.reader.abort();
    }

    pub(super) async fn ask<A: Ask>(&mut self, door: usize, request: &A) -> A::Reply {
        match door % 4 {
            0 => {
                self.pen.pushes.clear();
                self.pen.call(A::COMMAND, request).await
            }
            1 => self.ask_web(A::COMMAND, request).await,
            2 => cgi(self.http, &self.token, request).await,
            _ => self.ask_json(request).await,
        }
    }

    async fn ask_web<R: Message + Default>(&mut self, command: Command, request: &impl Message) -> R {
        self.web_seq += 1;
        self.web.say(command as u32, self.web_seq, &request.encode_to_vec()).await;
        loop {
            let (_, seq, body) = self.web.hear().await;
            if seq == self.web_seq {
                return R::decode(&body[..]).unwrap();
            }
            assert_eq!(seq, 0, "the reply of another request");
        }
    }

    async fn ask_json<A: Ask>(&self, request: &A) -> A::Reply {
        let row = COMMANDS.iter().find(|row| row.command == A::COMMAND).unwrap();
        let described = |name| descriptors::message(name).unwrap();
        let body = DynamicMessage::decode(described(row.request), &request.encode_to_vec()[..]).unwrap();
        let body = serde_json::to_string(&body).unwrap();
        let answer = post(self.http, row.name, &self.token, "application/json", body.as_bytes()).await;
        let mut json = serde_json::Deserializer::from_slice(&answer);
        let reply = DynamicMessage::deserialize(described(row.reply), &mut json).unwrap();
        A::Reply::decode(&reply.encode_to_vec()[..]).unwrap()
    }
}

async fn cgi<A: Ask>(http: SocketAddr, token: &str, request: &A) -> A::Reply {
    let row = COMMANDS.iter().find(|row| row.command == A::COMMAND).unwrap();
    let answer = post(http, row.name, token, "application/octet-stream", &request.encode_to_vec()).await;
    A::Reply::decode(&answer[..]).unwrap()
}

async fn post(http: SocketAddr, command: &str, token: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /cgi/{command} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: {kind}\r\n\
         Authorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let answer = exchange(http, &[head.as_bytes(), body].concat()).await;
    assert_eq!(answer.status, 200, "{}", answer.head);
    answer.body
}

/// Reads what is pushed on a link, however long nothing is.
async fn read_link(mut peer: Peer<TcpStream>, to: mpsc::Sender<pb::Entry>) {
    let mut head = [0; 20];
    while peer.stream.read_exact(&mut head).await.is_ok() {
        let number = |place: usize| u32::from_be_bytes(head[4 * place..4 * place + 4].try_into().unwrap());
        let mut body = vec![0; number(4) as usize];
        peer.stream.read_exact(&mut body).await.unwrap();
        if !give(number(2), &body, &to).await {
            return;
        }
    }
}

async fn read_web(mut web: Web, to: mpsc::Sender<pb::Entry>) {
    loop {
        let (cmd, _, body) = web.hear().await;
        if !give(cmd, &body, &to).await {
            return;
        }
    }
}

async fn give(cmd: u32, body: &[u8], to: &mpsc::Sender<pb::Entry>) -> bool {
    if cmd == Command::PushEntries as u32 {
        for entry in pb::EntriesPush::decode(body).unwrap().entries {
            if to.send(entry).await.is_err() {
                return false;
            }
        }
    }
    cmd != Command::PushClosing as u32
}

/// Reads by asking, and by waiting where there is nothing yet.
async fn read_waiting(http: SocketAddr, token: String, mut after: i64, to: mpsc::Sender<pb::Entry>) {
    loop {
        let page = cgi(http, &token, &pb::SyncRequest { after, limit: 0, wait_ms: WAIT_MS }).await;
        assert!(page.code == 0 && page.cursor >= after, "{page:?}");
        after = page.cursor;
        for entry in page.entries {
            if to.send(entry).await.is_err() {
                return;
            }
        }
    }
}
