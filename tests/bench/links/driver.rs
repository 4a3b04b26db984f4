//! Many links from one thread: one epoll, one read and one write at a time, no buffer of their own. It must cost less
//! than what it measures. What the bytes mean is `speech`'s.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::event::{Timespec, epoll};
use socket2::SockRef;

use super::process::now;
use super::speech::{Heard, Speech};

const READ_BYTES: usize = 256 * 1024;
const EVENTS_AT_ONCE: usize = 1024;
/// When nothing comes for so long, what was waited for has been lost.
const SILENCE_MAX: Duration = Duration::from_secs(20);

pub(crate) struct Driver {
    speech: Speech,
    epoll: OwnedFd,
    links: Vec<Link>,
    read: Vec<u8>,
    say: Vec<u8>,
}

struct Link {
    stream: TcpStream,
    /// The beginning of something whose end has not come.
    partial: Vec<u8>,
}

impl Driver {
    pub(crate) fn new(speech: Speech) -> Self {
        Self {
            speech,
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC).unwrap(),
            links: Vec::new(),
            read: vec![0; READ_BYTES],
            say: Vec::new(),
        }
    }

    pub(crate) fn links(&self) -> usize {
        self.links.len()
    }

    /// Connects one more link, and gives its number.
    pub(crate) fn connect(&mut self, address: SocketAddr) -> usize {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_nonblocking(true).unwrap();
        // Closed by a reset, so that thousands of ports do not wait for late segments.
        SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
        let data = epoll::EventData::new_u64(self.links.len() as u64);
        epoll::add(&self.epoll, &stream, data, epoll::EventFlags::IN).unwrap();
        self.links.push(Link { stream, partial: Vec::new() });
        self.links.len() - 1
    }

    pub(crate) fn say(&mut self, link: usize, bytes: &[u8]) {
        self.links[link].say(bytes);
    }

    /// Gives all that comes to `heard`, with its link's number and what to say on that link then, until it is content
    /// (`true`).
    pub(crate) fn hear_until(&mut self, mut heard: impl FnMut(usize, Heard, &mut Vec<u8>) -> bool) {
        loop {
            let (events, content) = self.hear(SILENCE_MAX, &mut heard);
            if content {
                return;
            }
            assert!(events > 0, "nothing came for {} s", SILENCE_MAX.as_secs());
        }
    }

    /// The same for what has come already.
    pub(crate) fn hear_now(&mut self, mut heard: impl FnMut(usize, Heard, &mut Vec<u8>)) {
        let mut each = |link: usize, what: Heard, say: &mut Vec<u8>| {
            heard(link, what, say);
            false
        };
        self.hear(Duration::ZERO, &mut each);
    }

    /// Says nothing by itself for a while, and answers what the server asks of a live link.
    pub(crate) fn rest(&mut self, time: Duration) {
        let until = now() + time;
        loop {
            let left = until.saturating_duration_since(now());
            if left.is_zero() {
                return;
            }
            self.hear(left, &mut |_, _, _| false);
        }
    }

    fn hear(&mut self, time: Duration, heard: &mut impl FnMut(usize, Heard, &mut Vec<u8>) -> bool) -> (usize, bool) {
        let mut events = Vec::with_capacity(EVENTS_AT_ONCE);
        let time = Timespec { tv_sec: time.as_secs() as i64, tv_nsec: i64::from(time.subsec_nanos()) };
        epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), Some(&time)).unwrap();
        let mut content = false;
        for event in &events {
            let number = { event.data }.u64() as usize;
            let link = &mut self.links[number];
            self.say.clear();
            link.hear(self.speech, &mut self.read, &mut self.say, |what, say| content |= heard(number, what, say));
            if !self.say.is_empty() {
                link.say(&self.say);
            }
        }
        (events.len(), content)
    }
}

impl Link {
    fn hear(
        &mut self,
        speech: Speech,
        buffer: &mut [u8],
        say: &mut Vec<u8>,
        mut heard: impl FnMut(Heard, &mut Vec<u8>),
    ) {
        let read = match self.stream.read(buffer) {
            Ok(0) => panic!("the server has closed a link"),
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return,
            Err(error) => panic!("a link broke: {error}"),
        };
        let mut bytes = &buffer[..read];
        let whole;
        if !self.partial.is_empty() {
            self.partial.extend_from_slice(bytes);
            whole = std::mem::take(&mut self.partial);
            bytes = &whole;
        }
        while let Some((length, what)) = speech.cut(bytes, say) {
            heard(what, say);
            bytes = &bytes[length..];
        }
        self.partial.extend_from_slice(bytes);
    }

    fn say(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match self.stream.write(bytes) {
                Ok(written) => bytes = &bytes[written..],
                // The server is behind; there is nothing better to do than to give it time.
                Err(error) if error.kind() == ErrorKind::WouldBlock => std::thread::yield_now(),
                Err(error) => panic!("a link broke: {error}"),
            }
        }
    }
}
