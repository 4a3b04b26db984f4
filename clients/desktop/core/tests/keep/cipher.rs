//! The passphrase: on, another one, off; and a crash in the midst of it.

use std::fs;
use std::path::{Path, PathBuf};

use longlink_desktop_core::model::{Source, Told, Wish};
use longlink_desktop_core::store::{Lies, Store, StoreError};

use super::store::{BOB, at, entry, fresh};
use super::support::{ANNA, App, World, text, text_to};

fn shown(store: &Store) -> Vec<String> {
    store.before(BOB, 0, 100).unwrap().entries.iter().map(text).collect()
}

/// All files of the folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn is_readable(folder: &Path, words: &[u8]) -> bool {
    files(folder).iter().any(|file| fs::read(file).unwrap().windows(words.len()).any(|part| part == words))
}

#[test]
fn what_is_encrypted_cannot_be_read_without_its_passphrase_and_all_of_it_is_there_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let at_path = folder.path();
    let mut store = fresh(at_path);
    store.take(&[entry(11, BOB, "a secret of bob's")], &at(11)).unwrap();
    let mut outgoing = text_to(BOB, "a secret of mine");
    outgoing.file = Some(Source::Copied);
    store.write_down(1, &outgoing, Some(b"a secret in a file")).unwrap();
    store.add_media("hash", b"a secret picture", 1).unwrap();
    store.finish_media("hash", 1).unwrap();
    let secrets = [&b"a secret of bob's"[..], b"a secret of mine", b"a secret in a file", b"a secret picture"];
    assert!(secrets.iter().all(|secret| is_readable(at_path, secret)));

    store.encrypt("correct horse").unwrap();
    assert!(store.is_encrypted());
    assert_eq!(shown(&store), ["a secret of bob's"], "it goes on");
    store.take(&[entry(12, BOB, "a secret of today")], &at(12)).unwrap();
    for secret in secrets.into_iter().chain([&b"a secret of today"[..]]) {
        assert!(!is_readable(at_path, secret), "{}", String::from_utf8_lossy(secret));
    }
    drop(store);

    assert_eq!(Store::lies(at_path).unwrap(), Lies::Encrypted);
    for wrong in ["Correct horse", "", "correct horse "] {
        assert!(matches!(Store::open(at_path, wrong), Err(StoreError::WrongPassphrase | StoreError::Broken(_))));
    }
    let store = Store::open(at_path, "correct horse").unwrap();
    assert_eq!(shown(&store), ["a secret of bob's", "a secret of today"]);
    assert_eq!(store.resume().unwrap(), Some(at(12)));
    assert_eq!(store.file_of(&outgoing.client_msg_id).unwrap(), b"a secret in a file");
    assert_eq!(store.whole_media("hash").unwrap(), b"a secret picture");
}

#[test]
fn a_passphrase_can_be_changed_and_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = fresh(folder.path());
    store.take(&[entry(11, BOB, "one")], &at(11)).unwrap();
    for passphrase in ["first", "it's another; \"quoted\"", "第三个"] {
        store.encrypt(passphrase).unwrap();
        drop(store);
        assert!(matches!(Store::open(folder.path(), "wrong"), Err(StoreError::WrongPassphrase)));
        store = Store::open(folder.path(), passphrase).unwrap();
    }
    store.encrypt("").unwrap();
    drop(store);
    assert_eq!(Store::lies(folder.path()).unwrap(), Lies::Open);
    let store = Store::open(folder.path(), "").unwrap();
    assert_eq!(shown(&store), ["one"]);
}

/// The folder as it is after each step of encrypting, if the machine lost its power there.
#[test]
fn a_crash_in_the_midst_of_encrypting_leaves_one_that_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = fresh(folder.path());
    store.take(&[entry(11, BOB, "one")], &at(11)).unwrap();
    drop(store);
    let before = fs::read(folder.path().join("history-1.db")).unwrap();
    let mut store = Store::open(folder.path(), "").unwrap();
    store.encrypt("secret").unwrap();
    drop(store);
    let after = fs::read(folder.path().join("history-2.encrypted.db")).unwrap();
    assert!(!folder.path().join("history-1.db").exists());

    // While the new file is written: half of it is there.
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("history-1.db"), &before).unwrap();
    fs::write(folder.path().join("history-2.unfinished"), &after[..after.len() / 2]).unwrap();
    assert_eq!(Store::lies(folder.path()).unwrap(), Lies::Open);
    let mut store = Store::open(folder.path(), "").unwrap();
    assert_eq!(shown(&store), ["one"]);
    assert_eq!(files(folder.path()).iter().filter(|file| file.ends_with("history-2.unfinished")).count(), 0);
    // And it can be done then.
    store.encrypt("secret").unwrap();
    drop(store);

    // When it was renamed, and the one before is still there.
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("history-1.db"), &before).unwrap();
    fs::write(folder.path().join("history-2.encrypted.db"), &after).unwrap();
    assert_eq!(Store::lies(folder.path()).unwrap(), Lies::Encrypted);
    let store = Store::open(folder.path(), "secret").unwrap();
    assert_eq!(shown(&store), ["one"]);
    assert!(!folder.path().join("history-1.db").exists(), "what was readable is gone");
}

#[tokio::test]
async fn an_encrypted_account_waits_for_its_passphrase_and_says_when_it_is_wrong() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(world.form(ANNA)).await;
    app.wish(&key, Wish::Encrypt { passphrase: "secret".into() });
    let told = app.told(&key, |told| matches!(told, Told::Encrypted(_))).await;
    assert_eq!(told, Told::Encrypted(Ok(true)));
    app.bridge.close();

    let mut app = App::start(folder.path());
    let key = app.open();
    let locked = |told: &Told| matches!(told, Told::Locked { .. } | Told::Opened(_));
    assert_eq!(app.told(&key, locked).await, Told::Locked { is_wrong: false });
    app.wish(&key, Wish::Unlock { passphrase: "wrong".into() });
    assert_eq!(app.told(&key, locked).await, Told::Locked { is_wrong: true });
    app.wish(&key, Wish::Unlock { passphrase: "secret".into() });
    let Told::Opened(opened) = app.told(&key, locked).await else { panic!("it is still locked") };
    assert!(opened.is_encrypted && opened.user_id == world.anna);
    app.connected(&key).await;
    app.bridge.close();
}

/// Who has forgotten the passphrase can still begin anew.
#[tokio::test]
async fn a_locked_account_can_be_forgotten() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let mut app = App::start(folder.path());
    let key = app.log_in(world.form(ANNA)).await;
    app.wish(&key, Wish::Encrypt { passphrase: "secret".into() });
    app.told(&key, |told| matches!(told, Told::Encrypted(Ok(true)))).await;
    app.bridge.shut(&key);
    app.bridge.open(&key);
    app.told(&key, |told| matches!(told, Told::Locked { .. })).await;
    app.wish(&key, Wish::LogOut { forget: true });
    app.next_of(|seen| matches!(seen, longlink_desktop_core::bridge::Seen::LoggedOut { forgotten: true, .. })).await;
    assert!(app.bridge.accounts().is_empty());
    assert_eq!(fs::read_dir(folder.path().join("accounts")).unwrap().count(), 0);
    app.bridge.close();
}
