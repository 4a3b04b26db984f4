//! Certificates, and connections over TLS by the client library's means.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use longlink::listening::Ports;
use longlink::server::Plan;
use longlink::tls;
use longlink::tls::certificate::{Certificate, Files};
use longlink_client::{Connection, Trust};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{Peer, TODAY_MS, World};

pub(crate) const HTTP: &[u8] = b"http/1.1";
pub(crate) const LINK: &[u8] = longlink_client::ALPN_LINK;

/// Where a certificate lies in a folder.
pub(crate) fn files(folder: &Path) -> Files {
    Files { certificate: folder.join("certificate.pem"), key: folder.join("key.pem") }
}

/// Puts a new certificate of this machine's into a folder, good from one year on until another one begins.
pub(crate) fn certify(folder: &Path, from: i32, until: i32) {
    let mut params = CertificateParams::new(["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(from, 1, 1), date_time_ymd(until, 1, 1));
    let key = KeyPair::generate().unwrap();
    let Files { certificate, key: key_file } = files(folder);
    fs::write(certificate, params.self_signed(&key).unwrap().pem()).unwrap();
    fs::write(&key_file, key.serialize_pem()).unwrap();
    fs::set_permissions(&key_file, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Gives a server doors with TLS.
pub(crate) fn open_doors(plan: &mut Plan, folder: &Path) {
    certify(folder, 2020, 2100);
    let certificate = Certificate::read(files(folder), TODAY_MS / 1000).unwrap();
    let any = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    plan.tls = Some((certificate, tls::Settings { handshake_timeout_ms: 10_000, handshakes_max: 100 }));
    plan.listen = Ports { tcp_tls: any, https: any, ..plan.listen };
}

/// Encrypts a connection, if the server is the one whose certificate lies in the folder.
pub(crate) async fn encrypt(stream: TcpStream, folder: &Path, alpn: &[u8]) -> std::io::Result<Connection> {
    let config = Trust::file(&files(folder).certificate).unwrap().config(alpn).unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    Ok(Connection::Tls(Box::new(TlsConnector::from(config).connect(name, stream).await?)))
}

impl World {
    /// A server with doors of every kind.
    pub(crate) async fn encrypted(change: impl FnOnce(&mut Plan)) -> Self {
        Self::in_folder(|plan, folder| {
            open_doors(plan, folder);
            change(plan);
        })
        .await
    }

    /// A connection over TLS to the door for links or to that for HTTP, as `alpn` says.
    pub(crate) async fn encrypted_to(&self, alpn: &[u8]) -> std::io::Result<Connection> {
        let ports = self.server.ports();
        let at = if alpn == LINK { ports.tcp_tls } else { ports.https };
        encrypt(TcpStream::connect(at.unwrap()).await?, self.folder(), alpn).await
    }

    /// A stranger over TLS.
    pub(crate) async fn encrypted_stranger(&self) -> Peer<Connection> {
        Peer::over(self.encrypted_to(LINK).await.unwrap())
    }
}
