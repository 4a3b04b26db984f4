//! Many lists of places, or of other numbers, in one piece of memory.
//!
//! Most views have one row or two while they are in memory, and a few have thousands. A vector for each would be an
//! allocation for nearly every row, and one more place that is in no cache when the next row comes.

use crate::id::QueueId;

/// Lists that only grow. Each is known by its `List`, which its owner keeps.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Blocks one behind the other: the list as it was before the block, then room for places.
    words: Vec<u64>,
}

/// Where a list ends: the start of its last block, and how many places that one holds. 0: nothing yet.
// In one number, so that it lies in a block as it lies in a map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct List(u64);

/// The first block has room for so many places, and each further one for twice as many as the one before it.
const FIRST_BLOCK: usize = 2;
const BLOCK_MAX: usize = 4096;

const LENGTH_BITS: u32 = 16;

impl List {
    fn new(block: usize, length: usize) -> Self {
        // One more, so that no list is 0.
        Self(((block as u64 + 1) << LENGTH_BITS) | length as u64)
    }

    fn is_empty(self) -> bool {
        self == Self::default()
    }

    fn block(self) -> usize {
        (self.0 >> LENGTH_BITS) as usize - 1
    }

    fn length(self) -> usize {
        (self.0 & ((1 << LENGTH_BITS) - 1)) as usize
    }

    /// The room in the block behind one that ends a list like this.
    fn next_room(self) -> usize {
        if self.is_empty() { FIRST_BLOCK } else { (2 * self.length()).min(BLOCK_MAX) }
    }
}

impl Places {
    /// Puts a place at the end of a list. One at or before the last is there already: the log goes on, never back.
    pub(super) fn push(&mut self, list: &mut List, place: QueueId) {
        if self.last(*list).is_none_or(|last| last < place) {
            self.add(list, place.get().cast_unsigned());
        }
    }

    /// Puts any number at the end of a list, which is then read with `numbers`.
    pub(super) fn add(&mut self, list: &mut List, number: u64) {
        if list.is_empty() {
            *list = self.add_block(*list, number);
            return;
        }
        let (block, length) = (list.block(), list.length());
        let before = List(self.words.get(block).copied().unwrap_or_default());
        if length == before.next_room() {
            *list = self.add_block(*list, number);
        } else if let Some(free) = self.words.get_mut(block + length + 1) {
            *free = number;
            *list = List::new(block, length + 1);
        }
    }

    /// The numbers of a list, in no order that means anything.
    pub(super) fn numbers(&self, mut list: List) -> Vec<u64> {
        let mut numbers = Vec::new();
        while !list.is_empty() {
            let begin = list.block() + 1;
            numbers.extend(self.words.get(begin..begin + list.length()).unwrap_or_default());
            list = List(self.words.get(begin - 1).copied().unwrap_or_default());
        }
        numbers
    }

    /// The last place of a list.
    pub(super) fn last(&self, list: List) -> Option<QueueId> {
        let last = (!list.is_empty()).then(|| self.words.get(list.block() + list.length()))??;
        Some(QueueId::cursor(last.cast_signed()))
    }

    fn add_block(&mut self, before: List, number: u64) -> List {
        let block = self.words.len();
        self.words.extend([before.0, number]);
        self.words.resize(block + 1 + before.next_room(), 0);
        List::new(block, 1)
    }

    /// The places of a list from `first` to `last`, both included, ascending.
    pub(super) fn range(
        &self,
        mut list: List,
        first: QueueId,
        last: QueueId,
    ) -> impl DoubleEndedIterator<Item = QueueId> + use<'_> {
        let (first, last) = (first.get().cast_unsigned(), last.get().cast_unsigned());
        let mut parts = Vec::new();
        while !list.is_empty() {
            let begin = list.block() + 1;
            let block = self.words.get(begin..begin + list.length()).unwrap_or_default();
            let from = block.partition_point(|place| *place < first);
            let to = block.partition_point(|place| *place <= last);
            parts.push(block.get(from..to).unwrap_or_default());
            if from > 0 {
                break;
            }
            list = List(self.words.get(begin - 1).copied().unwrap_or_default());
        }
        parts.into_iter().rev().flatten().map(|place| QueueId::cursor(place.cast_signed()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::conformance::place;

    #[test]
    fn a_place_that_is_there_or_lies_before_the_end_changes_nothing() {
        let (mut places, mut list) = (Places::default(), List::default());
        for number in [3, 3, 5, 4, 5, 9] {
            places.push(&mut list, place(number));
        }
        assert_eq!(places.last(list), Some(place(9)));
        assert_eq!(places.last(List::default()), None);
        let all: Vec<_> = places.range(list, QueueId::START, QueueId::END).collect();
        assert_eq!(all, [3, 5, 9].map(place));
    }

    proptest! {
        #[test]
        fn lists_side_by_side_hold_what_was_put_in(
            lengths in proptest::collection::vec(prop_oneof![0_usize..6, 0_usize..9_000], 1..5),
            first in 0_i64..40_000,
            count in 0_i64..40_000,
        ) {
            let mut places = Places::default();
            let mut lists = vec![(List::default(), Vec::new()); lengths.len()];
            for step in 0..lengths.iter().copied().max().unwrap_or_default() {
                for (index, (list, expected)) in lists.iter_mut().enumerate() {
                    if step < lengths[index] {
                        let at = place(((step * lengths.len() + index) + 1) as i64);
                        places.push(list, at);
                        expected.push(at);
                    }
                }
            }
            let last = first + count;
            for (list, mut expected) in lists {
                let mut all = places.numbers(list);
                all.sort_unstable();
                prop_assert!(all.into_iter().eq(expected.iter().map(|at| at.get().cast_unsigned())));
                expected.retain(|at| (first..=last).contains(&at.get()));
                let mut found: Vec<_> = places.range(list, place(first), place(last)).collect();
                prop_assert_eq!(&found, &expected);
                found = places.range(list, place(first), place(last)).rev().collect();
                expected.reverse();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
