//! The web client as the server gives it out: its files, the headers that fence it in, and nothing beside them.

use crate::support::World;
use crate::support::http::{Answer, exchange};

const PATHS: [(&str, &str); 5] = [
    ("/", "text/html; charset=utf-8"),
    ("/app.js", "text/javascript; charset=utf-8"),
    ("/app.css", "text/css; charset=utf-8"),
    ("/icon.svg", "image/svg+xml"),
    ("/manifest.webmanifest", "application/manifest+json"),
];

async fn ask(world: &World, method: &str, path: &str, header: &str) -> Answer {
    let request = format!("{method} {path} HTTP/1.1\r\nHost: h\r\n{header}\r\n");
    exchange(world.server.http(), request.as_bytes()).await
}

#[tokio::test]
async fn every_file_comes_with_its_type_and_with_the_fence_around_it() {
    let world = World::new().await;
    for (path, kind) in PATHS {
        let answer = ask(&world, "GET", path, "").await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(kind)), "{path}");
        assert!(answer.body.len() > 100, "{path}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("cache-control", "no-cache"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}: {name}");
        }
        let policy = answer.header("content-security-policy").unwrap();
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.split("; ").any(|part| part == rule), "{path}: {rule} is not in {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
    }
}

#[tokio::test]
async fn the_page_has_no_code_in_it_and_names_only_files_that_are_there() {
    let world = World::new().await;
    let page = ask(&world, "GET", "/", "").await;
    let page = page.text();
    assert!(page.contains("<script") && !page.contains("<style") && !page.contains(" style=") && !page.contains(" on"));
    assert!(page.split("<script").skip(1).all(|script| script.contains("></script>")), "a script stands in the page");
    let named = page.split(['"', '\'']).filter(|word| word.starts_with('/'));
    let mut count = 0;
    for path in named {
        assert_eq!(ask(&world, "GET", path, "").await.status, 200, "{path}");
        count += 1;
    }
    assert_eq!(count, PATHS.len() - 1, "the page names {count} files");
}

#[tokio::test]
async fn what_a_browser_has_already_is_not_sent_again() {
    let world = World::new().await;
    let first = ask(&world, "GET", "/app.js", "").await;
    let tag = first.header("etag").unwrap();
    for known in [tag.to_owned(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let request = format!("GET /app.js HTTP/1.1\r\nHost: h\r\nIf-None-Match: {known}\r\nConnection: close\r\n\r\n");
        let answer = raw(&world, &request).await;
        assert!(answer.starts_with("HTTP/1.1 304 ") && answer.ends_with("\r\n\r\n"), "{known}: {answer}");
        assert!(answer.contains(tag) && answer.contains("content-security-policy: default-src 'none'"));
    }
    assert_eq!(ask(&world, "GET", "/app.js", "If-None-Match: \"other\"\r\n").await, first);
    let others = ask(&world, "GET", "/app.css", "").await;
    assert_ne!(others.header("etag"), Some(tag));
}

#[tokio::test]
async fn a_head_is_a_get_without_its_body_and_nothing_else_is_allowed() {
    let world = World::new().await;
    let get = ask(&world, "GET", "/app.css", "").await;
    let head = raw(&world, "HEAD /app.css HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200 ") && head.ends_with("\r\n\r\n"), "{head}");
    assert!(head.contains(&format!("content-length: {}", get.body.len())), "{head}");
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(ask(&world, method, "/app.css", "Content-Length: 0\r\n").await.status, 405, "{method}");
    }
}

#[tokio::test]
async fn a_path_that_is_none_of_them_is_unknown() {
    let world = World::new().await;
    for path in ["/index.html", "/app.js/", "/assets/app.js", "/../Cargo.toml", "/src/main.ts", "/favicon.ico", "//"] {
        assert_eq!(ask(&world, "GET", path, "").await.status, 404, "{path}");
    }
}

/// All that is said until the server closes.
async fn raw(world: &World, request: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(world.server.http()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).await.unwrap();
    said
}
