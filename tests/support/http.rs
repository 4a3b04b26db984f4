//! HTTP by hand: bytes out, bytes in.

use std::net::SocketAddr;
use std::time::Duration;

use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::World;

/// For so long an answer may be missing before the test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// A header of the answer; its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(key, _)| key.to_lowercase() == name).map(|(_, value)| value)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// Sends these bytes on a connection of their own, and reads the answer.
pub(crate) async fn exchange(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    read_answer(&mut stream).await
}

/// Reads up to the empty line behind the headers.
pub(crate) async fn read_head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let byte = timeout(PATIENCE, stream.read_u8()).await.expect("no answer");
        head.push(byte.unwrap_or_else(|error| panic!("{error} behind {:?}", String::from_utf8_lossy(&head))));
    }
    String::from_utf8(head).unwrap()
}

/// Reads one answer, which must say how long it is.
pub(crate) async fn read_answer(stream: &mut TcpStream) -> Answer {
    let head = read_head(stream).await;
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let mut answer = Answer { status, head, body: Vec::new() };
    let length = answer.header("content-length").expect("no Content-Length").parse().unwrap();
    answer.body = vec![0; length];
    timeout(PATIENCE, stream.read_exact(&mut answer.body)).await.expect("no body").unwrap();
    answer
}

/// Asks for a command by HTTP, with a token.
pub(crate) async fn cgi<R: Message + Default>(world: &World, command: &str, token: &str, request: &impl Message) -> R {
    let body = request.encode_to_vec();
    let head = format!(
        "POST /cgi/{command} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    let answer = exchange(world.server.http(), &[head.as_bytes(), &body].concat()).await;
    assert_eq!(answer.status, 200, "{}", answer.head);
    R::decode(&answer.body[..]).unwrap()
}

/// How many users have a link or wait, as the server counts them.
pub(crate) async fn users_online(world: &World) -> u64 {
    let page = exchange(world.server.http(), b"GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n").await;
    let line = page.text().lines().find(|line| line.starts_with("longlink_users_online ")).unwrap().to_owned();
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

/// Begins to wait, and comes back when the server waits, too.
pub(crate) async fn waiting(world: &World, request: &[u8]) -> TcpStream {
    let before = users_online(world).await;
    let mut stream = TcpStream::connect(world.server.http()).await.unwrap();
    stream.write_all(request).await.unwrap();
    while users_online(world).await == before {}
    stream
}
