//! Presence: which contacts are online. States, not news: who comes and goes is noted, and once a second what is
//! different from what was told last is told, to each watching contact in one push. So a thousand reconnects in a
//! second are no push at all.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use prost::Message;
use tokio::sync::Notify;
use tokio::time::sleep;

use super::account::number;
use super::contact::State as Tied;
use super::{Caller, Chat, keys};
use crate::clock::Moment;
use crate::id::UserId;
use crate::store::{Change, Expect, Keep};
use crate::wire::{Code, Command, Refused, pb};

mod noted;

use noted::{Noted, Waiting};

/// What changes within this is told together.
const TOLD_EVERY: Duration = Duration::from_secs(1);
/// A turn ends after so many contacts.
const CONTACTS_AT_ONCE: usize = 50_000;
/// A push has so many states.
const STATES_MAX: usize = 200;
/// So many may be asked for at once.
const ASKED_MAX: usize = 500;
/// So many records are written in one change.
const SEEN_AT_ONCE: usize = 1_000;

/// What was told, and who has to be looked at.
pub(super) struct Presences {
    /// Names the states of this start: who knows them from another one asks anew.
    epoch: i64,
    noted: Mutex<Noted>,
    /// Somebody is to be looked at.
    touched: Notify,
}

impl Default for Presences {
    fn default() -> Self {
        Self { epoch: rand::random_range(1..=i64::MAX), noted: Mutex::default(), touched: Notify::new() }
    }
}

impl Presences {
    /// To be told after somebody can be reached.
    pub(super) fn came(&self, user: UserId, now: Moment) {
        let mut noted = self.lock();
        if !noted.is_told(user) {
            noted.wait(user, Waiting { since: now, anyway: false });
            drop(noted);
            self.touched.notify_one();
        }
    }

