//! A WebSocket client of a library's, which speaks the frames of PROTOCOL.md.

use futures_util::{SinkExt, StreamExt};
use longlink::wire::pb::{self, CloseReason};
use longlink::wire::{Code, Command};
use longlink_client::Connection;
use prost::Message as _;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

use super::World;
use super::peer::{VERSION, bytes};
use super::requests::hello;
use super::tls::HTTP;

/// A WebSocket client of a library's.
pub(crate) struct Web {
    pub(crate) socket: WebSocketStream<Connection>,
}

/// What a server said last: its code in the close frame, if there was one.
pub(crate) type Closed = (Vec<CloseReason>, Option<u16>);

impl Web {
    pub(crate) async fn connect(world: &World) -> Self {
        let stream = TcpStream::connect(world.server.http()).await.unwrap();
        Self::over(Connection::Plain(stream), &format!("ws://{}/ws", world.server.http())).await
    }

    /// The same over TLS.
    pub(crate) async fn encrypted(world: &World) -> Self {
        let stream = world.encrypted_to(HTTP).await.unwrap();
        Self::over(stream, &format!("wss://{}/ws", world.server.ports().https.unwrap())).await
    }

    pub(crate) async fn over(stream: Connection, url: &str) -> Self {
        let mut request = url.into_client_request().unwrap();
        let origin = url.replacen("ws", "http", 1).replacen("/ws", "", 1);
        let headers = request.headers_mut();
        headers.insert("Sec-WebSocket-Protocol", "longlink.v1".parse().unwrap());
        headers.insert("Origin", origin.parse().unwrap());
        let (socket, answer) = client_async(request, stream).await.unwrap();
        assert_eq!(answer.headers()["sec-websocket-protocol"], "longlink.v1");
        Self { socket }
    }

    pub(crate) async fn say(&mut self, cmd: u32, seq: u32, body: &[u8]) {
        self.socket.send(Message::binary(bytes(VERSION, cmd, seq, body))).await.unwrap();
    }

    /// The next frame: its command, sequence and body.
    pub(crate) async fn hear(&mut self) -> (u32, u32, Vec<u8>) {
        loop {
            let Some(Ok(Message::Binary(message))) = self.socket.next().await else { panic!("no frame") };
            let heard = frame(&message);
            // That something arrived at somebody's device is told when it is noticed: tests here are about other things.
            let is_receipt = heard.0 == Command::PushReceipt as u32;
            if !is_receipt || <pb::ReceiptPush as prost::Message>::decode(&heard.2[..]).unwrap().up_to > 0 {
                return heard;
            }
        }
    }

    pub(crate) async fn call<R: prost::Message + Default>(
        &mut self,
        command: Command,
        seq: u32,
        request: &impl prost::Message,
    ) -> R {
        self.say(command as u32, seq, &request.encode_to_vec()).await;
        let (cmd, replied, body) = self.hear().await;
        assert_eq!((cmd, replied), (command as u32, seq));
        R::decode(&body[..]).unwrap()
    }

    pub(crate) async fn logged_in(world: &World, name: &str) -> (Self, i64) {
        let (user, token) = world.user(name).await;
        let mut web = Self::connect(world).await;
        let reply: pb::HelloReply = web.call(Command::Hello, 1, &hello(&token, "browser", None)).await;
        assert_eq!((reply.code(), reply.user_id), (Code::Ok, user));
        (web, user)
    }

    /// Hears to the end.
    pub(crate) async fn closed(mut self) -> Closed {
        let (mut reasons, mut code) = (Vec::new(), None);
        while let Some(Ok(message)) = self.socket.next().await {
            match message {
                Message::Binary(message) => {
                    assert_eq!(code, None, "something after the close");
                    let (cmd, seq, body) = frame(&message);
                    if cmd == Command::PushClosing as u32 {
                        assert_eq!(seq, 0);
                        reasons.push(pb::ClosingPush::decode(&body[..]).unwrap().reason());
                    }
                }
                Message::Close(close) => code = close.map(|close| close.code.into()),
                other @ (Message::Text(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => {
                    panic!("{other:?}")
                }
            }
        }
        (reasons, code)
    }
}

pub(crate) fn frame(message: &[u8]) -> (u32, u32, Vec<u8>) {
    let number = |place: usize| u32::from_be_bytes(message[4 * place..4 * place + 4].try_into().unwrap());
    // Before a frame was heard there is no version to echo.
    assert!(number(0) == 20 && [0, VERSION].contains(&number(1)));
    assert_eq!(message.len(), 20 + number(4) as usize, "one frame is one message");
    (number(2), number(3), message[20..].to_vec())
}
