//! The order of the list: sorted keys in pieces of bounded length, so that to move one of ten thousand takes a few hundred
//! steps at most, and to find the one at a line fewer.

use super::Peer;
use std::cmp::Reverse;

/// First what is pinned, then by rank, the latest first; what is equal in both by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(pub(crate) Reverse<bool>, pub(crate) Reverse<i64>, pub(crate) Peer);

/// Keys in their order, each once.
#[derive(Debug, Default)]
pub(crate) struct Order {
    /// Each sorted and not empty, none longer than [`PIECE_MAX`], and every key of one less than those of the next.
    pieces: Vec<Vec<Key>>,
    length: usize,
    /// How many keys and pieces were moved or passed over so far: what it costs, for a test to bound.
    pub(crate) steps: u64,
}

const PIECE_MAX: usize = 256;

impl Order {
    /// Of keys in any order.
    pub(crate) fn of(mut keys: Vec<Key>) -> Self {
        keys.sort_unstable();
        keys.dedup();
        let pieces = keys.chunks(PIECE_MAX / 2).map(<[Key]>::to_vec).collect();
        Self { pieces, length: keys.len(), steps: 0 }
    }

    pub(crate) fn len(&self) -> usize {
        self.length
    }

    /// Puts a key where it belongs, if it is not there.
    pub(crate) fn insert(&mut self, key: Key) {
        let at = self.piece_of(key);
        let Some(piece) = self.pieces.get_mut(at) else {
            self.pieces.push(vec![key]);
            self.length += 1;
            return;
        };
        let Err(place) = piece.binary_search(&key) else {
            return;
        };
        piece.insert(place, key);
        self.length += 1;
        self.steps += (piece.len() - place) as u64;
        if piece.len() > PIECE_MAX {
            let rest = piece.split_off(PIECE_MAX / 2);
            self.pieces.insert(at + 1, rest);
            self.steps += (PIECE_MAX + self.pieces.len() - at) as u64;
        }
    }

    /// Takes a key out, if it is there.
    pub(crate) fn remove(&mut self, key: Key) {
        let at = self.piece_of(key);
        let Some(piece) = self.pieces.get_mut(at) else {
            return;
        };
        let Ok(place) = piece.binary_search(&key) else {
            return;
        };
        piece.remove(place);
        self.length -= 1;
        self.steps += (piece.len() - place) as u64;
        if piece.is_empty() {
            self.pieces.remove(at);
            self.steps += (self.pieces.len() - at) as u64;
        }
    }

    /// The keys from this line on.
    pub(crate) fn from(&self, line: usize) -> impl Iterator<Item = Key> {
        let mut rest = line;
        let mut pieces = self.pieces.iter();
        let mut first: &[Key] = &[];
        for piece in pieces.by_ref() {
            if let Some(tail) = piece.get(rest..).filter(|tail| !tail.is_empty()) {
                first = tail;
                break;
            }
            rest -= piece.len();
        }
        first.iter().chain(pieces.flatten()).copied()
    }

    /// On which line a key stands.
    pub(crate) fn line_of(&self, key: Key) -> Option<usize> {
        let at = self.piece_of(key);
        let before: usize = self.pieces.iter().take(at).map(Vec::len).sum();
        self.pieces.get(at)?.binary_search(&key).ok().map(|place| before + place)
    }

    /// The piece in which a key is, or would be.
    fn piece_of(&self, key: Key) -> usize {
        let behind = self.pieces.partition_point(|piece| piece.last().is_some_and(|last| *last < key));
        // Behind all of them, it belongs to the last one.
        behind.min(self.pieces.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(rank: i64) -> Key {
        Key(Reverse(rank % 7 == 0), Reverse(rank), rank % 1_000)
    }

    #[test]
    fn any_order_of_putting_in_and_taking_out_leaves_what_a_sorted_list_has() {
        let mut order = Order::default();
        let mut sorted = Vec::new();
        // Every number once, in an order that looks like none.
        for step in 0..3_001_i64 {
            let number = step * 1_009 % 3_001;
            order.insert(key(number));
            order.insert(key(number));
            sorted.push(key(number));
            if step % 3 == 0 {
                let gone = sorted.swap_remove((number as usize * 31) % sorted.len());
                order.remove(gone);
                order.remove(gone);
            }
        }
        sorted.sort_unstable();
        assert_eq!(order.len(), sorted.len());
        assert_eq!(order.from(0).collect::<Vec<_>>(), sorted);
        for line in (0..sorted.len()).step_by(97) {
            assert_eq!(order.from(line).next(), Some(sorted[line]));
            assert_eq!(order.line_of(sorted[line]), Some(line));
        }
        assert_eq!(order.from(sorted.len()).next(), None);
        assert!(order.pieces.iter().all(|piece| !piece.is_empty() && piece.len() <= PIECE_MAX));
        let of = Order::of(sorted.iter().rev().copied().collect());
        assert!(of.from(0).eq(order.from(0)));
    }
}
