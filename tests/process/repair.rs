//! `longlink log repair`: it says what it would cost, does nothing until it is told to, and then the server starts.

use std::fs;

use super::damage::{home_with, journal, places};

#[tokio::test]
async fn a_repair_says_what_it_would_lose_and_does_nothing_until_it_is_told_to() {
    let home = home_with(20, false).await;
    let (journal, at) = journal(&home);
    let mut bytes = fs::read(&journal).unwrap();
    bytes[at] ^= 1;
    fs::write(&journal, &bytes).unwrap();

    let told = home.run(&["log", "repair"]).await;
    assert_eq!(told.code(), Some(1), "{told:?}");
    for line in [
        "damaged: log/0.jnl, bytes ",
        "19 entries can be read, up to 20\n",
        "entries that would be lost: 1\n  12\n",
        "records of accounts, groups and read marks can be read\n",
        "clients are told to start over",
    ] {
        assert!(told.stdout.contains(line), "{line}: {told:?}");
    }
    assert!(told.sentence().contains("nothing was done") && told.sentence().contains("--yes"), "{told:?}");
    assert!(fs::read(&journal).unwrap() == bytes, "it has changed something");
    assert_eq!(home.run(&["serve"]).await.code(), Some(1));

    let done = home.ok(&["log", "repair", "--yes"]).await;
    assert!(done.contains("log.damaged"), "{done}");
    assert!(fs::read(home.data().join("log.damaged/0.jnl")).unwrap() == bytes, "what was damaged is kept");
    assert!(home.ok(&["log", "verify"]).await.ends_with("the store is whole\n"));
    assert_eq!(home.ok(&["log", "repair"]).await, "the store is whole: there is nothing to repair\n");

    let program = home.serve().await;
    let mut anna = program.log_in(&home.token("anna").await, "phone").await;
    // One place after the other still, and nobody is shown what stands for the lost one.
    assert_eq!(anna.send(1, "again", "still here").await.queue_id, 21);
    let page: longlink::wire::pb::SyncReply = anna
        .call(longlink::wire::Command::Sync, &longlink::wire::pb::SyncRequest { after: 0, limit: 100, wait_ms: 0 })
        .await;
    let shown: Vec<i64> = page.entries.iter().map(|entry| entry.queue_id).collect();
    assert_eq!(shown, (1..=21).filter(|place| *place != 12).collect::<Vec<_>>());
    let refused = home.run(&["log", "repair"]).await;
    assert!(refused.sentence().contains("stop the server first"), "{refused:?}");
    assert_eq!(program.stop().await.code(), Some(0));

    // It goes elsewhere as any log does, and who is new there gets an ordinary number.
    let export = home.ok(&["log", "export"]).await;
    assert_eq!(places(&export).len(), 21);
    let (file, other) = (home.path().join("export.jsonl"), super::program::Home::new());
    fs::write(&file, &export).unwrap();
    other.ok(&["log", "import", file.to_str().unwrap()]).await;
    assert_eq!(other.user("newcomer").await.0, 2);
}
