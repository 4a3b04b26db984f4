//! What a store must answer, worked out the slow and obvious way: by walking through all entries from the first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bytes::Bytes;
use prost::Message;

use crate::id::{GroupId, Peer, QueueId, UserId};
use crate::store::{
    Amendments, Appended, Change, ChangeError, Entry, Expect, Membership, NewEntry, Page, PageBounds, Roster, Talk,
    Unread,
};
use crate::wire::pb::{self, GroupEventKind as Kind};

#[derive(Debug)]
pub(super) struct Model {
    pub(super) entries: Vec<Entry>,
    pub(super) kept_from: QueueId,
    first_sent: HashMap<(UserId, String), (QueueId, i64)>,
    pub(super) records: BTreeMap<Vec<u8>, Bytes>,
}

impl Default for Model {
    fn default() -> Self {
        let (entries, first_sent, records) = Default::default();
        Self { entries, kept_from: QueueId::START.next(), first_sent, records }
    }
}

impl Model {
    /// What is removed was never there, but for its place.
    pub(super) fn trim(&mut self, kept_from: QueueId) {
        self.kept_from = kept_from;
        let is_event = |entry: &Entry| entry.content_type == pb::ContentType::GroupEvent as u32;
        self.entries
            .retain(|entry| entry.queue_id >= kept_from || (is_event(entry) && matches!(entry.to, Peer::Group(_))));
        let entries = &self.entries;
        self.first_sent.retain(|_, (place, _)| entries.iter().any(|entry| entry.queue_id == *place));
    }

    pub(super) fn append(&mut self, new: &NewEntry) -> Appended {
        let name = (new.from, new.client_msg_id.clone());
        if let Some((queue_id, sent_at_ms)) = self.first_sent.get(&name).copied() {
            return Appended { queue_id, sent_at_ms, duplicate: true };
        }
        let entry = Entry::new(self.head().next(), new.clone());
        self.first_sent.insert(name, (entry.queue_id, new.sent_at_ms));
        let appended = Appended { queue_id: entry.queue_id, sent_at_ms: new.sent_at_ms, duplicate: false };
        self.entries.push(entry);
        appended
    }

    pub(super) fn head(&self) -> QueueId {
        self.entries.last().map_or(QueueId::START, |entry| entry.queue_id)
    }

    pub(super) fn inbox(&self, user: UserId, after: QueueId, bounds: PageBounds) -> Page {
        page(self.seen_by(user).into_iter().filter(|entry| entry.queue_id > after).cloned(), bounds)
    }

    pub(super) fn history(&self, user: UserId, peer: Peer, before: QueueId, bounds: PageBounds) -> Page {
        let said = self.said(user, peer).into_iter().rev().filter(|entry| entry.queue_id < before);
        page(said.map(|entry| self.as_it_is(entry, self.seen_until(user, entry))), bounds)
    }

    /// What `user` sees of a conversation, but for what changes others.
    fn said(&self, user: UserId, peer: Peer) -> Vec<&Entry> {
        let is_of_it = |entry: &&Entry| match peer {
            Peer::User(other) => {
                let pair = [Peer::User(user), Peer::User(other)];
                let between = [Peer::User(entry.from), entry.to];
                between == pair || between == [pair[1], pair[0]]
            }
            Peer::Everyone | Peer::Group(_) => entry.to == peer,
        };
        self.seen_by(user).into_iter().filter(is_of_it).filter(|entry| !is_change(entry)).collect()
    }

    /// When `user` saw the group of an entry last, while they were in it at that time.
    fn seen_until(&self, user: UserId, entry: &Entry) -> QueueId {
        let mut stays = self.memberships(user).into_iter();
        let stay = stays.find(|stay| {
            Peer::Group(stay.group) == entry.to
                && stay.joined_at <= entry.queue_id
                && stay.left_at.is_none_or(|left| entry.queue_id <= left)
        });
        stay.and_then(|stay| stay.left_at).unwrap_or(QueueId::END)
    }

    /// The changes of an entry, as they follow one another: where, and the new content, or none if it was taken back.
    fn changes(&self, peer: Peer, changed: QueueId) -> Vec<(QueueId, Option<pb::Edit>)> {
        let mut changes = Vec::new();
        for entry in self.entries.iter().filter(|entry| entry.to == peer && is_change(entry)) {
            let content = entry.message().unwrap().content;
            let change = if entry.content_type == pb::ContentType::Recall as u32 {
                pb::Recall::decode(content).ok().map(|recall| (recall.queue_id, None))
            } else {
                pb::Edit::decode(content).ok().map(|edit| (edit.queue_id, Some(edit)))
            };
            if let Some((target, edit)) = change
                && target == changed.get()
                && 0 < target
                && target < entry.queue_id.get()
            {
                changes.push((entry.queue_id, edit));
            }
        }
        changes
    }