    fn look_at(&self, user: UserId, now: Moment, anyway: bool) {
        self.lock().wait(user, Waiting { since: now, anyway });
        self.touched.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a turn found.
#[derive(Default)]
struct Turn {
    /// What each who watches is told.
    pushes: BTreeMap<UserId, Vec<pb::Presence>>,
    seen: Vec<Change>,
    states: u64,
}

impl Chat {
    /// To be told after somebody can no longer be reached by one of their links.
    pub(super) fn went(&self, user: UserId) {
        if !self.router.is_online(user) {
            self.presences.look_at(user, self.now(), false);
        }
    }

    /// To be told when somebody hides their presence, or shows it again.
    pub(super) fn presence_changed(&self, user: UserId) {
        self.presences.look_at(user, self.now(), true);
    }

    /// Tells contacts of one another, as long as the server runs.
    pub async fn tell_presence(self: Arc<Self>) {
        loop {
            if self.presence_waiting() == 0 {
                self.presences.touched.notified().await;
            }
            sleep(TOLD_EVERY).await;
            if let Err(refused) = self.tell_presence_once().await {
                tracing::warn!(%refused, "who came online or went is not told");
            }
        }
    }

    async fn tell_presence_once(self: &Arc<Self>) -> Result<(), Refused> {
        let taken = {
            let mut noted = self.presences.lock();
            noted.make_up_for_missed(self.now(), || self.router.users(), |user| self.router.is_online(user));
            noted.take(self.now(), |user| self.router.is_online(user))
        };
        if taken.is_empty() {
            return Ok(());
        }
        let Turn { pushes, seen, states } = self.reading(move |this| this.presence_turn(taken)).await?;
        self.metrics.presence_states.add(states);
        for (watcher, states) in pushes {
            for states in states.chunks(STATES_MAX) {
                self.push_presence(watcher, states.to_vec());
            }
        }
        self.write_seen(seen).await
    }

    fn presence_turn(&self, taken: Vec<(UserId, Waiting)>) -> Result<Turn, Refused> {
        let mut turn = Turn::default();
        let (now, wall_ms) = (self.now(), self.clock.wall_ms());
        let mut contacts_left = CONTACTS_AT_ONCE;
        for (user, waiting) in taken {
            if contacts_left == 0 {
                self.presences.look_at(user, waiting.since, waiting.anyway);
                continue;
            }
            let account = self.account(user)?.map(|(account, _)| account);
            let may_be_seen = account.as_ref().is_some_and(|account| !account.profile.presence_hidden);
            // Compared under the lock, so that who comes right now sees what is told of them here, and notes the rest.
            let (online, is_told, was_told) = {
                let mut noted = self.presences.lock();
                let online = self.router.is_online(user);
                let is_told = online && may_be_seen;
                (online, is_told, noted.tell(user, is_told))
            };
            let went_at_ms = wall_ms.saturating_sub_unsigned(now.ms_since(waiting.since));
            if !online && account.is_some() {
                turn.seen.push(seen(user, went_at_ms));
            }
            if is_told == was_told {
                continue;
            }
            turn.states += 1;
            let last_seen_at_ms = if may_be_seen && !online { went_at_ms } else { 0 };
            let state = pb::Presence { user: user.get(), online: is_told, last_seen_at_ms };
            let ties = self.all_ties(user)?;
            contacts_left = contacts_left.saturating_sub(ties.len());
            for (watcher, tie) in ties {
                if tie.state == Tied::Contact && self.router.is_online(watcher) && !self.is_blocked(user, watcher)? {
                    turn.pushes.entry(watcher).or_default().push(state);
                }
            }
        }
        Ok(turn)
    }

    fn push_presence(&self, watcher: UserId, states: Vec<pb::Presence>) {
        let push = pb::PresencePush { states, epoch: self.presences.epoch };
        self.metrics.presence_pushes.add(1);
        self.router.offer_state(watcher, Command::PushPresence, &push.encode_to_vec().into(), None);
    }

    async fn write_seen(&self, mut seen: Vec<Change>) -> Result<(), Refused> {
        while !seen.is_empty() {
            let rest = seen.split_off(seen.len().min(SEEN_AT_ONCE));
            // A crash may take it back to when they were seen before: not worth a sync of the disk.
            self.change(seen, Keep::Soon).await?;
            seen = rest;
        }
        Ok(())
    }

    /// Keeps when those were online who went in the last seconds: before the store is closed.
    pub async fn keep_last_seen(&self) {
        let waiting: Vec<(UserId, Waiting)> = self.presences.lock().take_all();
        let (now, wall_ms) = (self.now(), self.clock.wall_ms());
        let went = waiting.into_iter().filter(|(user, _)| !self.router.is_online(*user));
        // Whose account is gone leaves nothing behind.
        let there = went.filter(|(user, _)| matches!(self.store.get(&keys::account(*user)), Ok(Some(_))));
        let changes = there
            .map(|(user, waiting)| seen(user, wall_ms.saturating_sub_unsigned(now.ms_since(waiting.since))))
            .collect();
        // Why it fails is told where it does.
        let _ = self.write_seen(changes).await;
    }

    /// How many users have come or gone since it was last told.
    pub fn presence_waiting(&self) -> usize {
        self.presences.lock().waiting()
    }

    pub(super) async fn presence(
        self: Arc<Self>,
        caller: Caller,
        request: pb::PresenceRequest,
    ) -> Result<pb::PresenceReply, Refused> {
        let asked = request.users.len();
        if asked > ASKED_MAX {
            return Err(Refused::new(Code::TooLarge, format!("{asked} users at once, more than {ASKED_MAX}")));
        }
        let states = self
            .reading(move |this| {
                let users = if request.users.is_empty() {
                    let mut ties = this.all_ties(caller.user)?;
                    ties.retain(|(_, tie)| tie.state == Tied::Contact);
                    ties.truncate(ASKED_MAX);
                    ties.into_iter().map(|(user, _)| user).collect()
                } else {
                    request.users.iter().filter_map(|user| UserId::parse(*user)).collect::<Vec<_>>()
                };
                let mut states = Vec::with_capacity(users.len());
                for user in users {
                    if this.may_watch(caller.user, user)? {
                        states.extend(this.presence_of(user)?);
                    }
                }
                Ok(states)
            })
            .await?;
        Ok(pb::PresenceReply { states, epoch: self.presences.epoch, ..Default::default() })
    }

    /// What is told of a user, unless they hide it. Who went a moment ago is still told to be online: otherwise who asks
    /// then would not hear of their coming back.
    fn presence_of(&self, user: UserId) -> Result<Option<pb::Presence>, Refused> {
        let Some((account, _)) = self.account(user)? else { return Ok(None) };
        if account.profile.presence_hidden {
            return Ok(None);
        }
        let online = self.router.is_online(user) || self.presences.lock().is_told(user);
        let seen = if online { None } else { self.store.get(&keys::seen(user))? };
        let last_seen_at_ms = seen.as_ref().and_then(number).unwrap_or(0);
        Ok(Some(pb::Presence { user: user.get(), online, last_seen_at_ms }))
    }

    /// Tells two who have become contacts, or whom no block keeps apart any more, how each is now.
    pub(super) fn tell_each_other(&self, one: UserId, other: UserId) -> Result<(), Refused> {
        for (watcher, user) in [(one, other), (other, one)] {
            if self.router.is_online(watcher)
                && self.may_watch(watcher, user)?
                && let Some(state) = self.presence_of(user)?
            {
                self.push_presence(watcher, vec![state]);
            }
        }
        Ok(())
    }

    /// The last that two contacts hear of one another when one blocks the other: offline, and nothing more.
    pub(super) fn hide_from_each_other(&self, one: UserId, other: UserId) -> Result<(), Refused> {
        for (watcher, user) in [(one, other), (other, one)] {
            if self.router.is_online(watcher) && self.is_contact(watcher, user)? {
                self.push_presence(watcher, vec![pb::Presence { user: user.get(), ..Default::default() }]);
            }
        }
        Ok(())
    }
}

fn seen(user: UserId, at_ms: i64) -> Change {
    Change { key: keys::seen(user), value: Some(at_ms.to_be_bytes().to_vec()), expect: Expect::Anything }
}
