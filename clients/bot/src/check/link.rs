//! A link as bare frames. The client library drops what comes twice and puts a reconnect right; here it has to show.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt, StreamExt};
use longlink::wire::codec::{CodecError, FrameCodec};
use longlink::wire::frame::{FRAME_LENGTH_MAX, SEQ_NOOP, SEQ_PUSH};
use longlink::wire::{Ask, Command, Frame, Outgoing};
use longlink_client::{ALPN_LINK, Connection, Protection, Server, TrustError, pb};
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async};
use tokio_util::codec::Framed;

/// Whatever takes longer than this has met a link that only looks alive.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Why a link is no more.
#[derive(Debug)]
pub(super) enum Gone {
    /// As links go.
    Broken,
    /// The server ended it, and said not to come back.
    Stopped(String),
    /// What came cannot be read.
    Unreadable(String),
}

/// By which door a link goes in. The frames are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    Tcp,
    WebSocket,
}

pub(super) struct Link {
    frames: Frames,
    seq: u32,
}

enum Frames {
    Tcp(Box<Framed<Connection, FrameCodec>>),
    WebSocket(Box<WebSocketStream<Connection>>),
}

impl Link {
    pub(super) async fn connect(address: SocketAddr, door: Door, secured: Option<&Secured>) -> Result<Self, Gone> {
        timeout(PATIENCE, Self::connect_now(address, door, secured)).await.map_err(|_| Gone::Broken)?
    }

    async fn connect_now(address: SocketAddr, door: Door, secured: Option<&Secured>) -> Result<Self, Gone> {
        let stream = TcpStream::connect(address).await.map_err(|_| Gone::Broken)?;
        stream.set_nodelay(true).map_err(|_| Gone::Broken)?;
        let stream = match secured {
            None => Connection::Plain(stream),
            Some(secured) => secured.encrypt(stream, door).await?,
        };
        let frames = match door {
            Door::Tcp => Frames::Tcp(Box::new(Framed::new(stream, FrameCodec::new(CLIENT_VERSION)))),
            Door::WebSocket => Frames::WebSocket(Box::new(shake_hands(stream, address).await?)),
        };
        Ok(Self { frames, seq: 0 })
    }

    /// Sends a request, and gives its sequence.
    pub(super) async fn ask<A: Ask>(&mut self, request: &A) -> Result<u32, Gone> {
        self.seq += 1;
        let frame = Outgoing { cmd_id: A::COMMAND as u32, seq: self.seq, body: request.encode_to_vec().into() };
        self.say(frame).await?;
        Ok(self.seq)
    }

    /// Asks for a sign of life.
    pub(super) async fn noop(&mut self) -> Result<(), Gone> {
        self.say(Outgoing { cmd_id: Command::Noop as u32, seq: SEQ_NOOP, body: Bytes::new() }).await
    }

    async fn say(&mut self, frame: Outgoing) -> Result<(), Gone> {
        let said = async {
            match &mut self.frames {
                Frames::Tcp(frames) => frames.send(frame).await.is_ok(),
                Frames::WebSocket(socket) => {
                    let mut bytes = BytesMut::new();
                    frame.put(CLIENT_VERSION, &mut bytes);
                    socket.send(Message::Binary(bytes.freeze())).await.is_ok()
                }
            }
        };
        if timeout(PATIENCE, said).await.unwrap_or(false) { Ok(()) } else { Err(Gone::Broken) }
    }

    /// The next frame. Nothing is lost when the future is dropped.
    pub(super) async fn hear(&mut self) -> Result<Frame, Gone> {
        let frame = match &mut self.frames {
            Frames::Tcp(frames) => match frames.next().await {
                Some(Ok(frame)) => frame,
                Some(Err(CodecError::Frame(error))) => return Err(Gone::Unreadable(error.to_string())),
                Some(Err(CodecError::Io(_))) | None => return Err(Gone::Broken),
            },
            Frames::WebSocket(socket) => hear_message(socket).await?,
        };
        if frame.seq == SEQ_PUSH && frame.cmd_id == Command::PushClosing as u32 {
            let push: pb::ClosingPush = read(&frame)?;
            let stays_away = (200..300).contains(&push.reason);
            return Err(if stays_away {
                Gone::Stopped(format!("{} ({})", push.reason().as_str_name(), push.message))
            } else {
                Gone::Broken
            });
        }
        Ok(frame)
    }