    fn as_it_is(&self, entry: &Entry, until: QueueId) -> Entry {
        let changes = self.changes(entry.to, entry.queue_id);
        if let Some((by, _)) = changes.iter().find(|(_, edit)| edit.is_none()) {
            return entry.changed(*by, pb::ContentType::Recall as u32, Bytes::new()).unwrap();
        }
        match changes.into_iter().rfind(|(by, _)| *by <= until) {
            Some((by, Some(edit))) => entry.changed(by, edit.content_type, edit.content).unwrap(),
            Some((_, None)) | None => entry.clone(),
        }
    }

    pub(super) fn amendments(&self, peer: Peer, changed: QueueId) -> Amendments {
        let changes = self.changes(peer, changed);
        Amendments {
            edits: changes.iter().filter(|(_, edit)| edit.is_some()).count(),
            recalled_by: changes.iter().find(|(_, edit)| edit.is_none()).map(|(by, _)| *by),
        }
    }

    /// By ascending number of the peer.
    pub(super) fn conversations(&self, user: UserId, peers: impl Iterator<Item = Peer>) -> Vec<Talk> {
        let open = |peer| {
            let mut stays = self.memberships(user).into_iter().filter(|stay| stay.left_at.is_none());
            stays.find(|stay| Peer::Group(stay.group) == peer)
        };
        let talk = |peer| {
            let stay = open(peer);
            let last = self.said(user, peer).last()?.queue_id;
            (stay.is_some() || !matches!(peer, Peer::Group(_))).then_some(Talk { peer, last, stay })
        };
        peers.filter_map(talk).collect()
    }

    pub(super) fn unread(&self, user: UserId, peer: Peer, after: QueueId) -> Unread {
        let since = match peer {
            Peer::User(_) | Peer::Everyone => QueueId::START,
            Peer::Group(group) => {
                let mut stays = self.memberships(user).into_iter();
                match stays.find(|stay| stay.group == group && stay.left_at.is_none()) {
                    Some(stay) => stay.joined_at,
                    None => return Unread::default(),
                }
            }
        };
        let mut unread = Unread::default();
        for entry in self.said(user, peer) {
            let is_event = entry.content_type == pb::ContentType::GroupEvent as u32 && matches!(peer, Peer::Group(_));
            if entry.from == user || is_event || entry.queue_id <= after || entry.queue_id < since {
                continue;
            }
            unread.entries += 1;
            let mentions = entry.message().unwrap().mentions;
            let is_of_all = mentions.contains(&0) && !matches!(peer, Peer::User(_));
            unread.mentions += usize::from(is_of_all || mentions.contains(&user.get()));
        }
        unread
    }

    /// Replays who was in which group, and takes what `user` was there for.
    fn seen_by(&self, user: UserId) -> Vec<&Entry> {
        let mut groups: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
        let mut seen = Vec::new();
        for entry in &self.entries {
            let is_for_them = match entry.to {
                Peer::User(to) => to == user || entry.from == user,
                Peer::Everyone => true,
                Peer::Group(group) => {
                    let members = groups.entry(group.get()).or_default();
                    let was_in = members.contains(&user.get());
                    follow(entry, |joined, who| if joined { members.insert(who) } else { members.remove(&who) });
                    was_in || members.contains(&user.get())
                }
            };
            if is_for_them {
                seen.push(entry);
            }
        }
        seen
    }

    pub(super) fn memberships(&self, user: UserId) -> Vec<Membership> {
        let mut stays: Vec<Membership> = Vec::new();
        for entry in &self.entries {
            let Peer::Group(group) = entry.to else { continue };
            follow(entry, |joined, who| {
                if who != user.get() {
                    return false;
                }
                let open = stays.iter_mut().find(|stay| stay.group == group && stay.left_at.is_none());
                match (open, joined) {
                    (None, true) => stays.push(Membership { group, joined_at: entry.queue_id, left_at: None }),
                    (Some(stay), false) => stay.left_at = Some(entry.queue_id),
                    (Some(_), true) | (None, false) => return false,
                }
                true
            });
        }
        stays
    }

    pub(super) fn roster(&self, group: GroupId, at: QueueId) -> Option<Roster> {
        let entries = self.entries.iter().filter(|entry| entry.to == Peer::Group(group) && entry.queue_id <= at);
        let events: Vec<_> = entries.filter_map(|entry| Some((entry, entry.group_event()?))).collect();
        events.iter().find(|(_, event)| event.kind() == Kind::Created)?;
        let mut group = GroupModel::default();
        for (entry, event) in events {
            group.follow(entry, &event);
        }
        let id = |user: i64| UserId::parse(user).unwrap();
        Some(Roster {
            name: group.name,
            picture: group.picture,
            owner: id(group.owner),
            admins: group.admins.into_iter().map(id).collect(),
            members: group.joined_at.into_iter().map(|(user, at)| (id(user), at)).collect(),
            muted: group.muted.into_iter().map(|(user, until)| (id(user), until)).collect(),
            rules: group.rules,
        })
    }

