use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;
use tempfile::TempDir;

use super::*;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn refused(name: &str) -> Event {
    let (device, door, code) = ("phone".into(), "tcp", "WRONG_CREDENTIALS");
    Event::LoginRefused { name: Some(name.into()), device, door, address: HERE, code }
}

fn act(name: &'static str) -> Event {
    let (about, door, code) = (Value::Null, "socket", "OK");
    Event::Command(Command { name, about, door, admin: None, address: None, code })
}

fn open(folder: &TempDir, lines_per_second: u32, bytes_max: u64) -> Audit {
    Audit::open(&folder.path().join(FOLDER), Settings { lines_per_second, bytes_max }).unwrap()
}

/// All lines of one of the files, the oldest first.
fn lines(folder: &TempDir, name: &str) -> Vec<Value> {
    let texts = pieces(&folder.path().join(FOLDER), name).into_iter().map(|path| fs::read_to_string(path).unwrap());
    texts.collect::<String>().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn each_event_is_a_line_for_the_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let audit = open(&folder, 10, 1 << 20);
    audit.note(1_000, refused("anna\n\"x\""));
    audit.note(1_001, act("user_add"));
    audit.close();
    audit.note(1_002, act("too late"));
    let logins = lines(&folder, LOGINS);
    assert_eq!(logins.len(), 1);
    assert_eq!((&logins[0]["event"], &logins[0]["at_ms"]), (&"login_refused".into(), &1_000.into()));
    assert_eq!((&logins[0]["name"], &logins[0]["address"]), (&"anna\n\"x\"".into(), &"127.0.0.1".into()));
    assert_eq!(lines(&folder, ACTS).len(), 1);
    for name in [LOGINS, ACTS] {
        let path = folder.path().join(FOLDER).join(format!("{name}.jsonl"));
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // What was there stays.
    let audit = open(&folder, 10, 1 << 20);
    audit.note(2_000, act("user_delete"));
    audit.close();
    assert_eq!(lines(&folder, ACTS).len(), 2);
}

#[test]
fn of_a_flood_a_few_have_a_line_and_the_rest_a_sum() {
    let folder = tempfile::tempdir().unwrap();
    let audit = open(&folder, 3, 1 << 20);
    for _ in 0..500 {
        audit.note(5_000, refused("anna"));
    }
    for _ in 0..7 {
        audit.note(5_500, Event::HandshakeFailed);
    }
    audit.note(6_000, refused("bob"));
    audit.close();
    let lines = lines(&folder, LOGINS);
    let named = lines.iter().filter(|line| line["name"] == "anna").count();
    assert_eq!(named, 3);
    let sum = |kind: &str| {
        lines.iter().filter(|line| line["event"] == kind).filter_map(|line| line["count"].as_u64()).sum::<u64>()
    };
    assert_eq!((sum("login_refused"), sum("handshake_failed")), (497, 7));
    assert_eq!(lines.last().unwrap()["name"], "bob", "another second, another line");
}

#[test]
fn no_flood_pushes_out_what_operators_did_or_grows_over_the_bound() {
    let folder = tempfile::tempdir().unwrap();
    let audit = open(&folder, 1_000_000, 8_192);
    audit.note(0, act("user_delete"));
    for at_ms in 0..1_000 {
        audit.note(at_ms, refused("somebody with a long name"));
    }
    audit.close();
    assert_eq!(lines(&folder, ACTS).len(), 1);
    let pieces = pieces(&folder.path().join(FOLDER), LOGINS);
    let bytes: u64 = pieces.iter().map(|path| fs::metadata(path).unwrap().len()).sum();
    assert!(pieces.len() == 4 && bytes <= 8_192, "{bytes} bytes in {pieces:?}");
    let last = lines(&folder, LOGINS).last().unwrap()["at_ms"].clone();
    assert_eq!(last, 999, "the newest are kept");
}

/// A thread that writes to a disk that stands still: nothing waits for it, and what had no place is counted.
#[test]
fn a_full_queue_holds_nobody_up_and_is_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let audit_folder = folder.path().join(FOLDER);
    let (sender, receiver) = sync_channel(2);
    let flood = Arc::new(Mutex::new(Flood::new(10)));
    let open = Open { lines: Mutex::new(Some(sender)), flood: Arc::clone(&flood), thread: Mutex::new(None) };
    let audit = Audit(Some(Arc::new(open)));
    for _ in 0..5 {
        audit.note(1_000, refused("anna"));
    }
    let rotated = |name| Rotated::open(&audit_folder, name, 1 << 20).unwrap();
    let writer = Writer::new(rotated(ACTS), rotated(LOGINS), flood);
    audit.close();
    writer.run(&receiver);
    let lines = lines(&folder, LOGINS);
    let told = lines.iter().find(|line| line["event"] == "dropped").unwrap();
    assert_eq!((lines.len(), &told["count"], &told["reason"]), (3, &3.into(), &"login".into()));
}