    /// Asks, and waits for the answer; pushes that come before it are passed to `pushed`.
    pub(super) async fn call<A: Ask>(&mut self, request: &A, mut pushed: impl FnMut(Frame)) -> Result<A::Reply, Gone> {
        let seq = self.ask(request).await?;
        loop {
            let frame = timeout(PATIENCE, self.hear()).await.map_err(|_| Gone::Broken)??;
            if frame.seq == seq {
                return read(&frame);
            }
            pushed(frame);
        }
    }
}

/// What it takes to encrypt links by each door.
#[derive(Clone)]
pub(super) struct Secured {
    links: TlsConnector,
    web: TlsConnector,
    name: ServerName<'static>,
}

impl Secured {
    /// For a server at `address`, if it is to be TLS.
    pub(super) fn new(address: &str, protection: Protection) -> Result<Option<Self>, String> {
        let server = Server::new(address, protection);
        let Some((name, trust)) = server.tls() else { return Ok(None) };
        let connector =
            |alpn: &[u8]| trust.config(alpn).map(TlsConnector::from).map_err(|error: TrustError| error.to_string());
        let name = ServerName::try_from(name.to_owned()).map_err(|error| format!("{name}: {error}"))?;
        Ok(Some(Self { links: connector(ALPN_LINK)?, web: connector(b"http/1.1")?, name }))
    }

    async fn encrypt(&self, stream: TcpStream, door: Door) -> Result<Connection, Gone> {
        let connector = match door {
            Door::Tcp => &self.links,
            Door::WebSocket => &self.web,
        };
        match connector.connect(self.name.clone(), stream).await {
            Ok(stream) => Ok(Connection::Tls(Box::new(stream))),
            // The network may have cut it here too; but coming again helps nobody whom the certificate does not suit.
            Err(error) => match error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>()) {
                Some(error @ rustls::Error::InvalidCertificate(_)) => Err(Gone::Stopped(error.to_string())),
                Some(_) | None => Err(Gone::Broken),
            },
        }
    }
}

/// The message in a frame.
pub(super) fn read<M: prost::Message + Default>(frame: &Frame) -> Result<M, Gone> {
    M::decode(frame.body.clone()).map_err(|error| Gone::Unreadable(error.to_string()))
}

/// A path, a subprotocol: PROTOCOL.md, W1.
async fn shake_hands(stream: Connection, address: SocketAddr) -> Result<WebSocketStream<Connection>, Gone> {
    let mut request = format!("ws://{address}/ws").into_client_request().map_err(|_| Gone::Broken)?;
    request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static("longlink.v1"));
    match client_async(request, stream).await {
        Ok((socket, _)) => Ok(socket),
        // The network may have cut it here too; but whoever answers something else is no longlink.
        Err(tungstenite::Error::Http(answer)) if answer.status().is_client_error() => {
            Err(Gone::Stopped(format!("the WebSocket was refused with status {}", answer.status())))
        }
        Err(_) => Err(Gone::Broken),
    }
}

/// One frame is one binary message (W2).
async fn hear_message(socket: &mut WebSocketStream<Connection>) -> Result<Frame, Gone> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Binary(bytes))) => {
                let mut bytes = BytesMut::from(bytes);
                return match Frame::take(&mut bytes, FRAME_LENGTH_MAX) {
                    Ok(Some(frame)) if bytes.is_empty() => Ok(frame),
                    Ok(_) => Err(Gone::Unreadable("a message is not exactly one frame".to_owned())),
                    Err(error) => Err(Gone::Unreadable(error.to_string())),
                };
            }
            Some(Ok(Message::Text(_))) => return Err(Gone::Unreadable("a message is text".to_owned())),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
            Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(Gone::Broken),
        }
    }
}

const CLIENT_VERSION: u32 = 1;
