//! What the commands of the chat ask of the server. Each is a future that ends with what to show, or with why not.

mod group;
mod messages;
mod people;

use longlink_client::{Client, Content, pb};

pub(super) use messages::mentioned;
pub(super) use people::presence;

use super::names::{SharedNames, find_users, in_words, look_up};
use crate::text::one_line;

/// What a command ends with.
#[derive(Debug)]
pub(super) enum Done {
    /// Just lines to show.
    Lines(String),
    /// A conversation to open, with its newest entries, the oldest of them first. `again` after a second look.
    Opened { peer: i64, entries: Vec<pb::Entry>, again: bool },
    /// Entries to show, the oldest first.
    Past(Vec<pb::Entry>),
    /// A group that one is not in any more.
    Left(String),
    /// The conversations there are.
    Chats(pb::ConversationsReply),
    /// A message to be sent.
    Say { peer: i64, content: Content, text: String },
    /// A message was changed, or taken back if there is no text, by another entry.
    Changed { queue_id: i64, by: i64, text: Option<String> },
    /// A conversation has other settings.
    Set { peer: i64, settings: pb::ConversationSettings },
}

pub(super) type Outcome = Result<Done, String>;

/// All that a command needs. Cheap to clone, so that each can have its own.
#[derive(Clone)]
pub(super) struct Orders {
    pub(super) client: Client,
    pub(super) names: SharedNames,
}

impl Orders {
    /// Finds whom a name means, and reads what was said last.
    pub(super) async fn open(self, name: String) -> Outcome {
        let peer = self.find(&name).await?;
        self.open_peer(peer, false).await
    }

    pub(super) async fn open_peer(self, peer: i64, again: bool) -> Outcome {
        let entries = self.read_back(peer, OPENED_WITH).await?;
        Ok(Done::Opened { peer, entries, again })
    }

    async fn find(&self, name: &str) -> Result<i64, String> {
        if name == "all" {
            return Ok(0);
        }
        if let Some(group) = name.strip_prefix('#') {
            return self.find_group(group).await;
        }
        let found = find_users(&self.client, &self.names, &[name.to_owned()]).await?;
        found.first().copied().ok_or_else(|| format!("there is no user {}", one_line(name)))
    }

    async fn find_group(&self, name: &str) -> Result<i64, String> {
        let groups = self.groups_now().await?;
        let same =
            |group: &&pb::Group| group.name.to_lowercase() == name.to_lowercase() || group.id.to_string() == name;
        let mut found = groups.iter().filter(same);
        match (found.next(), found.next()) {
            (Some(group), None) => Ok(group.id),
            (Some(group), Some(other)) => {
                Err(format!("several groups have this name: #{}, #{} ...; /to #NUMBER takes one", group.id, other.id))
            }
            (None, _) => Err(format!("you are in no group #{}", one_line(name))),
        }
    }

    async fn groups_now(&self) -> Result<Vec<pb::Group>, String> {
        let groups = self.client.groups().await.map_err(|error| in_words(&error))?;
        self.names.borrow_mut().learn_groups(&groups);
        Ok(groups)
    }

    pub(super) async fn history(self, peer: i64, count: u32) -> Outcome {
        Ok(Done::Past(self.read_back(peer, count).await?))
    }

    /// The newest entries with a peer, the oldest of them first, and all names that they show.
    async fn read_back(&self, peer: i64, count: u32) -> Result<Vec<pb::Entry>, String> {
        let mut entries: Vec<pb::Entry> = Vec::new();
        while entries.len() < count as usize {
            let before = entries.last().map_or(0, |entry| entry.queue_id);
            let wanted = count - entries.len() as u32;
            let page = self.client.history(peer, before, wanted).await.map_err(|error| in_words(&error))?;
            let more = page.more && !page.entries.is_empty();
            entries.extend(page.entries);
            if !more {
                break;
            }
        }
        entries.reverse();
        let missing = entries.iter().flat_map(|entry| self.names.borrow().missing_for(entry)).collect();
        look_up(&self.client, &self.names, missing).await;
        Ok(entries)
    }

    pub(super) async fn users(self, wanted: Vec<String>) -> Outcome {
        let found = find_users(&self.client, &self.names, &wanted).await?;
        let names = self.names.borrow();
        let lines: Vec<String> = found.iter().map(|id| format!("{} is user {id}", names.user(*id))).collect();
        Ok(Done::Lines(lines.join("\n")))
    }

