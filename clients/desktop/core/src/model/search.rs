//! Looking for conversations by name, and for words in messages.

use super::{Item, Peer};

/// What is looked for, and what was found of it.
#[derive(Debug, Default)]
pub struct Search {
    /// Without the spaces around it. Empty: nothing is looked for.
    pub query: String,
    /// Conversations and contacts whose name has it: first conversations, in the order of the list.
    pub peers: Vec<Peer>,
    /// Messages that have it, the latest first.
    pub hits: Vec<(Peer, Item)>,
    /// The messages are still being looked through.
    pub is_searching: bool,
    /// Of which state of names and conversations `peers` is.
    pub(crate) seen: [u64; 4],
    pub(crate) due_ms: Option<i64>,
}

/// A pause in typing, after which messages and people are looked for.
pub(crate) const SETTLED_MS: i64 = 200;
/// So many messages are shown.
pub(crate) const HITS_MAX: usize = 200;
/// Fewer letters are not looked for in messages: they would be in all of them. Han characters are words of their own.
pub(crate) fn is_enough(query: &str) -> bool {
    query.chars().count() > 1 || !query.is_ascii()
}
