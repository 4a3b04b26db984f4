//! An entry as it lies in the log, and as it goes to readers: encoded once, for the disk and for every link.

use bytes::{BufMut, Bytes, BytesMut};
use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint, encoded_len_varint};

use super::{NewEntry, StoreError};
use crate::id::{Peer, QueueId, UserId};
use crate::wire::pb;

/// The field of `repeated Entry entries` in every message that has one. A message of several entries is then
/// just their `encoded` one behind the other.
pub const ENTRIES_FIELD: u32 = 3;

/// A committed entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub queue_id: QueueId,
    pub from: UserId,
    pub to: Peer,
    pub content_type: u32,
    /// Whether it mentions anybody.
    pub has_mentions: bool,
    /// The entry as field 3 of an `EntriesPush`: key, length and `Entry`. By itself the body of a push.
    pub encoded: Bytes,
    /// `NewEntry::origin` while the entry is still in memory; 0 once it was read back.
    pub origin: u64,
}

impl Entry {
    /// Encodes what was sent, at its place in the log.
    pub fn new(queue_id: QueueId, new: NewEntry) -> Self {
        let NewEntry { from, to, client_msg_id, content_type, content, reply_to, mentions, sent_at_ms, origin } = new;
        let has_mentions = !mentions.is_empty();
        let encoded = encode(&pb::Entry {
            queue_id: queue_id.get(),
            from: from.get(),
            to: to.get(),
            client_msg_id,
            content_type,
            content,
            sent_at_ms,
            reply_to,
            mentions,
            // An entry never changes: only who is shown a conversation is told what became of it.
            changed_by: 0,
        });
        Self { queue_id, from, to, content_type, has_mentions, encoded, origin }
    }

    /// As it is shown after the entry at `by` gave it another content, or took it back.
    pub fn changed(&self, by: QueueId, content_type: u32, content: Bytes) -> Result<Self, StoreError> {
        let message = pb::Entry { changed_by: by.get(), content_type, content, ..self.message()? };
        Ok(Self { content_type, encoded: encode(&message), origin: 0, ..self.clone() })
    }

    /// The message itself.
    pub fn message(&self) -> Result<pb::Entry, StoreError> {
        let damaged = |what: String| StoreError::Damaged(format!("entry {}: {what}", self.queue_id).into());
        let page = pb::EntriesPush::decode(self.encoded.clone()).map_err(|error| damaged(error.to_string()))?;
        page.entries.into_iter().next().ok_or_else(|| damaged("it is empty".into()))
    }

    /// What was sent, as it could be appended to another log.
    pub fn to_new(&self) -> Result<NewEntry, StoreError> {
        let message = self.message()?;
        Ok(NewEntry {
            from: self.from,
            to: self.to,
            client_msg_id: message.client_msg_id,
            content_type: message.content_type,
            content: message.content,
            reply_to: message.reply_to,
            mentions: message.mentions,
            sent_at_ms: message.sent_at_ms,
            origin: 0,
        })
    }

    /// What happened to a group, if that is what this entry tells.
    pub fn group_event(&self) -> Option<pb::GroupEvent> {
        if self.content_type != pb::ContentType::GroupEvent as u32 {
            return None;
        }
        pb::GroupEvent::decode(self.message().ok()?.content).ok()
    }

    /// The row of the log: a check sum of ours, then `encoded`. A disk or an engine that errs is then noticed.
    pub fn to_row(&self) -> Vec<u8> {
        let mut row = Vec::with_capacity(4 + self.encoded.len());
        row.put_u32(crc32fast::hash(&self.encoded));
        row.put_slice(&self.encoded);
        row
    }

    /// Reads a row, and refuses one that is not what was written at this place.
    pub fn from_row(queue_id: QueueId, mut row: Bytes) -> Result<Self, StoreError> {
        let damaged = |what: &str| StoreError::Damaged(format!("entry {queue_id}: {what}").into());
        if row.len() < 4 {
            return Err(damaged("the row is too short"));
        }
        let sum = row.split_to(4);
        if sum[..] != crc32fast::hash(&row).to_be_bytes() {
            return Err(damaged("the check sum does not fit"));
        }
        let page = pb::EntriesPush::decode(row.clone()).map_err(|_| damaged("the row cannot be read"))?;
        let message = page.entries.first().ok_or_else(|| damaged("the row is empty"))?;
        let (Some(from), Some(to)) = (UserId::parse(message.from), Peer::parse(message.to)) else {
            return Err(damaged("from or to is nobody's number"));
        };
        if message.queue_id != queue_id.get() {
            return Err(damaged("the row is another entry's"));
        }
        let has_mentions = !message.mentions.is_empty();
        Ok(Self { queue_id, from, to, content_type: message.content_type, has_mentions, encoded: row, origin: 0 })
    }
}

fn encode(message: &pb::Entry) -> Bytes {
    let length = message.encoded_len();
    let mut encoded = BytesMut::with_capacity(1 + encoded_len_varint(length as u64) + length);
    encode_key(ENTRIES_FIELD, WireType::LengthDelimited, &mut encoded);
    encode_varint(length as u64, &mut encoded);
    message.encode_raw(&mut encoded);
    encoded.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(queue_id: i64) -> Entry {
        let new = NewEntry {
            from: UserId::parse(3).unwrap(),
            to: Peer::parse(-4).unwrap(),
            client_msg_id: "a".into(),
            content_type: 1,
            content: Bytes::from_static("你好".as_bytes()),
            reply_to: 7,
            mentions: vec![5, 6],
            sent_at_ms: 1_700_000_000_000,
            origin: 0,
        };
        Entry::new(QueueId::cursor(queue_id), new)
    }

    #[test]
    fn entries_one_behind_the_other_are_a_page() {
        let page = [entry(1).encoded, entry(2).encoded].concat();
        let push = pb::EntriesPush::decode(&page[..]).unwrap();
        assert_eq!(push.entries, [entry(1).message().unwrap(), entry(2).message().unwrap()]);
    }

    #[test]
    fn a_row_gives_back_the_entry_and_any_flipped_bit_is_noticed() {
        let entry = entry(9);
        let row = entry.to_row();
        assert_eq!(Entry::from_row(entry.queue_id, row.clone().into()).unwrap(), entry);
        assert!(Entry::from_row(entry.queue_id.next(), row.clone().into()).is_err());
        for bit in 0..row.len() * 8 {
            let mut damaged = row.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(Entry::from_row(entry.queue_id, damaged.into()).is_err(), "bit {bit}");
        }
    }
}
