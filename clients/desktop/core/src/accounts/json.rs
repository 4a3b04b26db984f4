//! A file of JSON, whole or not at all: written beside and renamed. What cannot be read is set aside, never written over.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::NamedTempFile;

use crate::clock;

/// Reads what was written; the default if nothing was. The words, if there are any, are for the person: the file was
/// unreadable, and where it lies now.
pub(crate) fn read<T: DeserializeOwned + Default>(path: &Path) -> io::Result<(T, Option<String>)> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((T::default(), None)),
        Err(error) => return Err(error),
    };
    match serde_json::from_slice(&text) {
        Ok(read) => Ok((read, None)),
        Err(error) => {
            let aside = set_aside(path)?;
            let told = format!("{} could not be read ({error}) and now lies in {}", path.display(), aside.display());
            Ok((T::default(), Some(told)))
        }
    }
}

/// Writes it so that after a crash the file is the old one or the new one.
pub(crate) fn write<T: Serialize>(path: &Path, what: &T) -> io::Result<()> {
    write_bytes(path, &serde_json::to_vec_pretty(what)?)
}

/// The same with bytes. Only the person's own account may read the file (on Windows, whoever may read the folder).
pub(crate) fn write_bytes(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// Renames a file that is no use to anybody but its owner, and says how it is called now.
pub(crate) fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".broken-{}", clock::wall_ms()));
    let aside = PathBuf::from(name);
    fs::rename(path, &aside)?;
    Ok(aside)
}

/// Makes a rename outlast a power cut. Windows has no such call; its file system writes renames to a journal.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
