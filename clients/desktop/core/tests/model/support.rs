//! A model, what it wishes, and short words for what it is told.

use longlink_client::pb;
use longlink_desktop_core::model::{
    AnswerError, Answered, Asking, Item, Opened, Page, Peer, Session, Ticket, Told, UserId, Wish,
};
use prost::Message;

/// The person.
pub(super) const ME: UserId = 7;
pub(super) const ANNA: UserId = 8;
pub(super) const BEN: UserId = 9;
pub(super) const GROUP: Peer = -5;
/// When it all begins.
pub(super) const NOON: i64 = 1_700_000_000_000;

/// A model whose wishes are gathered.
pub(super) struct Stage {
    pub(super) session: Session,
    wishes: Vec<Wish>,
}

impl Stage {
    /// Nothing is kept, and nobody was ever logged in.
    pub(super) fn new() -> Self {
        let mut stage = Self { session: Session::new(), wishes: Vec::new() };
        stage.session.advance(NOON);
        stage
    }

    /// Logged in as [`ME`] with a log of this many entries, and everything that was asked for is answered: there is nothing.
    pub(super) fn online(head: i64) -> Self {
        let mut stage = Self::new();
        stage.tell(Told::Opened(Box::new(Opened { user_id: ME, user_name: "me".into(), ..Opened::default() })));
        stage.connect(head, head);
        stage.settle();
        stage
    }

    pub(super) fn tell(&mut self, told: Told) {
        self.session.tell(told);
    }

    pub(super) fn connect(&mut self, cursor: i64, head: i64) {
        self.tell(Told::Connected { user_id: ME, user_name: "me".into(), cursor, head, kept_from: 0 });
    }

    pub(super) fn pass(&mut self, ms: i64) {
        let now_ms = self.session.now_ms() + ms;
        self.session.advance(now_ms);
    }

    /// All wishes since this was called last.
    pub(super) fn wishes(&mut self) -> Vec<Wish> {
        self.wishes.extend(self.session.take_wishes());
        std::mem::take(&mut self.wishes)
    }

    /// Those wishes that these are; the others stay.
    pub(super) fn take<T>(&mut self, mut is_it: impl FnMut(&Wish) -> Option<T>) -> Vec<T> {
        let mut taken = Vec::new();
        self.wishes = self.wishes().into_iter().filter(|wish| is_it(wish).map(|it| taken.push(it)).is_none()).collect();
        taken
    }

    /// The one question of this kind that waits for an answer.
    pub(super) fn asked<T>(&mut self, mut is_it: impl FnMut(&Asking) -> Option<T>) -> (Ticket, T) {
        let mut found = self.all_asked(&mut is_it);
        assert_eq!(found.len(), 1, "so many questions of this kind");
        found.remove(0)
    }

    pub(super) fn all_asked<T>(&mut self, mut is_it: impl FnMut(&Asking) -> Option<T>) -> Vec<(Ticket, T)> {
        self.take(|wish| match wish {
            Wish::Ask { ticket, asking } => is_it(asking).map(|it| (*ticket, it)),
            _ => None,
        })
    }

    pub(super) fn answer(&mut self, ticket: Ticket, answered: Answered) {
        self.tell(Told::Answered { ticket, answer: Ok(Box::new(answered)) });
    }

    pub(super) fn fail(&mut self, ticket: Ticket, error: AnswerError) {
        self.tell(Told::Answered { ticket, answer: Err(error) });
    }

    /// Answers what is asked at a login and for names, as a server does on which there is nothing; throws all other wishes
    /// away.
    pub(super) fn settle(&mut self) {
        for _ in 0..100 {
            let mut is_any = false;
            for wish in self.wishes() {
                let Wish::Ask { ticket, asking } = wish else { continue };
                is_any = true;
                self.answer(ticket, nothing(&asking));
            }
            if !is_any {
                return;
            }
        }
        panic!("it asks for ever");
    }

    /// Opens a conversation whose last entries are these.
    pub(super) fn open(&mut self, peer: Peer, items: Vec<Item>, has_more: bool) {
        self.session.open(peer);
        self.load(peer, items, has_more);
    }

    /// Answers the one load that waits.
    pub(super) fn load(&mut self, peer: Peer, items: Vec<Item>, has_more: bool) {
        let (number, ..) = self.loading(peer);
        self.tell(Told::Page(Page { number, peer, items, has_more, has_holes: false }));
    }

    /// The same, for who knows what is asked for.
    pub(super) fn load_of(&mut self, peer: Peer, of: (i64, i64), items: Vec<Item>, has_more: bool) {
        let (number, before, after) = self.loading(peer);
        assert_eq!((before, after), of, "before and behind which place");
        self.tell(Told::Page(Page { number, peer, items, has_more, has_holes: false }));
    }

    /// What is being loaded: its number, before which place, behind which.
    pub(super) fn loading(&mut self, peer: Peer) -> (u64, i64, i64) {
        let loads = self.loads(peer);
        assert_eq!(loads.len(), 1, "so many loads");
        loads[0]
    }

