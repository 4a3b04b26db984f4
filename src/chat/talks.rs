//! The list of one's conversations, the latest first, with what is unread in each, and what one made of them for oneself.

use std::collections::HashMap;
use std::sync::Arc;

use prost::Message;

use super::account::number;
use super::{Caller, Chat, keys};
use crate::id::{Peer, QueueId, UserId};
use crate::store::{Change, Expect, Keep, PageBounds, Record, Talk, Unread};
use crate::wire::pb::ContentType;
use crate::wire::{Code, Command, Refused, pb};

const PAGE_MAX: u32 = 200;
const PAGE: u32 = 50;
/// The total of unread entries is not counted further.
const TOTAL_UNREAD_MAX: usize = 10_000;
const PINNED_MAX: usize = 100;
/// So many conversations of a user may be other than all are at first: each is read for each page.
const SETTINGS_MAX: usize = 10_000;
/// A longer content is not shown in the list: it is there for one line of each conversation, and a page of a hundred must
/// fit into a frame.
const SHOWN_BYTES_MAX: usize = 1024;

const PINNED: u8 = 1;
const MUTED: u8 = 2;

/// What the directory knows of a user's conversations.
struct Own {
    settings: HashMap<i64, pb::ConversationSettings>,
    read_up_to: HashMap<i64, i64>,
}

impl Own {
    fn settings(&self, peer: Peer) -> pb::ConversationSettings {
        self.settings.get(&peer.get()).copied().unwrap_or_default()
    }

    fn read_up_to(&self, peer: Peer) -> QueueId {
        QueueId::cursor(self.read_up_to.get(&peer.get()).copied().unwrap_or(0))
    }
}

impl Chat {
    pub(super) async fn conversations(
        self: Arc<Self>,
        caller: Caller,
        request: pb::ConversationsRequest,
    ) -> Result<pb::ConversationsReply, Refused> {
        self.reading(move |this| this.conversations_page(caller.user, request)).await
    }

    fn conversations_page(
        &self,
        user: UserId,
        request: pb::ConversationsRequest,
    ) -> Result<pb::ConversationsReply, Refused> {
        let own = self.own_of(user)?;
        let mut talks = self.store.conversations(user)?;
        talks.sort_unstable_by_key(|talk| std::cmp::Reverse(talk.last));
        let is_first = request.before <= 0;
        let mut reply = pb::ConversationsReply::default();
        if is_first {
            for talk in self.pinned(&own, &talks) {
                reply.conversations.push(self.conversation(user, &own, talk)?);
            }
            reply.unread = u32::try_from(self.total_unread(user, &own, &talks)?).unwrap_or(u32::MAX);
        }
        let limit = if request.limit == 0 { PAGE } else { request.limit.min(PAGE_MAX) } as usize;
        let before = if is_first { QueueId::END } else { QueueId::cursor(request.before) };
        let mut bytes = 0;
        let others = talks.iter().filter(|talk| talk.last < before && !own.settings(talk.peer).pinned);
        for (index, talk) in others.enumerate() {
            if index == limit || bytes > self.settings.page_bytes {
                reply.more = true;
                break;
            }
            let conversation = self.conversation(user, &own, *talk)?;
            bytes += conversation.encoded_len();
            reply.next = talk.last.get();
            reply.conversations.push(conversation);
        }
        Ok(reply)
    }

    /// Those that are pinned, the latest first; then those among them in which nothing is.
    fn pinned(&self, own: &Own, talks: &[Talk]) -> Vec<Talk> {
        let mut pinned: Vec<Talk> = talks.iter().copied().filter(|talk| own.settings(talk.peer).pinned).collect();
        let is_there = |number: i64| pinned.iter().any(|talk| talk.peer.get() == number);
        // A group in which one is no more is none of one's conversations.
        let empty = own.settings.iter().filter(|(peer, settings)| settings.pinned && **peer >= 0 && !is_there(**peer));
        let mut empty: Vec<i64> = empty.map(|(peer, _)| *peer).collect();
        empty.sort_unstable();
        let talk = |peer| Talk { peer, last: QueueId::START, stay: None };
        pinned.extend(empty.into_iter().filter_map(Peer::parse).map(talk));
        pinned
    }

    fn total_unread(&self, user: UserId, own: &Own, talks: &[Talk]) -> Result<usize, Refused> {
        let mut total = 0;
        for talk in talks.iter().filter(|talk| !own.settings(talk.peer).muted) {
            total += self.unread_of(user, own, talk)?.entries;
            if total >= TOTAL_UNREAD_MAX {
                return Ok(TOTAL_UNREAD_MAX);
            }
        }
        Ok(total)
    }

    fn unread_of(&self, user: UserId, own: &Own, talk: &Talk) -> Result<Unread, Refused> {
        let read_up_to = own.read_up_to(talk.peer);
        // Most are read to their end, which is seen without a look into them.
        if talk.last <= read_up_to {
            return Ok(Unread::default());
        }
        Ok(self.store.unread(user, talk.peer, read_up_to)?)
    }

    fn conversation(&self, user: UserId, own: &Own, talk: Talk) -> Result<pb::Conversation, Refused> {
        let one = PageBounds { entries: 1, bytes: usize::MAX };
        let unread = self.unread_of(user, own, &talk)?;
        let page = self.store.read_history(user, talk.peer, talk.last.next(), one)?;
        let last = page.entries.first().map(|entry| entry.message()).transpose()?.map(for_a_list);
        let who = match (talk.peer, talk.stay) {
            (Peer::User(other), _) => self.cards_for(user, &[other])?.pop().map(pb::conversation::Who::User),
            (Peer::Group(_), Some(stay)) => self.group_of_stay(user, stay)?.map(pb::conversation::Who::Group),
            (Peer::Everyone | Peer::Group(_), _) => None,
        };
        Ok(pb::Conversation {
            peer: talk.peer.get(),
            unread: u32::try_from(unread.entries).unwrap_or(u32::MAX),
            last,
            read_up_to: own.read_up_to(talk.peer).get(),
            settings: Some(own.settings(talk.peer)),
            mentions: u32::try_from(unread.mentions).unwrap_or(u32::MAX),
            who,
        })
    }

