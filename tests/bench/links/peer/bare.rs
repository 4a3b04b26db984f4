//! The least that forwarding costs with sockets: one thread, one epoll, one read a readable link, one write a link
//! that has something, after all that was ready was read. No runtime, no log, no accounts, no protobuf.

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;

use longlink::wire::frame::{HEADER_LENGTH, SEQ_PUSH};
use longlink::wire::{Command, Header};
use rustix::event::epoll;

use super::slim::put;

pub(crate) const ARGUMENT: &str = "--bare";
const READ_BYTES: usize = 64 * 1024;
const EVENTS_AT_ONCE: usize = 1024;
/// What stands for the listener where links have their number.
const LISTENER: u64 = u64::MAX;

struct Link {
    stream: TcpStream,
    user: i64,
    /// The beginning of a frame whose end has not come.
    partial: Vec<u8>,
    /// What is to be written.
    waiting: Vec<u8>,
    /// Whether the link is in line for a write.
    is_dirty: bool,
    /// Whether the peer took less than there was, so that we hear when it takes more.
    is_full: bool,
}

struct Forwarder {
    epoll: OwnedFd,
    links: Vec<Option<Link>>,
    free: Vec<usize>,
    users: HashMap<i64, usize>,
    dirty: Vec<usize>,
}

/// Serves until it is killed.
pub(crate) fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    println!("tcp {}", listener.local_addr().unwrap());
    let epoll = epoll::create(epoll::CreateFlags::CLOEXEC).unwrap();
    epoll::add(&epoll, &listener, epoll::EventData::new_u64(LISTENER), epoll::EventFlags::IN).unwrap();
    let mut forwarder =
        Forwarder { epoll, links: Vec::new(), free: Vec::new(), users: HashMap::new(), dirty: Vec::new() };
    let mut buffer = vec![0; READ_BYTES];
    let mut events = Vec::with_capacity(EVENTS_AT_ONCE);
    loop {
        events.clear();
        match epoll::wait(&forwarder.epoll, rustix::buffer::spare_capacity(&mut events), None) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => panic!("epoll: {error}"),
        }
        for event in &events {
            match { event.data }.u64() {
                LISTENER => forwarder.accept(&listener),
                number => forwarder.happened(number as usize, event.flags, &mut buffer),
            }
        }
        forwarder.flush();
    }
}

impl Forwarder {
    fn accept(&mut self, listener: &TcpListener) {
        while let Ok((stream, _)) = listener.accept() {
            let _ = (stream.set_nodelay(true), stream.set_nonblocking(true));
            let number = self.free.pop().unwrap_or_else(|| {
                self.links.push(None);
                self.links.len() - 1
            });
            let data = epoll::EventData::new_u64(number as u64);
            epoll::add(&self.epoll, &stream, data, epoll::EventFlags::IN).unwrap();
            let (partial, waiting) = (Vec::new(), Vec::new());
            self.links[number] = Some(Link { stream, user: 0, partial, waiting, is_dirty: false, is_full: false });
        }
    }

    fn happened(&mut self, number: usize, flags: epoll::EventFlags, buffer: &mut [u8]) {
        if flags.contains(epoll::EventFlags::OUT) {
            self.mark(number);
        }
        if !flags.intersects(epoll::EventFlags::IN | epoll::EventFlags::HUP | epoll::EventFlags::ERR) {
            return;
        }
        let Some(link) = self.links[number].as_mut() else { return };
        match link.stream.read(buffer) {
            Ok(0) => self.end(number),
            Ok(read) => self.hear(number, &buffer[..read]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => self.end(number),
        }
    }

    fn hear(&mut self, number: usize, bytes: &[u8]) {
        let whole;
        let mut bytes = bytes;
        let Some(link) = self.links[number].as_mut() else { return };
        if !link.partial.is_empty() {
            link.partial.extend_from_slice(bytes);
            whole = std::mem::take(&mut link.partial);
            bytes = &whole;
        }
        while let Ok(Some(header)) = Header::parse(bytes, READ_BYTES) {
            let length = header.frame_length() as usize;
            if bytes.len() < length {
                break;
            }
            self.hear_frame(number, &header, &bytes[HEADER_LENGTH..length]);
            bytes = &bytes[length..];
        }
        if let Some(link) = self.links[number].as_mut() {
            link.partial.extend_from_slice(bytes);
        }
    }

    fn hear_frame(&mut self, number: usize, header: &Header, body: &[u8]) {
        self.put(number, header.cmd_id, header.seq, &[]);
        let Some((to, content)) = body.split_first_chunk::<8>() else { return };
        let to = i64::from_be_bytes(*to);
        if header.cmd_id == Command::Hello as u32 {
            self.users.insert(to, number);
            if let Some(link) = self.links[number].as_mut() {
                link.user = to;
            }
        } else if to == 0 {
            let all: Vec<usize> = self.users.values().copied().collect();
            all.into_iter().for_each(|number| self.put(number, Command::PushEntries as u32, SEQ_PUSH, content));
        } else if let Some(number) = self.users.get(&to) {
            self.put(*number, Command::PushEntries as u32, SEQ_PUSH, content);
        }
    }

    fn put(&mut self, number: usize, cmd_id: u32, seq: u32, body: &[u8]) {
        if let Some(link) = self.links[number].as_mut() {
            put(&mut link.waiting, cmd_id, seq, body);
            self.mark(number);
        }
    }

    fn mark(&mut self, number: usize) {
        if let Some(link) = self.links[number].as_mut()
            && !std::mem::replace(&mut link.is_dirty, true)
        {
            self.dirty.push(number);
        }
    }

    fn flush(&mut self) {
        for number in std::mem::take(&mut self.dirty) {
            let Some(link) = self.links[number].as_mut() else { continue };
            link.is_dirty = false;
            match link.stream.write(&link.waiting) {
                // An idle link keeps no buffer.
                Ok(written) if written == link.waiting.len() => link.waiting = Vec::new(),
                Ok(written) => drop(link.waiting.drain(..written)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(_) => {
                    self.end(number);
                    continue;
                }
            }
            let is_full = !link.waiting.is_empty();
            if is_full != std::mem::replace(&mut link.is_full, is_full) {
                let out = if is_full { epoll::EventFlags::OUT } else { epoll::EventFlags::empty() };
                let data = epoll::EventData::new_u64(number as u64);
                epoll::modify(&self.epoll, &link.stream, data, epoll::EventFlags::IN | out).unwrap();
            }
        }
    }

    fn end(&mut self, number: usize) {
        let Some(link) = self.links[number].take() else { return };
        self.free.push(number);
        if self.users.get(&link.user) == Some(&number) {
            self.users.remove(&link.user);
        }
    }
}
