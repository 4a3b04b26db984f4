//! A network that lies: a proxy that understands frames, and once breaks a promise in the server's name.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use futures_util::{SinkExt, StreamExt};
use longlink::wire::codec::FrameCodec;
use longlink::wire::{Command, Frame, Outgoing, pb};
use prost::Message;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::codec::Framed;

use super::program::spawn;

/// How it lies, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lie {
    /// Keeps a push of entries to itself.
    Drop,
    /// Passes one on twice.
    Double,
    /// Passes one on with another word in it.
    Change,
    /// Acknowledges a send that the server is never told of.
    Swallow,
}

/// So many frames that it could lie about go through before it does, so that everybody is at work.
const TRUE_FRAMES: usize = 60;

#[derive(Clone)]
pub(super) struct Liar {
    pub(super) address: SocketAddr,
    lie: Lie,
    told: Arc<Mutex<Told>>,
}

#[derive(Default)]
struct Told {
    /// How many there were that it could lie about.
    frames: usize,
    /// The greatest place that went through.
    place_max: i64,
    /// What it lied about.
    about: Option<Vec<String>>,
}

impl Liar {
    pub(super) async fn before(server: SocketAddr, lie: Lie) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let liar = Self { address: listener.local_addr().unwrap(), lie, told: Arc::default() };
        let its = liar.clone();
        spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                spawn(its.clone().carry(client, server));
            }
        });
        liar
    }

    /// The messages that it lied about, each as `client_msg_id of user`.
    pub(super) fn about(&self) -> Vec<String> {
        self.told.lock().unwrap().about.clone().expect("it told no lie")
    }

    async fn carry(self, client: TcpStream, server: SocketAddr) {
        let Ok(server) = TcpStream::connect(server).await else { return };
        for stream in [&client, &server] {
            stream.set_nodelay(true).unwrap();
        }
        let (mut client, mut server) = (Framed::new(client, CODEC), Framed::new(server, CODEC));
        loop {
            let sent = tokio::select! {
                frame = client.next() => match frame {
                    Some(Ok(frame)) => match self.asked(&frame) {
                        Some(answer) => client.send(answer).await,
                        None => server.send(outgoing(frame)).await,
                    },
                    Some(Err(_)) | None => return,
                },
                frame = server.next() => match frame {
                    Some(Ok(frame)) => {
                        let mut sent = Ok(());
                        for said in self.said(frame) {
                            sent = sent.and(client.send(said).await);
                        }
                        sent
                    }
                    Some(Err(_)) | None => return,
                },
            };
            if sent.is_err() {
                return;
            }
        }
    }

    /// What a client asks: answered in the server's name, or passed on.
    fn asked(&self, frame: &Frame) -> Option<Outgoing> {
        if self.lie != Lie::Swallow || frame.cmd_id != Command::Send as u32 || !self.is_time() {
            return None;
        }
        let request = pb::SendRequest::decode(frame.body.clone()).unwrap();
        let mut told = self.told.lock().unwrap();
        told.about = Some(vec![request.client_msg_id]);
        let reply = pb::SendReply { queue_id: told.place_max + 1, ..Default::default() };
        Some(Outgoing { cmd_id: frame.cmd_id, seq: frame.seq, body: reply.encode_to_vec().into() })
    }

    /// What the server says: passed on as it is, or not.
    fn said(&self, frame: Frame) -> Vec<Outgoing> {
        if frame.cmd_id != Command::PushEntries as u32 {
            return vec![outgoing(frame)];
        }
        let mut push = pb::EntriesPush::decode(frame.body.clone()).unwrap();
        let last = push.entries.last().map_or(0, |entry| entry.queue_id);
        let place_max = self.told.lock().unwrap().place_max.max(last);
        self.told.lock().unwrap().place_max = place_max;
        if self.lie == Lie::Swallow || !self.is_time() {
            return vec![outgoing(frame)];
        }
        let name = |entry: &pb::Entry| format!("{} of {}", entry.client_msg_id, entry.from);
        self.told.lock().unwrap().about = Some(push.entries.iter().map(name).collect());
        match self.lie {
            Lie::Drop => vec![],
            Lie::Double => vec![outgoing(frame.clone()), outgoing(frame)],
            Lie::Change | Lie::Swallow => {
                for entry in &mut push.entries {
                    entry.content = [&entry.content[..], b"!"].concat().into();
                }
                vec![outgoing(Frame { body: push.encode_to_vec().into(), ..frame })]
            }
        }
    }

    /// Whether to lie now: once, however many connections there are.
    fn is_time(&self) -> bool {
        let mut told = self.told.lock().unwrap();
        told.frames += 1;
        told.frames == TRUE_FRAMES + 1
    }
}

const CODEC: FrameCodec = FrameCodec { client_version: 1, frame_length_max: 1 << 20 };

fn outgoing(frame: Frame) -> Outgoing {
    Outgoing { cmd_id: frame.cmd_id, seq: frame.seq, body: frame.body }
}
