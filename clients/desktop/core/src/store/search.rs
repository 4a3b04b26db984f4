//! Looking for words in the messages on this machine.
//!
//! It reads them all, the latest first, until it has enough. An index of words would not help in Chinese, one of three
//! characters each (FTS5's `trigram`) finds no two, which is what most Chinese words are, and takes three times the space
//! of the text; reading 100,000 messages takes a fraction of a second on a thread that nobody waits for.

use longlink_client::pb;
use rusqlite::params;

use super::{Store, StoreError, rows};
use crate::model::{Content, Item, Peer};

/// So many are found at most.
pub const HITS_MAX: usize = 200;
/// So often it is looked whether somebody still wants it, in rows.
const LOOK_EVERY: usize = 1024;

impl Store {
    /// Messages in which these words stand as they are written, in any letter case: the latest first. `goes_on` is asked
    /// now and then; when it says no, what was found so far is given.
    pub fn search(&self, query: &str, goes_on: impl Fn() -> bool) -> Result<Vec<(Peer, Item)>, StoreError> {
        let query = query.trim().to_lowercase();
        let mut hits = Vec::new();
        if query.is_empty() {
            return Ok(hits);
        }
        let sql = format!(
            "SELECT {}, peer FROM entries WHERE content_type IN (?1, ?2, ?3) ORDER BY queue_id DESC",
            rows::COLUMNS
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let (text, picture, file) = (pb::ContentType::Text, pb::ContentType::Picture, pb::ContentType::File);
        let mut found = statement.query(params![text as u32, picture as u32, file as u32])?;
        let mut read = 0;
        while let Some(row) = found.next()? {
            read += 1;
            if hits.len() >= HITS_MAX || (read % LOOK_EVERY == 0 && !goes_on()) {
                break;
            }
            let (content_type, content) = (row.get(4)?, row.get_ref(5)?.as_blob().unwrap_or_default());
            if has(&Content::of(content_type, content), &query) {
                hits.push((row.get(10)?, Item::of(&rows::entry(row)?)));
            }
        }
        Ok(hits)
    }
}

fn has(content: &Content, query: &str) -> bool {
    match content {
        Content::Text(text) => text.to_lowercase().contains(query),
        Content::Upload(upload) => {
            let media = &upload.media;
            media.caption.to_lowercase().contains(query) || media.name.to_lowercase().contains(query)
        }
        Content::Event(_) | Content::Recalled | Content::Other(_) => false,
    }
}
