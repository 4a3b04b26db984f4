//! Too little of something: room on the disk, room in a file, descriptors.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use longlink::wire::{CloseReason, Code, Command, pb};
use rustix::process::{Resource, Rlimit, getrlimit, prlimit};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::program::{Home, PATIENCE};
use super::raw;
use crate::support::files::post;
use crate::support::{Peer, text_to};

/// More than others write to the disk of a machine within a second or two.
const SPARE_MB: u64 = 1024;

#[tokio::test]
async fn a_full_disk_refuses_what_is_new_serves_what_is_old_and_is_said_once() {
    let home = Home::new();
    let program = home.serve().await;
    let (user, token) = home.user("anna").await;
    let mut anna = program.log_in(&token, "phone").await;
    let epoch = anna.call::<pb::SendReply>(Command::Send, &text_to(user, "1", "kept")).await;
    assert_eq!(epoch.code(), Code::Ok);
    assert_eq!(program.stop().await.code(), Some(0));

    // More than any disk here has free.
    let settings = std::fs::read_to_string(home.path().join("longlink.toml")).unwrap();
    let full = settings.replace("store.disk_reserve_mb = 16", "store.disk_reserve_mb = 1048576\nlog.level = \"debug\"");
    assert_ne!(settings, full);
    std::fs::write(home.path().join("longlink.toml"), full).unwrap();
    let mut program = home.serve().await;
    let mut anna = program.log_in(&token, "phone").await;
    for id in 2..50 {
        let refused: pb::SendReply = anna.call(Command::Send, &text_to(user, &id.to_string(), "more")).await;
        assert_eq!(refused.code(), Code::StoreUnavailable, "{}", refused.message);
    }
    let page: pb::SyncReply = anna.call(Command::Sync, &pb::SyncRequest { after: 0, limit: 0, wait_ms: 0 }).await;
    assert_eq!(page.entries.len(), 1);
    let history = pb::HistoryRequest { peer: user, before: 0, limit: 0 };
    assert_eq!(anna.call::<pb::HistoryReply>(Command::History, &history).await.entries.len(), 1);
    program.log_in(&token, "desk").await;
    program.logged("the disk is full").await;
    let said = program.log().iter().filter(|line| line.contains("disk")).count();
    assert_eq!(said, 1, "{:#?}", program.log());
    let refused = home.run(&["user", "add", "--no-password", "bob"]).await;
    assert_eq!(refused.code(), Some(1), "{refused:?}");
    assert!(refused.sentence().contains("disk is full"), "{refused:?}");
    assert_eq!(program.stop().await.code(), Some(0));
}

#[tokio::test]
async fn room_that_comes_back_is_used_without_a_restart() {
    let home = Home::with("");
    let disk = rustix::fs::statvfs(home.path()).unwrap();
    // Somewhat less than there is, so that a file of some size makes it too little.
    let reserve = ((disk.f_bavail * disk.f_frsize) >> 20).saturating_sub(SPARE_MB);
    let home = Home::with(&format!("store.disk_reserve_mb = {reserve}\nuploads.disk_reserve_mb = {reserve}"));
    let program = home.serve().await;
    let (user, token) = home.user("anna").await;
    let mut anna = program.log_in(&token, "phone").await;
    assert_eq!(anna.send(user, "kept", "kept").await.queue_id, 1);
    assert_eq!(post(program.http, "/files", &token, b"kept").await.status, 200);

    let ballast = home.path().join("ballast");
    let file = std::fs::File::create(&ballast).unwrap();
    rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, (2 * SPARE_MB) << 20).unwrap();
    let mut id = 0;
    let mut try_one = async || {
        id += 1;
        anna.call::<pb::SendReply>(Command::Send, &text_to(user, &id.to_string(), "more")).await.code()
    };
    wait_until(async || try_one().await == Code::StoreUnavailable).await;
    let refused = post(program.http, "/files", &token, b"more").await;
    assert_eq!(refused.status, 503, "{}", refused.text());
    drop(file);
    std::fs::remove_file(&ballast).unwrap();
    wait_until(async || try_one().await == Code::Ok).await;
    assert_eq!(post(program.http, "/files", &token, b"more").await.status, 200);
    assert_eq!(program.stop().await.code(), Some(0));
    assert!(home.ok(&["log", "verify"]).await.ends_with("the store is whole\n"));
}

#[tokio::test]
async fn a_folder_that_may_only_be_read_is_named_at_the_start() {
    let home = Home::new();
    home.user("anna").await;
    // Root may write everywhere, so it becomes somebody who may not.
    let others = Permissions::from_mode(0o555);
    for path in [home.path(), &home.data()] {
        std::fs::set_permissions(path, others.clone()).unwrap();
    }
    let home = home.behind("[ $(id -u) != 0 ] || set -- setpriv --reuid 65534 --clear-groups \"$0\" \"$@\"; [ $(id -u) != 0 ] || exec \"$@\";");
    for arguments in [&["serve"][..], &["log", "verify"], &["log", "repair", "--yes"], &["user", "list"]] {
        let ended = home.run(arguments).await;
        assert_eq!(ended.code(), Some(1), "{ended:?}");
        assert!(ended.sentence().contains("cannot be written"), "{ended:?}");
        assert!(ended.sentence().contains("Permission denied"), "{ended:?}");
    }
    std::fs::set_permissions(home.data(), Permissions::from_mode(0o700)).unwrap();
    std::fs::set_permissions(home.path(), Permissions::from_mode(0o700)).unwrap();
}

