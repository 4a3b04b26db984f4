//! Which tables a keyspace has, as the files `current` and `v…` in its folder say.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_128;

use super::list;

#[derive(Debug)]
pub(super) struct Manifest {
    /// The number of each table, and the check sum of its file.
    pub(super) tables: BTreeMap<u64, u128>,
}

/// Which file is damaged, and what is the matter with it.
type Wrong = (PathBuf, &'static str);

impl Manifest {
    /// That it is damaged is not an error of the disk. A folder without anything has an empty one.
    pub(super) fn read(folder: &Path) -> io::Result<Result<Self, Wrong>> {
        let current = folder.join("current");
        if !current.exists() {
            let tables = list(&folder.join("tables"))?;
            let is_new = tables.is_empty();
            return Ok(if is_new { Ok(Self { tables: BTreeMap::new() }) } else { Err((current, "it is gone")) });
        }
        let Some((number, sum)) = parse_current(&fs::read(&current)?) else {
            return Ok(Err((current, "it is cut off or was changed")));
        };
        let path = folder.join(format!("v{number}"));
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            // Or `current` names the wrong one.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Err((path, "it is gone"))),
            Err(error) => return Err(error),
        };
        if xxh3_128(&bytes) != sum {
            return Ok(Err((path, "its check sum does not fit")));
        }
        Ok(parse_tables(&bytes).map(|tables| Self { tables }).ok_or((path, "it cannot be read")))
    }
}

/// The number of the file that holds, and its check sum.
fn parse_current(mut bytes: &[u8]) -> Option<(u64, u128)> {
    let parsed = (u64::from_le_bytes(take(&mut bytes)?), u128::from_le_bytes(take(&mut bytes)?));
    // The kind of check sum, of which there is one.
    (bytes == [0]).then_some(parsed)
}

fn parse_tables(bytes: &[u8]) -> Option<BTreeMap<u64, u128>> {
    let reader = sfa::Reader::from_reader(&mut Cursor::new(bytes)).ok()?;
    let section = reader.toc().section(b"tables")?;
    let from = usize::try_from(section.pos()).ok()?;
    let mut rest = bytes.get(from..from.checked_add(usize::try_from(section.len()).ok()?)?)?;
    let mut tables = BTreeMap::new();
    let [levels] = take(&mut rest)?;
    for _ in 0..levels {
        let [runs] = take(&mut rest)?;
        for _ in 0..runs {
            for _ in 0..u32::from_le_bytes(take(&mut rest)?) {
                let number = u64::from_le_bytes(take(&mut rest)?);
                let _kind: [u8; 1] = take(&mut rest)?;
                tables.insert(number, u128::from_le_bytes(take(&mut rest)?));
                let _seqno: [u8; 8] = take(&mut rest)?;
            }
        }
    }
    Some(tables)
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let mut taken = [0; N];
    rest.read_exact(&mut taken).ok()?;
    Some(taken)
}
