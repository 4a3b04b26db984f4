//! Looks at everything that a user can see, through one door after the other, and compares it with the model.

use std::time::Duration;

use longlink::wire::pb::{self, ContactState, ContentType};
use longlink::wire::{Code, pb::conversation::Who};
use prost::Message;
use tokio::time::timeout;

use super::model::{USERS, is_of_server};
use super::play::Story;

/// For so long an entry may be missing before the test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

impl Story {
    /// Every reader is shown what is new for its user, and nothing else.
    pub(super) async fn compare_entries(&mut self) {
        for user in 1..=USERS {
            let (number, inbox) = (user as usize - 1, self.model.inbox(user).count());
            while self.taken[number] < inbox {
                let expected = plain(self.model.inbox(user).nth(self.taken[number]).unwrap());
                let got = timeout(PATIENCE, self.desks[number].entries.recv()).await;
                let got = got.unwrap_or_else(|_| panic!("{user} is not shown {expected:?}")).expect("the reader ended");
                assert_eq!(plain(&got), expected, "shown to {user}");
                self.taken[number] += 1;
            }
            assert!(self.desks[number].entries.try_recv().is_err(), "{user} is shown something that is not theirs");
        }
    }

    pub(super) async fn compare(&mut self, user: i64) {
        let groups: Vec<i64> = self.model.groups.iter().map(|group| group.number).collect();
        for peer in (0..=USERS).chain(groups.iter().copied()) {
            self.compare_history(user, peer).await;
            self.compare_marks(user, peer).await;
        }
        self.compare_inbox(user).await;
        self.compare_conversations(user).await;
        self.compare_groups(user).await;
        for group in groups {
            self.compare_group(user, group).await;
        }
        self.compare_people(user).await;
    }

    /// Another door each time.
    async fn look<A: longlink::wire::Ask>(&mut self, user: i64, request: &A) -> Result<A::Reply, Code> {
        self.looks += 1;
        self.ask(user, self.looks, request).await
    }

    async fn compare_inbox(&mut self, user: i64) {
        let (mut after, mut shown) = (0, Vec::new());
        loop {
            let page = self.look(user, &pb::SyncRequest { after, limit: 7, wait_ms: 0 }).await.unwrap();
            shown.extend(page.entries.iter().map(plain));
            after = page.cursor;
            if !page.more {
                break;
            }
        }
        assert_eq!(shown, self.model.inbox(user).map(plain).collect::<Vec<_>>(), "the inbox of {user}");
    }

    async fn compare_history(&mut self, user: i64, peer: i64) {
        let expected: Vec<pb::Entry> = self.model.history(user, peer).iter().map(plain).collect();
        let (mut before, mut shown) = (0, Vec::new());
        loop {
            let page = self.look(user, &pb::HistoryRequest { peer, before, limit: 6 }).await.unwrap();
            shown.extend(page.entries.iter().map(plain));
            match page.entries.last() {
                Some(last) if page.more => before = last.queue_id,
                Some(_) | None => break,
            }
        }
        assert_eq!(shown, expected, "the history of {user} with {peer}");
    }

    async fn compare_marks(&mut self, user: i64, peer: i64) {
        let expected = self.model.check_conversation(user, peer).map(|()| self.model.read_marks(user, peer));
        let got = self.look(user, &pb::ReadMarksRequest { peer }).await;
        let got = got.map(|reply| {
            let read = reply.marks.iter().filter(|mark| mark.up_to > 0);
            read.map(|mark| (mark.reader, mark.up_to)).collect::<Vec<_>>()
        });
        assert_eq!(got, expected, "who has read, as {user} is told of {peer}");
    }

