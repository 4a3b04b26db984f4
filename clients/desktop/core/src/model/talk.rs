//! A conversation in the list: what the server told of it, and what came since, folded in entry by entry. Folding an entry
//! twice changes nothing more.

use std::collections::VecDeque;

use longlink_client::pb;

use super::{Amendment, Content, Item, Peer, UserId};

/// One line of the list of conversations.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Talk {
    pub peer: Peer,
    /// The last entry, its text cut short; nothing when nothing of it is kept.
    pub last: Option<Item>,
    /// What is unread as the server counted it.
    pub counted: Counted,
    /// The unread entries that came behind what was counted, ascending, at most [`NEWS_MAX`].
    pub news: VecDeque<News>,
    /// Up to where the person has read, as far as is known (S1).
    pub read_up_to: i64,
    pub is_pinned: bool,
    pub is_muted: bool,
    /// What the person has begun to write.
    pub draft: String,
    /// Where the list sorts it: the place of its last entry, or the latest place of all when the person wrote something
    /// here that is not in the log.
    pub rank: i64,
}

/// Unread entries up to a place, as the server counted them (K3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// 1000 stands for 1000 and more.
    pub unread: u32,
    pub mentions: u32,
    pub up_to: i64,
}

/// An unread entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct News {
    pub queue_id: i64,
    pub is_mention: bool,
}

/// So many that came since are counted one by one.
pub const NEWS_MAX: usize = 200;
/// So much of the last text is kept for the list, in characters.
const PREVIEW_CHARS: usize = 160;

impl Talk {
    pub fn new(peer: Peer) -> Self {
        Self { peer, ..Self::default() }
    }

    /// At most 1000 as the server counted them, and what came since.
    pub fn unread(&self) -> u32 {
        self.counted.unread.saturating_add(length(&self.news))
    }

    /// How many of the unread mention the person.
    pub fn mentions(&self) -> u32 {
        let fresh = self.news.iter().filter(|news| news.is_mention).count();
        self.counted.mentions.saturating_add(u32::try_from(fresh).unwrap_or(u32::MAX))
    }

    /// The place of the last entry. 0: there is none.
    pub fn last_place(&self) -> i64 {
        self.last.as_ref().map_or(0, |last| last.queue_id)
    }

    /// Takes one more entry, and reads nothing by it.
    pub(crate) fn put(&mut self, item: &Item) {
        if self.last_place() < item.queue_id {
            self.last = Some(shortened(item));
            self.rank = self.rank.max(item.queue_id);
        }
    }

    /// Takes one more entry. What tells of a group is not unread. True when it is news to this person.
    pub fn fold(&mut self, item: &Item, me: UserId) -> bool {
        self.put(item);
        if item.is_event() {
            return false;
        }
        if item.from == me {
            // Who writes has read what was there.
            self.read(item.queue_id);
            return false;
        }
        let is_known = item.queue_id <= self.read_up_to || item.queue_id <= self.counted.up_to;
        let at = self.news.partition_point(|news| news.queue_id < item.queue_id);
        if is_known || self.news.get(at).is_some_and(|news| news.queue_id == item.queue_id) {
            return false;
        }
        self.news.insert(at, News { queue_id: item.queue_id, is_mention: item.mentions(me) });
        if self.news.len() > NEWS_MAX {
            self.news.pop_front();
        }
        true
    }

    /// Has it read up to there: a mark never goes back (S1). What lies in the midst of what the server counted is for the
    /// server to count anew: true when it is.
    pub fn read(&mut self, up_to: i64) -> bool {
        if up_to <= self.read_up_to {
            return false;
        }
        self.read_up_to = up_to;
        self.news.retain(|news| news.queue_id > up_to);
        if up_to >= self.counted.up_to {
            self.counted = Counted { unread: 0, mentions: 0, ..self.counted };
        }
        self.counted.unread > 0
    }

    /// Takes it as the server tells it, with what came here that the server did not have yet.
    pub(crate) fn take(&mut self, conversation: &pb::Conversation) {
        let last = conversation.last.as_ref().map(|entry| shortened(&Item::of(entry)));
        let (up_to, changed_by) = last.as_ref().map_or((0, 0), |last| (last.queue_id, last.changed_by));
        // Read here further than the server knew: what it counted lies before that.
        let is_read = self.read_up_to >= up_to && self.read_up_to > conversation.read_up_to;
        let (unread, mentions) = if is_read { (0, 0) } else { (conversation.unread, conversation.mentions) };
        // What is here may be newer, by an entry or by a change of the same one.
        let is_newer = |here: &Item| here.queue_id > up_to || (here.queue_id == up_to && here.changed_by > changed_by);
        if !self.last.as_ref().is_some_and(is_newer) {
            self.last = last;
        }
        self.counted = Counted { unread, mentions, up_to };
        self.news.retain(|news| news.queue_id > up_to);
        self.read_up_to = self.read_up_to.max(conversation.read_up_to);
        let settings = conversation.settings.unwrap_or_default();
        self.is_pinned = settings.pinned;
        self.is_muted = settings.muted;
        self.rank = self.rank.max(up_to);
    }

    /// Changes the last entry, if that is the one that is meant. True when it is another now.
    pub(crate) fn amend(&mut self, amendment: &Amendment) -> bool {
        let is_changed = self.last.as_mut().is_some_and(|last| amendment.apply(last));
        if is_changed {
            self.last = self.last.as_ref().map(shortened);
        }
        is_changed
    }

    /// Nothing of it is counted any more: the server does that.
    pub(crate) fn forget_news(&mut self) {
        self.news.clear();
    }
}

/// The entry as the list shows it.
fn shortened(item: &Item) -> Item {
    let mut short = item.clone();
    match &mut short.content {
        Content::Text(text) => cut(text),
        Content::Upload(upload) => {
            upload.media.preview.clear();
            cut(&mut upload.media.caption);
        }
        Content::Event(_) | Content::Recalled | Content::Other(_) => {}
    }
    short
}

fn cut(text: &mut String) {
    if let Some((end, _)) = text.char_indices().nth(PREVIEW_CHARS) {
        text.truncate(end);
    }
}

fn length(news: &VecDeque<News>) -> u32 {
    u32::try_from(news.len()).unwrap_or(u32::MAX)
}
