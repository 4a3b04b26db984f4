//! `longlink certificate`: a certificate that vouches for itself, in two files.

use std::io::{self, Write};
use std::path::Path;

use super::Failure;
use crate::clock::Clock;
use crate::tls::certificate::{Certificate, Files};
use crate::tls::self_signed;

pub(super) fn make(names: &[String], folder: &Path) -> Result<(), Failure> {
    let files = Files { certificate: folder.join("certificate.pem"), key: folder.join("key.pem") };
    self_signed::make(names, &files)?;
    // As the server will read it.
    let about = Certificate::read(files.clone(), Clock::new().wall_s())?.about();
    let _ = writeln!(
        io::stdout(),
        "{} and {} are good for {}\nSHA-256 {}\n\n[tls]\ncertificate = {:?}\nkey = {:?}",
        files.certificate.display(),
        files.key.display(),
        about.names.join(", "),
        about.fingerprint,
        files.certificate,
        files.key,
    );
    Ok(())
}
