//! Uploads that break off, wait, meet one another, or grow old: what is left of them, on the disk and in the records.

use std::sync::Arc;
use std::time::Duration;

use longlink::id::UserId;
use longlink::server::Server;
use longlink::store::{Change, Directory, Expect, Keep, Memory};
use longlink::uploads::{self, Hash, Shelf, Uploads};
use longlink::wire::CloseReason;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::support::files::{avatar, below, file, get, png, post, request};
use crate::support::http::{exchange, read_answer, read_head};
use crate::support::plan;
use crate::support::{World, pass};

const HOUR_MS: u64 = 3600 * 1000;

/// Looks again until it is so.
async fn until(mut so: impl AsyncFnMut() -> bool) {
    let deadline = Duration::from_secs(60);
    let waited = tokio::time::timeout(deadline, async {
        while !so().await {
            tokio::task::yield_now().await;
        }
    });
    waited.await.expect("waited in vain");
}

/// An upload of `length` bytes of which `body` has come, and the server has taken it in hand.
async fn half(world: &World, token: &str, body: &[u8], length: usize) -> TcpStream {
    let partial = world.uploads().join("partial");
    let before = below(&partial).len();
    let mut stream = TcpStream::connect(world.server.http()).await.unwrap();
    let head = String::from_utf8(request("POST", "/files", token, "", b"")).unwrap();
    let head = head.replace("Content-Length: 0", &format!("Content-Length: {length}"));
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    until(async || below(&partial).len() > before).await;
    stream
}

// D8.
#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing() {
    let world = World::new().await;
    let (_, token) = world.user("anna").await;
    for come in [0, 1, 300_000] {
        let stream = half(&world, &token, &vec![1; come], 400_000).await;
        drop(stream);
        until(async || below(&world.uploads()).is_empty()).await;
    }
    let used = get(world.server.http(), "/files", &token, "").await;
    assert!(used.text().contains("\"used\":0"), "{}", used.text());
}

// D8: as long as a head may take, for each piece of it.
#[tokio::test(start_paused = true)]
async fn an_upload_that_stands_still_is_given_up() {
    let world = World::new().await;
    let (_, token) = world.user("anna").await;
    let mut stream = half(&world, &token, &[1; 1_000], 2_000).await;
    let begun = Instant::now();
    pass(20_000).await;
    stream.write_all(&[2; 500]).await.unwrap();
    let answer = read_answer(&mut stream).await;
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("took too long"), "{}", answer.text());
    // It is told after the rest was waited for a little, in case that it came yet.
    assert_eq!(begun.elapsed().as_secs(), 52);
    assert!(below(&world.uploads()).is_empty());
}

// D2: the bounds of how many there are at once.
#[tokio::test]
async fn a_user_has_four_uploads_at_once_and_others_have_theirs() {
    let world = World::new().await;
    let (http, (_, token)) = (world.server.http(), world.user("anna").await);
    let mut halves = Vec::new();
    for _ in 0..4 {
        halves.push(half(&world, &token, b"half", 8).await);
    }
    let fifth = post(http, "/files", &token, b"fifth").await;
    assert_eq!(fifth.status, 429, "{}", fifth.text());
    assert!(fifth.text().contains("CODE_RATE_LIMITED"));
    let (_, other) = world.user("bob").await;
    assert_eq!(post(http, "/files", &other, b"other").await.status, 200);
    halves[0].write_all(b"full").await.unwrap();
    assert_eq!(read_answer(&mut halves[0]).await.status, 200);
    assert_eq!(post(http, "/files", &token, b"fifth").await.status, 200);
}

// D2: room on the disk.
#[tokio::test]
async fn a_disk_without_room_takes_no_uploads_and_says_so() {
    let world = World::with(|plan| {
        let folder = plan.uploads.place(Shelf::Files, &Hash::new([0; 32]));
        let folder = folder.ancestors().nth(3).unwrap().to_owned();
        let settings = uploads::Settings {
            at_once_max: 1,
            at_once_of_user_max: 1,
            // More than any disk has.
            disk_reserve_bytes: u64::MAX,
        };
        plan.uploads = Uploads::open(&folder, settings).unwrap();
    })
    .await;
    let (http, (_, token)) = (world.server.http(), world.user("anna").await);
    let answer = post(http, "/files", &token, b"abc").await;
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!(answer.text().contains("CODE_STORE_UNAVAILABLE"), "{}", answer.text());
    assert!(below(&world.uploads()).is_empty());
}

