//! Reads the database's files as they lie, without the database: where they are damaged, and what can be read all the
//! same. It writes nothing.
//!
//! The database stops at the first thing that it cannot read, and cuts a journal there. Here every piece whose check sum
//! fits is read, whatever lies around it. `journal`, `table` and `manifest` know the three kinds of files.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub(super) mod journal;
mod manifest;
mod table;

use crate::id::QueueId;
use manifest::Manifest;

/// A row as it lies in a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    /// Of two rows with one key, the one with the greater number counts.
    pub(super) seqno: u64,
    pub(super) key: &'a [u8],
    /// `None`: it was removed.
    pub(super) value: Option<&'a [u8]>,
}

/// What takes the rows.
pub(super) type Give<'a> = &'a mut dyn FnMut(Row<'_>);

/// Where a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Damage {
    /// Below the data folder.
    pub(super) file: PathBuf,
    /// The bytes from one place to another, if it is not the whole file.
    pub(super) place: Option<(usize, usize)>,
    pub(super) what: String,
    /// Nothing lies there but what is made from the log anyway.
    pub(super) is_harmless: bool,
}

impl fmt::Display for Damage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.file.display())?;
        if let Some((from, to)) = self.place {
            write!(out, ", bytes {from} to {to}")?;
        }
        write!(out, ": {}", self.what)
    }
}

/// All files of the database in a data folder.
#[derive(Debug)]
pub(super) struct Files {
    dir: PathBuf,
    journals: Vec<PathBuf>,
    /// The keyspaces' folders by their number.
    keyspaces: BTreeMap<u64, PathBuf>,
    /// Their names, as far as they can be read.
    names: BTreeMap<u64, String>,
    /// The last entry that was acknowledged, if that is known.
    acknowledged: Option<QueueId>,
}

/// Keyspace 0 has the names of the others, under this byte and their number.
const NAME_TAG: u8 = b'n';
const FOLDER: &str = "log";

impl Files {
    /// Of the data folder `dir`. That there are none is not an error.
    pub(super) fn find(dir: &Path, acknowledged: Option<QueueId>) -> io::Result<Self> {
        let log = dir.join(FOLDER);
        let mut keyspaces = BTreeMap::new();
        for folder in list(&log.join("keyspaces"))? {
            if let Some(number) = file_number(&folder).filter(|_| folder.is_dir()) {
                keyspaces.insert(number, folder);
            }
        }
        let (dir, journals) = (dir.to_owned(), journal::list(&log)?);
        let mut files = Self { dir, journals, keyspaces, names: BTreeMap::new(), acknowledged };
        let mut names: BTreeMap<u64, (u64, Option<String>)> = BTreeMap::new();
        if let Some(folder) = files.keyspaces.get(&0).cloned() {
            files.read_keyspace(0, &folder, &mut Vec::new(), &mut |row| {
                let Some((&NAME_TAG, number)) = row.key.split_first() else { return };
                let Ok(number) = number.try_into().map(u64::from_be_bytes) else { return };
                let name = row.value.map(|name| String::from_utf8_lossy(name).into_owned());
                let known = names.entry(number).or_insert((row.seqno, name.clone()));
                if row.seqno >= known.0 {
                    *known = (row.seqno, name);
                }
            })?;
        }
        files.names = names.into_iter().filter_map(|(number, (_, name))| Some((number, name?))).collect();
        Ok(files)
    }

    /// Reads all of them, and says where they are damaged.
    pub(super) fn read(&self, give: Give<'_>) -> io::Result<Vec<Damage>> {
        let mut damages = Vec::new();
        for (number, folder) in &self.keyspaces {
            // Made from the log: what they have is not needed.
            let is_view = self.is_made_from_the_log(*number);
            let give: Give<'_> = if is_view { &mut |_| {} } else { give };
            let before = damages.len();
            self.read_keyspace(*number, folder, &mut damages, give)?;
            for damage in damages.iter_mut().skip(before) {
                damage.is_harmless = is_view;
            }
        }
        for path in &self.journals {
            let journal = journal::read(&fs::read(path)?, give);
            let found = journal.damages(self.acknowledged).into_iter();
            damages.extend(found.map(|(from, to, what)| self.damage(path, Some((from, to)), what)));
        }
        Ok(damages)
    }

    /// Only where they are damaged.
    pub(super) fn damages(&self) -> io::Result<Vec<Damage>> {
        self.read(&mut |_| {})
    }

    fn is_made_from_the_log(&self, number: u64) -> bool {
        let is_view = |name: &String| name == "names" || name.starts_with("view");
        number == 0 || self.names.get(&number).is_some_and(is_view)
    }

    fn read_keyspace(&self, number: u64, folder: &Path, damages: &mut Vec<Damage>, give: Give<'_>) -> io::Result<()> {
        let name = match self.names.get(&number) {
            Some(name) => format!(", in the keyspace {name:?}"),
            None => String::new(),
        };
        let manifest = match Manifest::read(folder)? {
            Ok(manifest) => Some(manifest),
            Err((path, what)) => {
                damages.push(self.damage(&path, None, format!("{what}; it says which tables there are{name}")));
                None
            }
        };
        let mut missing = manifest.as_ref().map(|manifest| manifest.tables.clone()).unwrap_or_default();
        for path in list(&folder.join("tables"))? {
            let bytes = fs::read(&path)?;
            let known = file_number(&path).map(|table| (table, missing.remove(&table)));
            // Nobody refers to it: it was let go, or was not finished.
            if manifest.is_some() && known.is_none_or(|(_, sum)| sum.is_none()) {
                continue;
            }
            let sum = known.and_then(|(_, sum)| sum);
            let read = table::read(&bytes, sum, give);
            damages.extend(
                read.into_iter().map(|(from, to, what)| self.damage(&path, Some((from, to)), format!("{what}{name}"))),
            );
        }
        for table in missing.keys() {
            let path = folder.join("tables").join(table.to_string());
            damages.push(self.damage(&path, None, format!("the table is gone{name}")));
        }
        Ok(())
    }

    fn damage(&self, path: &Path, place: Option<(usize, usize)>, what: String) -> Damage {
        let file = path.strip_prefix(&self.dir).unwrap_or(path).to_owned();
        Damage { file, place, what, is_harmless: false }
    }
}

/// What lies in a folder, in order. Nothing, if there is no such folder.
fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    found.sort();
    Ok(found)
}

fn file_number(path: &Path) -> Option<u64> {
    path.file_stem()?.to_str()?.parse().ok()
}

/// The first places of `what` in `bytes`, one after the other.
fn find(bytes: &[u8], from: usize, what: impl Fn(&[u8]) -> bool) -> Option<usize> {
    (from..bytes.len()).find(|at| bytes.get(*at..).is_some_and(&what))
}
