//! A TLS stream over another stream, for a server.
//!
//! It stands on rustls without its buffers: bytes go through buffers of the runtime's threads, as everywhere
//! (`link::tcp`), and a stream keeps some of its own only while a record is not whole, or while the peer takes
//! nothing. With its buffers rustls keeps 4 KB for every silent connection.

use std::cell::RefCell;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BytesMut};
use rustls::ServerConfig;
use rustls::server::UnbufferedServerConnection;
use rustls::unbuffered::{ConnectionState, EncodeError, EncryptError, UnbufferedStatus};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much is read at once. It fits the longest message of a handshake, which is the longest thing that is kept.
const HEARD_BYTES: usize = 72 * 1024;
/// So much is made one record, which is the most that TLS allows. What a peer does not take is never more than this
/// and what a record adds, so that a write that gets on shows.
const RECORD_BYTES: usize = 16 * 1024;
/// What a record adds, and more: a header, the tag, and the true type.
const RECORD_OVERHEAD_BYTES: usize = 256;

thread_local! {
    static HEARD: RefCell<Vec<u8>> = RefCell::new(vec![0; HEARD_BYTES]);
    static SAYING: RefCell<Vec<u8>> = RefCell::new(vec![0; RECORD_BYTES + RECORD_OVERHEAD_BYTES]);
}

/// A stream whose bytes nobody on the way can read or change.
pub struct TlsStream<S>(Box<Inner<S>>);

struct Inner<S> {
    stream: S,
    tls: UnbufferedServerConnection,
    /// The beginning of what is not whole yet, encrypted.
    partial: Option<Box<[u8]>>,
    /// What was decrypted and did not fit where the reader wanted it.
    decrypted: Option<Box<BytesMut>>,
    /// What was encrypted and not yet taken by the peer.
    unsent: Option<Box<BytesMut>>,
    /// The handshake is over.
    is_open: bool,
    /// The peer has said that it says no more.
    is_peer_done: bool,
    /// We have said it.
    are_we_done: bool,
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    GoOn,
    /// Bytes of the peer are missing, and the handshake is not over.
    HandshakeNeedsMore,
    /// The handshake is over, and all that was whole is decrypted.
    Open,
    PeerDone,
}

