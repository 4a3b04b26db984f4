//! What an entry of type RECALL or EDIT does to an earlier one (E22).

use longlink_client::pb;
use prost::Message;

use super::{Content, Item};

/// A change of an earlier entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Amendment {
    /// The entry that is changed. 0: none, since the change could not be read.
    pub target: i64,
    /// The entry that changes it.
    pub by: i64,
    pub content: Content,
}

impl Amendment {
    /// What this entry changes, if it is one that was pushed or synced and changes another. In a page of history an entry
    /// that was taken back has the type RECALL itself: that is an [`Item`].
    pub fn of(entry: &pb::Entry) -> Option<Self> {
        let by = entry.queue_id;
        // What cannot be read changes nothing.
        let unreadable = Self { target: 0, by, content: Content::Other(entry.content_type) };
        if entry.content_type == pb::ContentType::Recall as u32 {
            let recall = pb::Recall::decode(&*entry.content);
            return Some(recall.map_or(unreadable, |recall| Self {
                target: recall.queue_id,
                by,
                content: Content::Recalled,
            }));
        }
        if entry.content_type == pb::ContentType::Edit as u32 {
            let edit = pb::Edit::decode(&*entry.content);
            return Some(edit.map_or(unreadable, |edit| Self {
                target: edit.queue_id,
                by,
                content: Content::of(edit.content_type, &edit.content),
            }));
        }
        None
    }

    /// Changes the item, if it is the one that is meant and not newer than this. True when it is another now.
    pub fn apply(&self, item: &mut Item) -> bool {
        if item.queue_id != self.target || self.target == 0 || self.by <= item.changed_by || item.is_recalled() {
            return false;
        }
        item.content = self.content.clone();
        item.changed_by = self.by;
        true
    }
}
