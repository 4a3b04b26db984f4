//! A whole check: sets everything up, disturbs it for a while, lets it come to rest, reads everything, judges.

use std::fs::File;
use std::io::{self, BufReader, IsTerminal};
use std::net::SocketAddr;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use longlink::wire::Code;
use longlink_client::{Protection, pb};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::net::{TcpListener, lookup_host};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::accounts::{Account, Source};
use super::args::Args;
use super::device::{Device, Kept, Phase, Shared};
use super::faults::{Fault, Faults, around};
use super::finale::{Asker, Reached, in_words, read_all};
use super::judge::Judge;
use super::link::{Door, Secured};
use super::proxy::Proxy;
use super::record::{self, Event};
use super::recorder::Recorder;
use super::server::{Addresses, Server};
use super::verdict::Verdict;
use super::words::{Group, Role, Words};

/// How long those who take part may need to have everything answered, and then to have read everything.
const REST_PATIENCE: Duration = Duration::from_secs(60);
/// One in so many devices comes by WebSocket.
const WEB_ONE_IN: usize = 3;
const CHANGE_EVERY: Duration = Duration::from_secs(1);
/// The server is down for up to this long.
const DOWN_MAX_MS: u64 = 700;
/// A request names at most so many (PROTOCOL.md, "Limits").
const INVITED_MAX: usize = 100;
/// With so many peers, the history with each is read by everybody at the end.
const TALKS_MAX: usize = 8;

/// Checks, and gives the verdict. An error is a sentence that says why it could not be checked.
pub async fn run(args: Args) -> Result<Verdict, String> {
    if let Some(path) = &args.history {
        return judge_saved(path);
    }
    if args.data_dir.is_none() && args.register.is_none() {
        return Err("say how to make accounts: --data-dir DIR, the server's data_dir, or --register PREFIX".to_owned());
    }
    if args.serve.is_empty() && args.server.is_empty() {
        return Err("--server names no server".to_owned());
    }
    let seed = args.seed.unwrap_or_else(rand::random);
    println!("seed {seed}");
    let recorder =
        Recorder::new(seed, args.save.as_deref()).map_err(|error| format!("cannot save the history: {error}"))?;
    let protection = args.protected.protection()?;
    // A server that is started for this is on this machine.
    let named = if args.serve.is_empty() { args.server.as_str() } else { "127.0.0.1:0" };
    let secured = Secured::new(named, protection.clone())?;
    let mut server = (!args.serve.is_empty()).then(|| Server::new(args.serve.clone(), secured.is_some()));
    let address = match &mut server {
        Some(server) => server.start().await?,
        None => Addresses {
            tcp: resolve(&args.server).await?,
            http: match &args.http {
                Some(http) => Some(resolve(http).await?),
                None => None,
            },
        },
    };
    let check = Check { args, protection, secured, seed, recorder, random: StdRng::seed_from_u64(seed) };
    // Whoever stops it also stops the server that it started: it goes with the future that is dropped.
    tokio::select! {
        verdict = check.run(server, address) => verdict,
        interrupted = tokio::signal::ctrl_c() => Err(match interrupted {
            Ok(()) => "interrupted, so nothing was judged".to_owned(),
            Err(error) => format!("cannot wait for an interrupt: {error}"),
        }),
    }
}

fn judge_saved(path: &Path) -> Result<Verdict, String> {
    let file = File::open(path).map_err(|error| format!("cannot open {}: {error}", path.display()))?;
    let mut judge = Judge::default();
    let head = record::read(BufReader::new(file), |record| judge.take(record))
        .map_err(|error| format!("{}: {error}", path.display()))?;
    println!("seed {}", head.seed);
    Ok(judge.finish())
}

async fn resolve(server: &str) -> Result<SocketAddr, String> {
    let mut found = lookup_host(server).await.map_err(|error| format!("cannot find {server}: {error}"))?;
    found.next().ok_or_else(|| format!("{server} has no address"))
}

/// Where devices come in: the network's ends.
struct Doors {
    tcp: SocketAddr,
    web: Option<SocketAddr>,
}

type Devices = JoinSet<Result<(), String>>;

