//! Files and avatars (D1 to D9), over real HTTP: bringing them in, getting them, taking them back, and what is refused.

use std::net::SocketAddr;
use std::sync::Arc;

use longlink::wire::Code;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::World;
use crate::support::files::{below, file, get, png, post, request, told};
use crate::support::http::{Answer, exchange, read_head};

/// The SHA-256 of `abc`, from FIPS 180-2.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/// A refusal's status and its code by name.
fn refusal(answer: &Answer) -> (u16, String) {
    assert_eq!(answer.header("content-type"), Some("application/json"), "{}", answer.text());
    let json: Value = serde_json::from_str(answer.text()).unwrap();
    assert!(!json["message"].as_str().unwrap().is_empty());
    (answer.status, json["code"].as_str().unwrap().to_owned())
}

fn refused(status: u16, code: Code) -> (u16, String) {
    (status, code.as_str_name().to_owned())
}

/// The head of an answer that has no body, whatever the head says.
async fn bare(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let head = read_head(&mut stream).await;
    assert_eq!(stream.read_to_end(&mut Vec::new()).await.unwrap(), 0, "{head}");
    head
}

const CLOSE: &str = "Connection: close\r\n";

/// What lies on the server's disk.
fn on_disk(world: &World) -> Vec<String> {
    let mut names: Vec<_> = below(&world.uploads()).iter().map(|path| path.to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// Waits until nothing is on its way in.
async fn until_settled(world: &World) {
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(60);
    while !below(&world.uploads().join("partial")).is_empty() {
        assert!(tokio::time::Instant::now() < deadline, "{:?}", on_disk(world));
        tokio::task::yield_now().await;
    }
}

// D1, D3.
#[tokio::test]
async fn a_file_is_got_back_as_it_was_brought_in_under_the_hash_of_its_content() {
    let world = World::new().await;
    let (http, (_, token)) = (world.server.http(), world.user("anna").await);
    let answer = post(http, "/files", &token, b"abc").await;
    let mime = "application/octet-stream";
    assert_eq!(told(&answer), json!({ "hash": ABC, "size": 3, "mime": mime, "width": 0, "height": 0 }));
    let path = format!("/files/{ABC}");
    // By somebody else, too: who knows the hash was told it.
    let (_, other) = world.user("bob").await;
    let got = get(http, &path, &other, "").await;
    assert_eq!((got.status, &got.body[..]), (200, &b"abc"[..]));
    for (name, value) in [
        ("content-type", mime),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("content-disposition", "attachment"),
        ("cache-control", "private, max-age=31536000, immutable"),
        ("accept-ranges", "bytes"),
        ("etag", &format!("\"{ABC}\"")),
    ] {
        assert_eq!(got.header(name), Some(value), "{name}");
    }
    let head = bare(http, &request("HEAD", &path, &token, CLOSE, b"")).await;
    assert!(head.starts_with("HTTP/1.1 200 ") && head.to_lowercase().contains("content-length: 3\r\n"), "{head}");
    let known = format!("{CLOSE}If-None-Match: \"other\", \"{ABC}\"\r\n");
    assert!(bare(http, &request("GET", &path, &token, &known, b"")).await.starts_with("HTTP/1.1 304 "));
    let empty = file(&world, &token, b"").await;
    assert_eq!(get(http, &format!("/files/{empty}"), &token, "").await.body, b"");
}

// D4.
#[tokio::test]
async fn a_download_goes_on_where_it_broke_off() {
    let world = World::new().await;
    let (http, (_, token)) = (world.server.http(), world.user("anna").await);
    let content: Vec<u8> = (0..200_000_u32).map(|number| (number * 7 / 5) as u8).collect();
    let path = format!("/files/{}", file(&world, &token, &content).await);
    let whole = get(http, &path, &token, "").await;
    assert!(whole.body == content);
    let tag = whole.header("etag").unwrap().to_owned();
    let rest = get(http, &path, &token, &format!("Range: bytes=70000-\r\nIf-Range: {tag}\r\n")).await;
    assert_eq!((rest.status, rest.header("content-range")), (206, Some("bytes 70000-199999/200000")));
    assert!(rest.body == content[70_000..]);
    let middle = get(http, &path, &token, "Range: bytes=65530-65545\r\n").await;
    assert_eq!((middle.status, &middle.body[..]), (206, &content[65_530..=65_545]));
    let other = get(http, &path, &token, "Range: bytes=70000-\r\nIf-Range: \"another\"\r\n").await;
    assert_eq!((other.status, other.body.len()), (200, 200_000));
    let behind = get(http, &path, &token, "Range: bytes=200000-\r\n").await;
    assert_eq!((behind.status, behind.header("content-range")), (416, Some("bytes */200000")));
}

// D2: who may.
#[tokio::test]
async fn without_a_token_nothing_is_taken_given_or_told() {
    let world = World::new().await;
    let (http, (_, token)) = (world.server.http(), world.user("anna").await);
    let hash = file(&world, &token, b"abc").await;
    for (token, expected) in [("", refused(401, Code::NotLoggedIn)), ("nonsense", refused(401, Code::BadToken))] {
        for (method, path) in [
            ("POST", "/files".to_owned()),
            ("POST", "/avatars".to_owned()),
            ("GET", "/files".to_owned()),
            ("GET", format!("/files/{hash}")),
            ("DELETE", format!("/files/{hash}")),
            ("DELETE", format!("/avatars/{hash}")),
        ] {
            let answer = exchange(http, &request(method, &path, token, "", b"more")).await;
            assert_eq!(refusal(&answer), expected, "{method} {path}");
        }
    }
    world.server.chat().set_disabled("anna", true).await.unwrap();
    assert_eq!(post(http, "/files", &token, b"more").await.status, 401);
    assert_eq!(on_disk(&world).len(), 1);
}

// D3: names are hashes and nothing else.
#[tokio::test]
async fn a_path_leads_nowhere_but_to_an_upload() {
    let world = World::new().await;
    let (http, (_, token)) = (world.server.http(), world.user("anna").await);
    let hash = file(&world, &token, b"abc").await;
    for name in [
        "..%2f..%2ftoken-keys.json",
        "%2e%2e",
        "..%5c..%5ctoken-keys.json",
        "%00",
        &hash.to_uppercase(),
        &hash[..63],
        &format!("{hash}0"),
        &format!("{hash}%00"),
        &format!("{}%2f", &hash[..63]),
        &format!("..%2ffiles%2f{}", &hash[11..]),
        "%ff",
    ] {
        for shelf in ["files", "avatars"] {
            let path = format!("/{shelf}/{name}");
            assert_eq!(get(http, &path, &token, "").await.status, 400, "{path}");
            assert_eq!(exchange(http, &request("DELETE", &path, &token, "", b"")).await.status, 400, "{path}");
        }
    }
    for path in
        ["/files/../token-keys.json", "/files//etc/passwd", "/files/ba/..", "/avatars/../files", "/files/partial/0"]
    {
        assert_eq!(get(http, path, &token, "").await.status, 404, "{path}");
    }
    let unknown = get(http, &format!("/files/{}", "0".repeat(64)), &token, "").await;
    assert_eq!(refusal(&unknown), refused(404, Code::NotFound));
    // The shelves are apart: what takes a login is not public as an avatar.
    assert_eq!(get(http, &format!("/avatars/{hash}"), "", "").await.status, 404);
}

// D2: too much, with and without saying so before.
#[tokio::test]
async fn what_is_too_much_is_refused_and_leaves_nothing() {
    let world = World::with(|plan| {
        plan.chat.uploads.file_bytes_max = 100_000;
        plan.chat.uploads.bytes_of_user_max = 150_000;
    })
    .await;
    let (http, (_, token)) = (world.server.http(), world.user("anna").await);
    let long = vec![7; 100_001];
    assert_eq!(refusal(&post(http, "/files", &token, &long).await), refused(413, Code::TooLarge));
    assert_eq!(refusal(&exchange(http, &chunked(&token, &long)).await), refused(413, Code::TooLarge));
    // Who asks before sending is told before sending.
    let mut stream = TcpStream::connect(http).await.unwrap();
    let ask = request("POST", "/files", &token, "Expect: 100-continue\r\n", b"");
    let ask = String::from_utf8(ask).unwrap().replace("Content-Length: 0", "Content-Length: 100001");
    stream.write_all(ask.as_bytes()).await.unwrap();
    assert!(read_head(&mut stream).await.starts_with("HTTP/1.1 413 "));
    until_settled(&world).await;
    assert_eq!(on_disk(&world), [""; 0]);

    file(&world, &token, &long[..100_000]).await;
    assert_eq!(refusal(&post(http, "/files", &token, &vec![8; 50_001]).await), refused(403, Code::NotAllowed));
    assert_eq!(refusal(&exchange(http, &chunked(&token, &vec![8; 50_001])).await), refused(403, Code::NotAllowed));
    until_settled(&world).await;
    assert_eq!(on_disk(&world).len(), 1);
    // What one has already costs nothing more, and another's quota is another's.
    assert_eq!(exchange(http, &chunked(&token, &long[..100_000])).await.status, 200);
    file(&world, &token, &[8; 50_000]).await;
    let (_, other) = world.user("bob").await;
    file(&world, &other, &[9; 50_001]).await;
    let overview = told(&get(http, "/files", &token, "").await);
    assert_eq!((&overview["used"], &overview["quota"]), (&json!(150_000), &json!(150_000)));
    assert_eq!((&overview["fileSizeMax"], &overview["avatarSideMax"]), (&json!(100_000), &json!(1_024)));
}

/// An upload that does not say how long it is.
fn chunked(token: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /files HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {token}\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    let mut bytes = head.into_bytes();
    for chunk in body.chunks(30_000) {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

// D5.
#[tokio::test]
async fn an_avatar_is_a_small_picture_and_public() {
    let world = World::new().await;
    let (http, (_, token)) = (world.server.http(), world.user("anna").await);
    let picture = png(1_024, 7);
    let answer = told(&post(http, "/avatars", &token, &picture).await);
    assert_eq!((&answer["mime"], &answer["width"], &answer["height"]), (&json!("image/png"), &json!(1_024), &json!(7)));
    let path = format!("/avatars/{}", answer["hash"].as_str().unwrap());
    let got = get(http, &path, "", "Origin: https://anywhere.example\r\n").await;
    assert_eq!((got.status, got.header("content-type")), (200, Some("image/png")));
    assert!(got.body == picture);
    assert_eq!(got.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(got.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(got.header("content-security-policy"), Some("default-src 'none'; sandbox"));
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let page = b"<!doctype html><script>alert(1)</script>";
    for bad in [&svg[..], page, b"", &png(1_025, 7), &png(7, 1_025), &png(0, 7), &picture[..20]] {
        assert_eq!(refusal(&post(http, "/avatars", &token, bad).await), refused(400, Code::BadRequest));
    }
    let mut heavy = picture.clone();
    heavy.resize((64 << 10) + 1, 0);
    assert_eq!(refusal(&post(http, "/avatars", &token, &heavy).await), refused(413, Code::TooLarge));
    until_settled(&world).await;
    assert_eq!(on_disk(&world).len(), 1);
    // As a file all of it may come; a browser shows none of it as a page.
    for body in [&svg[..], page] {
        let hash = file(&world, &token, body).await;
        let got = get(http, &format!("/files/{hash}"), &token, "").await;
        assert_eq!(got.header("content-type"), Some("application/octet-stream"));
    }
}

// D6.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_content_of_many_lies_there_once_and_goes_with_the_last_of_them() {
    let world = Arc::new(World::new().await);
    let content = Arc::new(vec![5; 300_000]);
    let mut tokens = Vec::new();
    for number in 0..8 {
        tokens.push(world.user(&format!("user{number}")).await.1);
    }
    let at_once = tokens.iter().map(|token| file(&world, token, &content));
    let hashes = futures_util::future::join_all(at_once).await;
    let hash = hashes[0].clone();
    assert!(hashes.iter().all(|other| *other == hash));
    assert_eq!(on_disk(&world), [format!("files/{}/{hash}", &hash[..2])]);
    let path = format!("/files/{hash}");
    let http = world.server.http();
    for (number, token) in tokens.iter().enumerate() {
        assert_eq!(get(http, &path, token, "").await.status, 200, "{number}");
        assert!(bare(http, &request("DELETE", &path, token, CLOSE, b"")).await.starts_with("HTTP/1.1 204 "));
    }
    assert_eq!(get(http, &path, &tokens[0], "").await.status, 404);
    assert_eq!(on_disk(&world), [""; 0]);
    assert_eq!(told(&get(http, "/files", &tokens[3], "").await)["used"], 0);
    let again = exchange(http, &request("DELETE", &path, &tokens[0], "", b"")).await;
    assert_eq!(refusal(&again), refused(404, Code::NotFound));
}
