//! Many links from one thread: one epoll, one read and one write at a time, no buffer of their own. It must cost less
//! than what it measures.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::time::Duration;

use longlink::wire::Header;
use longlink::wire::frame::HEADER_LENGTH;
use rustix::event::{Timespec, epoll};
use socket2::SockRef;

const READ_BYTES: usize = 256 * 1024;
const FRAME_BYTES_MAX: usize = 1024 * 1024;
const EVENTS_AT_ONCE: usize = 1024;
/// When nothing comes for so long, what was waited for has been lost.
const SILENCE_MAX: Duration = Duration::from_secs(20);

pub(crate) struct Driver {
    epoll: OwnedFd,
    links: Vec<Link>,
    read: Vec<u8>,
    say: Vec<u8>,
}

struct Link {
    stream: TcpStream,
    /// The beginning of a frame whose end has not come.
    partial: Vec<u8>,
}

impl Driver {
    pub(crate) fn new() -> Self {
        Self {
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

    /// Gives every frame that comes to `heard`, with its link's number and what to say on that link then, until it is
    /// content (`true`).
    pub(crate) fn hear_until(&mut self, mut heard: impl FnMut(usize, &Header, &[u8], &mut Vec<u8>) -> bool) {
        while !self.hear_for(SILENCE_MAX, &mut heard) {}
    }

    /// The same for what has come already.
    pub(crate) fn hear_now(&mut self, mut heard: impl FnMut(usize, &Header, &[u8], &mut Vec<u8>)) {
        let mut each = |link: usize, header: &Header, body: &[u8], say: &mut Vec<u8>| {
            heard(link, header, body, say);
            false
        };
        self.hear(Duration::ZERO, &mut each);
    }

    fn hear_for(
        &mut self,
        time: Duration,
        heard: &mut impl FnMut(usize, &Header, &[u8], &mut Vec<u8>) -> bool,
    ) -> bool {
        let (events, content) = self.hear(time, heard);
        assert!(events > 0, "nothing came for {} s", time.as_secs());
        content
    }

    fn hear(
        &mut self,
        time: Duration,
        heard: &mut impl FnMut(usize, &Header, &[u8], &mut Vec<u8>) -> bool,
    ) -> (usize, bool) {
        let mut events = Vec::with_capacity(EVENTS_AT_ONCE);
        let time = Timespec { tv_sec: time.as_secs() as i64, tv_nsec: i64::from(time.subsec_nanos()) };
        epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), Some(&time)).unwrap();
        let mut content = false;
        for event in &events {
            let number = { event.data }.u64() as usize;
            let link = &mut self.links[number];
            self.say.clear();
            let say = &mut self.say;
            link.hear(&mut self.read, |header, body| content |= heard(number, header, body, say));
            if !self.say.is_empty() {
                link.say(&self.say);
            }
        }
        (events.len(), content)
    }
}

impl Link {
    fn hear(&mut self, buffer: &mut [u8], mut heard: impl FnMut(&Header, &[u8])) {
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
        while let Some(header) = Header::parse(bytes, FRAME_BYTES_MAX).unwrap() {
            let length = header.frame_length() as usize;
            if bytes.len() < length {
                break;
            }
            heard(&header, &bytes[HEADER_LENGTH..length]);
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
