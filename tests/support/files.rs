//! Files and pictures to upload, and what lies on a server's disk.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use longlink::wire::pb;
use serde_json::Value;

use super::World;
use super::http::{Answer, exchange};

/// A request with a token and whatever else.
pub(crate) fn request(method: &str, path: &str, token: &str, more: &str, body: &[u8]) -> Vec<u8> {
    let token = if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
    let head = format!("{method} {path} HTTP/1.1\r\nHost: h\r\n{token}{more}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

pub(crate) async fn post(address: SocketAddr, path: &str, token: &str, body: &[u8]) -> Answer {
    exchange(address, &request("POST", path, token, "", body)).await
}

pub(crate) async fn get(address: SocketAddr, path: &str, token: &str, more: &str) -> Answer {
    exchange(address, &request("GET", path, token, more, b"")).await
}

/// What was told of an upload that must succeed.
pub(crate) fn told(answer: &Answer) -> Value {
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")), "{}", answer.text());
    serde_json::from_str(answer.text()).unwrap()
}

/// The hash of an answer that tells of an upload.
pub(crate) fn hash_of(answer: &Answer) -> String {
    told(answer)["hash"].as_str().unwrap().to_owned()
}

/// Uploads a file, and gives its hash.
pub(crate) async fn file(world: &World, token: &str, body: &[u8]) -> String {
    hash_of(&post(world.server.http(), "/files", token, body).await)
}

/// Uploads an avatar, and gives its hash.
pub(crate) async fn avatar(world: &World, token: &str, body: &[u8]) -> String {
    hash_of(&post(world.server.http(), "/avatars", token, body).await)
}

/// The beginning of a PNG of that size, which is all that anybody here looks at.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend_from_slice(&width.to_be_bytes());
    bytes.extend_from_slice(&height.to_be_bytes());
    bytes.extend_from_slice(&[8, 6, 0, 0, 0]);
    bytes
}

/// A message that names an uploaded file.
pub(crate) fn media(hash: &str, mime_type: &str, size: usize) -> pb::Media {
    pb::Media { hash: hash.into(), mime_type: mime_type.into(), size: size as i64, ..Default::default() }
}

/// Every file below a folder, by its path from there.
pub(crate) fn below(folder: &Path) -> Vec<PathBuf> {
    let (mut waiting, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { waiting.push(path) } else { found.push(path) }
        }
    }
    found.iter().map(|path| path.strip_prefix(folder).unwrap().to_owned()).collect()
}
