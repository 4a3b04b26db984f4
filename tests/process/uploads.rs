//! Uploads to the real program: killed in the middle of them, and how much memory a large one takes.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::program::{Home, Program, spawn};
use crate::support::files::{below, get, hash_of, post, request};
use crate::support::http::{read_answer, read_head};

/// A few seconds of a debug build.
const ROUNDS: usize = 6;

fn hash(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Uploads one file after the other until the connection breaks; gives the hashes of those that were acknowledged.
async fn upload_on(http: SocketAddr, token: String, mut random: StdRng, acknowledged: Arc<AtomicUsize>) -> Vec<String> {
    let mut kept = Vec::new();
    loop {
        let length = random.random_range(1..400_000);
        // Few enough that several upload the same.
        let content = vec![random.random_range(0..4_u8); if random.random_bool(0.5) { 50_000 } else { length }];
        let Ok(mut stream) = TcpStream::connect(http).await else { return kept };
        let more = "Connection: close\r\n";
        if stream.write_all(&request("POST", "/files", &token, more, &content)).await.is_err() {
            return kept;
        }
        let mut answer = Vec::new();
        if stream.read_to_end(&mut answer).await.is_err() || answer.is_empty() {
            return kept;
        }
        let answer = String::from_utf8(answer).unwrap();
        if answer.starts_with("HTTP/1.1 200 ") && answer.ends_with('}') {
            let name = hash(&content);
            assert!(answer.contains(&name), "{answer}");
            kept.push(name);
            acknowledged.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_among_uploads_leaves_whole_ones_with_records_and_nothing_else() {
    let seed = rand::random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let home = Home::with("uploads.disk_reserve_mb = 16");
    let mut tokens = Vec::new();
    for number in 0..3 {
        tokens.push(home.user(&format!("user{number}")).await.1);
    }
    let folder = home.data().join("uploads");
    let mut kept: Vec<String> = Vec::new();
    let mut program = home.serve().await;
    for round in 0..ROUNDS {
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let mut busy = Vec::new();
        for token in &tokens {
            let random = StdRng::seed_from_u64(random.random());
            busy.push(spawn(upload_on(program.http, token.clone(), random, Arc::clone(&acknowledged))));
        }
        let enough = random.random_range(3..20);
        let deadline = tokio::time::Instant::now() + super::program::PATIENCE;
        while acknowledged.load(Ordering::Relaxed) < enough {
            assert!(tokio::time::Instant::now() < deadline, "uploads stand still");
            tokio::task::yield_now().await;
        }
        program.kill().await;
        for busy in busy {
            kept.extend(busy.await.unwrap());
        }
        program = home.serve().await;
        check(&program, &folder, &kept, &tokens[round % tokens.len()]).await;
    }
    // What of theirs remains can all be taken back, so that nothing is counted that is not there.
    for token in &tokens {
        for path in below(&folder.join("files")) {
            let path = format!("/files/{}", path.file_name().unwrap().to_str().unwrap());
            let mut stream = TcpStream::connect(program.http).await.unwrap();
            stream.write_all(&request("DELETE", &path, token, "Connection: close\r\n", b"")).await.unwrap();
            let head = read_head(&mut stream).await;
            assert!(head.starts_with("HTTP/1.1 204 ") || head.starts_with("HTTP/1.1 404 "), "{head}");
        }
        let told = get(program.http, "/files", token, "").await;
        assert!(told.text().contains("\"used\":0"), "{}", told.text());
    }
    assert!(below(&folder).is_empty(), "{:?}", below(&folder));
}

/// What was acknowledged is there, and what is there is whole and has a record.
async fn check(program: &Program, folder: &std::path::Path, kept: &[String], token: &str) {
    let there = below(folder);
    for path in &there {
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(path.starts_with("files"), "{path:?} is left");
        assert_eq!(hash(&fs::read(folder.join(path)).unwrap()), name);
        let got = get(program.http, &format!("/files/{name}"), token, "").await;
        assert_eq!(got.status, 200, "{name} has no record");
        assert_eq!(hash(&got.body), name);
    }
    for name in kept {
        assert!(there.iter().any(|path| path.ends_with(name)), "{name} was acknowledged and is gone");
    }
}

/// The most memory that a process has had, in KB.
fn peak_kb(program: &Program) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", program.pid().as_raw_nonzero())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test]
async fn a_large_file_takes_no_memory_neither_in_nor_out() {
    const LENGTH: usize = 96 << 20;
    let home = Home::with("uploads.disk_reserve_mb = 16");
    let (_, token) = home.user("anna").await;
    let program = home.serve().await;
    // Once all that is needed for any upload.
    let small = hash_of(&post(program.http, "/files", &token, &[1; 300_000]).await);
    get(program.http, &format!("/files/{small}"), &token, "").await;
    let before = peak_kb(&program);
    let mut stream = TcpStream::connect(program.http).await.unwrap();
    let head = String::from_utf8(request("POST", "/files", &token, "", b"")).unwrap();
    stream.write_all(head.replace("Content-Length: 0", &format!("Content-Length: {LENGTH}")).as_bytes()).await.unwrap();
    let piece = vec![2; 1 << 20];
    for _ in 0..LENGTH / piece.len() {
        stream.write_all(&piece).await.unwrap();
    }
    let large = hash_of(&read_answer(&mut stream).await);
    let path = format!("/files/{large}");
    stream.write_all(&request("GET", &path, &token, "", b"")).await.unwrap();
    read_head(&mut stream).await;
    let mut piece = vec![0; 1 << 20];
    for _ in 0..LENGTH / piece.len() {
        stream.read_exact(&mut piece).await.unwrap();
    }
    let grown = peak_kb(&program) - before;
    assert!(grown < 12 * 1024, "the program took {grown} KB more for a file of {} KB", LENGTH >> 10);
}
