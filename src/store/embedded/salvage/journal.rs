//! A journal: batches one behind the other, each with a beginning, rows, and an end that has their check sum; behind the
//! last one zeros, since the file is made long before it is full.
//!
//! The database takes whatever it cannot read for the end, which a crash has torn, and cuts the file there. Only what
//! comes behind it tells the two apart: behind a torn end there is nothing.

use std::borrow::Cow;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use super::{Give, Row, find};
use crate::id::QueueId;
use crate::store::Entry;
use crate::store::embedded::tables::{decode_record, place_of};

const BEGINNING: u8 = 1;
const ROW: u8 = 2;
const END: u8 = 3;
const CLEARED: u8 = 4;
/// Behind the check sum in a batch's end.
const TRAILER: &[u8; 4] = b"FJL\x03";
/// A batch has at least so many bytes for each of its rows.
const ROW_BYTES_MIN: usize = 9;

/// What is wrong with a journal.
#[derive(Debug, Default)]
pub(in crate::store::embedded) struct Journal {
    /// From where to where there is no whole batch, though one comes behind it.
    broken: Vec<(usize, usize)>,
    /// The first entry in or behind that.
    broken_entry: Option<QueueId>,
    /// From where to where the last batch is not whole, and nothing comes behind it; and the first entry in it.
    torn: Option<(usize, usize, Option<QueueId>)>,
}

impl Journal {
    /// From where to where it is damaged, and how. A crash tears the last batch, and a power cut may tear several of which a
    /// later one is whole; but nothing of that was acknowledged.
    pub(in crate::store::embedded) fn damages(&self, acknowledged: Option<QueueId>) -> Vec<(usize, usize, String)> {
        let mut damages = Vec::new();
        if let Some(entry) = self.broken_entry.filter(|entry| acknowledged.is_none_or(|last| *entry <= last)) {
            let what = format!("a batch is damaged, and entry {entry} in it or behind it was acknowledged");
            damages.extend(self.broken.iter().map(|(from, to)| (*from, *to, what.clone())));
        }
        // Without a witness nobody knows whether an end that is torn was acknowledged. As a rule it was not.
        if let Some((from, to, Some(entry))) = self.torn
            && acknowledged.is_some_and(|last| entry <= last)
        {
            damages.push((from, to, format!("it is cut off or damaged, and entry {entry} there was acknowledged")));
        }
        damages
    }
}

/// The journals below the database's folder, oldest first.
pub(in crate::store::embedded) fn list(log: &Path) -> io::Result<Vec<PathBuf>> {
    let mut journals = super::list(log)?;
    journals.retain(|path| path.extension().is_some_and(|extension| extension == "jnl"));
    journals.sort_by_key(|path| super::file_number(path));
    Ok(journals)
}

/// Gives all rows of whole batches, and of others those that prove themselves.
pub(in crate::store::embedded) fn read(bytes: &[u8], give: Give<'_>) -> Journal {
    let bytes = written(bytes);
    let (mut journal, mut at, mut seqno) = (Journal::default(), 0, 0);
    while at < bytes.len() {
        if let Some(batch) = Batch::parse(bytes, at) {
            seqno = batch.seqno;
            if !journal.broken.is_empty() && journal.broken_entry.is_none() {
                journal.broken_entry = batch.first_entry();
            }
            batch.rows.iter().for_each(|row| give(Row { seqno, key: row.key, value: row.value.as_deref() }));
            at = batch.end;
            continue;
        }
        let next = find(bytes, at + 1, |rest| rest.first() == Some(&BEGINNING) && Batch::parse(rest, 0).is_some());
        let to = next.unwrap_or(bytes.len());
        let part = bytes.get(at..to).unwrap_or_default();
        // As if it had been written right behind the batch before.
        let own = Beginning::parse(&mut &*part).map_or(seqno.saturating_add(1), |beginning| beginning.seqno);
        let entry = give_proven(part, own, give);
        match next {
            Some(_) => {
                journal.broken.push((at, to));
                journal.broken_entry = journal.broken_entry.or(entry);
            }
            None => journal.torn = Some((at, to, entry)),
        }
        at = to;
    }
    journal
}

/// A journal without the zeros behind it. There are often 64 MB of them, so they are compared and not looked at one by one.
fn written(mut bytes: &[u8]) -> &[u8] {
    const ZEROS: [u8; 4096] = [0; 4096];
    while let Some((rest, piece)) = bytes.split_last_chunk::<{ ZEROS.len() }>()
        && *piece == ZEROS
    {
        bytes = rest;
    }
    let last = bytes.iter().rposition(|byte| *byte != 0);
    bytes.get(..last.map_or(0, |last| last + 1)).unwrap_or_default()
}

