//! A conversation in the list.

use super::{Item, Peer, TimeMs};

/// One line of the list of conversations.
#[derive(Clone, Debug, PartialEq)]
pub struct Talk {
    pub peer: Peer,
    pub last: Option<Item>,
    /// 1000 stands for 1000 and more (K3).
    pub unread: u32,
    /// How many of the unread mention the person.
    pub mentions: u32,
    pub is_pinned: bool,
    pub is_muted: bool,
    /// Up to where the person has read.
    pub read_up_to: i64,
    /// What the person has begun to write.
    pub draft: String,
    /// Where the list sorts it: the time of the last entry, or of the draft.
    pub moved_at_ms: TimeMs,
}