impl<S: fmt::Debug> fmt::Debug for TlsStream<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nothing of what is secret.
        out.debug_tuple("TlsStream").field(&self.0.stream).finish()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream<S> {
    /// Shakes hands. How long that may take is the caller's business.
    pub(super) async fn accept(stream: S, config: &Arc<ServerConfig>) -> io::Result<Self> {
        let tls = UnbufferedServerConnection::new(Arc::clone(config)).map_err(invalid)?;
        let mut inner = Box::new(Inner {
            stream,
            tls,
            partial: None,
            decrypted: None,
            unsent: None,
            is_open: false,
            is_peer_done: false,
            are_we_done: false,
        });
        std::future::poll_fn(|context| inner.poll_handshake(context)).await?;
        Ok(Self(inner))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Inner<S> {
    fn poll_handshake(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            // Who does not take our part of the handshake is not listened to either.
            ready!(self.poll_unsent(context))?;
            let mut decrypted = BytesMut::new();
            let step = ready!(self.poll_hear(context, &mut |bytes| decrypted.extend_from_slice(bytes)))?;
            if !decrypted.is_empty() {
                // It came in one piece with the end of the handshake.
                self.decrypted = Some(Box::new(decrypted));
            }
            match step {
                Step::GoOn | Step::HandshakeNeedsMore => {}
                Step::Open => {
                    // A ticket may still be in line. Whoever reads or writes next sees to it, and nobody waits for it.
                    self.is_open = true;
                    return Poll::Ready(Ok(()));
                }
                Step::PeerDone => return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
            }
        }
    }

    /// Reads, and decrypts whatever is whole. Not ready while there is nothing to tell: neither bytes, nor a step of the
    /// handshake, nor an end.
    fn poll_hear(&mut self, context: &mut Context<'_>, take: &mut dyn FnMut(&[u8])) -> Poll<io::Result<Step>> {
        HEARD.with_borrow_mut(|heard| {
            let mut used = 0;
            if let Some(partial) = self.partial.take() {
                used = partial.len();
                heard.get_mut(..used).ok_or_else(too_long)?.copy_from_slice(&partial);
            }
            let turned = self.poll_turn(context, heard, &mut used, take);
            self.partial = heard.get(..used).filter(|rest| !rest.is_empty()).map(Box::from);
            turned
        })
    }

    /// The same over a buffer, of which `used` bytes are used before and after.
    fn poll_turn(
        &mut self,
        context: &mut Context<'_>,
        heard: &mut [u8],
        used: &mut usize,
        take: &mut dyn FnMut(&[u8]),
    ) -> Poll<io::Result<Step>> {
        // What could not go out before, and nobody else sees to.
        let _ = self.poll_unsent(context)?;
        loop {
            let free = heard.get_mut(*used..).filter(|free| !free.is_empty()).ok_or_else(too_long)?;
            let mut buffer = ReadBuf::new(free);
            ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer))?;
            let read = buffer.filled().len();
            if read == 0 {
                // The peer may be done and the network still there; without its word somebody may have cut it off.
                return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
            }
            *used += read;
            let (mut done, mut has_taken) = (0, false);
            let turned = loop {
                let incoming = heard.get_mut(done..*used).unwrap_or_default();
                let (discard, step) = self.step(incoming, &mut |bytes| {
                    has_taken |= !bytes.is_empty();
                    take(bytes);
                });
                done += discard;
                match step {
                    Ok(Step::GoOn) => {}
                    ended => break ended,
                }
            };
            heard.copy_within(done..*used, 0);
            *used -= done;
            let step = match turned {
                Ok(step) => step,
                Err(error) => {
                    self.say_why(context);
                    return Poll::Ready(Err(error));
                }
            };
            // Such as the answer to new keys. It goes out before what is written next, if not now.
            let flushed = self.poll_unsent(context)?;
            match step {
                Step::Open if self.is_open && !has_taken => {}
                Step::HandshakeNeedsMore if flushed.is_ready() => {}
                Step::HandshakeNeedsMore | Step::Open | Step::GoOn | Step::PeerDone => return Poll::Ready(Ok(step)),
            }
        }
    }

    /// Looks at what the peer said, and tells how many bytes are done with.
    fn step(&mut self, incoming: &mut [u8], take: &mut dyn FnMut(&[u8])) -> (usize, io::Result<Step>) {
        let UnbufferedStatus { mut discard, state } = self.tls.process_tls_records(incoming);
        let step = match state {
            Err(error) => Err(invalid(error)),
            Ok(ConnectionState::ReadTraffic(mut traffic)) => loop {
                match traffic.next_record() {
                    Some(Ok(record)) => {
                        take(record.payload);
                        discard += record.discard;
                    }
                    Some(Err(error)) => break Err(invalid(error)),
                    None => break Ok(Step::GoOn),
                }
            },
            Ok(ConnectionState::EncodeTlsData(mut data)) => {
                let mut encoded = Vec::new();
                let put = put(&mut encoded, |room| match data.encode(room) {
                    Ok(length) => Ok(length),
                    Err(EncodeError::InsufficientSize(needed)) => Err(needed.into()),
                    // Then there is nothing more to encode.
                    Err(EncodeError::AlreadyEncoded) => Ok(0),
                });
                put.map(|length| {
                    let unsent = self.unsent.get_or_insert_default();
                    unsent.extend_from_slice(encoded.get(..length).unwrap_or_default());
                    Step::GoOn
                })
            }
            Ok(ConnectionState::TransmitTlsData(data)) => {
                // It is in line, and everything else is behind it.
                data.done();
                Ok(Step::GoOn)
            }
            Ok(ConnectionState::BlockedHandshake) => Ok(Step::HandshakeNeedsMore),
            Ok(ConnectionState::WriteTraffic(_)) => Ok(Step::Open),
            Ok(ConnectionState::PeerClosed | ConnectionState::Closed) => {
                self.is_peer_done = true;
                Ok(Step::PeerDone)
            }
            Ok(_) => Err(io::Error::other("TLS is in a state that is not known here")),
        };
        (discard, step)
    }

    /// Tells the peer what is wrong, if it takes that now.
    fn say_why(&mut self, context: &mut Context<'_>) {
        if let (_, Ok(Step::GoOn)) = self.step(&mut [], &mut |_| {}) {
            let _ = self.poll_unsent(context);
        }
    }

    /// Writes what was encrypted before.
    fn poll_unsent(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(unsent) = &mut self.unsent {
            while !unsent.is_empty() {
                match ready!(Pin::new(&mut self.stream).poll_write(context, unsent))? {
                    0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                    written => unsent.advance(written),
                }
            }
            self.unsent = None;
        }
        Poll::Ready(Ok(()))
    }

    /// Encrypts `bytes`, or our goodbye, and writes it. What the peer does not take at once is kept.
    fn poll_say(&mut self, context: &mut Context<'_>, bytes: Option<&[u8]>) -> Poll<io::Result<()>> {
        ready!(self.poll_unsent(context))?;
        // What is not whole yet must be shown again, though all that comes of it is the right to write.
        let mut partial = self.partial.take();
        let mut done = 0;
        let turned = loop {
            let incoming = partial.as_deref_mut().and_then(|bytes| bytes.get_mut(done..)).unwrap_or_default();
            let mut decrypted = BytesMut::new();
            let (discard, step) = self.step(incoming, &mut |bytes| decrypted.extend_from_slice(bytes));
            done += discard;
            if !decrypted.is_empty() {
                self.decrypted.get_or_insert_default().unsplit(decrypted);
            }
            match step {
                Ok(Step::GoOn | Step::PeerDone) => {}
                ended => break ended,
            }
        };
        let incoming = partial.as_deref_mut().and_then(|bytes| bytes.get_mut(done..)).unwrap_or_default();
        let said = turned.and_then(|_| {
            let ConnectionState::WriteTraffic(mut traffic) =
                self.tls.process_tls_records(incoming).state.map_err(invalid)?
            else {
                return Err(io::ErrorKind::NotConnected.into());
            };
            SAYING.with_borrow_mut(|saying| {
                let said = put(saying, |room| match bytes {
                    Some(bytes) => traffic.encrypt(bytes, room),
                    None => traffic.queue_close_notify(room),
                })?;
                let mut said = saying.get(..said).unwrap_or_default();
                while let Poll::Ready(written) = Pin::new(&mut self.stream).poll_write(context, said)? {
                    match said.get(written..) {
                        _ if written == 0 => return Err(io::ErrorKind::WriteZero.into()),
                        Some(rest) if !rest.is_empty() => said = rest,
                        _ => return Ok(()),
                    }
                }
                self.unsent = Some(Box::new(BytesMut::from(said)));
                Ok(())
            })
        });
        self.partial = partial.and_then(|bytes| bytes.get(done..).filter(|rest| !rest.is_empty()).map(Box::from));
        Poll::Ready(said)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for TlsStream<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let inner = &mut *self.get_mut().0;
        if let Some(decrypted) = &mut inner.decrypted {
            let length = decrypted.len().min(buffer.remaining());
            buffer.put_slice(&decrypted.split_to(length));
            if decrypted.is_empty() {
                inner.decrypted = None;
            }
            return Poll::Ready(Ok(()));
        }
        if inner.is_peer_done || buffer.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        let mut rest = BytesMut::new();
        let heard = inner.poll_hear(context, &mut |bytes| {
            let (fits, left) = bytes.split_at(bytes.len().min(buffer.remaining()));
            buffer.put_slice(fits);
            rest.extend_from_slice(left);
        });
        if !rest.is_empty() {
            inner.decrypted = Some(Box::new(rest));
        }
        match ready!(heard) {
            Ok(_) => Poll::Ready(Ok(())),
            Err(error) => Poll::Ready(Err(error)),
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for TlsStream<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let bytes = bytes.get(..RECORD_BYTES).unwrap_or(bytes);
        if bytes.is_empty() {
            return Poll::Ready(Ok(0));
        }
        self.get_mut().0.poll_say(context, Some(bytes)).map_ok(|()| bytes.len())
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let inner = &mut *self.get_mut().0;
        ready!(inner.poll_unsent(context))?;
        Pin::new(&mut inner.stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let inner = &mut *self.get_mut().0;
        if !inner.are_we_done {
            ready!(inner.poll_say(context, None))?;
            inner.are_we_done = true;
        }
        ready!(inner.poll_unsent(context))?;
        Pin::new(&mut inner.stream).poll_shutdown(context)
    }
}

/// Lets `write` fill a buffer from its beginning, with as much room as it asks for; tells how much it wrote.
fn put(buffer: &mut Vec<u8>, mut write: impl FnMut(&mut [u8]) -> Result<usize, EncryptError>) -> io::Result<usize> {
    loop {
        match write(buffer) {
            Ok(written) => return Ok(written),
            Err(EncryptError::InsufficientSize(needed)) if needed.required_size > buffer.len() => {
                buffer.resize(needed.required_size, 0);
            }
            Err(error) => return Err(io::Error::other(error)),
        }
    }
}

fn invalid(error: rustls::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

fn too_long() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a message of the handshake is too long")
}

#[cfg(test)]
mod tests {
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, ServerName};
    use rustls::{ClientConfig, RootCertStore};
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio_rustls::TlsConnector;
    use tokio_rustls::client::TlsStream as ClientStream;

    use super::*;
    use crate::tls::certificate::{Certificate, Files};
    use crate::tls::{ALPN_LINK, config, self_signed};

    const NOW_S: i64 = 1_800_000_000;

    /// Both ends of a connection through a pipe that holds so many bytes each way.
    async fn pair(pipe_bytes: usize) -> (TlsStream<DuplexStream>, ClientStream<DuplexStream>) {
        let folder = tempfile::tempdir().unwrap();
        let file = |name| folder.path().join(name);
        let files = Files { certificate: file("certificate.pem"), key: file("key.pem") };
        self_signed::make(&["here".to_owned()], &files).unwrap();
        let config = config(Certificate::read(files, NOW_S).unwrap(), ALPN_LINK).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(file("certificate.pem")).unwrap()).unwrap();
        let client = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let (ours, theirs) = duplex(pipe_bytes);
        let connector = TlsConnector::from(Arc::new(client));
        let name = ServerName::try_from("here").unwrap();
        let (server, client) = tokio::join!(TlsStream::accept(ours, &config), connector.connect(name, theirs));
        (server.unwrap(), client.unwrap())
    }

    fn bytes(length: usize) -> Vec<u8> {
        (0..length).map(|place| (place * 7 % 251) as u8).collect()
    }

    /// Sends bytes one way and the other at the same time, and reads them in pieces.
    async fn exchange(server: &mut TlsStream<DuplexStream>, client: &mut ClientStream<DuplexStream>, length: usize) {
        let sent = bytes(length);
        let (mut from_server, mut to_server) = tokio::io::split(server);
        let (mut from_client, mut to_client) = tokio::io::split(client);
        let (mut at_server, mut at_client) = (vec![0; length], vec![0; length]);
        let told = tokio::join!(
            async {
                to_server.write_all(&sent).await?;
                to_server.flush().await
            },
            async {
                to_client.write_all(&sent).await?;
                to_client.flush().await
            },
            from_server.read_exact(&mut at_server),
            from_client.read_exact(&mut at_client),
        );
        told.0.unwrap();
        told.1.unwrap();
        assert!(at_server == sent && at_client == sent, "{length} bytes are not what was sent");
    }

    #[tokio::test]
    async fn bytes_come_through_whole_however_little_the_way_holds() {
        // With fewer than 6 both would wait: a client writes its first 6 bytes of an answer before it reads on.
        for pipe_bytes in [6, 100, 1000, 1 << 20] {
            let (mut server, mut client) = pair(pipe_bytes).await;
            for length in [1, 5, RECORD_BYTES, RECORD_BYTES + 1] {
                exchange(&mut server, &mut client, length).await;
            }
        }
    }

    #[tokio::test]
    async fn a_silent_stream_keeps_no_buffer() {
        let (mut server, mut client) = pair(1 << 20).await;
        exchange(&mut server, &mut client, 3 * RECORD_BYTES).await;
        let inner = &server.0;
        assert!(inner.partial.is_none() && inner.decrypted.is_none() && inner.unsent.is_none());
    }

    #[tokio::test]
    async fn new_keys_are_taken_and_answered_in_the_middle_of_it() {
        let (mut server, mut client) = pair(1 << 20).await;
        for length in [100, 3 * RECORD_BYTES] {
            client.get_mut().1.refresh_traffic_keys().unwrap();
            exchange(&mut server, &mut client, length).await;
            exchange(&mut server, &mut client, length).await;
        }
    }

    #[tokio::test]
    async fn an_end_is_one_only_when_the_peer_says_so() {
        let (mut server, mut client) = pair(1 << 20).await;
        client.write_all(b"last").await.unwrap();
        client.shutdown().await.unwrap();
        let mut heard = Vec::new();
        server.read_to_end(&mut heard).await.unwrap();
        assert_eq!(heard, b"last");
        // The other way is still open, and closes as well.
        server.write_all(b"bye").await.unwrap();
        server.shutdown().await.unwrap();
        let mut heard = Vec::new();
        client.read_to_end(&mut heard).await.unwrap();
        assert_eq!(heard, b"bye");

        let (mut server, client) = pair(1 << 20).await;
        drop(client);
        let cut = server.read(&mut [0; 9]).await.unwrap_err();
        assert_eq!(cut.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn a_changed_byte_ends_it() {
        let (mut server, mut client) = pair(1 << 20).await;
        client.get_mut().0.write_all(&[23, 3, 3, 0, 30]).await.unwrap();
        client.get_mut().0.write_all(&bytes(30)).await.unwrap();
        let error = server.read(&mut [0; 9]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        // And the peer is told so.
        assert!(client.read(&mut [0; 9]).await.unwrap_err().to_string().contains("BadRecordMac"));
    }

    #[test]
    fn a_stream_is_a_pointer_for_whoever_has_it() {
        assert_eq!(size_of::<TlsStream<DuplexStream>>(), size_of::<usize>());
    }
}