    pub(super) fn loads(&mut self, peer: Peer) -> Vec<(u64, i64, i64)> {
        self.take(|wish| match wish {
            Wish::Load { number, peer: its, before, after, .. } if *its == peer => Some((*number, *before, *after)),
            _ => None,
        })
    }

    pub(super) fn entries(&mut self, entries: impl IntoIterator<Item = pb::Entry>) {
        self.tell(Told::Entries(entries.into_iter().collect()));
    }

    /// The places and texts of the open conversation.
    pub(super) fn shown(&self) -> Vec<(i64, String)> {
        self.session.thread.iter().flat_map(|thread| &thread.items).map(|item| (item.queue_id, words(item))).collect()
    }

    pub(super) fn shown_texts(&self) -> Vec<String> {
        self.shown().into_iter().map(|(_, text)| text).collect()
    }

    /// The peers of the list, in its order.
    pub(super) fn list(&self) -> Vec<Peer> {
        self.session.talks.iter().map(|talk| talk.peer).collect()
    }

    /// What is unread in a conversation, and how many of that mention the person.
    pub(super) fn unread(&self, peer: Peer) -> (u32, u32) {
        self.session.talks.get(peer).map_or((0, 0), |talk| (talk.unread(), talk.mentions()))
    }
}

fn nothing(asking: &Asking) -> Answered {
    match asking {
        Asking::Conversations(_) => Answered::Conversations(pb::ConversationsReply::default()),
        Asking::ContactList(_) => Answered::ContactList(pb::ContactListReply::default()),
        Asking::GroupList(_) => Answered::GroupList(pb::GroupListReply::default()),
        Asking::ProfileSet(_) => Answered::ProfileSet(pb::ProfileSetReply::default()),
        Asking::Users(_) => Answered::Users(pb::UsersReply::default()),
        Asking::Presence(_) => Answered::Presence(pb::PresenceReply::default()),
        Asking::ReadMarks(_) => Answered::ReadMarks(pb::ReadMarksReply::default()),
        Asking::MarkRead(_) => Answered::MarkRead(pb::MarkReadReply::default()),
        Asking::Readers(_) => Answered::Readers(pb::ReadersReply::default()),
        Asking::Typing(_) => Answered::Typing(pb::TypingReply::default()),
        other => panic!("nobody has answered {other:?}"),
    }
}

/// What is to be read of an item.
pub(crate) fn words(item: &Item) -> String {
    use longlink_desktop_core::model::Content;
    match &item.content {
        Content::Text(text) => text.clone(),
        Content::Upload(upload) => format!("[{}]", upload.media.name),
        Content::Event(event) => format!("<{:?}>", event.kind()),
        Content::Recalled => "(taken back)".to_owned(),
        Content::Other(content_type) => format!("(type {content_type})"),
    }
}

pub(super) fn text(queue_id: i64, from: UserId, to: Peer, words: &str) -> pb::Entry {
    pb::Entry {
        queue_id,
        from,
        to,
        client_msg_id: format!("{from}-{queue_id}"),
        content_type: pb::ContentType::Text as u32,
        content: words.to_owned().into(),
        sent_at_ms: NOON + queue_id,
        ..pb::Entry::default()
    }
}

pub(super) fn recall(queue_id: i64, from: UserId, to: Peer, target: i64) -> pb::Entry {
    let content = pb::Recall { queue_id: target }.encode_to_vec().into();
    pb::Entry { content_type: pb::ContentType::Recall as u32, content, ..text(queue_id, from, to, "") }
}

pub(super) fn edit(queue_id: i64, from: UserId, to: Peer, target: i64, words: &str) -> pb::Entry {
    let content =
        pb::Edit { queue_id: target, content_type: pb::ContentType::Text as u32, content: words.to_owned().into() };
    pb::Entry {
        content_type: pb::ContentType::Edit as u32,
        content: content.encode_to_vec().into(),
        ..text(queue_id, from, to, "")
    }
}

pub(super) fn event(queue_id: i64, from: UserId, group: Peer, event: pb::GroupEvent) -> pb::Entry {
    pb::Entry {
        content_type: pb::ContentType::GroupEvent as u32,
        content: event.encode_to_vec().into(),
        ..text(queue_id, from, group, "")
    }
}

pub(super) fn of_kind(kind: pb::GroupEventKind, users: &[UserId]) -> pb::GroupEvent {
    pb::GroupEvent { kind: kind.into(), users: users.to_vec(), ..pb::GroupEvent::default() }
}

pub(super) fn items(entries: impl IntoIterator<Item = pb::Entry>) -> Vec<Item> {
    entries.into_iter().map(|entry| Item::of(&entry)).collect()
}

pub(super) fn user(id: UserId, name: &str) -> pb::User {
    pb::User { id, name: name.into(), ..pb::User::default() }
}

pub(super) fn group(id: Peer, name: &str, role: pb::GroupRole) -> pb::Group {
    pb::Group { id, name: name.into(), member_count: 3, role: role.into(), ..pb::Group::default() }
}

/// A line of the list as the server tells it.
pub(super) fn conversation(peer: Peer, last: pb::Entry, unread: u32, read_up_to: i64) -> pb::Conversation {
    pb::Conversation { peer, last: Some(last), unread, read_up_to, ..pb::Conversation::default() }
}
