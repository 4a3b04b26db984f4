//! Looking for conversations, people and messages.

use std::collections::HashSet;

use longlink_client::pb::ContactState;

use super::{Session, Wish};
use crate::model::search::{HITS_MAX, SETTLED_MS, is_enough};
use crate::model::{Item, Peer};

impl Session {
    /// Looks for this: conversations at once, messages and people after a pause in typing. With nothing in it, ends it.
    pub fn search_for(&mut self, query: &str) {
        let query = query.trim();
        if self.search.query == query {
            return;
        }
        query.clone_into(&mut self.search.query);
        self.search.seen = [0; 4];
        self.search.hits.clear();
        self.search.is_searching = is_enough(query);
        self.search.due_ms = Some(self.now_ms.saturating_add(SETTLED_MS));
        self.refresh_search();
    }

    pub(super) fn search_if_due(&mut self) {
        let now_ms = self.now_ms;
        if self.search.due_ms.take_if(|at| *at <= now_ms).is_none() {
            return;
        }
        let query = self.search.query.clone();
        if is_enough(&query) {
            self.wish(Wish::Search { query: query.clone() });
        }
        if !query.is_empty() && self.is_online() {
            self.find_people(&query);
        }
    }

    pub(super) fn found(&mut self, query: &str, hits: Vec<(Peer, Item)>) {
        if self.search.query != query {
            return;
        }
        self.search.hits = hits;
        self.search.hits.truncate(HITS_MAX);
        self.search.is_searching = false;
        for user in self.search.hits.iter().map(|(_, item)| item.from).collect::<Vec<_>>() {
            self.want(user);
        }
    }

    /// Looks through the names anew, if any of them or the list has changed.
    pub(super) fn refresh_search(&mut self) {
        let seen = [self.talks.version(), self.people.version(), self.contacts.version(), self.groups.version()];
        if self.search.query.is_empty() {
            self.search.peers.clear();
            return;
        }
        if self.search.seen == seen {
            return;
        }
        self.search.seen = seen;
        let lower = self.search.query.to_lowercase();
        let talks: Vec<_> =
            self.talks.iter().map(|talk| talk.peer).filter(|peer| self.is_called(*peer, &lower)).collect();
        let shown: HashSet<_> = talks.iter().copied().collect();
        let contacts =
            self.contacts.in_state(ContactState::Contact).filter_map(|contact| Some(contact.user.as_ref()?.id));
        let groups = self.groups.iter().map(|group| group.id);
        let others = contacts.chain(groups).filter(|peer| !shown.contains(peer) && self.is_called(*peer, &lower));
        self.search.peers = talks.into_iter().chain(others.collect::<Vec<_>>()).collect();
    }

    /// By any of their names.
    fn is_called(&self, peer: Peer, lower: &str) -> bool {
        let login = self.people.get(peer).map_or("", |user| user.name.as_str());
        self.name_of(peer).contains(lower)
            || (peer > 0 && (self.own_name_of(peer).contains(lower) || login.to_lowercase().contains(lower)))
    }
}