struct Check {
    args: Args,
    protection: Protection,
    secured: Option<Secured>,
    seed: u64,
    recorder: Recorder,
    random: StdRng,
}

/// Those who take part, and where their history begins.
struct Cast {
    accounts: Vec<Account>,
    words: Words,
    start: i64,
}

impl Check {
    async fn run(mut self, mut server: Option<Server>, address: Addresses) -> Result<Verdict, String> {
        let Cast { accounts, words, start } = self.gather(address.tcp).await?;
        let peers = self.peers(&words);

        let (now, server_now) = watch::channel(address);
        let (calm, is_calm) = watch::channel(false);
        let (by_tcp, tcp) = self.network(Door::Tcp, &server_now, &is_calm).await?;
        let (by_web, web) = self.network(Door::WebSocket, &server_now, &is_calm).await?;
        let doors = Doors { tcp, web: address.http.map(|_| web) };
        let (phase, in_phase) = watch::channel(Phase::Running);
        let (settled, settled_now) = watch::channel(0);
        let shared = Shared {
            recorder: self.recorder.clone(),
            phase: in_phase,
            settled,
            faults: self.args.faults.clone(),
            fault_every: Duration::from_secs_f64(self.args.fault_every),
            send_every: self.args.send_every(),
            change_every: CHANGE_EVERY,
            words,
            secured: self.secured.clone(),
        };
        let (mut devices, readers) = self.devices(&accounts, shared, &doors);

        let faults = self.args.faults.clone();
        let disturbed = self.disturb(&faults, &mut server, &now, &mut devices);
        let mut network = pin!(async {
            tokio::select! {
                error = by_tcp.run() => error,
                error = by_web.run() => error,
            }
        });
        tokio::select! {
            done = disturbed => done?,
            error = &mut network => return Err(format!("the network between the bots and the server failed: {error}")),
        }
        // Others may have replaced it meanwhile.
        let address = self.reached(now.borrow().tcp);
        let recorder = self.recorder.clone();
        let rest = async {
            calm.send_replace(true);
            phase.send_replace(Phase::Settling);
            let all = readers.len();
            let mut settled_now = settled_now;
            if timeout(REST_PATIENCE, settled_now.wait_for(|settled| *settled >= all)).await.is_err() {
                let settled = *settled_now.borrow();
                println!(
                    "only {settled} of {all} devices had all their sends answered after {} s",
                    REST_PATIENCE.as_secs()
                );
            }
            let (reading, upto) = read_all(&address, &accounts, &readers, &peers, start, &recorder).await?;
            phase.send_replace(reading);
            let read = timeout(REST_PATIENCE, async {
                while let Some(done) = devices.join_next().await {
                    done.map_err(|error| format!("a device failed: {error}"))??;
                }
                Ok::<(), String>(())
            });
            match read.await {
                Ok(read) => read?,
                Err(_) => {
                    println!("{} devices had not got everything after {} s", devices.len(), REST_PATIENCE.as_secs())
                }
            }
            Ok::<i64, String>(upto)
        };
        let upto = tokio::select! {
            upto = rest => upto?,
            error = &mut network => return Err(format!("the network between the bots and the server failed: {error}")),
        };
        self.recorder.finish(upto)
    }

    fn reached(&self, at: SocketAddr) -> Reached {
        Reached { at, secured: self.secured.clone() }
    }

    /// The network in front of one of the server's doors, and where it begins.
    async fn network(
        &mut self,
        door: Door,
        server: &watch::Receiver<Addresses>,
        calm: &watch::Receiver<bool>,
    ) -> Result<(Proxy, SocketAddr), String> {
        let failed = |error| format!("cannot listen on this machine: {error}");
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let proxy = Proxy {
            listener,
            door,
            server: server.clone(),
            faults: self.args.faults.clone(),
            fault_every: Duration::from_secs_f64(self.args.fault_every),
            random: StdRng::seed_from_u64(self.random.random()),
            calm: calm.clone(),
            recorder: self.recorder.clone(),
        };
        Ok((proxy, address))
    }