// Between the two steps of keeping a content, the file on its shelf and then its record. What a kill really leaves is
// looked at in `process::uploads`; here is the moment that it hardly ever meets.
#[tokio::test]
async fn a_crash_between_the_file_and_its_record_leaves_nothing_after_the_next_start() {
    let (store, folder) = (Arc::new(Memory::new()), tempfile::tempdir().unwrap());
    let first = plan(Arc::clone(&store) as _, folder.path());
    let user = UserId::parse(1).unwrap();
    let mut part = first.uploads.begin(first.uploads.enter(user).unwrap(), 3).unwrap();
    part.put(b"abc").unwrap();
    let whole = part.end().unwrap();
    let mark = Change {
        key: [b"stray/f".as_slice(), whole.hash().bytes()].concat(),
        value: Some(Vec::new()),
        expect: Expect::Absent,
    };
    store.change(vec![mark], Keep::Durable).await.unwrap();
    whole.keep(Shelf::Files).unwrap();
    let uploads = folder.path().join("uploads");
    assert_eq!(below(&uploads).len(), 1);
    let server = Server::start(plan(Arc::clone(&store) as _, folder.path())).await.unwrap();
    assert_eq!(below(&uploads).len(), 0);
    assert_eq!(store.list(b"stray/", None, 1).unwrap(), []);
    server.stop(CloseReason::Shutdown).await;
}

// What a download's reader does not take is not waited for without end.
#[tokio::test(start_paused = true)]
async fn who_takes_nothing_of_a_download_for_30_s_is_cut_off() {
    // More than the buffers of two sockets hold.
    let length = 24 << 20;
    let world = World::with(|plan| {
        plan.chat.uploads.file_bytes_max = length as u64;
        plan.chat.uploads.bytes_of_user_max = length as u64;
    })
    .await;
    let (http, (_, token)) = (world.server.http(), world.user("anna").await);
    let path = format!("/files/{}", file(&world, &token, &vec![7; length]).await);
    let small = tokio::net::TcpSocket::new_v4().unwrap();
    small.set_recv_buffer_size(64 * 1024).unwrap();
    let mut stream = small.connect(http).await.unwrap();
    stream.write_all(&request("GET", &path, &token, "", b"")).await.unwrap();
    read_head(&mut stream).await;
    let begun = Instant::now();
    pass(60_000).await;
    let mut got = Vec::new();
    let _ = stream.read_to_end(&mut got).await;
    assert!(got.len() < length, "all of it came");
    assert!(begun.elapsed() < Duration::from_secs(90));
}

// D9.
#[tokio::test(start_paused = true)]
async fn a_file_goes_when_it_is_old_and_an_avatar_stays() {
    let world = World::with(|plan| plan.chat.uploads.keep_ms = Some(13 * HOUR_MS as i64)).await;
    let (http, (_, token)) = (world.server.http(), world.user("anna").await);
    let old = file(&world, &token, b"old").await;
    let again = file(&world, &token, b"again").await;
    let face = avatar(&world, &token, &png(1, 1)).await;
    pass(8 * HOUR_MS).await;
    assert_eq!(file(&world, &token, b"again").await, again);
    assert_eq!(get(http, &format!("/files/{old}"), &token, "").await.status, 200);
    pass(12 * HOUR_MS).await;
    until(async || get(http, &format!("/files/{old}"), &token, "").await.status == 404).await;
    assert_eq!(get(http, &format!("/files/{again}"), &token, "").await.status, 200);
    pass(12 * HOUR_MS).await;
    until(async || get(http, &format!("/files/{again}"), &token, "").await.status == 404).await;
    assert_eq!(get(http, &format!("/avatars/{face}"), "", "").await.status, 200);
    assert_eq!(below(&world.uploads()).len(), 1);
}

// A part of erasing an account.
#[tokio::test]
async fn what_a_user_has_uploaded_goes_with_them_but_what_others_have_too() {
    let world = World::new().await;
    let (http, (anna, token)) = (world.server.http(), world.user("anna").await);
    let (_, other) = world.user("bob").await;
    let (own, shared) = (file(&world, &token, b"own").await, file(&world, &token, b"shared").await);
    file(&world, &other, b"shared").await;
    avatar(&world, &token, &png(1, 1)).await;
    let user = UserId::parse(anna).unwrap();
    for _ in 0..2 {
        world.server.chat().remove_uploads(user).await.unwrap();
    }
    assert_eq!(get(http, &format!("/files/{own}"), &other, "").await.status, 404);
    assert_eq!(get(http, &format!("/files/{shared}"), &other, "").await.status, 200);
    assert_eq!((world.server.chat().uploaded_bytes(user).unwrap(), below(&world.uploads()).len()), (0, 1));
}

// Counted for /metrics.
#[tokio::test]
async fn uploads_and_downloads_are_counted() {
    let world = World::new().await;
    let (http, (_, token)) = (world.server.http(), world.user("anna").await);
    let hash = file(&world, &token, b"abc").await;
    get(http, &format!("/files/{hash}"), &token, "").await;
    get(http, &format!("/files/{}", "0".repeat(64)), &token, "").await;
    let page = exchange(http, b"GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n").await;
    for line in ["longlink_uploads_total 1", "longlink_upload_bytes_total 3", "longlink_downloads_total 1"] {
        assert!(page.text().lines().any(|known| known == line), "{line}");
    }
}
