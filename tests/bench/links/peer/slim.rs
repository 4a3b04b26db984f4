//! The forwarder to compare with: one task a connection, buffers of the thread, an outbox that is written when its
//! task is woken. No log, no accounts, no protobuf: what it costs is the price of sockets, the kernel and the runtime.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use longlink::wire::frame::{HEADER_LENGTH, SEQ_PUSH};
use longlink::wire::{Command, Header};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const ARGUMENT: &str = "--slim";
const READ_BYTES: usize = 64 * 1024;

thread_local! {
    static READ: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_BYTES]);
    static SAY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

type Users = Arc<Mutex<HashMap<i64, Arc<Outbox>>>>;

#[derive(Default)]
struct Outbox(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    bytes: Vec<u8>,
    waker: Option<Waker>,
}

struct Connection {
    stream: TcpStream,
    outbox: Arc<Outbox>,
    users: Users,
    user: i64,
    partial: Vec<u8>,
}

/// Serves until it is killed.
pub(crate) fn serve() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let tasks = tokio_util::task::TaskTracker::new();
        println!("tcp {}", listener.local_addr().unwrap());
        let users = Users::default();
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let _ = stream.set_nodelay(true);
            let (outbox, users) = (Arc::default(), Arc::clone(&users));
            let connection = Connection { stream, outbox, users, user: 0, partial: Vec::new() };
            tasks.spawn(run(connection));
        }
    });
}

async fn run(mut connection: Connection) {
    poll_fn(|context| connection.poll(context)).await;
}

impl Connection {
    /// Ready when the peer is gone.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        READ.with_borrow_mut(|read| {
            SAY.with_borrow_mut(|say| {
                say.clear();
                loop {
                    let mut buffer = ReadBuf::new(read);
                    match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
                        Poll::Ready(Ok(())) if !buffer.filled().is_empty() => self.hear(buffer.filled(), say),
                        Poll::Ready(_) => return Poll::Ready(()),
                        Poll::Pending => break,
                    }
                }
                let mut waiting = self.outbox.0.lock().unwrap();
                say.append(&mut waiting.bytes);
                waiting.bytes = Vec::new();
                if !waiting.waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
                    waiting.waker = Some(context.waker().clone());
                }
                while !say.is_empty() {
                    match Pin::new(&mut self.stream).poll_write(context, say) {
                        Poll::Ready(Ok(written)) => drop(say.drain(..written)),
                        Poll::Ready(Err(_)) => return Poll::Ready(()),
                        Poll::Pending => {
                            waiting.bytes = std::mem::take(say);
                            break;
                        }
                    }
                }
                Poll::Pending
            })
        })
    }

    fn hear(&mut self, bytes: &[u8], say: &mut Vec<u8>) {
        let whole;
        let mut bytes = bytes;
        if !self.partial.is_empty() {
            self.partial.extend_from_slice(bytes);
            whole = std::mem::take(&mut self.partial);
            bytes = &whole;
        }
        while let Ok(Some(header)) = Header::parse(bytes, READ_BYTES) {
            let length = header.frame_length() as usize;
            if bytes.len() < length {
                break;
            }
            self.hear_frame(&header, &bytes[HEADER_LENGTH..length], say);
            bytes = &bytes[length..];
        }
        self.partial.extend_from_slice(bytes);
    }

    fn hear_frame(&mut self, header: &Header, body: &[u8], say: &mut Vec<u8>) {
        put(say, header.cmd_id, header.seq, &[]);
        let Some((to, content)) = body.split_first_chunk::<8>() else { return };
        let to = i64::from_be_bytes(*to);
        if header.cmd_id == Command::Hello as u32 {
            self.user = to;
            self.users.lock().unwrap().insert(to, Arc::clone(&self.outbox));
            return;
        }
        let users = self.users.lock().unwrap();
        if to == 0 {
            for outbox in users.values() {
                outbox.push(content);
            }
        } else if let Some(outbox) = users.get(&to).cloned() {
            drop(users);
            outbox.push(content);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut users = self.users.lock().unwrap();
        if users.get(&self.user).is_some_and(|outbox| Arc::ptr_eq(outbox, &self.outbox)) {
            users.remove(&self.user);
        }
    }
}

impl Outbox {
    fn push(&self, content: &[u8]) {
        let mut waiting = self.0.lock().unwrap();
        let was_empty = waiting.bytes.is_empty();
        put(&mut waiting.bytes, Command::PushEntries as u32, SEQ_PUSH, content);
        let waker = was_empty.then(|| waiting.waker.clone()).flatten();
        drop(waiting);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

pub(super) fn put(out: &mut Vec<u8>, cmd_id: u32, seq: u32, body: &[u8]) {
    for number in [HEADER_LENGTH as u32, 200, cmd_id, seq, body.len() as u32] {
        out.extend_from_slice(&number.to_be_bytes());
    }
    out.extend_from_slice(body);
}
