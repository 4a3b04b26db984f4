//! What people are to one another in the model (U9 to U17), and what they say of themselves.

use std::collections::{BTreeMap, BTreeSet};

use longlink::wire::Code;
use longlink::wire::pb::{self, ContactState};

use super::truth::Model;

#[derive(Debug, Default)]
pub(super) struct People {
    /// What the second is to the first.
    ties: BTreeMap<(i64, i64), Tie>,
    /// Whom the first has blocked.
    pub(super) blocks: BTreeSet<(i64, i64)>,
    profiles: BTreeMap<i64, pb::User>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tie {
    pub(super) state: ContactState,
    pub(super) alias: String,
    pub(super) remark: String,
    /// Of who asks.
    pub(super) greeting: String,
}

impl People {
    pub(super) fn is_blocked(&self, one: i64, other: i64) -> bool {
        self.blocks.contains(&(one, other)) || self.blocks.contains(&(other, one))
    }

    pub(super) fn state(&self, user: i64, other: i64) -> ContactState {
        self.ties.get(&(user, other)).map_or(ContactState::None, |tie| tie.state)
    }

    pub(super) fn ties_of(&self, user: i64) -> impl Iterator<Item = (i64, &Tie)> {
        self.ties.iter().filter(move |((of, _), _)| *of == user).map(|((_, other), tie)| (*other, tie))
    }

    /// What is seen of a user, but for whether they are there.
    pub(super) fn user(&self, id: i64) -> pb::User {
        let profile = self.profiles.get(&id).cloned().unwrap_or_default();
        pb::User { id, name: name_of(id), ..profile }
    }

    fn tie(&mut self, user: i64, other: i64, state: ContactState, greeting: &str) {
        let blank = Tie { state, alias: String::new(), remark: String::new(), greeting: String::new() };
        let tie = self.ties.entry((user, other)).or_insert(blank);
        (tie.state, tie.greeting) = (state, greeting.to_owned());
    }
}

pub(super) fn name_of(user: i64) -> String {
    format!("user {user}")
}

impl Model {
    pub(super) fn profile(&mut self, by: i64, change: &pb::ProfileSetRequest) {
        let profile = self.people.profiles.entry(by).or_default();
        profile.nickname = change.nickname.clone().unwrap_or_else(|| profile.nickname.clone());
        profile.bio = change.bio.clone().unwrap_or_else(|| profile.bio.clone());
        profile.sex = change.sex.unwrap_or(profile.sex);
    }

    pub(super) fn contact_set(&mut self, by: i64, request: &pb::ContactSetRequest) -> Result<(), Code> {
        let (people, other) = (&mut self.people, request.user);
        let (mine, theirs) = (people.state(by, other), people.state(other, by));
        if !matches!(mine, ContactState::Contact | ContactState::Asked) {
            if people.is_blocked(by, other) {
                return Err(Code::NotAllowed);
            }
            // To ask who asks is to accept. Who has asked may have been declined, and then does not know.
            if mine == ContactState::Asks || theirs == ContactState::Asked {
                people.tie(by, other, ContactState::Contact, "");
                people.tie(other, by, ContactState::Contact, "");
            } else {
                people.tie(by, other, ContactState::Asked, "");
                people.tie(other, by, ContactState::Asks, &request.greeting);
            }
        }
        if let Some(tie) = people.ties.get_mut(&(by, other)) {
            (tie.alias, tie.remark) = (request.alias.clone(), request.remark.clone());
        }
        Ok(())
    }

    pub(super) fn contact_answer(&mut self, by: i64, other: i64, accept: bool) -> Result<(), Code> {
        if accept && self.people.is_blocked(by, other) {
            return Err(Code::NotAllowed);
        }
        if self.people.state(by, other) != ContactState::Asks {
            return Err(Code::NotFound);
        }
        if accept {
            self.people.tie(by, other, ContactState::Contact, "");
            self.people.tie(other, by, ContactState::Contact, "");
        } else {
            self.contact_remove(by, other);
        }
        Ok(())
    }

    /// Who is asked and wants nothing of it lets the other wait.
    pub(super) fn contact_remove(&mut self, by: i64, other: i64) {
        let mine = self.people.state(by, other);
        self.people.ties.remove(&(by, other));
        if matches!(mine, ContactState::Contact | ContactState::Asked) {
            self.people.ties.remove(&(other, by));
        }
    }

    pub(super) fn block(&mut self, by: i64, other: i64, blocked: bool) {
        if blocked {
            self.people.blocks.insert((by, other));
        } else {
            self.people.blocks.remove(&(by, other));
        }
    }
}
