//! A store that is not what was written: it is noticed, named, and nothing goes missing without a word.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::program::{Ended, Home};

/// A home whose server was killed or stopped after it had kept so many messages.
pub(super) async fn home_with(messages: usize, is_stopped: bool) -> Home {
    let home = Home::new();
    let program = home.serve().await;
    let (user, token) = home.user("anna").await;
    let mut anna = program.log_in(&token, "phone").await;
    for id in 0..messages {
        anna.send(user, &id.to_string(), &format!("what anna said as number {id}")).await;
    }
    if is_stopped {
        assert_eq!(program.stop().await.code(), Some(0));
    } else {
        program.kill().await;
    }
    home
}

pub(super) fn places(export: &str) -> BTreeSet<i64> {
    export.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["queue_id"].as_i64().unwrap()).collect()
}

/// All files below `log`, by size: the greatest first.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort_by_key(|path| (std::cmp::Reverse(fs::metadata(path).unwrap().len()), path.clone()));
    found
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn is_sentence(ended: &Ended) -> bool {
    ended.sentence().starts_with("longlink: ") && !ended.sentence().contains("panicked")
}

#[tokio::test]
async fn a_whole_store_is_found_whole_after_a_stop_and_after_a_kill() {
    for is_stopped in [true, false] {
        let home = home_with(20, is_stopped).await;
        for _ in 0..2 {
            let found = home.ok(&["log", "verify"]).await;
            assert!(found.contains("\n20 entries, the last at 20\nacknowledged up to 20\n"), "{found}");
            assert!(found.ends_with("the store is whole\n"), "{found}");
        }
    }
}

/// The journal, and where in it the eleventh message stands.
pub(super) fn journal(home: &Home) -> (PathBuf, usize) {
    let is_journal = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "jnl");
    let journal = files(&home.data().join("log")).into_iter().find(is_journal).unwrap();
    let bytes = fs::read(&journal).unwrap();
    let at = bytes.windows(17).position(|window| window == b"said as number 11").unwrap();
    (journal, at)
}

#[tokio::test]
async fn a_log_that_ends_before_what_was_acknowledged_is_not_opened() {
    let home = home_with(20, false).await;
    // The database takes this for a journal that a crash has torn, and drops the rest.
    let (journal, at) = journal(&home);
    fs::File::options().write(true).open(journal).unwrap().set_len(at as u64).unwrap();

    let ended = home.run(&["log", "verify"]).await;
    assert_eq!(ended.code(), Some(1), "{ended:?}");
    assert!(ended.stdout.contains("but entry 20 was acknowledged"), "{ended:?}");
    assert!(ended.sentence().contains("is damaged in"), "{ended:?}");
    let ended = home.run(&["serve"]).await;
    assert_eq!(ended.code(), Some(1), "{ended:?}");
    assert!(ended.sentence().contains("ends at entry 11, but entry 20 was acknowledged"), "{ended:?}");
    assert!(ended.sentence().contains("longlink log verify"), "what to do: {ended:?}");
    assert!(ended.sentence().contains("restore a copy"), "what to do: {ended:?}");
    let saved = home.run(&["log", "export"]).await;
    assert_eq!(places(&saved.stdout), (1..=11).collect(), "{saved:?}");
}

#[tokio::test]
async fn a_journal_with_a_flipped_byte_is_not_opened() {
    let home = home_with(20, false).await;
    let (journal, at) = journal(&home);
    let mut bytes = fs::read(&journal).unwrap();
    bytes[at] ^= 1;
    fs::write(&journal, bytes).unwrap();
    let damaged = fs::read(&journal).unwrap();
    for arguments in [&["serve"][..], &["log", "export"], &["user", "list"]] {
        let ended = home.run(arguments).await;
        assert_eq!((ended.code(), &*ended.stdout), (Some(1), ""), "{ended:?}");
        assert!(is_sentence(&ended) && ended.sentence().contains("restore a copy"), "{ended:?}");
        assert!(ended.sentence().contains("log/0.jnl, bytes "), "which file, and where: {ended:?}");
    }
    let found = home.run(&["log", "verify"]).await;
    assert_eq!(found.code(), Some(1), "{found:?}");
    assert!(found.stdout.contains("damaged: log/0.jnl, bytes "), "{found:?}");
    assert!(fs::read(&journal).unwrap() == damaged, "looking at it has changed it");
}

