//! A disk that is damaged, or takes nothing.

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use longlink_desktop_core::accounts::AccountKey;
use longlink_desktop_core::model::{Opened, Source, Told, Wish};
use longlink_desktop_core::store::{Store, StoreError};
use rusqlite::Connection;

use super::store::{BOB as PEER, at, entry, fresh};
use super::support::{ANNA, App, BOB, World, on_a_road, text_to, texts_of};

fn history(folder: &Path, key: &AccountKey) -> PathBuf {
    folder.join("accounts").join(key.as_str()).join("history-1.db")
}

async fn opened(app: &mut App, key: &AccountKey) -> Opened {
    let Told::Opened(opened) = app.told(key, |told| matches!(told, Told::Opened(_))).await else { unreachable!() };
    *opened
}

#[tokio::test]
async fn a_damaged_file_is_set_aside_and_everything_comes_anew() {
    let world = World::new().await;
    let (bob, _events) = world.client(BOB).await;
    bob.send(world.anna, "one").unwrap().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(world.form(ANNA)).await;
    assert_eq!(texts_of(&app.page(&key, world.bob, 0, 10).await.items), ["one"]);
    app.bridge.close();
    let path = history(folder.path(), &key);
    let garbage = vec![0x5A; 40_000];
    fs::write(&path, &garbage).unwrap();

    let mut app = App::start(folder.path());
    let key = app.open();
    let aside = opened(&mut app, &key).await.set_aside.unwrap();
    assert_eq!(fs::read(&aside).unwrap(), garbage, "nothing is thrown away");
    app.connected(&key).await;
    assert_eq!(texts_of(&app.page(&key, world.bob, 0, 10).await.items), ["one"]);
    app.bridge.close();
    let mut app = App::start(folder.path());
    let key = app.open();
    assert_eq!(opened(&mut app, &key).await.set_aside, None, "once is enough");
    app.bridge.close();
}

/// The damage is met while the program runs: in what was not read before.
#[tokio::test]
async fn damage_that_is_met_later_costs_what_was_kept_and_nothing_else() {
    let world = World::new().await;
    let (road, folder, mut app, key) = on_a_road(&world).await;
    let mut large = text_to(world.bob, "");
    large.content_type = longlink_client::pb::ContentType::File as u32;
    large.content = Vec::new();
    large.file = Some(Source::Bytes(vec![1; 3 << 20].into()));
    app.wish(&key, Wish::Send(large));
    let Told::Uploaded { media, .. } = app.told(&key, |told| matches!(told, Told::Uploaded { .. })).await else {
        unreachable!()
    };
    app.told(&key, |told| matches!(told, Told::Kept { .. })).await;
    app.wish(&key, Wish::Encrypt { passphrase: "secret".into() });
    app.told(&key, |told| matches!(told, Told::Encrypted(Ok(true)))).await;
    road.cut();
    app.told(&key, |told| matches!(told, Told::Disconnected { .. })).await;
    app.write(&key, world.bob, "on its way");

    let path = history(folder.path(), &key).with_file_name("history-2.encrypted.db");
    let other = Connection::open(&path).unwrap();
    other.pragma_update(None, "key", "secret").unwrap();
    other.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(other);
    let mut file = fs::File::options().write(true).open(&path).unwrap();
    let length = file.metadata().unwrap().len();
    file.seek(SeekFrom::Start(length / 2)).unwrap();
    file.write_all(&vec![0xFF; (length / 2) as usize]).unwrap();
    drop(file);
    let to = folder.path().join("saved");
    app.wish(&key, Wish::Save { hash: media.hash.clone(), size: 3 << 20, name: "x".to_owned(), to: to.clone() });
    let opened = opened(&mut app, &key).await;
    assert!(opened.set_aside.is_some_and(|path| path.exists()));
    assert!(opened.is_encrypted, "what takes the place of something encrypted is that, too");
    assert!(!to.exists(), "half a file is none");

    road.lead_to(world.server.tcp());
    app.wish(&key, Wish::Reconnect);
    app.told(&key, |told| matches!(told, Told::Kept { .. })).await;
    assert_eq!(world.said().last().unwrap(), "on its way");
    let page = app.page(&key, world.bob, 0, 10).await;
    assert_eq!((texts_of(&page.items), page.has_more), (vec!["on its way".to_owned()], true));
    assert_eq!(app.page(&key, world.bob, page.items[0].queue_id, 10).await.items.len(), 1, "from the server");
    app.bridge.close();
}

