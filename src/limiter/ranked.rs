//! Values by key, of which there are only so many: those of the lowest rank go first.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

#[derive(Debug)]
pub struct Ranked<K, V> {
    keys_max: usize,
    by_key: HashMap<K, (u64, V)>,
    /// Lowest first.
    ranks: BTreeSet<(u64, K)>,
}

impl<K: Clone + Eq + Hash + Ord, V> Ranked<K, V> {
    /// At least one key is kept: what remembers nobody would bound nobody.
    pub fn new(keys_max: usize) -> Self {
        Self { keys_max: keys_max.max(1), by_key: HashMap::new(), ranks: BTreeSet::new() }
    }

    pub fn get(&self, key: &K) -> Option<&V> {
        self.by_key.get(key).map(|(_, value)| value)
    }

    pub fn count(&self) -> usize {
        self.by_key.len()
    }

    pub fn take(&mut self, key: &K) -> Option<V> {
        let (key, (rank, value)) = self.by_key.remove_entry(key)?;
        self.ranks.remove(&(rank, key));
        Some(value)
    }

    /// In the place of what was there under this key.
    pub fn set(&mut self, key: &K, rank: u64, value: V) {
        self.take(key);
        while self.by_key.len() >= self.keys_max && self.forget_first(u64::MAX) {}
        self.by_key.insert(key.clone(), (rank, value));
        self.ranks.insert((rank, key.clone()));
    }

    /// Forgets the one of the lowest rank, if that is not above `rank`. Whether there was one.
    pub fn forget_first(&mut self, rank: u64) -> bool {
        if self.ranks.first().is_none_or(|(first, _)| *first > rank) {
            return false;
        }
        let Some((_, key)) = self.ranks.pop_first() else { return false };
        self.by_key.remove(&key);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_the_bound_the_lowest_go_and_who_is_set_again_has_the_new_rank() {
        let mut ranked = Ranked::new(2);
        ranked.set(&"a", 1, 10);
        ranked.set(&"b", 2, 20);
        ranked.set(&"a", 3, 30);
        ranked.set(&"c", 4, 40);
        assert_eq!((ranked.get(&"a"), ranked.get(&"b"), ranked.get(&"c")), (Some(&30), None, Some(&40)));
        assert!(!ranked.forget_first(2) && ranked.forget_first(3) && !ranked.forget_first(3));
        assert_eq!((ranked.count(), ranked.take(&"c"), ranked.count()), (1, Some(40), 0));
        assert!(!ranked.forget_first(u64::MAX), "nothing stands there any more");
    }
}
