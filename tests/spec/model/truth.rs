//! What the server must be, as a model that is slow, keeps everything, and looks at all of it for each answer. Here: the
//! log, who sees what of it, and what people make of it for themselves. `groups` and `people` have the rest of its rules.

use std::collections::{BTreeMap, BTreeSet};

use longlink::wire::Code;
use longlink::wire::pb::{self, ContentType};
use prost::Message;

use super::groups::Group;
use super::people::People;

/// Users are 1 to this.
pub(super) const USERS: i64 = 4;

/// An entry of the log. The one at index `n` has place `n + 1`.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) entry: pb::Entry,
    /// In whose inbox it is.
    pub(super) sees: BTreeSet<i64>,
    /// The place of the entry that it changes, and what it makes of it: `None` takes it back.
    pub(super) changes: Option<(i64, Option<(u32, bytes::Bytes)>)>,
}

/// Something that was asked for under a name, and where it was written.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) by: i64,
    pub(super) what: Order,
    pub(super) place: i64,
}

#[derive(Clone, Debug)]
pub(super) enum Order {
    Send(pb::SendRequest),
    Edit(pb::EditRequest),
    Recall(pb::RecallRequest),
    Create(pb::GroupCreateRequest, i64),
}

#[derive(Default)]
pub(super) struct Model {
    pub(super) log: Vec<Written>,
    pub(super) groups: Vec<Group>,
    pub(super) people: People,
    pub(super) named: Vec<Named>,
    /// By reader and conversation.
    pub(super) read: BTreeMap<(i64, i64), i64>,
    pub(super) settings: BTreeMap<(i64, i64), pb::ConversationSettings>,
}

/// A conversation in the list of them.
#[derive(Debug)]
pub(super) struct Talk {
    pub(super) peer: i64,
    /// The last entry, by its place. 0: there is none.
    pub(super) last: i64,
    pub(super) unread: u32,
    pub(super) mentions: u32,
}

impl Model {
    pub(super) fn head(&self) -> i64 {
        self.log.len() as i64
    }

    pub(super) fn at(&self, place: i64) -> Option<&Written> {
        usize::try_from(place - 1).ok().and_then(|index| self.log.get(index))
    }

    pub(super) fn append(&mut self, entry: pb::Entry, sees: BTreeSet<i64>) -> i64 {
        let queue_id = self.head() + 1;
        self.log.push(Written { entry: pb::Entry { queue_id, ..entry }, sees, changes: None });
        queue_id
    }

    pub(super) fn group(&self, number: i64) -> Option<&Group> {
        self.groups.iter().find(|group| group.number == number)
    }

    /// Who gets what `by` writes to a peer.
    fn receivers(&self, by: i64, peer: i64) -> BTreeSet<i64> {
        match peer {
            0 => (1..=USERS).collect(),
            1.. => BTreeSet::from([by, peer]),
            ..0 => self.group(peer).map(|group| group.members.keys().copied().collect()).unwrap_or_default(),
        }
    }

    /// Why `by` may have no part in this conversation.
    pub(super) fn check_conversation(&self, by: i64, peer: i64) -> Result<(), Code> {
        let is_there = match peer {
            0.. => peer <= USERS,
            ..0 => self.group(peer).is_some_and(|group| group.members.contains_key(&by)),
        };
        if is_there { Ok(()) } else { Err(Code::NotFound) }
    }

    fn check_may_write(&self, by: i64, peer: i64) -> Result<(), Code> {
        self.check_conversation(by, peer)?;
        let may = match self.group(peer) {
            Some(group) => {
                let is_admin = group.role(by) != pb::GroupRole::Member;
                !group.muted.contains(&by) && (is_admin || !group.rules.only_admins_write)
            }
            None => peer == 0 || !self.people.is_blocked(by, peer),
        };
        if may { Ok(()) } else { Err(Code::NotAllowed) }
    }

    /// Something that somebody said in this conversation, as far as `by` sees it.
    fn check_said(&self, by: i64, peer: i64, place: i64) -> Result<&pb::Entry, Code> {
        let entry = self.said(by, peer).into_iter().find(|entry| entry.queue_id == place).ok_or(Code::NotFound)?;
        if is_of_server(entry.content_type) { Err(Code::NotAllowed) } else { Ok(entry) }
    }

    /// All entries of a conversation that a user sees, as they were written.
    fn said(&self, user: i64, peer: i64) -> Vec<&pb::Entry> {
        let between =
            |entry: &pb::Entry| (entry.from, entry.to) == (user, peer) || (entry.from, entry.to) == (peer, user);
        let is_of_it = |entry: &pb::Entry| if peer > 0 { between(entry) } else { entry.to == peer };
        let seen = self.log.iter().filter(|written| written.sees.contains(&user));
        seen.map(|written| &written.entry).filter(|entry| is_of_it(entry)).collect()
    }