#[tokio::test]
async fn without_a_disk_the_app_goes_on_and_says_so() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(world.form(ANNA)).await;
    app.bridge.close();
    let path = history(folder.path(), &key);
    fs::remove_file(&path).unwrap();
    // Nobody can open that, not even who may do everything.
    fs::create_dir(&path).unwrap();

    let mut app = App::start(folder.path());
    let key = app.open();
    app.told(&key, |told| matches!(told, Told::StoreFailed(_))).await;
    app.connected(&key).await;
    let (bob, _events) = world.client(BOB).await;
    bob.send(world.anna, "one").unwrap().await.unwrap();
    assert_eq!(app.texts(&key, 1).await, ["one"]);
    app.write(&key, world.bob, "two");
    app.told(&key, |told| matches!(told, Told::Kept { .. })).await;
    assert_eq!(texts_of(&app.page(&key, world.bob, 0, 10).await.items), ["one", "two"]);
    app.bridge.close();
}

/// As with a full disk: for a while nothing can be written.
#[tokio::test]
async fn what_cannot_be_written_is_told_and_not_acknowledged_and_comes_again() {
    let world = World::new().await;
    let (road, folder, mut app, key) = on_a_road(&world).await;
    let (bob, _events) = world.client(BOB).await;
    let other = Connection::open(history(folder.path(), &key)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    let first = bob.send(world.anna, "one").unwrap().await.unwrap();
    app.told(&key, |told| matches!(told, Told::StoreFailed(_))).await;
    assert_eq!(app.texts(&key, 1).await, ["one"], "what is shown goes on");
    bob.send(world.anna, "two").unwrap().await.unwrap();
    let next = app.told(&key, |told| matches!(told, Told::StoreFailed(_) | Told::Entries(_))).await;
    assert!(matches!(next, Told::Entries(_)), "it is told once: {next:?}");
    let arrived = |marks: Vec<longlink_client::pb::ReadMark>| {
        marks.iter().map(|mark| mark.delivered_up_to).max().unwrap_or_default()
    };
    assert!(arrived(bob.read_marks(world.anna).await.unwrap()) < first.queue_id, "nobody is told that it has arrived");

    other.execute_batch("ROLLBACK").unwrap();
    app.wish(&key, Wish::Reconnect);
    app.connected(&key).await;
    bob.send(world.anna, "three").unwrap().await.unwrap();
    assert_eq!(app.texts(&key, 1).await, ["three"], "nothing is told twice");
    app.bridge.close();

    road.cut();
    let mut app = App::start(folder.path());
    let key = app.open();
    opened(&mut app, &key).await;
    assert_eq!(texts_of(&app.page(&key, world.bob, 0, 10).await.items), ["one", "two", "three"]);
    app.bridge.close();
}

#[test]
fn what_a_later_version_has_written_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(fresh(folder.path()));
    let path = folder.path().join("history-1.db");
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(matches!(Store::open(folder.path(), ""), Err(StoreError::TooNew { found: 99, .. })));
}

/// Two programs never have it open, so a write that is refused is refused whole: the cursor stays with the entries.
#[test]
fn a_refused_write_leaves_the_cursor_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = fresh(folder.path());
    store.take(&[entry(11, PEER, "one")], &at(11)).unwrap();
    let other = Connection::open(folder.path().join("history-1.db")).unwrap();
    other.execute_batch("CREATE TRIGGER full BEFORE INSERT ON entries WHEN new.queue_id = 13 BEGIN SELECT raise(ABORT, 'full'); END").unwrap();
    assert!(store.take(&[entry(12, PEER, "two"), entry(13, PEER, "three")], &at(13)).is_err());
    assert_eq!(store.resume().unwrap(), Some(at(11)));
    assert_eq!(store.before(PEER, 0, 10).unwrap().entries.len(), 1);
    other.execute_batch("DROP TRIGGER full").unwrap();
    store.take(&[entry(12, PEER, "two"), entry(13, PEER, "three")], &at(13)).unwrap();
    assert_eq!(store.before(PEER, 0, 10).unwrap().entries.len(), 3);
}
