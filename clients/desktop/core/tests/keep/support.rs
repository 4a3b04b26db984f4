//! A real server in this process, the road to it, and the app's end of the bridge.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use longlink::listening::Ports;
use longlink::server::{Plan, Server};
use longlink::store::Memory;
use longlink::tls;
use longlink::tls::certificate::{Certificate, Files};
use longlink_client::{Client, Events, Settings, pb};
use longlink_desktop_core::accounts::{AccountKey, Folders, Shield};
use longlink_desktop_core::bridge::{Bridge, Form, Seen};
use longlink_desktop_core::model::{Item, Outgoing, Page, Peer, Told, Wish};
use longlink_desktop_core::vault::Vault;
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::plan::{TODAY_MS, plan};

/// For so long something may be missing before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
pub(crate) const PASSWORD: &str = "her password";
pub(crate) const ANNA: &str = "anna";
pub(crate) const BOB: &str = "bob";

/// A server, with accounts for anna and bob.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) anna: i64,
    pub(crate) bob: i64,
    folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(|_, _| {}).await
    }

    /// A server whose plan was changed by the test.
    pub(crate) async fn with(change: impl FnOnce(&mut Plan, &Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut plan = plan(Arc::new(Memory::new()), folder.path());
        change(&mut plan, folder.path());
        Self::start(plan, folder).await
    }

    /// Another server with an empty log, which takes the tokens of this one.
    pub(crate) async fn anew(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = "token-keys.json";
        std::fs::copy(self.folder.path().join(keys), folder.path().join(keys)).unwrap();
        let plan = plan(Arc::new(Memory::new()), folder.path());
        Self::start(plan, folder).await
    }

    async fn start(plan: Plan, folder: TempDir) -> Self {
        let server = Server::start(plan).await.unwrap();
        let mut numbers = [0, 0];
        for (number, name) in numbers.iter_mut().zip([ANNA, BOB]) {
            *number = server.chat().add_account(name, Some(PASSWORD.to_owned())).await.unwrap().get();
        }
        Self { server, anna: numbers[0], bob: numbers[1], folder }
    }

    /// Somebody else's app.
    pub(crate) async fn client(&self, name: &str) -> (Client, Events) {
        let (client, events) = Client::connect(self.server.tcp().to_string(), Settings::password(name, PASSWORD));
        client.ready().await.unwrap();
        (client, events)
    }

    /// What anna and bob have said, in the order of the log.
    pub(crate) fn said(&self) -> Vec<String> {
        self.entries().iter().map(|entry| String::from_utf8_lossy(&entry.content).into_owned()).collect()
    }

    /// The log.
    pub(crate) fn entries(&self) -> Vec<pb::Entry> {
        let entries = self.server.chat().read_log(Default::default(), 1_000_000).unwrap();
        entries.iter().map(|entry| entry.message().unwrap()).collect()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn form(&self, name: &str) -> Form {
        form(self.server.tcp(), self.server.http(), name)
    }
}

pub(crate) fn form(link: SocketAddr, http: SocketAddr, name: &str) -> Form {
    Form {
        host: link.ip().to_string(),
        link_port: link.port(),
        http_port: http.port(),
        protection: Shield::System,
        name: name.to_owned(),
        password: PASSWORD.into(),
    }
}

/// Gives a server doors with TLS, and puts its certificate into the folder.
pub(crate) fn open_doors(plan: &mut Plan, folder: &Path) {
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let files = Files { certificate, key };
    let any = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    let settings = tls::Settings { handshake_timeout_ms: 10_000, handshakes_max: 100 };
    plan.tls = Some((Certificate::read(files, TODAY_MS / 1000).unwrap(), settings));
    plan.listen = Ports { tcp_tls: any, https: any, ..plan.listen };
}

/// A way to the server that can be cut, and leads to another one.
pub(crate) struct Road {
    pub(crate) address: SocketAddr,
    /// Where it leads to; nothing: it is cut.
    to: watch::Sender<Option<SocketAddr>>,
}

impl Road {
    pub(crate) async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let to = watch::Sender::new(Some(server));
        let mut leads_to = to.subscribe();
        tokio::spawn(async move {
            loop {
                let Ok((mut near, _)) = listener.accept().await else { return };
                let Some(server) = *leads_to.borrow_and_update() else { continue };
                let mut changed = leads_to.clone();
                tokio::spawn(async move {
                    let Ok(mut far) = TcpStream::connect(server).await else { return };
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                        _ = changed.changed() => {}
                    }
                });
            }
        });
        Self { address, to }
    }

    pub(crate) fn cut(&self) {
        self.to.send_replace(None);
    }

    pub(crate) fn lead_to(&self, server: SocketAddr) {
        self.to.send_replace(Some(server));
    }
}