    pub(super) async fn who(self, peer: i64) -> Outcome {
        if peer >= 0 {
            let name = self.names.borrow().peer(peer);
            let text = if peer == 0 { "everyone with an account here".to_owned() } else { format!("{name} and you") };
            return Ok(Done::Lines(text));
        }
        let (members, _) = self.members(peer).await?;
        self.names.borrow_mut().learn_users(&members);
        let names = self.names.borrow();
        let people: Vec<String> = members.iter().map(|user| names.user(user.id)).collect();
        Ok(Done::Lines(format!("{}: {}", names.peer(peer), people.join(", "))))
    }

    /// The people of a group, with its admins and with all of those who may not write.
    async fn members(&self, group: i64) -> Result<(Vec<pb::User>, pb::GroupMembersReply), String> {
        let (mut members, mut muted) = (Vec::new(), Vec::new());
        loop {
            let after = members.last().map_or(0, |user: &pb::User| user.id);
            let mut page = self.client.group_members(group, after).await.map_err(|error| in_words(&error))?;
            let more = page.more && !page.members.is_empty() && members.len() < MEMBERS_SHOWN_MAX;
            members.append(&mut page.members);
            muted.append(&mut page.muted);
            if !more {
                page.muted = muted;
                return Ok((members, page));
            }
        }
    }

    /// The numbers of these people.
    async fn people(&self, names: &[String]) -> Result<Vec<i64>, String> {
        find_users(&self.client, &self.names, names).await
    }

    pub(super) async fn groups(self) -> Outcome {
        let groups = self.groups_now().await?;
        let line = |group: &pb::Group| {
            let people =
                if group.member_count == 1 { "1 person".to_owned() } else { format!("{} people", group.member_count) };
            format!("#{} ({people}, number {})", one_line(&group.name), group.id)
        };
        let lines: Vec<String> = groups.iter().map(line).collect();
        Ok(Done::Lines(if lines.is_empty() { "you are in no group".to_owned() } else { lines.join("\n") }))
    }

    pub(super) async fn group_new(self, name: String, people: Vec<String>) -> Outcome {
        let members = find_users(&self.client, &self.names, &people).await?;
        let id = self.client.group_create(name.as_str(), members).await.map_err(|error| in_words(&error))?;
        self.names.borrow_mut().learn_groups(&[pb::Group { id, name, ..Default::default() }]);
        self.open_peer(id, false).await
    }

    pub(super) async fn invite(self, group: i64, people: Vec<String>) -> Outcome {
        let members = find_users(&self.client, &self.names, &people).await?;
        self.client.group_invite(group, members).await.map_err(|error| in_words(&error))?;
        Ok(Done::Lines("done".to_owned()))
    }

    pub(super) async fn leave(self, group: i64) -> Outcome {
        self.client.group_leave(group).await.map_err(|error| in_words(&error))?;
        let name = self.names.borrow().peer(group);
        Ok(Done::Left(format!("you left {name}")))
    }

    pub(super) async fn read(self, peer: i64) -> Outcome {
        let marks = self.client.read_marks(peer).await.map_err(|error| in_words(&error))?;
        let newest = self.client.history(peer, 0, 1).await.map_err(|error| in_words(&error))?;
        let newest = newest.entries.first().map_or(0, |entry| entry.queue_id);
        let me = self.names.borrow().me;
        let others: Vec<&pb::ReadMark> = marks.iter().filter(|mark| mark.reader != me).collect();
        look_up(&self.client, &self.names, others.iter().map(|mark| mark.reader).collect()).await;
        let names = self.names.borrow();
        let line = |mark: &&pb::ReadMark| {
            let how_far = if mark.up_to >= newest { "everything".to_owned() } else { format!("up to {}", mark.up_to) };
            match (mark.up_to, mark.delivered_up_to) {
                (0, 1..) => format!("it has arrived at {} up to {}", names.user(mark.reader), mark.delivered_up_to),
                _ => format!("{} has read {how_far}", names.user(mark.reader)),
            }
        };
        let lines: Vec<String> = others.iter().map(line).collect();
        Ok(Done::Lines(if lines.is_empty() { "nobody has read anything yet".to_owned() } else { lines.join("\n") }))
    }
}

/// How much of a conversation is shown when it is opened.
const OPENED_WITH: u32 = 10;
/// A list of more people than this is no use on a terminal.
const MEMBERS_SHOWN_MAX: usize = 2000;
