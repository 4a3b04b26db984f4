use std::fs;
use std::process::ExitStatus;

use crate::support::Bot;

/// 7 writes to 8, whose phone is shown it; and everybody had the time to read it.
const KEPT: &str = r#"{"longlink_history":1,"seed":5}
{"t":"reader","reader":0,"user":7,"name":"anna","all":false}
{"t":"reader","reader":1,"user":8,"name":"bob","all":true}
{"t":"link","link":0,"reader":0,"epoch":"e","head":3,"after":3,"outcome":"live"}
{"t":"link","link":1,"reader":1,"epoch":"e","head":3,"after":3,"outcome":"live"}
{"t":"ask","link":0,"from":7,"id":"a","to":8,"content":"hi"}
{"t":"entry","entry":0,"at":4,"from":7,"to":8,"id":"a","content":"hi"}
{"t":"got","link":1,"entries":[0]}
{"t":"ack","link":0,"from":7,"id":"a","at":4}
{"t":"end","upto":4}
"#;

/// What the bot says to a history, on stdout and on stderr, and how it ends.
async fn judged(history: &str) -> (String, String, ExitStatus) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history");
    fs::write(&path, history).unwrap();
    let (lines, errors, status) = Bot::run_with(&["check", "--history", path.to_str().unwrap()], None).ends().await;
    (lines.join("\n"), errors, status)
}

#[tokio::test]
async fn a_history_in_which_every_promise_was_kept_is_a_success() {
    let (said, errors, status) = judged(KEPT).await;
    assert_eq!((errors.as_str(), status.code()), ("", Some(0)), "{said}");
    assert!(said.starts_with("seed 5\nsends    1 asked, 0 times again; 1 acknowledged"), "{said}");
    assert!(said.ends_with("nothing was lost, doubled, reordered, skipped or foreign"), "{said}");
}

#[tokio::test]
async fn a_broken_promise_is_a_line_that_names_the_entry_and_exit_code_1() {
    let (said, errors, status) = judged(&KEPT.replace("{\"t\":\"got\",\"link\":1,\"entries\":[0]}\n", "")).await;
    assert_eq!(status.code(), Some(1));
    assert!(said.contains("\nLOST: bob was never shown entry 4: a of 7 to 8, \"hi\"\n"), "{said}");
    assert!(said.ends_with("promises were broken: 1 lost"), "{said}");
    assert_eq!(errors, "bot: the server was not found to keep its promises\n");
}

#[tokio::test]
async fn a_history_that_ends_too_early_proves_nothing_and_one_that_is_damaged_is_named() {
    let (said, _, status) = judged(KEPT.replace("{\"t\":\"end\",\"upto\":4}\n", "").as_str()).await;
    assert_eq!(status.code(), Some(1));
    assert!(said.contains("The history has no end"), "{said}");
    let (_, errors, status) = judged(KEPT.strip_suffix("4}\n").unwrap()).await;
    assert_eq!(status.code(), Some(1));
    assert!(errors.ends_with("history: line 10: it is cut off\n"), "{errors}");
}