/// Anna's app, logged in over a road that can be cut, with what it keeps.
pub(crate) async fn on_a_road(world: &World) -> (Road, TempDir, App, AccountKey) {
    let road = Road::to(world.server.tcp()).await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(form(road.address, world.server.http(), ANNA)).await;
    (road, folder, app, key)
}

/// An app that shows nothing.
pub(crate) struct App {
    pub(crate) bridge: Bridge,
    pub(crate) woken: Arc<AtomicUsize>,
}

impl App {
    /// With secrets in files: nobody is here to unlock a keyring.
    pub(crate) fn start(folder: &Path) -> Self {
        let woken = Arc::new(AtomicUsize::new(0));
        let counting = Arc::clone(&woken);
        let wake = move || {
            counting.fetch_add(1, Ordering::Relaxed);
        };
        let bridge = Bridge::start(Folders::at(folder).unwrap(), Vault::files(), wake).unwrap();
        Self { bridge, woken }
    }

    /// Logs in, and waits until the account is online.
    pub(crate) async fn log_in(&mut self, form: Form) -> AccountKey {
        self.bridge.log_in(form);
        let key = self.logged_in().await;
        self.connected(&key).await;
        key
    }

    pub(crate) async fn logged_in(&mut self) -> AccountKey {
        let seen = self.next_of(|seen| matches!(seen, Seen::LoggedIn { .. } | Seen::LoginFailed(_))).await;
        let Seen::LoggedIn { account, .. } = seen else { panic!("{seen:?}") };
        account.key
    }

    pub(crate) async fn connected(&mut self, key: &AccountKey) {
        self.told(key, |told| matches!(told, Told::Connected { .. })).await;
    }

    /// Opens the account that is in the list already.
    pub(crate) fn open(&self) -> AccountKey {
        let key = self.bridge.accounts()[0].key.clone();
        self.bridge.open(&key);
        key
    }

    pub(crate) fn wish(&self, key: &AccountKey, wish: Wish) {
        self.bridge.wish(key, wish).unwrap();
    }

    pub(crate) fn write(&self, key: &AccountKey, to: Peer, text: &str) -> String {
        let outgoing = text_to(to, text);
        let id = outgoing.client_msg_id.clone();
        self.wish(key, Wish::Send(outgoing));
        id
    }

    /// The next that is wanted; what comes before it is passed over.
    pub(crate) async fn next_of(&mut self, is_it: impl Fn(&Seen) -> bool) -> Seen {
        let next = async {
            loop {
                let seen = self.bridge.next().await.expect("the bridge lives");
                if is_it(&seen) {
                    return seen;
                }
            }
        };
        timeout(PATIENCE, next).await.expect("it did not come")
    }

    pub(crate) async fn told(&mut self, key: &AccountKey, is_it: impl Fn(&Told) -> bool) -> Told {
        let seen = self.next_of(|seen| matches!(seen, Seen::Told(of, told) if of == key && is_it(told))).await;
        let Seen::Told(_, told) = seen else { unreachable!() };
        told
    }

    /// The texts of the entries that come next, so many of them.
    pub(crate) async fn texts(&mut self, key: &AccountKey, count: usize) -> Vec<String> {
        let mut texts = Vec::new();
        while texts.len() < count {
            let Told::Entries(entries) = self.told(key, |told| matches!(told, Told::Entries(_))).await else {
                continue;
            };
            texts.extend(entries.iter().map(text));
        }
        texts
    }

    pub(crate) async fn page(&mut self, key: &AccountKey, peer: Peer, before: i64, limit: u32) -> Page {
        self.wish(key, Wish::Load { number: 1, peer, before, after: 0, limit });
        let told = self.told(key, |told| matches!(told, Told::Page(_) | Told::PageFailed { .. })).await;
        let Told::Page(page) = told else { panic!("{told:?}") };
        page
    }
}

pub(crate) fn text_to(to: Peer, text: &str) -> Outgoing {
    Outgoing {
        client_msg_id: longlink_client::fresh_id(),
        to,
        content_type: pb::ContentType::Text as u32,
        content: text.as_bytes().to_vec(),
        reply_to: 0,
        mentions: Vec::new(),
        written_at_ms: 1,
        file: None,
        failure: None,
    }
}

pub(crate) fn text(entry: &pb::Entry) -> String {
    String::from_utf8(entry.content.to_vec()).unwrap()
}

pub(crate) fn texts_of(items: &[Item]) -> Vec<String> {
    let text = |item: &Item| String::from_utf8(item.content.encode().1.to_vec()).unwrap();
    items.iter().map(text).collect()
}
