//! The app is killed at any moment, again and again, while both sides write: afterwards the disk has what the server's log
//! has, up to the cursor, and each message that was on the disk is in the log once and in order.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;

use longlink_desktop_core::accounts::{Accounts, Folders};
use longlink_desktop_core::bridge::Seen;
use longlink_desktop_core::model::{Told, Wish};
use longlink_desktop_core::store::Store;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::select;
use tokio::time::timeout;

use super::support::{ANNA, App, BOB, PATIENCE, World, form, text, text_to};

/// Where the app that is killed finds its orders: folder, link, HTTP, bob's number, and the first number to write.
const ORDERS: &str = "LONGLINK_APP_THAT_IS_KILLED";
const ROUNDS: u32 = 12;

/// Not a test by itself: the program that the other one starts and kills. It writes numbers, each when the one before is
/// kept, and says a word for everything that happens.
#[tokio::test]
async fn the_app_that_is_killed() {
    let Ok(orders) = std::env::var(ORDERS) else { return };
    let orders: Vec<&str> = orders.split('|').collect();
    let [folder, link, http, bob, first] = orders[..] else { panic!("{orders:?}") };
    let (link, http): (SocketAddr, SocketAddr) = (link.parse().unwrap(), http.parse().unwrap());
    let (bob, mut next): (i64, i64) = (bob.parse().unwrap(), first.parse().unwrap());
    let mut app = App::start(Path::new(folder));
    let key = match app.bridge.accounts().first() {
        Some(account) => account.key.clone(),
        None => {
            app.bridge.log_in(form(link, http, ANNA));
            app.logged_in().await
        }
    };
    app.bridge.open(&key);
    loop {
        let Seen::Told(_, told) = app.next_of(|_| true).await else { continue };
        match told {
            // Three are on their way at a time.
            Told::Opened(opened) => {
                for _ in opened.outbox.len()..3 {
                    write(&app, &key, bob, &mut next);
                }
            }
            Told::Kept { queue_id, .. } => {
                println!("something kept {queue_id}");
                write(&app, &key, bob, &mut next);
                continue;
            }
            Told::Entries(entries) => {
                println!("something taken {}", entries.last().unwrap().queue_id);
                continue;
            }
            Told::Connected { .. } => {}
            Told::StoreFailed(why) => panic!("{why}"),
            _ => continue,
        }
        println!("something");
    }
}

fn write(app: &App, key: &longlink_desktop_core::accounts::AccountKey, bob: i64, next: &mut i64) {
    let outgoing = text_to(bob, &format!("anna {next}"));
    app.wish(key, Wish::Send(outgoing));
    *next += 1;
}

struct Killed {
    child: Child,
    words: tokio::io::Lines<BufReader<ChildStdout>>,
    /// Places of which it has said that it has them, as its own or as others' entries.
    kept: Vec<i64>,
    taken: i64,
}

impl Killed {
    fn start(folder: &Path, world: &World, first: i64) -> Self {
        let (link, http) = (world.server.tcp(), world.server.http());
        let orders = format!("{}|{link}|{http}|{}|{first}", folder.display(), world.bob);
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "keep::kill::the_app_that_is_killed", "--nocapture"]);
        command.env(ORDERS, orders).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let words = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, words, kept: Vec::new(), taken: 0 }
    }

    /// Lets so many things happen, and kills it.
    async fn kill_after(&mut self, words: u32) {
        let mut heard = 0;
        while heard < words {
            let line = timeout(PATIENCE, self.words.next_line()).await.expect("nothing happens").unwrap();
            heard += u32::from(self.note(&line.expect("it ended by itself")));
        }
        self.child.kill().await.unwrap();
        while let Some(line) = self.words.next_line().await.unwrap() {
            self.note(&line);
        }
    }
}

