//! The keys that tokens are signed with, and the file that keeps them.
//!
//! There is no default key: the file is made at the first start, of the machine's randomness. The first key signs and
//! all verify, so that a new one can be put in front while tokens of the older ones still live.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rand::TryRng;
use rand::rngs::SysRng;
use serde::{Deserialize, Serialize};

/// The file's name in the data directory.
pub const FILE_NAME: &str = "token-keys.json";

/// So many keys are kept: the oldest goes when one more is made, and with it every token that it signed. Making new
/// keys more often than `KEYS_MAX - 1` times in a token's life therefore ends logins early.
pub const KEYS_MAX: usize = 4;

/// A shorter secret than the hash is long would be the weakest part of the signature.
const SECRET_BYTES: usize = 32;
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// The keys, the one that signs first. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys(Vec<Key>);

/// One key. `kid` names it in the tokens that it signed.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    pub kid: String,
    pub secret: Vec<u8>,
}

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error("{} may be read by others (its mode is {mode:03o}); run: chmod 600 {}", .path.display(), .path.display())]
    Exposed { path: PathBuf, mode: u32 },
    #[error("cannot {doing} {}: {error}", .path.display())]
    Io { doing: &'static str, path: PathBuf, error: io::Error },
    #[error("{} is not a file of token keys: {what}", .path.display())]
    Damaged { path: PathBuf, what: String },
    #[error("the machine gives no random bytes: {0}")]
    NoRandomness(String),
}

/// The file: `{"keys":[{"kid":"…","secret":"… in hexadecimal"}]}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    keys: Vec<WrittenKey>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKey {
    kid: String,
    secret: String,
}

impl Keys {
    /// Reads the file; if there is none, makes one with one new key.
    pub fn open(path: &Path) -> Result<Self, KeysError> {
        match Self::read(path) {
            Err(KeysError::Io { error, .. }) if error.kind() == io::ErrorKind::NotFound => {
                let keys = Self(vec![Key::random()?]);
                keys.write(path)?;
                Ok(keys)
            }
            result => result,
        }
    }

    /// Reads the file. It must be nobody's to read but the owner's.
    pub fn read(path: &Path) -> Result<Self, KeysError> {
        let io = |doing| move |error| KeysError::Io { doing, path: path.to_owned(), error };
        let file = File::open(path).map_err(io("open"))?;
        // Asked of the open file, so that it cannot be another one by the time it is read.
        let mode = file.metadata().map_err(io("read"))?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeysError::Exposed { path: path.to_owned(), mode });
        }
        let mut text = String::new();
        file.take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(io("read"))?;
        Self::parse(&text).map_err(|what| KeysError::Damaged { path: path.to_owned(), what })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let written: Written = serde_json::from_str(text).map_err(|error| {
            // The library's own words may quote the file.
            format!("line {} column {} cannot be read", error.line(), error.column())
        })?;
        if written.keys.is_empty() {
            return Err("it has no key".into());
        }
        let mut keys: Vec<Key> = Vec::with_capacity(written.keys.len());
        for WrittenKey { kid, secret } in written.keys {
            let Some(secret) = from_hex(&secret).filter(|secret| secret.len() >= SECRET_BYTES) else {
                return Err(format!("the secret of {kid:?} is not at least {} hexadecimal digits", 2 * SECRET_BYTES));
            };
            if keys.iter().any(|key| key.kid == kid) {
                return Err(format!("{kid:?} is there twice"));
            }
            keys.push(Key { kid, secret });
        }
        Ok(Self(keys))
    }

    /// Replaces the file as a whole: after a crash it is the old one or the new one.
    pub fn write(&self, path: &Path) -> Result<(), KeysError> {
        let next = path.with_added_extension("new");
        let io = |doing, path: &Path| {
            let path = path.to_owned();
            move |error| KeysError::Io { doing, path, error }
        };
        let written = Written {
            keys: self.0.iter().map(|key| WrittenKey { kid: key.kid.clone(), secret: to_hex(&key.secret) }).collect(),
        };
        let mut text = serde_json::to_vec_pretty(&written).map_err(|error| io("write", path)(error.into()))?;
        text.push(b'\n');

        // One that a crash has left behind may have any mode, so it is not written into.
        match fs::remove_file(&next) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io("remove", &next)(error)),
            Ok(()) | Err(_) => {}
        }
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&next).map_err(io("create", &next))?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(io("write", &next))?;
        fs::rename(&next, path).map_err(io("replace", path))?;
        // Without this the new name may be lost with the power, though the new bytes are not.
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(directory).and_then(|directory| directory.sync_all()).map_err(io("sync", directory))
    }

    /// These with a new one in front that signs from now on, at most `KEYS_MAX` in all.
    pub fn rotated(&self) -> Result<Self, KeysError> {
        let new = Key::random()?;
        Ok(Self(std::iter::once(new).chain(self.0.iter().cloned()).take(KEYS_MAX).collect()))
    }

    /// All of them, the one that signs first.
    pub fn as_slice(&self) -> &[Key] {
        &self.0
    }
}

