//! What a group is: the sum of what happened to it, in the order of the log. One fold, for whoever reads it from the
//! rows and for whoever follows the log.
//!
//! Events are differences, and some may have no effect: who is in does not come in. The fold takes anything, since the
//! log is not to be argued with; who may do what is decided before an event is written.

use crate::id::{QueueId, UserId};
use crate::wire::pb::{self, GroupEventKind, GroupRole, GroupRules};

/// A group and who is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roster {
    pub name: String,
    /// A hash, or nothing.
    pub picture: String,
    /// Whoever made it, until it was handed over. A member, as long as there are any.
    pub owner: UserId,
    /// By ascending user. The owner is not among them.
    pub admins: Vec<UserId>,
    /// By ascending user, with the entry that brought each in.
    pub members: Vec<(UserId, QueueId)>,
    /// By ascending user, until when they may not write; -1 until further notice. Who leaves stays on it, so that
    /// coming back is no way out.
    pub muted: Vec<(UserId, i64)>,
    pub rules: GroupRules,
}

impl Roster {
    /// A group to which nothing has happened yet.
    pub fn new(owner: UserId) -> Self {
        Self {
            name: String::new(),
            picture: String::new(),
            owner,
            admins: Vec::new(),
            members: Vec::new(),
            muted: Vec::new(),
            rules: GroupRules::default(),
        }
    }

    /// Takes in what `from` did to the group, by the entry at `place`.
    pub fn apply(&mut self, place: QueueId, from: UserId, event: &pb::GroupEvent) {
        let users = || event.users.iter().filter_map(|number| UserId::parse(*number));
        match event.kind() {
            GroupEventKind::Unspecified => {}
            GroupEventKind::Created => {
                let members = std::mem::take(&mut self.members);
                *self = Self { members, ..Self::new(from) };
                self.name.clone_from(&event.name);
                self.rules = event.rules.unwrap_or_default();
                self.come_in(users(), place);
            }
            GroupEventKind::Joined => self.come_in(users(), place),
            GroupEventKind::Left | GroupEventKind::Removed | GroupEventKind::Dissolved => self.go(users()),
            GroupEventKind::Renamed => self.name.clone_from(&event.name),
            GroupEventKind::PictureChanged => self.picture.clone_from(&event.picture),
            GroupEventKind::RulesChanged => self.rules = event.rules.unwrap_or_default(),
            GroupEventKind::AdminsMade => {
                for user in users() {
                    if user != self.owner
                        && self.has(user)
                        && let Err(gap) = self.admins.binary_search(&user)
                    {
                        self.admins.insert(gap, user);
                    }
                }
            }
            GroupEventKind::AdminsEnded => {
                for user in users() {
                    self.end_admin(user);
                }
            }
            GroupEventKind::HandedOver => {
                if let Some(user) = users().next().filter(|user| self.has(*user)) {
                    self.hand_over(user);
                }
            }
            GroupEventKind::Muted => {
                let owner = self.owner;
                for user in users().filter(|user| *user != owner) {
                    self.end_mute(user);
                    if let Err(gap) = self.mute_of(user) {
                        self.muted.insert(gap, (user, event.until_ms));
                    }
                }
            }
            GroupEventKind::Unmuted => {
                for user in users() {
                    self.end_mute(user);
                }
            }
        }
        // A group is never without an owner while there is somebody in it. Whoever leaves hands it over first, but that
        // was not always so.
        if !self.has(self.owner)
            && let Some(heir) = self.heir()
        {
            self.hand_over(heir);
        }
    }

    /// Whether the user is in the group.
    pub fn has(&self, user: UserId) -> bool {
        self.place_of(user).is_ok()
    }

    /// The entry that brought the user in, if they are in.
    pub fn joined_at(&self, user: UserId) -> Option<QueueId> {
        let (_, joined_at) = self.members.get(self.place_of(user).ok()?)?;
        Some(*joined_at)
    }

    /// What the user is in the group, or would be.
    pub fn role_of(&self, user: UserId) -> GroupRole {
        if user == self.owner {
            GroupRole::Owner
        } else if self.admins.binary_search(&user).is_ok() {
            GroupRole::Admin
        } else {
            GroupRole::Member
        }
    }

    /// Whose the group is next: of the admins, or else of all members, the one who has been in it longest; of those who
    /// came together, the one with the lowest number.
    pub fn heir(&self) -> Option<UserId> {
        let others = || self.members.iter().filter(|(user, _)| *user != self.owner);
        let admins = others().filter(|(user, _)| self.admins.binary_search(user).is_ok());
        let longest = |(user, joined_at): &&(UserId, QueueId)| (*joined_at, *user);
        admins.min_by_key(longest).or_else(|| others().min_by_key(longest)).map(|(user, _)| *user)
    }

    /// Until when the user may not write: -1 until further notice, 0 if they may now. The time is asked for only where
    /// it matters.
    pub fn muted_until(&self, user: UserId, now_ms: impl Fn() -> i64) -> i64 {
        match self.mute_of(user).ok().and_then(|at| self.muted.get(at)) {
            Some((_, until_ms)) if *until_ms < 0 || *until_ms > now_ms() => *until_ms,
            Some(_) | None => 0,
        }
    }

    fn come_in(&mut self, users: impl Iterator<Item = UserId>, place: QueueId) {
        for user in users {
            if let Err(gap) = self.place_of(user) {
                self.members.insert(gap, (user, place));
            }
        }
    }

    fn go(&mut self, users: impl Iterator<Item = UserId>) {
        let mut gone: Vec<UserId> = users.collect();
        gone.sort_unstable();
        self.members.retain(|(user, _)| gone.binary_search(user).is_err());
        self.admins.retain(|user| gone.binary_search(user).is_err());
    }

    fn hand_over(&mut self, user: UserId) {
        if self.has(self.owner)
            && self.owner != user
            && let Err(gap) = self.admins.binary_search(&self.owner)
        {
            self.admins.insert(gap, self.owner);
        }
        self.owner = user;
        self.end_admin(user);
        // Nobody stands above the owner who could lift it.
        self.end_mute(user);
    }

    fn end_admin(&mut self, user: UserId) {
        if let Ok(at) = self.admins.binary_search(&user) {
            self.admins.remove(at);
        }
    }

    fn end_mute(&mut self, user: UserId) {
        if let Ok(at) = self.mute_of(user) {
            self.muted.remove(at);
        }
    }

    fn place_of(&self, user: UserId) -> Result<usize, usize> {
        self.members.binary_search_by_key(&user, |(member, _)| *member)
    }

    fn mute_of(&self, user: UserId) -> Result<usize, usize> {
        self.muted.binary_search_by_key(&user, |(muted, _)| *muted)
    }
}