    /// Accounts, groups, and whether one may write to everyone.
    async fn gather(&mut self, address: SocketAddr) -> Result<Cast, String> {
        let source = match (&self.args.data_dir, &self.args.register) {
            (Some(folder), _) => Source::Operator(folder),
            (None, Some(prefix)) => {
                Source::Register { server: address.to_string(), protection: self.protection.clone(), prefix }
            }
            (None, None) => return Err("there is no way to make accounts".to_owned()),
        };
        let address = self.reached(address);
        // Another run of the same seed needs other names.
        let mark = format!("{:08x}", rand::random::<u32>());
        let accounts = source.make(self.args.users as usize, &mark).await?;
        let users: Vec<i64> = accounts.iter().map(|account| account.user).collect();
        let mut words = Words { users, groups: Vec::new(), to_everyone: false };
        let mut start = None;
        for number in 0..self.args.groups as usize {
            let Some(owner) = accounts.get(number % accounts.len().max(1)) else { break };
            let mut asker = Asker::begin(&address, owner, "setting up", false, &self.recorder).await?;
            start.get_or_insert(asker.hello.head);
            let (group, members) = self.make_group(&mut asker, owner, &words).await?;
            words.groups.push(Group { group, owner: owner.user, first_members: members });
        }
        if let Some(first) = accounts.first() {
            let mut asker = Asker::begin(&address, first, "setting up", false, &self.recorder).await?;
            start.get_or_insert(asker.hello.head);
            words.to_everyone = self.may_write_to_everyone(&mut asker, first).await?;
        }
        println!(
            "{} users with {} devices in {} groups, {:.0} messages a second for {} s{}",
            accounts.len(),
            self.args.devices(),
            words.groups.len(),
            self.args.rate,
            self.args.duration.as_secs_f64(),
            if words.to_everyone { "" } else { "; nobody may write to everyone (chat.broadcast_allowed)" }
        );
        Ok(Cast { accounts, words, start: start.unwrap_or_default() })
    }

    async fn make_group(
        &mut self,
        asker: &mut Asker,
        owner: &Account,
        words: &Words,
    ) -> Result<(i64, Vec<i64>), String> {
        let request = pb::GroupCreateRequest {
            name: format!("check {}", self.seed),
            members: Vec::new(),
            client_msg_id: format!("group-{}", words.groups.len()),
        };
        let change = self.recorder.change(owner.user, Event::Created, 0, vec![owner.user]);
        let made = asker.link.call(&request, |_| {}).await.map_err(in_words)?;
        if made.code() != Code::Ok {
            return Err(format!("{} cannot make a group: {}", owner.name, made.message));
        }
        let group = made.group;
        self.recorder.changed(change, group, made.queue_id);

        let may_come = |one: &i64| *one != owner.user && Words::role(*one, group) != Role::Outsider;
        let random = &mut self.random;
        let candidates = words.users.iter().copied().filter(may_come);
        let mut members: Vec<i64> = candidates.filter(|_| random.random()).take(INVITED_MAX).collect();
        if !members.is_empty() {
            let change = self.recorder.change(owner.user, Event::Joined, group, members.clone());
            let request = pb::GroupInviteRequest { group, members: members.clone() };
            let invited = asker.link.call(&request, |_| {}).await.map_err(in_words)?;
            if invited.code() != Code::Ok {
                return Err(format!("{} cannot bring anybody into a group: {}", owner.name, invited.message));
            }
            self.recorder.changed(change, group, 0);
        }
        members.push(owner.user);
        Ok((group, members))
    }

    async fn may_write_to_everyone(&self, asker: &mut Asker, account: &Account) -> Result<bool, String> {
        let (id, content) = ("everyone", format!("{} says everyone", account.user));
        self.recorder.ask(asker.number, account.user, 0, id, &content);
        let request = pb::SendRequest {
            to: 0,
            client_msg_id: id.to_owned(),
            content_type: pb::ContentType::Text as u32,
            content: content.into(),
            ..Default::default()
        };
        let reply = asker.link.call(&request, |_| {}).await.map_err(in_words)?;
        self.recorder.answered(asker.number, account.user, id, reply.code, reply.queue_id);
        Ok(reply.code() == Code::Ok)
    }