/// Gives the rows that have a check sum of ours which fits, and says which is the first entry among them.
fn give_proven(part: &[u8], seqno: u64, give: Give<'_>) -> Option<QueueId> {
    let (mut at, mut first) = (0, None);
    while at < part.len() {
        let mut rest = part.get(at..).unwrap_or_default();
        let item = (rest.first() == Some(&ROW)).then(|| Item::parse(&mut rest)).flatten();
        let proven = item.and_then(|item| Some((item.key, item.value?, part.len() - rest.len())));
        match proven {
            Some((key, value, end)) if is_entry(key, &value) || decode_record(&value).is_ok() => {
                first = first.or(is_entry(key, &value).then(|| place_of(key)));
                give(Row { seqno, key, value: Some(&value) });
                at = end;
            }
            Some(_) | None => at += 1,
        }
    }
    first
}

fn is_entry(key: &[u8], value: &[u8]) -> bool {
    key.len() == 8 && Entry::from_row(place_of(key), value.to_vec().into()).is_ok()
}

struct Beginning {
    rows: u32,
    seqno: u64,
}

impl Beginning {
    fn parse(rest: &mut &[u8]) -> Option<Self> {
        let [tag] = take(rest)?;
        let (rows, seqno) = (u32::from_le_bytes(take(rest)?), u64::from_le_bytes(take(rest)?));
        (tag == BEGINNING).then_some(Self { rows, seqno })
    }
}

struct Batch<'a> {
    seqno: u64,
    rows: Vec<Item<'a>>,
    end: usize,
}

impl<'a> Batch<'a> {
    /// The whole batch at a place.
    fn parse(bytes: &'a [u8], at: usize) -> Option<Self> {
        let mut rest = bytes.get(at..)?;
        let beginning = Beginning::parse(&mut rest)?;
        if beginning.rows as usize > rest.len() / ROW_BYTES_MIN {
            return None;
        }
        let (body, mut rows) = (rest, Vec::new());
        for _ in 0..beginning.rows {
            match *rest.first()? {
                ROW => rows.push(Item::parse(&mut rest)?),
                // Of keyspaces that are cleared as a whole, which ours never are.
                CLEARED => drop(take::<9>(&mut rest)?),
                _ => return None,
            }
        }
        let sum = xxh3_64(body.get(..body.len() - rest.len())?);
        let [tag] = take(&mut rest)?;
        let (told, trailer) = (u64::from_le_bytes(take(&mut rest)?), take::<4>(&mut rest)?);
        let is_whole = tag == END && told == sum && trailer == *TRAILER;
        is_whole.then_some(Self { seqno: beginning.seqno, rows, end: bytes.len() - rest.len() })
    }
}

impl Batch<'_> {
    fn first_entry(&self) -> Option<QueueId> {
        let is_one = |row: &&Item<'_>| row.value.as_deref().is_some_and(|value| is_entry(row.key, value));
        self.rows.iter().find(is_one).map(|row| place_of(row.key))
    }
}

struct Item<'a> {
    key: &'a [u8],
    value: Option<Cow<'a, [u8]>>,
}

impl<'a> Item<'a> {
    fn parse(rest: &mut &'a [u8]) -> Option<Self> {
        let [tag, kind, packing] = take(rest)?;
        let _keyspace: [u8; 8] = take(rest)?;
        let key_bytes = usize::from(u16::from_le_bytes(take(rest)?));
        let value_bytes = u32::from_le_bytes(take(rest)?) as usize;
        let packed_bytes = u32::from_le_bytes(take(rest)?) as usize;
        let (key, behind) = rest.split_at_checked(key_bytes)?;
        let (packed, behind) = behind.split_at_checked(packed_bytes)?;
        *rest = behind;
        let value = match packing {
            0 => (packed_bytes == value_bytes).then_some(Cow::Borrowed(packed))?,
            // At most 255 times as long as what is packed: whatever a damaged length says.
            1 if value_bytes <= packed_bytes.saturating_mul(256) => {
                Cow::Owned(lz4_flex::block::decompress(packed, value_bytes).ok()?)
            }
            _ => return None,
        };
        // 0 is a value; 1 and 2 say that there is none any more.
        (tag == ROW && kind <= 2).then_some(Self { key, value: (kind == 0).then_some(value) })
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let mut taken = [0; N];
    rest.read_exact(&mut taken).ok()?;
    Some(taken)
}