    pub(super) fn send(&mut self, by: i64, request: &pb::SendRequest) -> Result<i64, Code> {
        let pb::SendRequest { to, client_msg_id, content_type, content, reply_to, mentions } = request.clone();
        self.check_may_write(by, to)?;
        if let Some(group) = self.group(to).filter(|_| mentions.contains(&0)) {
            let may = group.rules.members_mention_all || group.role(by) != pb::GroupRole::Member;
            if !may {
                return Err(Code::NotAllowed);
            }
        }
        if reply_to > 0 {
            self.check_said(by, to, reply_to)?;
        }
        let sees = self.receivers(by, to);
        let entry =
            pb::Entry { from: by, to, client_msg_id, content_type, content, reply_to, mentions, ..Default::default() };
        let place = self.append(entry, sees);
        self.named.push(Named { by, what: Order::Send(request.clone()), place });
        Ok(place)
    }

    pub(super) fn edit(&mut self, by: i64, request: &pb::EditRequest) -> Result<i64, Code> {
        let pb::EditRequest { peer, queue_id, client_msg_id, content_type, content } = request.clone();
        self.check_may_write(by, peer)?;
        if self.check_said(by, peer, queue_id)?.from != by || self.recalled_by(queue_id).is_some() {
            return Err(Code::NotAllowed);
        }
        let edit = pb::Edit { queue_id, content_type, content: content.clone() }.encode_to_vec();
        let change = Some((content_type, content));
        let place = self.change(by, peer, client_msg_id, ContentType::Edit, edit, (queue_id, change));
        self.named.push(Named { by, what: Order::Edit(request.clone()), place });
        Ok(place)
    }

    pub(super) fn recall(&mut self, by: i64, request: &pb::RecallRequest) -> Result<i64, Code> {
        let pb::RecallRequest { peer, queue_id, client_msg_id } = request.clone();
        self.check_conversation(by, peer)?;
        let is_own = self.check_said(by, peer, queue_id)?.from == by;
        // Done is done, whoever did it.
        if let Some(before) = self.recalled_by(queue_id) {
            return Ok(before);
        }
        let is_admin = self.group(peer).is_some_and(|group| group.role(by) != pb::GroupRole::Member);
        if !is_own && !is_admin {
            return Err(Code::NotAllowed);
        }
        let recall = pb::Recall { queue_id }.encode_to_vec();
        let place = self.change(by, peer, client_msg_id, ContentType::Recall, recall, (queue_id, None));
        self.named.push(Named { by, what: Order::Recall(request.clone()), place });
        Ok(place)
    }

    fn change(
        &mut self,
        from: i64,
        to: i64,
        client_msg_id: String,
        kind: ContentType,
        content: Vec<u8>,
        changes: (i64, Option<(u32, bytes::Bytes)>),
    ) -> i64 {
        let sees = self.receivers(from, to);
        let content_type = kind as u32;
        let entry = pb::Entry { from, to, client_msg_id, content_type, content: content.into(), ..Default::default() };
        let place = self.append(entry, sees);
        self.log[place as usize - 1].changes = Some(changes);
        place
    }

    fn recalled_by(&self, place: i64) -> Option<i64> {
        let is_it = |written: &&Written| matches!(&written.changes, Some((changed, None)) if *changed == place);
        self.log.iter().find(is_it).map(|written| written.entry.queue_id)
    }

    pub(super) fn inbox(&self, user: i64) -> impl Iterator<Item = &pb::Entry> {
        self.log.iter().filter(move |written| written.sees.contains(&user)).map(|written| &written.entry)
    }

    /// What was said in a conversation, as it is now, the newest first. What became of it is seen as far as the user was
    /// there; that it was taken back always is.
    pub(super) fn history(&self, user: i64, peer: i64) -> Vec<pb::Entry> {
        let said = self.said(user, peer).into_iter().filter(|entry| !changes_another(entry.content_type));
        let mut shown: Vec<pb::Entry> = said.map(|entry| self.as_left(user, entry)).collect();
        shown.reverse();
        shown
    }

    fn as_left(&self, user: i64, entry: &pb::Entry) -> pb::Entry {
        let place = entry.queue_id;
        if let Some(by) = self.recalled_by(place) {
            let content_type = ContentType::Recall as u32;
            return pb::Entry { content_type, content: Default::default(), changed_by: by, ..entry.clone() };
        }
        let until = self.group(entry.to).map_or(i64::MAX, |group| group.end_of_stay(user, place));
        let edit = self.log.iter().rev().find_map(|written| match &written.changes {
            Some((changed, Some(now))) if *changed == place && written.entry.queue_id <= until => {
                Some((written.entry.queue_id, now.clone()))
            }
            Some(_) | None => None,
        });
        match edit {
            Some((changed_by, (content_type, content))) => {
                pb::Entry { content_type, content, changed_by, ..entry.clone() }
            }
            None => entry.clone(),
        }
    }

