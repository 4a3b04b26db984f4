//! Whom a client takes for its server.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use sha2::{Digest, Sha256};

/// What a link's client says that it speaks (ALPN).
pub const ALPN_LINK: &[u8] = b"longlink/1";

/// Whether a connection is encrypted.
#[derive(Clone, Debug)]
pub enum Protection {
    /// With TLS, but for connections that never leave this machine (`localhost`, `127.0.0.1`, `[::1]`). The default,
    /// with [`Trust::System`].
    TlsBeyondLoopback(Trust),
    /// With TLS, always.
    Tls(Trust),
    /// Not at all: whoever is on the way reads the password, the token and all messages, and can change them.
    None,
}

impl Default for Protection {
    fn default() -> Self {
        Self::TlsBeyondLoopback(Trust::System)
    }
}

/// Whose word it is that a server is the one that it should be.
#[derive(Clone, Debug)]
pub enum Trust {
    /// That of the authorities which this machine knows.
    System,
    /// That of these certificates alone. A certificate that vouches for itself may be among them.
    Authorities(Vec<CertificateDer<'static>>),
    /// Nobody's: it is the server with exactly this certificate, known by its SHA-256, whatever names and times stand
    /// in it.
    Pinned([u8; 32]),
}

/// Why a server cannot be trusted as it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    #[error("cannot read {}: {error}", path.display())]
    Read { path: PathBuf, error: io::Error },
    #[error("{} has no certificate in it, which begins with -----BEGIN CERTIFICATE-----", .0.display())]
    NoCertificate(PathBuf),
    #[error("{0:?} is no SHA-256, which has 64 hexadecimal digits")]
    NoDigest(String),
    #[error("this machine knows no authorities for certificates: {0}")]
    NoAuthorities(String),
    #[error(transparent)]
    Tls(#[from] Error),
}

impl Trust {
    /// The certificates in a PEM file.
    pub fn file(path: &Path) -> Result<Self, TrustError> {
        let bytes = fs::read(path).map_err(|error| TrustError::Read { path: path.to_owned(), error })?;
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(&bytes).filter_map(Result::ok).collect();
        if certificates.is_empty() {
            return Err(TrustError::NoCertificate(path.to_owned()));
        }
        Ok(Self::Authorities(certificates))
    }

    /// The one certificate with this SHA-256, as `longlink certificate` and `longlink reload` print it: hexadecimal
    /// digits, with colons or without.
    pub fn pinned(digest: &str) -> Result<Self, TrustError> {
        let wrong = || TrustError::NoDigest(digest.to_owned());
        let digits: Vec<u8> = digest.bytes().filter(|byte| *byte != b':').collect();
        let mut bytes = [0; 32];
        if digits.len() != 2 * bytes.len() {
            return Err(wrong());
        }
        for (byte, two) in bytes.iter_mut().zip(digits.chunks(2)) {
            let two = std::str::from_utf8(two).ok().filter(|two| two.bytes().all(|digit| digit.is_ascii_hexdigit()));
            *byte = two.and_then(|two| u8::from_str_radix(two, 16).ok()).ok_or_else(wrong)?;
        }
        Ok(Self::Pinned(bytes))
    }

    /// What rustls needs to know of it, for connections on which this is spoken: [`ALPN_LINK`], or `http/1.1`.
    pub fn config(&self, alpn: &[u8]) -> Result<Arc<ClientConfig>, TrustError> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&rustls::version::TLS13])?;
        let mut config = match self {
            Self::System => builder.with_root_certificates(system()?).with_no_client_auth(),
            Self::Authorities(certificates) => {
                let mut roots = RootCertStore::empty();
                for certificate in certificates {
                    roots.add(certificate.clone())?;
                }
                builder.with_root_certificates(roots).with_no_client_auth()
            }
            Self::Pinned(digest) => builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Pin { digest: *digest, provider }))
                .with_no_client_auth(),
        };
        config.alpn_protocols = vec![alpn.to_vec()];
        Ok(Arc::new(config))
    }
}

fn system() -> Result<RootCertStore, TrustError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // Most machines have one among many that is too old to be read.
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let errors: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
        return Err(TrustError::NoAuthorities(errors.join(", ")));
    }
    Ok(roots)
}

/// Knows one certificate. That the server has its key is checked as always.
#[derive(Debug)]
struct Pin {
    digest: [u8; 32],
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pin {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if Sha256::digest(certificate)[..] == self.digest {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2 is not spoken here".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_read_with_colons_and_without_and_nothing_else_is_one() {
        let bytes: [u8; 32] = std::array::from_fn(|place| place as u8 * 8);
        let plain: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let parts: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        for text in [plain.clone(), parts.join(":")] {
            assert!(matches!(Trust::pinned(&text), Ok(Trust::Pinned(read)) if read == bytes), "{text}");
        }
        for wrong in ["", "00", &plain[1..], &format!("{plain}0"), &plain.replacen("00", "+0", 1), &"é".repeat(32)] {
            assert!(Trust::pinned(wrong).is_err(), "{wrong}");
        }
    }
}