    /// The change, if it holds. Revisions are the store's own; `revision_of` asks it for the one it has now.
    pub(super) fn change(
        &mut self,
        changes: &[Change],
        revision_of: impl Fn(&[u8]) -> Option<u64>,
    ) -> Result<(), ChangeError> {
        let mut after = self.records.clone();
        for change in changes {
            let holds = match change.expect {
                Expect::Absent => !after.contains_key(&change.key),
                Expect::Revision(revision) => revision_of(&change.key) == Some(revision),
                Expect::Anything => true,
            };
            if !holds {
                return Err(ChangeError::Conflict { key: change.key.clone() });
            }
            match &change.value {
                Some(value) => drop(after.insert(change.key.clone(), Bytes::from(value.clone()))),
                None => drop(after.remove(&change.key)),
            }
        }
        self.records = after;
        Ok(())
    }
}

fn is_change(entry: &Entry) -> bool {
    [pb::ContentType::Recall as u32, pb::ContentType::Edit as u32].contains(&entry.content_type)
}

fn follow(entry: &Entry, mut each: impl FnMut(bool, i64) -> bool) {
    let Some(event) = entry.group_event() else { return };
    let joined = match event.kind() {
        Kind::Created | Kind::Joined => true,
        Kind::Left | Kind::Removed | Kind::Dissolved => false,
        Kind::Unspecified
        | Kind::Renamed
        | Kind::PictureChanged
        | Kind::RulesChanged
        | Kind::AdminsMade
        | Kind::AdminsEnded
        | Kind::HandedOver
        | Kind::Muted
        | Kind::Unmuted => return,
    };
    for user in event.users.into_iter().filter(|user| *user > 0) {
        each(joined, user);
    }
}

/// A group, each of its parts by a sentence of its own.
#[derive(Default)]
struct GroupModel {
    name: String,
    picture: String,
    rules: pb::GroupRules,
    owner: i64,
    admins: BTreeSet<i64>,
    joined_at: BTreeMap<i64, QueueId>,
    muted: BTreeMap<i64, i64>,
}

impl GroupModel {
    fn follow(&mut self, entry: &Entry, event: &pb::GroupEvent) {
        let (kind, from) = (event.kind(), entry.from.get());
        let users: Vec<i64> = event.users.iter().copied().filter(|user| *user > 0).collect();
        // Whoever did the first thing to it is its owner; whoever makes it anew makes all of it anew but its members.
        if self.owner == 0 || kind == Kind::Created {
            *self = Self { owner: from, joined_at: std::mem::take(&mut self.joined_at), ..Self::default() };
        }
        match kind {
            Kind::Created | Kind::Renamed => self.name.clone_from(&event.name),
            Kind::PictureChanged => self.picture.clone_from(&event.picture),
            Kind::Unspecified
            | Kind::Joined
            | Kind::Left
            | Kind::Removed
            | Kind::RulesChanged
            | Kind::AdminsMade
            | Kind::AdminsEnded
            | Kind::HandedOver
            | Kind::Muted
            | Kind::Unmuted
            | Kind::Dissolved => {}
        }
        if matches!(kind, Kind::Created | Kind::RulesChanged) {
            self.rules = event.rules.unwrap_or_default();
        }
        for user in users.iter().copied() {
            match kind {
                Kind::Created | Kind::Joined => drop(self.joined_at.entry(user).or_insert(entry.queue_id)),
                Kind::Left | Kind::Removed | Kind::Dissolved => drop(self.joined_at.remove(&user)),
                Kind::AdminsMade => drop(self.admins.insert(user)),
                Kind::AdminsEnded => drop(self.admins.remove(&user)),
                Kind::Muted => drop(self.muted.insert(user, event.until_ms)),
                Kind::Unmuted => drop(self.muted.remove(&user)),
                Kind::Unspecified | Kind::Renamed | Kind::PictureChanged | Kind::RulesChanged | Kind::HandedOver => {}
            }
        }
        let handed_to =
            users.first().copied().filter(|user| kind == Kind::HandedOver && self.joined_at.contains_key(user));
        // Of the admins before the others, of those who came first, the lowest number.
        let heir = self.joined_at.iter().min_by_key(|(user, at)| (!self.admins.contains(*user), **at, **user));
        let heir = heir.map(|(user, _)| *user).filter(|_| !self.joined_at.contains_key(&self.owner));
        if let Some(next) = handed_to.or(heir) {
            self.admins.insert(self.owner);
            self.owner = next;
        }
        // Only members are admins; the owner is none, and is not muted.
        self.admins.retain(|user| self.joined_at.contains_key(user) && *user != self.owner);
        self.muted.remove(&self.owner);
    }
}

fn page(entries: impl Iterator<Item = Entry>, bounds: PageBounds) -> Page {
    let (mut page, mut bytes) = (Page::default(), 0);
    for entry in entries {
        bytes += entry.encoded.len();
        if !page.entries.is_empty() && (page.entries.len() >= bounds.entries || bytes > bounds.bytes) {
            page.more = true;
            break;
        }
        page.entries.push(entry.into());
    }
    page
}
