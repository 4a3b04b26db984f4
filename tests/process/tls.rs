//! TLS as an operator meets it: making a certificate, starting with it, renewing it, and what is said when it is wrong.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use longlink_client::Connection;
use rustix::process::Signal;
use tokio::net::TcpStream;

use super::program::{Home, Program};
use crate::support::Peer;
use crate::support::tls::{LINK, certify, encrypt, files};

const SETTINGS: &str = "
listen.tcp_tls = \"127.0.0.1:0\"
listen.https = \"127.0.0.1:0\"
tls.certificate = \"certificate.pem\"
tls.key = \"key.pem\"
";

fn port(program: &Program, name: &str) -> SocketAddr {
    let lines = program.said();
    let line = lines.iter().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{lines:?}"));
    line.trim().parse().unwrap()
}

/// A link over TLS, if the server shows the certificate that lies in the folder.
async fn link(program: &Program, folder: &Path) -> std::io::Result<Peer<Connection>> {
    let stream = TcpStream::connect(port(program, "tcp-tls ")).await.unwrap();
    Ok(Peer::over(encrypt(stream, folder, LINK).await?))
}

#[tokio::test]
async fn a_certificate_is_made_used_and_renewed_while_links_live() {
    let home = Home::with(SETTINGS);
    let made = home.ok(&["certificate", "localhost", "127.0.0.1"]).await;
    assert!(made.contains("good for localhost, 127.0.0.1\nSHA-256 "), "{made}");
    assert_eq!(fs::metadata(home.path().join("key.pem")).unwrap().permissions().mode() & 0o777, 0o600);
    let again = home.run(&["certificate", "localhost"]).await;
    assert_eq!(again.code(), Some(1), "it writes over nothing: {again:?}");

    let mut program = home.serve().await;
    let mut first = link(&program, home.path()).await.unwrap();
    first.noop().await;

    certify(home.path(), 2020, 2100);
    program.signal(Signal::HUP);
    program.logged("a new certificate is in use").await;
    first.noop().await;
    let mut second = link(&program, home.path()).await.expect("the new certificate is shown");
    second.noop().await;

    certify(home.path(), 2020, 2100);
    let told = home.ok(&["reload"]).await;
    assert!(told.starts_with("the certificate for 127.0.0.1, localhost is in use, for "), "{told}");
    assert!(link(&program, home.path()).await.is_ok());

    // Expired since the year began: it is said, and the one of before goes on.
    let good = tempfile::tempdir().unwrap();
    fs::copy(files(home.path()).certificate, files(good.path()).certificate).unwrap();
    certify(home.path(), 2020, 2026);
    let refused = home.run(&["reload"]).await;
    assert_eq!(refused.code(), Some(1));
    assert!(refused.sentence().contains("expired"), "{refused:?}");
    assert!(refused.sentence().ends_with("renew it; the certificate of before stays in use"), "{refused:?}");
    link(&program, good.path()).await.unwrap().noop().await;
    first.noop().await;
    second.noop().await;
    assert_eq!(program.stop().await.code(), Some(0));
    let nobody = home.run(&["reload"]).await;
    assert_eq!(nobody.sentence(), "longlink: no server runs; it reads its certificate when it starts");
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_is_one_sentence_at_start() {
    let home = Home::with(SETTINGS);
    let sentence = async || {
        let ended = home.start(&[]).ended().await;
        assert_eq!(ended.code(), Some(1), "{ended:?}");
        ended.sentence().to_owned()
    };
    let said = sentence().await;
    assert!(
        said.starts_with("longlink: cannot read certificate.pem: ") && said.contains("see tls.certificate"),
        "{said}"
    );
    certify(home.path(), 2020, 2025);
    let said = sentence().await;
    assert!(
        said.starts_with("longlink: the certificate in certificate.pem expired ") && said.contains("renew"),
        "{said}"
    );
    certify(home.path(), 2099, 2100);
    assert!(sentence().await.ends_with("is this machine's clock right?"));
    certify(home.path(), 2020, 2100);
    fs::set_permissions(home.path().join("key.pem"), fs::Permissions::from_mode(0o644)).unwrap();
    let open = "longlink: key.pem can be read by everybody on this machine; run: chmod o-rwx key.pem";
    assert_eq!(sentence().await, open);
    let other = tempfile::tempdir().unwrap();
    certify(other.path(), 2020, 2100);
    fs::copy(other.path().join("key.pem"), home.path().join("key.pem")).unwrap();
    let foreign = "longlink: the key in key.pem is not that of the first certificate in certificate.pem";
    assert_eq!(sentence().await, foreign);
    fs::copy(home.path().join("certificate.pem"), home.path().join("key.pem")).unwrap();
    fs::set_permissions(home.path().join("key.pem"), fs::Permissions::from_mode(0o600)).unwrap();
    assert!(sentence().await.starts_with("longlink: key.pem has no key in it"));
    fs::write(home.path().join("certificate.pem"), "nothing").unwrap();
    assert!(sentence().await.starts_with("longlink: certificate.pem has no certificate in it"));
}

#[tokio::test]
async fn plain_ports_can_be_off_and_are_warned_of_where_others_reach_them() {
    let home = Home::with(&format!("{SETTINGS}listen.tcp = \"off\"\nlisten.http = \"off\"\n"));
    certify(home.path(), 2020, 2100);
    let program = home.start(&[]);
    let mut program = program.running().await;
    assert_eq!(program.said()[..2], ["tcp off", "http off"]);
    link(&program, home.path()).await.unwrap().noop().await;
    assert!(!program.log().iter().any(|line| line.contains("IN THE CLEAR")));
    program.signal(Signal::TERM);
    assert_eq!(program.ended().await.code(), Some(0));

    let home = Home::with("listen.tcp = \"0.0.0.0:0\"\n");
    let mut program = home.serve().await;
    program.logged("GO IN THE CLEAR over listen.tcp").await;
    assert!(!program.log().iter().any(|line| line.contains("over listen.http")), "that is on loopback");
    program.stop().await;
}

#[tokio::test]
async fn a_demo_makes_a_certificate_for_itself() {
    let home = Home::new();
    let program = home.serve_with(&["--demo", "--tcp-tls", "127.0.0.1:0", "--data-dir", "demo"]).await;
    let folder = tempfile::tempdir().unwrap();
    fs::copy(home.path().join("demo/demo-certificate.pem"), files(folder.path()).certificate).unwrap();
    link(&program, folder.path()).await.unwrap().noop().await;
    program.stop().await;
}