    fn own_of(&self, user: UserId) -> Result<Own, Refused> {
        let settings = self.store.list(&keys::conversations(user), None, SETTINGS_MAX)?;
        let marks = self.store.list(&keys::read_marks(user), None, usize::MAX)?;
        Ok(Own {
            settings: settings
                .iter()
                .filter_map(|(key, record)| Some((keys::peer_of(key)?, settings_of(record))))
                .collect(),
            read_up_to: marks.iter().filter_map(|(key, record)| Some((keys::peer_of(key)?, number(record)?))).collect(),
        })
    }

    pub(super) async fn conversation_set(
        self: Arc<Self>,
        caller: Caller,
        request: pb::ConversationSetRequest,
    ) -> Result<pb::ConversationSetReply, Refused> {
        let settings = request.settings.unwrap_or_default();
        let is_set = settings != pb::ConversationSettings::default();
        // What was set may be taken back also where one has no part any more.
        let peer = if is_set {
            self.check_conversation(caller.user, request.peer)?
        } else {
            Peer::parse(request.peer).ok_or_else(|| Refused::new(Code::BadRequest, "`peer` is nobody's number"))?
        };
        if is_set {
            let user = caller.user;
            self.reading(move |this| this.check_settings(user, peer, settings)).await?;
        }
        let flags = (PINNED * u8::from(settings.pinned)) | (MUTED * u8::from(settings.muted));
        let change = Change {
            key: keys::conversation(caller.user, peer),
            value: is_set.then(|| vec![flags]),
            expect: Expect::Anything,
        };
        self.change(vec![change], Keep::Durable).await?;
        let push = pb::ConversationPush { peer: peer.get(), settings: Some(settings) };
        let body = push.encode_to_vec().into();
        self.router.offer_state(caller.user, Command::PushConversation, &body, Some(caller.link));
        Ok(pb::ConversationSetReply::default())
    }

    fn check_settings(&self, user: UserId, peer: Peer, settings: pb::ConversationSettings) -> Result<(), Refused> {
        let mut others = self.own_of(user)?.settings;
        others.remove(&peer.get());
        if settings.pinned && others.values().filter(|settings| settings.pinned).count() >= PINNED_MAX {
            return Err(Refused::new(
                Code::TooLarge,
                format!("{PINNED_MAX} conversations are pinned, as many as may be"),
            ));
        }
        if others.len() >= SETTINGS_MAX {
            let message = format!("{SETTINGS_MAX} conversations are pinned or muted, as many as may be");
            return Err(Refused::new(Code::TooLarge, message));
        }
        Ok(())
    }
}

fn settings_of(record: &Record) -> pb::ConversationSettings {
    let flags = record.value.first().copied().unwrap_or(0);
    pb::ConversationSettings { pinned: flags & PINNED != 0, muted: flags & MUTED != 0 }
}

/// Leaves out what is too long for a list: of a text its end, of something uploaded its preview, of anything else all.
fn for_a_list(mut entry: pb::Entry) -> pb::Entry {
    if entry.content.len() <= SHOWN_BYTES_MAX {
        return entry;
    }
    entry.content = match ContentType::try_from(entry.content_type.cast_signed()) {
        Ok(ContentType::Text) => {
            let text = String::from_utf8_lossy(&entry.content);
            text.get(..text.floor_char_boundary(SHOWN_BYTES_MAX)).unwrap_or_default().to_owned().into()
        }
        Ok(ContentType::Picture | ContentType::File) => pb::Media::decode(entry.content)
            .map(|media| pb::Media { preview: bytes::Bytes::new(), ..media }.encode_to_vec())
            .ok()
            .filter(|media| media.len() <= SHOWN_BYTES_MAX)
            .unwrap_or_default()
            .into(),
        Ok(ContentType::Unspecified | ContentType::GroupEvent | ContentType::Recall | ContentType::Edit) | Err(_) => {
            bytes::Bytes::new()
        }
    };
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_for_a_list_is_left_out() {
        let shown = |content_type: ContentType, content: Vec<u8>| {
            let entry = pb::Entry { content_type: content_type as u32, content: content.into(), ..Default::default() };
            for_a_list(entry).content
        };
        let text = "ä".repeat(600);
        assert_eq!(shown(ContentType::Text, text.clone().into()), text.as_bytes()[..1024]);
        assert_eq!(shown(ContentType::Text, [b"a", text.as_bytes()].concat()).len(), 1023, "no half characters");
        let media = pb::Media { hash: "ab".into(), preview: vec![7; 2000].into(), ..Default::default() };
        let short = pb::Media { hash: "ab".into(), ..Default::default() }.encode_to_vec();
        assert_eq!(shown(ContentType::Picture, media.encode_to_vec()), short);
        let media = pb::Media { caption: "a".repeat(2000), ..Default::default() };
        assert_eq!(shown(ContentType::File, media.encode_to_vec()), "");
        assert_eq!(shown(ContentType::GroupEvent, vec![1; 1024]).len(), 1024);
        assert_eq!(shown(ContentType::GroupEvent, vec![1; 1025]), "");
    }
}
