//! One connection: what came in pieces, what could not be written yet, and nothing else while it is silent.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use longlink_client::{ALPN_LINK, Server, Trust};
use mio::net::TcpStream;
use mio::{Interest, Registry, Token};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};
use socket2::{Domain, Socket, Type};

use crate::load::plan::Tls;

/// With more than this waiting, the server does not read, and the link is as good as broken.
const OUT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// What a link may keep of an emptied buffer; the idle ones should cost nothing.
const KEPT_BYTES_MAX: usize = 4096;

pub(crate) struct Link {
    stream: TcpStream,
    tls: Option<Box<ClientConnection>>,
    /// The beginning of something whose end has not come.
    partial: Vec<u8>,
    /// What is to be written.
    out: Vec<u8>,
    /// The system takes no more for now.
    is_blocked: bool,
}

/// What a read or a write has moved, and in how many calls.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moved {
    pub(crate) bytes: u64,
    pub(crate) calls: u64,
}

impl Link {
    /// Begins to connect, from `source` if there is one, and to encrypt if that is wanted.
    pub(crate) fn connect(
        to: SocketAddr,
        encrypt: Option<&Encrypt>,
        source: Option<IpAddr>,
        registry: &Registry,
        token: Token,
    ) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(to), Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.set_tcp_nodelay(true)?;
        // Closed by a reset, so that thousands of ports do not wait for late segments.
        socket.set_linger(Some(Duration::ZERO))?;
        if let Some(source) = source {
            socket.bind(&SocketAddr::new(source, 0).into())?;
        }
        match socket.connect(&to.into()) {
            Err(error) if error.kind() != ErrorKind::WouldBlock && !is_in_progress(&error) => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let mut stream = TcpStream::from_std(socket.into());
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        let tls = encrypt.map(Encrypt::begin).transpose()?.map(Box::new);
        Ok(Self { stream, tls, partial: Vec::new(), out: Vec::new(), is_blocked: true })
    }

    /// Whether the connection is made: `None` while it is not decided.
    pub(crate) fn connected(&self) -> Option<io::Result<()>> {
        match self.stream.take_error() {
            Ok(Some(error)) | Err(error) => return Some(Err(error)),
            Ok(None) => {}
        }
        match self.stream.peer_addr() {
            Ok(_) => Some(Ok(())),
            Err(error) if error.kind() == ErrorKind::NotConnected || is_in_progress(&error) => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// What is to be said is put in here, and written by `flush`.
    pub(crate) fn out(&mut self) -> &mut Vec<u8> {
        &mut self.out
    }

    pub(crate) fn is_writable(&mut self) {
        self.is_blocked = false;
    }

    /// Whether a read gives less than there is, so that it is to be tried again.
    pub(crate) fn reads_in_parts(&self) -> bool {
        self.tls.is_some()
    }

    /// Whether there is something to be written that nobody has put in.
    pub(crate) fn has_own_words(&self) -> bool {
        self.tls.as_ref().is_some_and(|tls| tls.wants_write())
    }

    /// Writes what the system takes.
    pub(crate) fn flush(&mut self) -> io::Result<Moved> {
        let mut moved = Moved::default();
        if let Some(tls) = &mut self.tls {
            tls.writer().write_all(&self.out)?;
            self.out = Vec::new();
            while tls.wants_write() && !self.is_blocked {
                moved.calls += 1;
                match tls.write_tls(&mut self.stream) {
                    Ok(written) => moved.bytes += written as u64,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => self.is_blocked = true,
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            return Ok(moved);
        }
        let mut rest = self.out.as_slice();
        while !rest.is_empty() && !self.is_blocked {
            moved.calls += 1;
            match self.stream.write(rest) {
                Ok(written) => {
                    moved.bytes += written as u64;
                    rest = rest.get(written..).unwrap_or_default();
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.is_blocked = true,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let written = self.out.len() - rest.len();
        self.out.drain(..written);
        if self.out.is_empty() && self.out.capacity() > KEPT_BYTES_MAX {
            self.out = Vec::new();
        }
        if self.out.len() > OUT_BYTES_MAX {
            return Err(io::Error::new(ErrorKind::TimedOut, "the server does not read"));
        }
        Ok(moved)
    }

    /// Reads once into `buffer`. `None` when there is nothing now, 0 bytes at the end.
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        if let Some(tls) = &mut self.tls {
            return read_decrypted(tls, &mut self.stream, buffer);
        }
        loop {
            match self.stream.read(buffer) {
                Ok(read) => return Ok(Some(read)),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// What is left over of the reads before, to put in front of the next.
    pub(crate) fn take_partial(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.partial)
    }

    pub(crate) fn keep_partial(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.partial = bytes.to_vec();
        }
    }
}

fn read_decrypted(tls: &mut ClientConnection, stream: &mut TcpStream, buffer: &mut [u8]) -> io::Result<Option<usize>> {
    loop {
        match tls.reader().read(buffer) {
            Ok(read) => return Ok(Some(read)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            // Closed without a goodbye, which a server that was killed does not say.
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(Some(0)),
            Err(error) => return Err(error),
        }
        match tls.read_tls(stream) {
            Ok(_) => {
                tls.process_new_packets().map_err(io::Error::other)?;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// How links are encrypted: with what all of them share.
#[derive(Debug)]
pub(crate) struct Encrypt {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl Encrypt {
    pub(crate) fn new(tls: &Tls) -> io::Result<Self> {
        let server = Server::new(&tls.name, tls.protected.protection().map_err(io::Error::other)?);
        let trust = match server.tls() {
            Some((_, trust)) => trust,
            None => &Trust::System,
        };
        let config = trust.config(ALPN_LINK).map_err(io::Error::other)?;
        let name = ServerName::try_from(tls.name.clone()).map_err(io::Error::other)?;
        Ok(Self { config, name })
    }

    fn begin(&self) -> io::Result<ClientConnection> {
        ClientConnection::new(Arc::clone(&self.config), self.name.clone()).map_err(io::Error::other)
    }
}

/// What a connection that is being made says, which has no kind in the standard library.
fn is_in_progress(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::INPROGRESS.raw_os_error())
}

/// An error of the system in few words, without what differs from link to link.
pub(crate) fn in_words(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => {
            let errno = rustix::io::Errno::from_raw_os_error(number);
            let text = io::Error::from(errno).to_string();
            text.split(" (os error").next().unwrap_or_default().to_lowercase()
        }
        None => error.to_string(),
    }
}
