//! A server on loopback, with ports of the kernel's choice, on the memory engine unless told otherwise.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use longlink::link::tcp::TcpTransport;
use longlink::server::{Plan, Server};
use longlink::store::{Embedded, Memory};
use longlink::wire::CloseReason;
use tempfile::TempDir;
use tokio::io::DuplexStream;

use super::Peer;
use super::plan::plan;

/// What a pipe holds, in bytes, unless a test is about it.
const PIPE_BYTES: usize = 1 << 20;

/// A running server and the folder it lives in.
pub(crate) struct World {
    pub(crate) server: Server,
    /// Kept until the end: the token keys and the uploads lie in it, and a certificate if there is one.
    folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A server whose plan was changed by the test.
    pub(crate) async fn with(change: impl FnOnce(&mut Plan)) -> Self {
        Self::in_folder(|plan, _| change(plan)).await
    }

    /// The same, for a test that puts something into the server's folder.
    pub(crate) async fn in_folder(change: impl FnOnce(&mut Plan, &Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut plan = plan(Arc::new(Memory::new()), folder.path());
        change(&mut plan, folder.path());
        Self { server: Server::start(plan).await.unwrap(), folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where the uploads lie.
    pub(crate) fn uploads(&self) -> PathBuf {
        self.folder.path().join("uploads")
    }

    /// The same on the embedded engine.
    pub(crate) async fn on_disk(change: impl FnOnce(&mut Plan)) -> Self {
        Self::on_disk_in(tempfile::tempdir().unwrap(), change).await
    }

    async fn on_disk_in(folder: TempDir, change: impl FnOnce(&mut Plan)) -> Self {
        let store = Embedded::open(&folder.path().join("log"), Default::default()).unwrap();
        let mut plan = plan(Arc::new(store), folder.path());
        change(&mut plan);
        Self { server: Server::start(plan).await.unwrap(), folder }
    }

    /// Stops the server, and starts another one on what it has kept.
    pub(crate) async fn restarted(self, change: impl FnOnce(&mut Plan)) -> Self {
        let Self { server, folder } = self;
        server.stop(CloseReason::Shutdown).await;
        Self::on_disk_in(folder, change).await
    }

    /// A stranger: connected, and silent.
    pub(crate) async fn stranger(&self) -> Peer {
        Peer::connect(self.server.tcp()).await
    }

    /// A stranger over a pipe, which knows no time of its own: for tests in which time stands still.
    pub(crate) async fn piped(&self) -> Peer<DuplexStream> {
        self.piped_through(PIPE_BYTES).await
    }

    /// A stranger over a pipe that holds so many bytes in each direction.
    pub(crate) async fn piped_through(&self, pipe_bytes: usize) -> Peer<DuplexStream> {
        self.come(IpAddr::V4(Ipv4Addr::LOCALHOST), pipe_bytes).await
    }

    /// A stranger over a pipe, from some address.
    pub(crate) async fn piped_from(&self, address: &str) -> Peer<DuplexStream> {
        self.come(address.parse().unwrap(), PIPE_BYTES).await
    }

    async fn come(&self, address: IpAddr, pipe_bytes: usize) -> Peer<DuplexStream> {
        let (ours, theirs) = tokio::io::duplex(pipe_bytes);
        self.server.connect(TcpTransport::new(theirs), address.into()).expect("there is a place for it");
        // Its task begins, so that it is as old as the caller thinks.
        tokio::task::yield_now().await;
        Peer::over(ours)
    }

    /// A new user's token. Accounts for tokens cost no hash.
    pub(crate) async fn user(&self, name: &str) -> (i64, String) {
        let chat = self.server.chat();
        let user = chat.add_account(name, None).await.unwrap();
        (user.get(), chat.make_token(name).unwrap().0)
    }

    /// A new user who is logged in, reading from the head on.
    pub(crate) async fn logged_in(&self, name: &str) -> Peer {
        let (_, token) = self.user(name).await;
        let mut peer = self.stranger().await;
        peer.hello(&token, "device", None).await;
        peer
    }

    /// The same over a pipe.
    pub(crate) async fn piped_in(&self, name: &str) -> Peer<DuplexStream> {
        let (_, token) = self.user(name).await;
        let mut peer = self.piped().await;
        peer.hello(&token, "device", None).await;
        peer
    }
}

/// Lets so much time pass that stands still otherwise.
pub(crate) async fn pass(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}
