//! A table: blocks one behind the other, each with a check sum of its own.

use std::io::Cursor;

use lsm_tree::coding::Decode;
use lsm_tree::table::block::{BlockType, Header};
use lsm_tree::table::{Block, DataBlock};
use lsm_tree::{CompressionType, ValueType};
use xxhash_rust::xxh3::xxh3_128;

use super::{Give, Row, find};

/// What a block begins with.
const MAGIC: &[u8] = b"LSM\x03";
/// More than any block has once it is unpacked.
const BLOCK_BYTES_MAX: u32 = 256 << 20;
const IN_BLOCKS: [&[u8]; 6] = [b"data", b"index", b"tli", b"filter", b"filter_tli", b"meta"];

/// Gives the rows of all blocks that are whole, and says from where to where there are none, and why. `sum` is the
/// check sum of the whole file, if it is known.
pub(super) fn read(bytes: &[u8], sum: Option<u128>, give: Give<'_>) -> Vec<(usize, usize, String)> {
    let mut damages = Vec::new();
    match sections(bytes) {
        Some(sections) => {
            for (from, to) in sections {
                walk(bytes, from, to, give, |from, to| damages.push((from, to, "a block is damaged".into())));
            }
        }
        None => {
            // What lies behind the last block is no block, and not to be told from a damaged one.
            walk(bytes, 0, bytes.len(), give, |_, _| ());
            damages.push((0, bytes.len(), "the list of contents at its end is cut off or damaged".into()));
        }
    }
    if damages.is_empty() && sum.is_some_and(|sum| sum != xxh3_128(bytes)) {
        damages.push((0, bytes.len(), "the check sum of the file does not fit".into()));
    }
    damages
}

/// The parts of the file that have blocks, from where to where.
fn sections(bytes: &[u8]) -> Option<Vec<(usize, usize)>> {
    let reader = sfa::Reader::from_reader(&mut Cursor::new(bytes)).ok()?;
    let in_blocks = reader.toc().iter().filter(|section| IN_BLOCKS.contains(&section.name()));
    let range = |from: u64, length: u64| {
        let from = usize::try_from(from).ok()?;
        let to = from.checked_add(usize::try_from(length).ok()?)?;
        (to <= bytes.len()).then_some((from, to))
    };
    in_blocks.map(|section| range(section.pos(), section.len())).collect()
}

fn walk(bytes: &[u8], from: usize, to: usize, give: Give<'_>, mut damaged: impl FnMut(usize, usize)) {
    let Some(part) = bytes.get(..to) else { return };
    let mut at = from;
    while at < to {
        if let Some((block, length)) = block(part, at) {
            at += length;
            if block.header.block_type == BlockType::Data {
                give_rows(block, give);
            }
            continue;
        }
        let next = find(part, at + 1, |rest| rest.starts_with(MAGIC) && block(rest, 0).is_some()).unwrap_or(to);
        damaged(at, next);
        at = next;
    }
}

/// The block at a place, if it is whole, and how long it is there.
fn block(bytes: &[u8], at: usize) -> Option<(Block, usize)> {
    let rest = bytes.get(at..)?;
    let header = Header::decode_from(&mut &*rest).ok()?;
    let length = Header::serialized_len().checked_add(header.data_length as usize)?;
    let whole = rest.get(..length).filter(|_| header.uncompressed_length <= BLOCK_BYTES_MAX)?;
    let is_packed = header.data_length != header.uncompressed_length;
    let compression = if is_packed { CompressionType::Lz4 } else { CompressionType::None };
    Some((Block::from_reader(&mut &*whole, compression).ok()?, length))
}

fn give_rows(block: Block, give: Give<'_>) {
    let block = DataBlock::new(block);
    let bytes: &[u8] = block.as_slice();
    for item in block.iter() {
        let prefix = item.prefix.as_ref().map_or(Some(&[][..]), |prefix| bytes.get(prefix.0..prefix.1));
        let (Some(prefix), Some(rest)) = (prefix, bytes.get(item.key.0..item.key.1)) else { continue };
        let value = match item.value_type {
            ValueType::Value => item.value.as_ref().map_or(Some(&[][..]), |value| bytes.get(value.0..value.1)),
            ValueType::Tombstone | ValueType::WeakTombstone => None,
            // We have none: values lie with their keys.
            ValueType::Indirection => continue,
        };
        give(Row { seqno: item.seqno, key: &[prefix, rest].concat(), value });
    }
}