    async fn compare_conversations(&mut self, user: i64) {
        let (mut before, mut shown, mut unread) = (0, Vec::new(), None);
        loop {
            let page = self.look(user, &pb::ConversationsRequest { before, limit: 2 }).await.unwrap();
            unread.get_or_insert(page.unread);
            shown.extend(page.conversations);
            if !page.more {
                break;
            }
            before = page.next;
        }
        let expected = self.model.conversations(user);
        assert_eq!(unread, Some(self.model.unread(user)), "all that is unread of {user}");
        let about = |peer: i64, last: i64, unread, mentions| (peer, last, unread, mentions);
        let got: Vec<_> = shown
            .iter()
            .map(|it| about(it.peer, it.last.as_ref().map_or(0, |last| last.queue_id), it.unread, it.mentions))
            .collect();
        let wanted: Vec<_> = expected.iter().map(|it| about(it.peer, it.last, it.unread, it.mentions)).collect();
        assert_eq!(got, wanted, "the conversations of {user}: peer, last, unread, mentions");
        for talk in shown {
            let peer = talk.peer;
            assert_eq!(talk.last.as_ref().map(plain), self.model.history(user, peer).first().map(plain));
            let settings = self.model.settings.get(&(user, peer)).copied().unwrap_or_default();
            let read_up_to = self.model.read.get(&(user, peer)).copied().unwrap_or(0);
            assert_eq!((talk.settings, talk.read_up_to), (Some(settings), read_up_to), "{user} with {peer}");
            match talk.who {
                Some(Who::User(about)) => assert_eq!(known(about), self.model.people.user(peer)),
                Some(Who::Group(group)) => assert_eq!(Some(&group.name), self.model.group(peer).map(|it| &it.name)),
                None => assert_eq!(peer, 0),
            }
        }
    }

    async fn compare_groups(&mut self, user: i64) {
        let reply = self.look(user, &pb::GroupListRequest {}).await.unwrap();
        // Rules that are all unset may be left out.
        let with_rules = |group: pb::Group| pb::Group { rules: Some(group.rules.unwrap_or_default()), ..group };
        let mut got: Vec<pb::Group> = reply.groups.into_iter().map(with_rules).collect();
        got.sort_by_key(|group| group.id);
        let is_in = |group: &&super::groups::Group| group.members.contains_key(&user);
        let mut expected: Vec<pb::Group> = self
            .model
            .groups
            .iter()
            .filter(is_in)
            .map(|group| pb::Group {
                id: group.number,
                name: group.name.clone(),
                owner: group.owner,
                member_count: group.members.len() as u32,
                joined_at: group.members[&user],
                picture: String::new(),
                role: group.role(user).into(),
                rules: Some(group.rules),
                muted_until_ms: if group.muted.contains(&user) { -1 } else { 0 },
            })
            .collect();
        expected.sort_by_key(|group| group.id);
        assert_eq!(got, expected, "the groups of {user}");
    }

    async fn compare_group(&mut self, user: i64, number: i64) {
        let group = self.model.group(number).unwrap();
        let is_in = group.members.contains_key(&user);
        let is_admin = is_in && group.role(user) != pb::GroupRole::Member;
        let members: Vec<pb::User> = group.members.keys().map(|member| self.model.people.user(*member)).collect();
        let muted: Vec<i64> = group.muted.iter().copied().filter(|user| group.members.contains_key(user)).collect();
        let expected = (members, group.owner, group.admins.iter().copied().collect::<Vec<_>>(), muted);
        let asking: Vec<(i64, String)> =
            group.asking.iter().map(|(user, greeting)| (*user, greeting.clone())).collect();
        let said = self.model.history(user, number).into_iter();
        let said = said.filter(|entry| !is_of_server(entry.content_type) || entry.changed_by > 0);
        let places: Vec<i64> = said.map(|entry| entry.queue_id).take(50).collect();
        let readers: Vec<_> = places.iter().map(|place| (*place, self.model.readers(group, *place))).collect();

        let got = self.look(user, &pb::GroupMembersRequest { group: number, after: 0 }).await.map(|reply| {
            let muted = reply.muted.iter().map(|muted| muted.user).collect();
            (reply.members.into_iter().map(known).collect(), reply.owner, reply.admins, muted)
        });
        assert_eq!(got, if is_in { Ok(expected) } else { Err(Code::NotFound) }, "group {number}, as {user} sees it");

        let got = self.look(user, &pb::GroupRequestsRequest { group: number, after: 0 }).await.map(|reply| {
            let asking = reply.requests.into_iter();
            asking.map(|asking| (asking.user.unwrap().id, asking.greeting)).collect::<Vec<_>>()
        });
        let expected = match (is_in, is_admin) {
            (false, _) => Err(Code::NotFound),
            (true, false) => Err(Code::NotAllowed),
            (true, true) => Ok(asking),
        };
        assert_eq!(got, expected, "who asks to join {number}, as {user} sees it");
        if is_in && !places.is_empty() {
            self.compare_readers(user, number, &places, readers).await;
        }
    }

