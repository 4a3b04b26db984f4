//! Names instead of numbers: what is known, and looking up what is not.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use longlink_client::{AskError, Client, pb};
use prost::Message;

use crate::text::one_line;

/// Shared by the chat and the requests that it has under way.
pub(super) type SharedNames = Rc<RefCell<Names>>;

#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) me: i64,
    users: HashMap<i64, String>,
    groups: HashMap<i64, String>,
    /// Peers that were looked up in vain. Asked for again after the next login.
    unknown: HashSet<i64>,
}

impl Names {
    pub(super) fn user(&self, id: i64) -> String {
        if id == self.me {
            return "you".to_owned();
        }
        self.users.get(&id).cloned().unwrap_or_else(|| format!("user {id}"))
    }

    pub(super) fn peer(&self, peer: i64) -> String {
        match peer {
            0 => "all".to_owned(),
            1.. => self.user(peer),
            ..0 => match self.groups.get(&peer) {
                Some(name) => format!("#{name}"),
                None => format!("#{peer}"),
            },
        }
    }

    /// Names that can be written to.
    pub(super) fn all(&self) -> Vec<String> {
        let groups = self.groups.values().map(|name| format!("#{name}"));
        self.users.values().cloned().chain(groups).chain(["all".to_owned()]).collect()
    }

    pub(super) fn learn_users(&mut self, users: &[pb::User]) {
        if self.users.len() + users.len() > KNOWN_MAX {
            self.users.clear();
        }
        self.users.extend(users.iter().map(|user| (user.id, name_of(user))));
    }

    pub(super) fn learn_groups(&mut self, groups: &[pb::Group]) {
        if self.groups.len() + groups.len() > KNOWN_MAX {
            self.groups.clear();
        }
        self.groups.extend(groups.iter().map(|group| (group.id, one_line(&group.name))));
    }

    pub(super) fn logged_in(&mut self, me: i64) {
        self.me = me;
        self.unknown.clear();
    }

    /// The peers that have to be looked up before this can be shown.
    pub(super) fn missing_for(&self, entry: &pb::Entry) -> BTreeSet<i64> {
        let mut peers = BTreeSet::from([entry.from, entry.to]);
        peers.extend(group_event(entry).map(|event| event.users).unwrap_or_default());
        peers.retain(|peer| self.is_missing(*peer));
        peers
    }

    fn is_missing(&self, peer: i64) -> bool {
        let known = match peer {
            0 => true,
            1.. => peer == self.me || self.users.contains_key(&peer),
            ..0 => self.groups.contains_key(&peer),
        };
        !known && !self.unknown.contains(&peer)
    }
}

/// What a user is called here. Who has erased the account has no name any more.
fn name_of(user: &pb::User) -> String {
    if user.deleted { format!("deleted user {}", user.id) } else { one_line(&user.name) }
}

/// What the server writes about a group, if this is that.
pub(super) fn group_event(entry: &pb::Entry) -> Option<pb::GroupEvent> {
    if entry.content_type != pb::ContentType::GroupEvent as u32 {
        return None;
    }
    pb::GroupEvent::decode(entry.content.clone()).ok()
}

/// Looks up these peers. What is not found then counts as unknown, so that nothing waits for it any more.
pub(super) async fn look_up(client: &Client, names: &SharedNames, peers: BTreeSet<i64>) {
    if peers.iter().any(|peer| *peer < 0)
        && let Ok(groups) = client.groups().await
    {
        names.borrow_mut().learn_groups(&groups);
    }
    let users: Vec<i64> = peers.iter().copied().filter(|peer| *peer > 0).collect();
    for ids in users.chunks(LOOK_UP_MAX) {
        if let Ok(users) = client.users_by_id(ids.to_vec()).await {
            names.borrow_mut().learn_users(&users);
        }
    }
    let mut names = names.borrow_mut();
    let missing: Vec<i64> = peers.into_iter().filter(|peer| names.is_missing(*peer)).collect();
    if names.unknown.len() + missing.len() > KNOWN_MAX {
        names.unknown.clear();
    }
    names.unknown.extend(missing);
}

/// Finds users by name, all or none.
pub(super) async fn find_users(client: &Client, names: &SharedNames, wanted: &[String]) -> Result<Vec<i64>, String> {
    let mut found: Vec<pb::User> = Vec::new();
    for some in wanted.chunks(LOOK_UP_MAX) {
        found.extend(client.users_by_name(some.to_vec()).await.map_err(|error| in_words(&error))?);
    }
    names.borrow_mut().learn_users(&found);
    match wanted.iter().find(|name| !found.iter().any(|user| is_called(user, name))) {
        Some(name) => Err(format!("there is no user {}", one_line(name))),
        None => Ok(found.iter().map(|user| user.id).collect()),
    }
}

/// Names are compared without regard to letter case.
pub(super) fn is_called(user: &pb::User, name: &str) -> bool {
    user.name.to_lowercase() == name.to_lowercase()
}

/// Why something could not be done, for a person.
pub(super) fn in_words(error: &AskError) -> String {
    match error {
        AskError::Refused(refused) => one_line(&refused.message),
        AskError::Disconnected | AskError::TimedOut => "not connected; try again when the link is back".to_owned(),
        AskError::AnotherLog | AskError::Unreadable(_) | AskError::Closed(_) => error.to_string(),
    }
}

/// More than one person talks with; a bound, so that a day in a busy place does not fill the memory.
const KNOWN_MAX: usize = 10_000;
/// The most that the server looks up at once.
const LOOK_UP_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_an_entry_shows_is_looked_up_first() {
        let mut names = Names::default();
        names.logged_in(7);
        let event = pb::GroupEvent { users: vec![7, 8, 9], ..Default::default() };
        let entry = pb::Entry {
            from: 3,
            to: -2,
            content_type: pb::ContentType::GroupEvent as u32,
            content: event.encode_to_vec().into(),
            ..Default::default()
        };
        assert_eq!(names.missing_for(&entry), BTreeSet::from([-2, 3, 8, 9]));
        names.learn_users(&[3, 8].map(|id| pb::User { id, name: "x".into(), ..Default::default() }));
        names.unknown.insert(9);
        assert_eq!(names.missing_for(&entry), BTreeSet::from([-2]));
    }

    #[test]
    fn a_name_cannot_command_the_terminal() {
        let mut names = Names::default();
        names.learn_users(&[pb::User { id: 3, name: "\x1b[2J\nroot".into(), ..Default::default() }]);
        assert_eq!(names.user(3), "␛[2J⏎root");
        assert_eq!(names.user(4), "user 4");
    }
}
