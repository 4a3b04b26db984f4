//! How many uploads there may be at once: in all, so that they stay a part of what the server does, and of one user, so
//! that nobody takes all places by being slow.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::id::UserId;

#[derive(Debug)]
pub(super) struct Places {
    max: usize,
    of_user_max: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    /// Who has none is not in it.
    by_user: HashMap<UserId, usize>,
}

/// One upload's place, until it is dropped.
#[derive(Debug)]
pub struct Place {
    places: Arc<Places>,
    user: UserId,
}

/// All places are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    #[error("{0} uploads are under way, as many as may be")]
    All(usize),
    #[error("the user has {0} uploads under way, as many as may be")]
    OfUser(usize),
}

impl Places {
    pub(super) fn new(max: usize, of_user_max: usize) -> Self {
        Self { max, of_user_max, taken: Mutex::default() }
    }

    pub(super) fn enter(self: &Arc<Self>, user: UserId) -> Result<Place, Full> {
        let mut taken = self.taken();
        if taken.by_user.get(&user).is_some_and(|own| *own >= self.of_user_max) {
            return Err(Full::OfUser(self.of_user_max));
        }
        if taken.all >= self.max {
            return Err(Full::All(self.max));
        }
        taken.all += 1;
        *taken.by_user.entry(user).or_default() += 1;
        Ok(Place { places: Arc::clone(self), user })
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        let taken = self.taken();
        taken.all == 0 && taken.by_user.is_empty()
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all = taken.all.saturating_sub(1);
        if let Some(own) = taken.by_user.get_mut(&self.user) {
            *own -= 1;
            if *own == 0 {
                taken.by_user.remove(&self.user);
            }
        }
    }
}