    async fn compare_readers(
        &mut self,
        user: i64,
        group: i64,
        places: &[i64],
        expected: Vec<(i64, (u32, u32, Vec<i64>))>,
    ) {
        let request = pb::ReadersRequest { group, queue_ids: places.to_vec(), after: 0 };
        let reply = self.look(user, &request).await.unwrap();
        let got: Vec<_> = reply.counts.iter().map(|count| (count.queue_id, count.read, count.members)).collect();
        let wanted: Vec<_> = expected.iter().map(|(place, (read, of, _))| (*place, *read, *of)).collect();
        assert_eq!(got, wanted, "who has read in {group}, as {user} is told");
        let one = pb::ReadersRequest { group, queue_ids: vec![places[0]], after: 0 };
        let reply = self.look(user, &one).await.unwrap();
        assert_eq!(reply.readers, expected[0].1.2, "who has read {} in {group}", places[0]);
    }

    async fn compare_people(&mut self, user: i64) {
        let all = pb::UsersRequest { ids: (1..=USERS).collect(), names: Vec::new() };
        let users = self.look(user, &all).await.unwrap().users;
        let expected: Vec<pb::User> = (1..=USERS).map(|id| self.model.people.user(id)).collect();
        assert_eq!(users.into_iter().map(known).collect::<Vec<_>>(), expected, "the people that {user} knows");

        let (mut after, mut contacts) = (0, Vec::new());
        loop {
            let page = self.look(user, &pb::ContactListRequest { after, limit: 2 }).await.unwrap();
            contacts.extend(page.contacts.into_iter().map(|contact| {
                let greeting =
                    if contact.state() == ContactState::Asks { contact.greeting.clone() } else { String::new() };
                let (id, state) = (contact.user.as_ref().map_or(0, |user| user.id), contact.state());
                (id, state, contact.alias, contact.remark, greeting)
            }));
            match contacts.last() {
                Some((last, ..)) if page.more => after = *last,
                Some(_) | None => break,
            }
        }
        let ties = self.model.people.ties_of(user);
        let expected: Vec<_> = ties
            .map(|(other, tie)| (other, tie.state, tie.alias.clone(), tie.remark.clone(), tie.greeting.clone()))
            .collect();
        assert_eq!(contacts, expected, "the contacts of {user}");

        let blocked = self.look(user, &pb::BlockListRequest { after: 0 }).await.unwrap().users;
        let blocks = self.model.people.blocks.iter();
        let expected: Vec<i64> = blocks.filter(|(by, _)| *by == user).map(|(_, whom)| *whom).collect();
        assert_eq!(blocked.iter().map(|user| user.id).collect::<Vec<_>>(), expected, "whom {user} has blocked");
    }
}

/// An entry without what only the server knows: its clock, and its names for what it writes itself.
fn plain(entry: &pb::Entry) -> pb::Entry {
    let mut entry = pb::Entry { sent_at_ms: 0, ..entry.clone() };
    if entry.content_type == ContentType::GroupEvent as u32 {
        let mut event = pb::GroupEvent::decode(entry.content).unwrap();
        event.users.sort_unstable();
        (entry.client_msg_id, entry.content) = (String::new(), event.encode_to_vec().into());
    }
    entry
}

/// A user without whether they are there.
fn known(user: pb::User) -> pb::User {
    pb::User { online: false, ..user }
}