impl Key {
    fn random() -> Result<Self, KeysError> {
        let (mut kid, mut secret) = ([0; 8], vec![0; SECRET_BYTES]);
        for bytes in [&mut kid[..], &mut secret] {
            SysRng.try_fill_bytes(bytes).map_err(|error| KeysError::NoRandomness(error.to_string()))?;
        }
        Ok(Self { kid: to_hex(&kid), secret })
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Key").field("kid", &self.kid).finish_non_exhaustive()
    }
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|value| value.try_into().ok())).collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_first_opening_makes_a_key_that_only_the_owner_can_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE_NAME);
        let made = Keys::open(&path).unwrap();
        assert_eq!((made.as_slice().len(), made.as_slice()[0].secret.len()), (1, 32));
        assert_eq!(mode(&path), 0o600);
        assert_eq!(Keys::open(&path).unwrap(), made, "the second opening finds it");
        let other = Keys::open(&directory.path().join("other.json")).unwrap();
        assert_ne!(other, made, "no two servers share a key");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2, "nothing else is left behind");
    }

    #[test]
    fn a_file_that_others_may_read_is_refused_with_the_remedy() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE_NAME);
        Keys::open(&path).unwrap();
        for open in [0o640, 0o604, 0o610, 0o666] {
            fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();
            let sentence = Keys::open(&path).unwrap_err().to_string();
            let name = path.display();
            assert_eq!(
                sentence,
                format!("{name} may be read by others (its mode is {open:03o}); run: chmod 600 {name}")
            );
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        assert!(Keys::open(&path).is_ok());
    }

    #[test]
    fn a_new_key_goes_in_front_and_the_oldest_falls_off() {
        let mut keys = Keys(vec![Key::random().unwrap()]);
        let first = keys.as_slice()[0].kid.clone();
        for count in 2..=KEYS_MAX {
            keys = keys.rotated().unwrap();
            assert_eq!(keys.as_slice().len(), count);
            assert_eq!(keys.as_slice().last().unwrap().kid, first);
        }
        keys = keys.rotated().unwrap();
        assert_eq!(keys.as_slice().len(), KEYS_MAX);
        assert!(keys.as_slice().iter().all(|key| key.kid != first));
    }

    #[test]
    fn writing_replaces_what_a_crash_has_left_behind() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE_NAME);
        let half = directory.path().join("token-keys.json.new");
        fs::write(&half, "{\"keys\":[").unwrap();
        fs::set_permissions(&half, fs::Permissions::from_mode(0o666)).unwrap();
        let keys = Keys::open(&path).unwrap();
        assert_eq!((Keys::read(&path).unwrap(), mode(&path)), (keys, 0o600));
        assert!(!half.exists());
    }

    #[test]
    fn a_damaged_file_is_refused_without_quoting_it() {
        let short = r#"{"keys":[{"kid":"a","secret":"5ec4e7"}]}"#;
        let odd = format!(r#"{{"keys":[{{"kid":"a","secret":"{}"}}]}}"#, "5ec4e7".repeat(11) + "5");
        let letters = format!(r#"{{"keys":[{{"kid":"a","secret":"{}"}}]}}"#, "5ec4eté".repeat(11));
        let key = format!(r#"{{"kid":"a","secret":"{}"}}"#, "5ec4e7".repeat(11));
        let twice = format!(r#"{{"keys":[{key},{key}]}}"#);
        let unknown = r#"{"keys":[],"5ec4e7":1}"#;
        for text in ["", "{", r#"{"keys":[]}"#, short, &odd, &letters, &twice, unknown] {
            let what = Keys::parse(text).unwrap_err();
            assert!(!what.contains("5ec4e7"), "{what}");
        }
        assert!(Keys::parse(&format!(r#"{{"keys":[{key}]}}"#)).is_ok());
    }

    #[test]
    fn a_secret_is_never_printed() {
        let key = Key::random().unwrap();
        let printed = format!("{:?}", Keys(vec![key.clone()]));
        assert!(printed.contains(&key.kid), "{printed}");
        assert!(!printed.contains(&to_hex(&key.secret)) && !printed.contains(&format!("{:?}", key.secret)));
    }
}