impl Killed {
    fn note(&mut self, line: &str) -> bool {
        let place = |rest: &str| rest.trim().parse::<i64>().unwrap();
        if let Some((_, rest)) = line.split_once("something kept ") {
            self.kept.push(place(rest));
        } else if let Some((_, rest)) = line.split_once("something taken ") {
            self.taken = place(rest);
        }
        line.contains("something")
    }
}

/// What is on the disk.
fn store(folder: &Path) -> Store {
    let accounts = Accounts::read(std::sync::Arc::new(Folders::at(folder).unwrap())).unwrap().0;
    let account = accounts.all().first().unwrap().clone();
    Store::open(&accounts.folders().of(&account.key), "").unwrap()
}

fn number(said: &str) -> i64 {
    said.strip_prefix("anna ").unwrap().parse().unwrap()
}

#[tokio::test]
async fn no_kill_loses_or_doubles_anything() {
    let world = World::new().await;
    let (bob, _events) = world.client(BOB).await;
    let folder = tempfile::tempdir().unwrap();
    let mut next = 0;
    // Any numbers will do that are not the same in each round.
    let mut state = 41u32;
    for round in 0..ROUNDS {
        let mut app = Killed::start(folder.path(), &world, next);
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let writing = async {
            for said in 0.. {
                bob.send(world.anna, format!("bob {round}.{said}")).unwrap().await.unwrap();
            }
        };
        select! {
            () = app.kill_after(1 + (state >> 24) % 60) => {}
            () = writing => unreachable!("he writes on"),
        }
        next = check(&world, folder.path(), &app).await;
    }
    // Let alone, it sends what was still on its way.
    let waiting: Vec<String> = ids(&store(folder.path()));
    let mut app = Killed::start(folder.path(), &world, next);
    app.kill_after(20 + u32::try_from(waiting.len()).unwrap()).await;
    check(&world, folder.path(), &app).await;
    let entries = world.entries();
    for id in waiting {
        let count = entries.iter().filter(|entry| entry.client_msg_id == id).count();
        assert_eq!(count, 1, "{id} is in the log {count} times");
    }
}

fn ids(store: &Store) -> Vec<String> {
    store.outbox().unwrap().into_iter().map(|waiting| waiting.outgoing.client_msg_id).collect()
}

/// Compares the disk with the log, and says which number was never written.
async fn check(world: &World, folder: &Path, app: &Killed) -> i64 {
    let store = store(folder);
    // What was told is on the disk.
    assert!(store.resume().unwrap().map_or(0, |place| place.cursor) >= app.taken);
    for place in &app.kept {
        assert!(store.entry(world.bob, *place).unwrap().is_some(), "{place} was told and is not here");
    }
    let log = world.entries();
    let place = store.resume().unwrap();
    let kept = store.before(world.bob, 0, 1_000_000).unwrap().entries;
    // The first kill may come before the first login is written down.
    if let Some(place) = &place {
        let from = store.complete_from(world.bob).unwrap();
        let is_here = |entry: &&longlink_client::pb::Entry| entry.queue_id >= from && entry.queue_id <= place.cursor;
        // Own messages of which the answer came and was not written yet are still on their way.
        let waiting = ids(&store);
        let expected: Vec<_> =
            log.iter().filter(is_here).filter(|entry| !waiting.contains(&entry.client_msg_id)).collect();
        let here: Vec<_> = kept.iter().filter(is_here).collect();
        assert_eq!(here, expected, "up to {}", place.cursor);
    }
    let own: Vec<i64> = log.iter().filter(|entry| entry.from == world.anna).map(|entry| number(&text(entry))).collect();
    assert!(own.is_sorted_by(|one, other| one < other), "once, in order: {own:?}");
    let waiting = store.outbox().unwrap().into_iter();
    let waiting = waiting.map(|waiting| number(std::str::from_utf8(&waiting.outgoing.content).unwrap()));
    own.into_iter().chain(waiting).max().map_or(0, |last| last + 1)
}