    /// Whose histories are read at the end.
    fn peers(&mut self, words: &Words) -> Vec<i64> {
        let mut peers: Vec<i64> = words.groups.iter().map(|group| group.group).take(TALKS_MAX / 2).collect();
        peers.push(0);
        while peers.len() < TALKS_MAX.min(words.users.len() + words.groups.len()) {
            match words.users.get(self.random.random_range(0..words.users.len().max(1))) {
                Some(user) if !peers.contains(user) => peers.push(*user),
                Some(_) => {}
                None => break,
            }
        }
        peers
    }

    /// Lets them live. The second is each device's user and reader.
    fn devices(&mut self, accounts: &[Account], shared: Shared, doors: &Doors) -> (Devices, Vec<(i64, u32)>) {
        let shared = Arc::new(shared);
        let (mut devices, mut readers) = (JoinSet::new(), Vec::new());
        for (number, account) in accounts.iter().cycle().take(self.args.devices() as usize).enumerate() {
            let device_id = format!("device {}", number / accounts.len().max(1) + 1);
            let (network, door) = match doors.web {
                Some(web) if number % WEB_ONE_IN == 1 => (web, Door::WebSocket),
                Some(_) | None => (doors.tcp, Door::Tcp),
            };
            let name = format!("{} ({device_id}, {door:?})", account.name);
            let reader = self.recorder.reader(account.user, name, true);
            readers.push((account.user, reader));
            let device = Device {
                account: account.clone(),
                device_id,
                network,
                door,
                reader,
                changes_groups: number < accounts.len(),
                random: StdRng::seed_from_u64(self.random.random()),
                shared: Arc::clone(&shared),
                kept: Kept::of(account.user, &shared.words),
            };
            devices.spawn(device.run());
        }
        (devices, readers)
    }

    /// The time in which things go wrong. The server runs at its end.
    async fn disturb(
        &mut self,
        faults: &Faults,
        server: &mut Option<Server>,
        now: &watch::Sender<Addresses>,
        devices: &mut Devices,
    ) -> Result<(), String> {
        let kill_every = Duration::from_secs_f64(self.args.kill_every);
        let begun = Instant::now();
        let end = begun + self.args.duration;
        let mut next_kill = begun + around(kill_every, &mut self.random);
        let mut watched = Watched::new(begun);
        loop {
            let kills = faults.has(Fault::Kill);
            // What ended matters more than what is due.
            tokio::select! {
                biased;
                Some(done) = devices.join_next() => {
                    done.map_err(|error| format!("a device failed: {error}"))??;
                }
                why = ended(server) => return Err(why),
                () = sleep_until(end) => return Ok(()),
                () = sleep_until(next_kill), if kills && server.is_some() => {
                    if let Some(server) = server.as_mut() {
                        server.kill().await?;
                        self.recorder.fault(Fault::Kill.word());
                        sleep(Duration::from_millis(self.random.random_range(0..DOWN_MAX_MS))).await;
                        now.send_replace(server.start().await?);
                    }
                    next_kill = Instant::now() + around(kill_every, &mut self.random);
                }
                () = sleep_until(watched.next) => watched.tell(&self.recorder),
            }
        }
    }
}

async fn ended(server: &mut Option<Server>) -> String {
    match server {
        Some(server) => server.ended().await,
        None => std::future::pending().await,
    }
}

/// Tells how it goes on, on stderr: each second to a person, now and then to a log.
struct Watched {
    begun: Instant,
    every: Duration,
    next: Instant,
}

impl Watched {
    fn new(begun: Instant) -> Self {
        let every = Duration::from_secs(if io::stderr().is_terminal() { 1 } else { 10 });
        Self { begun, every, next: begun + every }
    }

    fn tell(&mut self, recorder: &Recorder) {
        let tally = recorder.tally();
        eprintln!(
            "{:>4} s: {} sends, {} acknowledged, {} times shown, {} faults",
            self.begun.elapsed().as_secs(),
            tally.asks,
            tally.acks,
            tally.shown,
            tally.faults
        );
        self.next += self.every;
    }
}
