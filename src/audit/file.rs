//! A file of lines that does not grow for ever: full, it becomes the first of its older pieces, and the last of them goes.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The file and its older pieces, each of the same size at most.
const PIECES: u64 = 4;

#[derive(Debug)]
pub(super) struct Rotated {
    folder: PathBuf,
    name: &'static str,
    piece_bytes_max: u64,
    file: File,
    bytes: u64,
}

impl Rotated {
    /// `bytes_max` bounds the file and its older pieces together.
    pub(super) fn open(folder: &Path, name: &'static str, bytes_max: u64) -> io::Result<Self> {
        if !folder.exists() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let file = append(&piece(folder, name, 0))?;
        let bytes = file.metadata()?.len();
        Ok(Self { folder: folder.to_owned(), name, piece_bytes_max: bytes_max / PIECES, file, bytes })
    }

    /// Writes a line, which ends with its newline.
    pub(super) fn write(&mut self, line: &str) -> io::Result<()> {
        let length = line.len() as u64;
        if self.bytes > 0 && self.bytes + length > self.piece_bytes_max {
            self.rotate()?;
        }
        self.file.write_all(line.as_bytes())?;
        self.bytes += length;
        Ok(())
    }

    /// Makes sure that what is written outlives the power.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn rotate(&mut self) -> io::Result<()> {
        for number in (0..PIECES - 1).rev() {
            match fs::rename(piece(&self.folder, self.name, number), piece(&self.folder, self.name, number + 1)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
        self.file = append(&piece(&self.folder, self.name, 0))?;
        self.bytes = 0;
        Ok(())
    }
}

/// The pieces that there are, the oldest first.
pub fn pieces(folder: &Path, name: &str) -> Vec<PathBuf> {
    (0..PIECES).rev().map(|number| piece(folder, name, number)).filter(|path| path.exists()).collect()
}

fn piece(folder: &Path, name: &str, number: u64) -> PathBuf {
    folder.join(if number == 0 { format!("{name}.jsonl") } else { format!("{name}.{number}.jsonl") })
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}
