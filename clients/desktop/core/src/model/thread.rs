//! A conversation that is open: the part of it that is in memory.

use std::collections::VecDeque;

use super::{Item, Peer};

/// Items by ascending place, those on their way last.
#[derive(Clone, Debug, PartialEq)]
pub struct Thread {
    pub peer: Peer,
    pub items: VecDeque<Item>,
    /// There is more before the first item, on this machine or on the server.
    pub has_older: bool,
    /// There is more behind the last item, since the person looks at an earlier place.
    pub has_newer: bool,
    pub is_loading: bool,
    /// Why older ones could not be loaded, until that is tried again.
    pub failure: Option<String>,
    /// Grows with every change of `items`, so that a view knows when what it has laid out is old.
    pub version: u64,
    /// How many items were ever put before the first one or taken from there: a view keeps its place by it.
    pub first_index: i64,
    /// What lies before this was removed from the server for good (R2): show a gap. 0: nothing was.
    pub gap_before: i64,
    /// Up to where the other side of a conversation of two has read, and has it on a device.
    pub read_by_peer: i64,
    pub delivered_to_peer: i64,
}