    pub(super) fn mark_read(&mut self, by: i64, peer: i64, up_to: i64) -> Result<(), Code> {
        self.check_conversation(by, peer)?;
        let up_to = up_to.min(self.head());
        let mark = self.read.entry((by, peer)).or_default();
        *mark = up_to.max(*mark);
        Ok(())
    }

    /// Who has read up to where, as `asker` is told.
    pub(super) fn read_marks(&self, asker: i64, peer: i64) -> Vec<(i64, i64)> {
        let mark = |reader: i64, peer: i64| (reader, self.read.get(&(reader, peer)).copied().unwrap_or(0));
        let mut marks = match peer {
            0 => vec![mark(asker, 0)],
            1.. if peer == asker => vec![mark(asker, peer)],
            // Nothing passes a block, nor how far the other has read.
            1.. if self.people.is_blocked(asker, peer) => vec![mark(asker, peer)],
            1.. => vec![mark(asker, peer), mark(peer, asker)],
            ..0 => self.receivers(asker, peer).into_iter().map(|member| mark(member, peer)).collect(),
        };
        marks.retain(|(_, up_to)| *up_to > 0);
        marks.sort_unstable();
        marks
    }

    /// Of the members who see an entry and did not write it: how many have read it, of how many, and who.
    pub(super) fn readers(&self, group: &Group, place: i64) -> (u32, u32, Vec<i64>) {
        let from = self.at(place).map_or(0, |written| written.entry.from);
        let see_it = group.members.iter().filter(|(user, joined_at)| **user != from && **joined_at <= place);
        let see_it: Vec<i64> = see_it.map(|(user, _)| *user).collect();
        let has_read = |user: &&i64| self.read.get(&(**user, group.number)).is_some_and(|up_to| *up_to >= place);
        let readers: Vec<i64> = see_it.iter().filter(has_read).copied().collect();
        (readers.len() as u32, see_it.len() as u32, readers)
    }

    pub(super) fn set(&mut self, by: i64, peer: i64, settings: pb::ConversationSettings) -> Result<(), Code> {
        if settings != pb::ConversationSettings::default() {
            self.check_conversation(by, peer)?;
        }
        self.settings.insert((by, peer), settings);
        Ok(())
    }

    /// A user's conversations: those that are pinned, the latest first, and then the others.
    pub(super) fn conversations(&self, user: i64) -> Vec<Talk> {
        let own = |peer: i64| self.settings.get(&(user, peer)).copied().unwrap_or_default();
        let groups = self.groups.iter().filter(|group| group.members.contains_key(&user)).map(|group| group.number);
        let mut talks: Vec<Talk> = (0..=USERS).chain(groups).map(|peer| self.talk(user, peer)).collect();
        talks.retain(|talk| talk.last > 0 || own(talk.peer).pinned);
        // Where nothing is there is only the number to go by.
        talks.sort_by_key(|talk| (!own(talk.peer).pinned, std::cmp::Reverse(talk.last), talk.peer));
        talks
    }

    fn talk(&self, user: i64, peer: i64) -> Talk {
        // Of a group, what was in an earlier stay is not looked at again.
        let since = self.group(peer).and_then(|group| group.members.get(&user)).copied().unwrap_or(0);
        let said = self.said(user, peer).into_iter();
        let said: Vec<_> =
            said.filter(|entry| !changes_another(entry.content_type) && entry.queue_id >= since).collect();
        let read_up_to = self.read.get(&(user, peer)).copied().unwrap_or(0);
        let is_unread = |entry: &&&pb::Entry| {
            entry.queue_id > read_up_to && entry.from != user && !is_of_server(entry.content_type)
        };
        let unread: Vec<_> = said.iter().filter(is_unread).collect();
        let mentions =
            unread.iter().filter(|entry| entry.mentions.contains(&user) || entry.mentions.contains(&0) && peer <= 0);
        let (mentions, unread) = (mentions.count() as u32, unread.len() as u32);
        Talk { peer, last: said.last().map_or(0, |entry| entry.queue_id), unread, mentions }
    }

    /// All that is unread, where notice is to be made of it.
    pub(super) fn unread(&self, user: i64) -> u32 {
        let is_muted = |peer: i64| self.settings.get(&(user, peer)).is_some_and(|settings| settings.muted);
        self.conversations(user).iter().filter(|talk| !is_muted(talk.peer)).map(|talk| talk.unread).sum()
    }
}

/// The server alone writes such.
pub(super) fn is_of_server(content_type: u32) -> bool {
    (100..200).contains(&content_type)
}

fn changes_another(content_type: u32) -> bool {
    [ContentType::Recall as u32, ContentType::Edit as u32].contains(&content_type)
}