#[tokio::test]
async fn a_file_that_may_not_grow_ends_the_server_and_costs_nothing_that_was_acknowledged() {
    let home = Home::new();
    let (user, token) = home.user("anna").await;
    // In blocks of 512 bytes: some megabytes. The journal of the database grows beyond it.
    let starved = home.behind("ulimit -f 8192;");
    let mut program = starved.serve().await;
    let (mut ear, mut mouth) = raw::connect(program.tcp).await.unwrap();
    raw::log_in(&mut ear, &mut mouth, &token, "phone", None).await.unwrap();
    let text = "x".repeat(60_000);
    let (mut kept, mut reason, mut id) = (Vec::new(), None, 0);
    'link: loop {
        for _ in 0..8 {
            id += 1;
            if mouth.ask(Command::Send, &text_to(user, &id.to_string(), &text)).await.is_none() {
                break;
            }
        }
        for _ in 0..8 {
            let Some(frame) = ear.hear().await else { break 'link };
            if frame.is(Command::PushClosing) {
                reason = Some(frame.read::<pb::ClosingPush>().reason());
            } else if frame.is(Command::Send) {
                let reply: pb::SendReply = frame.read();
                if reply.code() == Code::Ok {
                    kept.push(reply.queue_id);
                } else {
                    assert_eq!(reply.code(), Code::StoreUnavailable, "{}", reply.message);
                }
            }
        }
        assert!(id < 10_000, "the limit is never met");
    }
    assert_eq!(reason, Some(CloseReason::StoreFailed));
    let ended = program.ended().await;
    assert_eq!(ended.code(), Some(1), "{ended:?}");
    assert!(ended.sentence().contains("the log could not be written"), "{ended:?}");
    assert!(ended.stderr.contains("File too large"), "{ended:?}");
    assert!(ended.sentence().contains("start again"), "what to do: {ended:?}");

    let fed = starved.behind("");
    let again = fed.serve().await;
    let mut anna = again.log_in(&token, "phone").await;
    let (mut after, mut found) = (0, Vec::new());
    loop {
        let page: pb::SyncReply = anna.call(Command::Sync, &pb::SyncRequest { after, limit: 0, wait_ms: 0 }).await;
        found.extend(page.entries.iter().map(|entry| entry.queue_id));
        after = page.cursor;
        if !page.more {
            break;
        }
    }
    assert!(!kept.is_empty() && kept.iter().all(|place| found.contains(place)), "{kept:?} {found:?}");
    assert_eq!(again.stop().await.code(), Some(0));
    assert!(fed.ok(&["log", "verify"]).await.ends_with("the store is whole\n"));
}

#[tokio::test]
async fn with_few_descriptors_there_are_few_links_and_who_leaves_makes_room() {
    let home = Home::new().behind("ulimit -n 200;");
    let mut program = home.serve().await;
    let told = program.logged("links_max").await;
    assert!(told.contains("descriptors=200") && told.contains("links_max=100"), "{told}");
    let (user, token) = home.user("anna").await;
    let mut anna = program.log_in(&token, "phone").await;
    let mut strangers = Vec::new();
    for _ in 1..100 {
        let mut stranger = program.connect().await;
        stranger.say(6, u32::MAX, &[]).await;
        assert_eq!(stranger.hear().await.unwrap().cmd, 6);
        strangers.push(stranger);
    }
    for _ in 0..100 {
        refused(program.tcp).await;
    }
    assert!(program.logged("connections are refused").await.contains("link.links_max"));
    assert_eq!(program.log().iter().filter(|line| line.contains("refused")).count(), 1, "{:#?}", program.log());
    assert_eq!(anna.send(user, "1", "still here").await.queue_id, 1);

    drop(strangers.split_off(50));
    wait_until(async || get_in(program.tcp, &token).await).await;
    assert_eq!(anna.send(user, "2", "still here").await.queue_id, 2);
    assert_eq!(program.stop().await.code(), Some(0));
}

#[tokio::test]
async fn without_a_descriptor_left_it_waits_and_neither_spins_nor_fails() {
    let home = Home::new();
    let mut program = home.serve().await;
    let (user, token) = home.user("anna").await;
    let mut anna = program.log_in(&token, "phone").await;
    // All that it has are in use from now on: the kernel counts up to the greatest one.
    let open = std::fs::read_dir(format!("/proc/{}/fd", program.pid())).unwrap().count() as u64;
    let maximum = getrlimit(Resource::Nofile).maximum;
    let few = Rlimit { current: Some(open), maximum };
    let before = prlimit(Some(program.pid()), Resource::Nofile, few).unwrap();
    let waiting = TcpStream::connect(program.tcp).await.unwrap();
    program.logged("cannot accept").await;
    for id in 0..20 {
        assert_eq!(anna.send(user, &id.to_string(), "still here").await.queue_id, id + 1);
    }
    let said = program.log().iter().filter(|line| line.contains("cannot accept")).count();
    assert_eq!(said, 1, "{:#?}", program.log());
    prlimit(Some(program.pid()), Resource::Nofile, before).unwrap();
    let mut waited = Peer::over(waiting);
    waited.hello(&token, "desk", None).await;
    assert_eq!(program.stop().await.code(), Some(0));
}

/// A connection that is closed at once, without a word.
async fn refused(address: std::net::SocketAddr) {
    let (mut ear, _mouth) = raw::connect(address).await.unwrap();
    assert!(ear.hear().await.is_none());
}

/// Whether a link may log in now.
async fn get_in(address: std::net::SocketAddr, token: &str) -> bool {
    let Some((mut ear, mut mouth)) = raw::connect(address).await else { return false };
    raw::log_in(&mut ear, &mut mouth, token, "desk", None).await.is_some()
}

/// Asks again until it is so: for what nobody tells.
async fn wait_until(mut is_so: impl AsyncFnMut() -> bool) {
    let asking = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, asking).await.expect("it never comes to be so");
}