#[tokio::test]
async fn a_witness_that_is_torn_or_gone_is_said_and_does_not_keep_a_whole_log_from_opening() {
    let home = home_with(20, true).await;
    let head = home.data().join("head");
    let whole = fs::read(&head).unwrap();
    fs::write(&head, &whole[..5]).unwrap();
    let found = home.ok(&["log", "verify"]).await;
    assert!(found.contains("how far it was acknowledged is not known"), "{found}");
    assert_eq!(places(&home.ok(&["log", "export"]).await).len(), 20);
    fs::remove_file(&head).unwrap();
    assert_eq!(home.serve().await.stop().await.code(), Some(0));

    // One of a longer log, such as of the copy that was restored too old.
    let other = home_with(25, true).await;
    fs::copy(other.data().join("head"), &head).unwrap();
    let ended = home.run(&["serve"]).await;
    assert_eq!(ended.code(), Some(1), "{ended:?}");
    assert!(ended.sentence().contains("ends at entry 20, but entry 25 was acknowledged"), "{ended:?}");
}

#[tokio::test]
async fn a_flipped_byte_anywhere_costs_no_entry_without_a_word() {
    for is_stopped in [true, false] {
        let home = home_with(20, is_stopped).await;
        let all: BTreeSet<i64> = (1..=20).collect();
        let whole = home.path().join("whole");
        copy(&home.data(), &whole);
        // Of a killed server's, the journal is what differs.
        let sizes: Vec<(PathBuf, usize)> = files(&whole.join("log"))
            .into_iter()
            .filter(|path| is_stopped || path.extension().is_some_and(|extension| extension == "jnl"))
            .map(|path| (path.strip_prefix(&whole).unwrap().to_owned(), fs::metadata(&path).unwrap().len() as usize))
            .filter(|(_, size)| *size > 0)
            .collect();
        assert!(!sizes.is_empty());
        let mut noticed = 0;
        for (path, size) in sizes {
            // Begin, end, and what is between; a journal is mostly zeros that nobody has written yet.
            let written =
                fs::read(whole.join(&path)).unwrap().iter().rposition(|byte| *byte != 0).unwrap_or(size - 1) + 1;
            for at in [0, written / 2, written - 1] {
                fs::remove_dir_all(home.data()).unwrap();
                copy(&whole, &home.data());
                let mut bytes = fs::read(home.data().join(&path)).unwrap();
                bytes[at] ^= 0x40;
                fs::write(home.data().join(&path), bytes).unwrap();

                let place = format!("{} at {at} of {size}, stopped: {is_stopped}", path.display());
                let verified = home.run(&["log", "verify"]).await;
                let exported = home.run(&["log", "export"]).await;
                let is_all = places(&exported.stdout) == all;
                match verified.code() {
                    Some(0) => assert!(is_all && exported.code() == Some(0), "{place}: {verified:?} {exported:?}"),
                    Some(1) => {
                        noticed += 1;
                        assert!(is_sentence(&verified), "{place}: {verified:?}");
                    }
                    _ => panic!("{place}: {verified:?}"),
                }
                // An export may lose only what it complains of, or what the open says afterwards is lost.
                if !is_all && exported.code() == Some(0) {
                    let opened = home.run(&["log", "show"]).await;
                    assert_eq!(opened.code(), Some(1), "{place}: {exported:?}");
                }
            }
        }
        assert!(noticed > 0, "no flipped byte was noticed at all");
    }
}

