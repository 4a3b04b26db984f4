//! The server's certificate and its key, from two PEM files. They can be read again while the server runs: handshakes
//! from then on use the new ones, links that are open know nothing of it, and files that are wrong change nothing.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};
use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;

/// Others may not be allowed to read the key.
const READABLE_BY_OTHERS: u32 = 0o004;

/// Where a certificate lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The certificate, and behind it those that vouch for it, up to one that clients know.
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Why a certificate cannot be used, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error("cannot read {}: {error}; see tls.certificate and tls.key, and whether user {} may read it", path.display(),
        rustix::process::geteuid().as_raw())]
    Read { path: PathBuf, error: io::Error },
    #[error("{} has no certificate in it, which begins with -----BEGIN CERTIFICATE-----; see tls.certificate", .0.display())]
    NoCertificate(PathBuf),
    #[error("{} has no key in it, which begins with -----BEGIN PRIVATE KEY-----; see tls.key", .0.display())]
    NoKey(PathBuf),
    #[error("{} is not PEM: {error}", path.display())]
    NotPem { path: PathBuf, error: pem::Error },
    #[error("{} can be read by everybody on this machine; run: chmod o-rwx {}", .0.display(), .0.display())]
    OpenKey(PathBuf),
    #[error("the key in {} cannot be used: {error}", path.display())]
    BadKey { path: PathBuf, error: rustls::Error },
    #[error("the certificate in {} cannot be read: {error}", path.display())]
    BadCertificate { path: PathBuf, error: x509_cert::der::Error },
    #[error("the key in {} is not that of the first certificate in {}", .0.key.display(), .0.certificate.display())]
    Mismatch(Files),
    #[error("the certificate in {} expired {} ago; renew it", path.display(), days(*ago_s))]
    Expired { path: PathBuf, ago_s: i64 },
    #[error("the certificate in {} begins to be valid in {}; is this machine's clock right?", path.display(), days(*in_s))]
    TooEarly { path: PathBuf, in_s: i64 },
}

/// A certificate that is in use, and where it is from.
#[derive(Debug)]
pub struct Certificate {
    files: Files,
    current: RwLock<Loaded>,
}

#[derive(Clone, Debug)]
struct Loaded {
    key: Arc<CertifiedKey>,
    about: About,
    stamp: Stamp,
}

/// What a certificate says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// For which names it is good.
    pub names: Vec<String>,
    /// Until when, in seconds since 1970.
    pub expires_at_s: i64,
    /// SHA-256 of the certificate, in hexadecimal digits: what clients can be given to know it by.
    pub fingerprint: String,
}

/// By this it is seen that files have changed: their times and inodes.
type Stamp = [Option<(i64, i64, u64)>; 2];

impl Certificate {
    /// Reads and checks the files, at this Unix time.
    pub fn read(files: Files, now_s: i64) -> Result<Arc<Self>, CertificateError> {
        let current = RwLock::new(load(&files, now_s)?);
        Ok(Arc::new(Self { files, current }))
    }

    /// Reads the files again. If anything is wrong with them, all stays as it is.
    pub fn reload(&self, now_s: i64) -> Result<About, CertificateError> {
        let loaded = load(&self.files, now_s)?;
        let about = loaded.about.clone();
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = loaded;
        Ok(about)
    }

    /// Whether the files are others than those that were read.
    pub fn is_outdated(&self) -> bool {
        self.loaded().stamp != stamp(&self.files)
    }

    pub fn about(&self) -> About {
        self.loaded().about
    }

    pub fn files(&self) -> &Files {
        &self.files
    }

    fn loaded(&self) -> Loaded {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ResolvesServerCert for Certificate {
    // Whatever name was asked for: a client that wants another one sees that by itself.
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.loaded().key)
    }
}

fn load(files: &Files, now_s: i64) -> Result<Loaded, CertificateError> {
    let stamp = stamp(files);
    let path = &files.certificate;
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&read(path)?)
        .collect::<Result<_, _>>()
        .map_err(|error| CertificateError::NotPem { path: path.clone(), error })?;
    let first = chain.first().ok_or_else(|| CertificateError::NoCertificate(path.clone()))?;
    let about = about(first).map_err(|error| CertificateError::BadCertificate { path: path.clone(), error })?;
    let key = key(&files.key)?;
    let key = ring::sign::any_supported_type(&key)
        .map_err(|error| CertificateError::BadKey { path: files.key.clone(), error })?;
    let (begins_at_s, about) = about;
    if now_s >= about.expires_at_s {
        return Err(CertificateError::Expired { path: path.clone(), ago_s: now_s - about.expires_at_s });
    }
    if now_s < begins_at_s {
        return Err(CertificateError::TooEarly { path: path.clone(), in_s: begins_at_s - now_s });
    }
    let key = CertifiedKey::new(chain, key);
    key.keys_match().map_err(|_| CertificateError::Mismatch(files.clone()))?;
    Ok(Loaded { key: Arc::new(key), about, stamp })
}

fn key(path: &Path) -> Result<PrivateKeyDer<'static>, CertificateError> {
    let bytes = read(path)?;
    let mode = fs::metadata(path).map(|found| found.mode());
    if mode.is_ok_and(|mode| mode & READABLE_BY_OTHERS != 0) {
        return Err(CertificateError::OpenKey(path.to_owned()));
    }
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|error| {
        if matches!(error, pem::Error::NoItemsFound) {
            CertificateError::NoKey(path.to_owned())
        } else {
            CertificateError::NotPem { path: path.to_owned(), error }
        }
    })
}

fn read(path: &Path) -> Result<Vec<u8>, CertificateError> {
    fs::read(path).map_err(|error| CertificateError::Read { path: path.to_owned(), error })
}

/// What a certificate says, and since when it is valid.
fn about(certificate: &CertificateDer<'_>) -> Result<(i64, About), x509_cert::der::Error> {
    let parsed = x509_cert::Certificate::from_der(certificate)?.tbs_certificate;
    let seconds = |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    let mut names = Vec::new();
    if let Some((_, SubjectAltName(listed))) = parsed.get::<SubjectAltName>()? {
        names = listed.iter().filter_map(name).collect();
    }
    let about = About {
        names,
        expires_at_s: seconds(parsed.validity.not_after),
        fingerprint: Sha256::digest(certificate).iter().map(|byte| format!("{byte:02x}")).collect(),
    };
    Ok((seconds(parsed.validity.not_before), about))
}

fn name(name: &GeneralName) -> Option<String> {
    if let GeneralName::DnsName(name) = name {
        return Some(name.to_string());
    }
    let GeneralName::IpAddress(bytes) = name else { return None };
    match bytes.as_bytes() {
        bytes if bytes.len() == 4 => Some(IpAddr::from(*bytes.first_chunk::<4>()?).to_string()),
        bytes => Some(IpAddr::from(*bytes.first_chunk::<16>()?).to_string()),
    }
}

fn stamp(files: &Files) -> Stamp {
    // Through symbolic links, since that is how certbot changes a certificate.
    [&files.certificate, &files.key]
        .map(|path| fs::metadata(path).ok().map(|found| (found.mtime(), found.mtime_nsec(), found.ino())))
}

fn days(seconds: i64) -> String {
    match seconds / (24 * 3600) {
        0 => "less than a day".to_owned(),
        1 => "one day".to_owned(),
        days => format!("{days} days"),
    }
}
