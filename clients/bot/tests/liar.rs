//! A proxy that lies once: it loses, doubles, or swaps pushes of the real server behind it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::{SinkExt, StreamExt};
use longlink::wire::codec::FrameCodec;
use longlink::wire::frame::SEQ_PUSH;
use longlink::wire::{Command, Frame, Outgoing};
use tokio::net::{TcpListener, TcpStream};
use tokio::select;
use tokio_util::codec::Framed;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lie {
    Lose,
    Double,
    /// A push comes behind the next one of its link.
    Swap,
}

pub(crate) struct Liar {
    pub(crate) address: String,
}

impl Liar {
    pub(crate) async fn start(server: SocketAddr, lie: Lie) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let has_lied = Arc::new(AtomicBool::new(false));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(forward(client, server, lie, Arc::clone(&has_lied)));
            }
        });
        Self { address }
    }
}

async fn forward(client: TcpStream, server: SocketAddr, lie: Lie, has_lied: Arc<AtomicBool>) {
    let server = TcpStream::connect(server).await.unwrap();
    let mut client = Framed::new(client, FrameCodec::new(1));
    let mut server = Framed::new(server, FrameCodec::new(1));
    let (mut pushes, mut held) = (0, None);
    loop {
        select! {
            biased;
            frame = server.next() => {
                let Some(Ok(frame)) = frame else { return };
                let is_push = frame.seq == SEQ_PUSH && frame.cmd_id == Command::PushEntries as u32;
                pushes += u32::from(is_push);
                // Neither the first, nor the last: of the last one nobody could say that it came late.
                let lies = is_push && pushes == 3 && !has_lied.swap(true, Ordering::SeqCst);
                let mut said = Vec::new();
                match lie {
                    Lie::Lose if lies => {}
                    Lie::Double if lies => said.extend([again(&frame), again(&frame)]),
                    Lie::Swap if lies => held = Some(again(&frame)),
                    Lie::Lose | Lie::Double | Lie::Swap => said.push(again(&frame)),
                }
                if is_push && !lies {
                    said.extend(held.take());
                }
                for outgoing in said {
                    if client.send(outgoing).await.is_err() {
                        return;
                    }
                }
            }
            frame = client.next() => {
                let Some(Ok(frame)) = frame else { return };
                if server.send(again(&frame)).await.is_err() {
                    return;
                }
            }
        }
    }
}

fn again(frame: &Frame) -> Outgoing {
    Outgoing { cmd_id: frame.cmd_id, seq: frame.seq, body: frame.body.clone() }
}
