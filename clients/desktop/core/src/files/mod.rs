//! Files and avatars: getting and giving them by HTTP (PROTOCOL.md, D), what is made of a picture, and how a file may be
//! called on this machine.
//!
//! Knows no account and no model; `bridge` says what is wanted, and `store` keeps what came.

mod body;
mod error;
mod http;
mod names;
mod picture;

pub use error::FileError;
pub use http::{Limits, Shelf, Uploaded, Web};
pub use names::{free_path, safe_name};
pub use picture::{PREVIEW_BYTES_MAX, PictureError, Pixels, Sketch, pixels, sketch};

/// The hash by which everybody knows a content: SHA-256 in hexadecimal digits.
pub fn hash_of(pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) -> String {
    use sha2::{Digest, Sha256};
    let mut hasher = Sha256::new();
    for piece in pieces {
        hasher.update(piece);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether it is a hash. It becomes part of a path, so nothing else is asked for.
pub fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}
