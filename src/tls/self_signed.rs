//! A certificate that nobody vouches for but its own key: to try TLS out, and for clients that are given it by hand.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

use super::certificate::Files;

/// Why there is no new certificate.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    #[error("cannot make a certificate for {names}: {error}")]
    Names { names: String, error: rcgen::Error },
    #[error("cannot write {path}: {error}")]
    Write { path: String, error: io::Error },
}

/// Makes a key and a certificate for these names and addresses, and writes each into a file that was not there.
pub fn make(names: &[String], files: &Files) -> Result<(), MakeError> {
    let failed = |error| MakeError::Names { names: names.join(", "), error };
    let mut params = CertificateParams::new(names).map_err(failed)?;
    params.distinguished_name.push(DnType::CommonName, names.first().map_or("longlink", String::as_str));
    // It is trusted by being known, so that a day on which it is no longer good would help nobody.
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2125, 1, 1);
    let key = KeyPair::generate().map_err(failed)?;
    let certificate = params.self_signed(&key).map_err(failed)?;
    write_new(&files.key, 0o600, &key.serialize_pem())?;
    write_new(&files.certificate, 0o644, &certificate.pem())
}

fn write_new(path: &Path, mode: u32, text: &str) -> Result<(), MakeError> {
    let written = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let failed = |error| MakeError::Write { path: path.display().to_string(), error };
    written.map_err(failed)?.write_all(text.as_bytes()).map_err(failed)
}
