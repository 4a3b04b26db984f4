//! `bot check` against the real program: it finds nothing wrong with it, and finds what a lying network does to it.

use std::path::Path;

use clap::Parser;
use longlink_bot::check::verdict::{Kind, Verdict};
use longlink_bot::check::{self, Args};

use super::liar::{Liar, Lie};
use super::program::Home;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    args: Args,
}

/// A check as it is asked for on the command line.
async fn check(arguments: &[&str]) -> Result<Verdict, String> {
    let cli = Cli::try_parse_from([&["check"], arguments].concat()).unwrap();
    check::run(cli.args).await
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_check_finds_nothing_wrong_under_kills_and_cut_links_and_its_history_says_the_same() {
    let home = Home::new();
    let (data, saved) = (home.data(), home.path().join("history"));
    let settings = home.path().join("longlink.toml");
    let verdict = check(&[
        "--data-dir",
        text(&data),
        "--save",
        text(&saved),
        "--users=6",
        "--groups=2",
        "--duration=7",
        // At the most four times as long: there is one of each in any case.
        "--kill-every=1.5",
        "--fault-every=0.7",
        "--serve",
        env!("CARGO_BIN_EXE_longlink"),
        "serve",
        "--config",
        text(&settings),
        "--data-dir",
        text(&data),
    ])
    .await
    .unwrap();
    println!("{verdict}");
    assert!(verdict.is_clean(), "{verdict}");
    for fault in ["kill", "cut", "stall", "delay", "pause", "away"] {
        assert!(verdict.counts.faults.contains_key(fault), "there was no {fault}: {verdict}");
    }
    assert!(verdict.counts.acks > 50 && verdict.counts.retries > 0 && verdict.counts.changes > 2, "{verdict}");

    let again = check(&["--history", text(&saved)]).await.unwrap();
    assert_eq!(again, verdict, "the history that was saved says something else");
}

/// What is found when the network between the bots and the server tells this lie; and what the lie was about.
async fn checked_over(lie: Lie) -> (Verdict, Vec<String>) {
    let home = Home::new();
    let server = home.serve().await;
    let liar = Liar::before(server.tcp, lie).await;
    let (data, address) = (home.data(), liar.address.to_string());
    let there = ["--server", &address, "--data-dir", text(&data)];
    let verdict = check(&[&there[..], &["--users=6", "--groups=2", "--duration=3", "--faults=none"]].concat()).await;
    let verdict = verdict.unwrap();
    println!("{verdict}");
    (verdict, liar.about())
}

/// Asserts that something of such a kind is found about each message of the lie, and gives how much was found in all.
fn assert_found(verdict: &Verdict, about: &[String], kinds: &[Kind]) -> usize {
    assert!(!verdict.is_clean() && !about.is_empty());
    for message in about {
        let is_it = |text: &str| text.contains(message.as_str());
        let found = verdict.findings.iter().any(|found| kinds.contains(&found.kind) && is_it(&found.text));
        assert!(found, "nothing was found about {message}: {verdict}");
    }
    verdict.findings.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_push_that_is_kept_back_is_found() {
    let (verdict, about) = checked_over(Lie::Drop).await;
    assert_eq!(assert_found(&verdict, &about, &[Kind::Skipped, Kind::Lost]), about.len(), "{verdict}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_push_that_comes_twice_is_found() {
    let (verdict, about) = checked_over(Lie::Double).await;
    assert_eq!(assert_found(&verdict, &about, &[Kind::Doubled]), about.len(), "{verdict}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_word_that_is_changed_on_the_way_is_found() {
    let (verdict, about) = checked_over(Lie::Change).await;
    assert_found(&verdict, &about, &[Kind::Foreign]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acknowledgement_without_an_entry_is_found() {
    let (verdict, about) = checked_over(Lie::Swallow).await;
    assert_found(&verdict, &about, &[Kind::Lost]);
}

#[tokio::test]
async fn what_cannot_be_checked_is_told_in_a_sentence() {
    let home = Home::new();
    let path = home.path().join("history");
    let failure = check(&["--history", text(&path)]).await.unwrap_err();
    assert!(failure.starts_with("cannot open"), "{failure}");
    std::fs::write(&path, "{\"queue_id\":1}\n").unwrap();
    let failure = check(&["--history", text(&path)]).await.unwrap_err();
    assert!(failure.contains("this is no history"), "{failure}");
    let failure = check(&["--data-dir", text(home.path())]).await.unwrap_err();
    assert!(failure.contains("is this the data_dir of a running server?"), "{failure}");
    let failure = check(&["--data-dir", "x", "--serve", "/nowhere/longlink"]).await.unwrap_err();
    assert!(failure.starts_with("cannot run /nowhere/longlink"), "{failure}");
    let failure = check(&["--data-dir", "x", "--serve", "false"]).await.unwrap_err();
    assert!(failure.starts_with("the server did not start"), "{failure}");
}