#[tokio::test]
async fn an_export_imported_into_an_empty_folder_exports_the_same() {
    let home = home_with(3, true).await;
    let program = home.serve().await;
    let token = home.token("anna").await;
    let mut anna = program.log_in(&token, "phone").await;
    anna.send(0, "everyone", "你好\n\u{0}").await;
    let (bob, _) = home.user("bob").await;
    let binary = longlink::wire::pb::SendRequest {
        to: bob,
        client_msg_id: "binary".into(),
        content_type: 1000,
        content: vec![0xff, 0, 0xfe].into(),
        ..Default::default()
    };
    let sent: longlink::wire::pb::SendReply = anna.call(longlink::wire::Command::Send, &binary).await;
    assert_eq!(sent.queue_id, 5);
    let while_it_runs = home.ok(&["log", "export"]).await;
    assert_eq!(places(&while_it_runs), (1..=5).collect());
    assert_eq!(program.stop().await.code(), Some(0));
    let export = home.ok(&["log", "export"]).await;
    assert_eq!(export, while_it_runs);

    let file = home.path().join("export.jsonl");
    fs::write(&file, &export).unwrap();
    let other = Home::new();
    let said = other.ok(&["log", "import", file.to_str().unwrap()]).await;
    assert!(said.starts_with("5 entries are in "), "{said}");
    assert_eq!(other.ok(&["log", "export"]).await, export);
    assert!(other.ok(&["log", "verify"]).await.ends_with("the store is whole\n"));
    // Nobody new may read the messages of those who were there before.
    assert_eq!(other.user("newcomer").await.0, bob + 1);

    let again = other.run(&["log", "import", file.to_str().unwrap()]).await;
    assert_eq!(again.code(), Some(1), "{again:?}");
    assert!(again.sentence().contains("nothing was imported"), "{again:?}");
    assert_eq!(other.ok(&["log", "export"]).await, export);
}

#[tokio::test]
async fn an_import_that_cannot_be_right_is_refused_before_anything_is_written() {
    let home = home_with(3, true).await;
    let lines: Vec<String> = home.ok(&["log", "export"]).await.lines().map(str::to_owned).collect();
    let file = home.path().join("export.jsonl");
    let broken = [
        (format!("{}\n{}\n", lines[0], lines[2]), ":2: queue_id is 3, and should be 2"),
        (format!("{}\n", lines[1]), ":1: queue_id is 2, and should be 1"),
        (format!("{}\n{{\"queue_id\": 2}}\n", lines[0]), ":2: from is missing"),
        (format!("{}\nhello\n", lines[0]), ":2: not a JSON object"),
        (lines[0].replace("\"from\":1", "\"from\":0"), ":1: from is nobody's number"),
    ];
    let other = Home::new();
    for (text, what) in broken {
        fs::write(&file, text).unwrap();
        let ended = other.run(&["log", "import", file.to_str().unwrap()]).await;
        assert_eq!(ended.code(), Some(1), "{ended:?}");
        assert!(ended.sentence().starts_with("longlink: nothing was imported: "), "{ended:?}");
        assert!(ended.sentence().contains(what), "{what}: {ended:?}");
        assert!(!other.data().exists());
    }
    let missing = other.run(&["log", "import", "nowhere.jsonl"]).await;
    assert_eq!(missing.code(), Some(1), "{missing:?}");
    assert!(missing.sentence().starts_with("longlink: cannot read nowhere.jsonl: "), "{missing:?}");

    // The same name twice is only seen by the store: what was written says so.
    fs::write(&file, format!("{}\n{}\n", lines[0], lines[0].replace("\"queue_id\":1", "\"queue_id\":2"))).unwrap();
    let ended = other.run(&["log", "import", file.to_str().unwrap()]).await;
    assert_eq!(ended.code(), Some(1), "{ended:?}");
    assert!(ended.sentence().contains("the import ended half-way"), "{ended:?}");
}
