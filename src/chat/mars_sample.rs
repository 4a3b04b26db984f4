//! The chat of Mars' sample apps: three topics without a login, which are three groups in the same log.
//!
//! A stranger is nobody here, so what one says is written by an account of the sample's own, with the name that the app
//! gave in front of it. Who is logged in writes as themselves. Everybody who has an account is brought into the three
//! groups; strangers are pushed what is said there.

use std::sync::Arc;

use prost::Message;
use rand::Rng;

use super::{Asked, Caller, Chat, Origin, later_raw};
use crate::address::Network;
use crate::id::{GroupId, LinkId, Peer, UserId};
use crate::limiter::{self, Limiter};
use crate::links::Links;
use crate::metrics::Limit;
use crate::store::{Entry, StoreError, Tail};
use crate::wire::mars::{
    Command, Conversation, ConversationListResponse, HelloRequest, HelloResponse, MessagePush, SendMessageRequest,
    SendMessageResponse,
};
use crate::wire::pb::ContentType;
use crate::wire::{Code, Refused, SampleRequest, pb};

/// The account that writes what strangers say.
const ACCOUNT: &str = "mars-sample";
/// The topics in the order of their numbers, by what the sample calls them.
const TOPICS: [&str; 3] = ["STN Discuss", "Xlog Discuss", "SDT Discuss"];
/// What the sample calls every conversation.
const CONVERSATION: &str = "Mars";
/// How the names begin that we give to what strangers say. The number behind it is the length of the app's name for
/// whoever said it, in bytes, so that it can be told from the text again.
const MSG_ID: &str = "mars-sample/";
/// The sample's own code for what did not go well.
const ERR_SYS: i32 = -1;
/// The sample pushes what it was asked for at a benchmark; more than this no app asks for.
const DUMPS: [(&str, usize); 2] = [("64KB", 64 * 1024), ("128KB", 128 * 1024)];
/// So many people are brought into a group at once.
const INVITED_AT_ONCE: usize = 100;

/// How the sample is kept within bounds.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How many messages may come from one address in a minute.
    pub sends_per_minute: u32,
}

/// The open sample.
#[derive(Debug)]
pub(super) struct Sample {
    account: UserId,
    topics: [GroupId; TOPICS.len()],
    sends: Limiter<Network>,
}

impl Chat {
    /// Makes what the sample needs, if it is not there, and opens it.
    pub async fn open_mars_sample(self: &Arc<Self>, settings: Settings) -> Result<(), Refused> {
        let account = match self.user_named(ACCOUNT)? {
            None => self.make_account(ACCOUNT, None, None).await?,
            Some(user) if self.account(user)?.is_some_and(|(account, _)| account.password.is_none()) => user,
            Some(_) => {
                let message = format!("the name {ACCOUNT:?}, which Mars' sample writes under, is somebody's");
                return Err(Refused::new(Code::NameTaken, message));
            }
        };
        let mut topics = Vec::with_capacity(TOPICS.len());
        for name in TOPICS {
            // A retry finds the group that the first start made.
            let request = pb::GroupCreateRequest {
                name: name.to_owned(),
                members: Vec::new(),
                client_msg_id: format!("{MSG_ID}{name}"),
            };
            let made = Arc::clone(self).group_create(caller(account), request).await?;
            topics.extend(GroupId::parse(made.group));
        }
        let topics = topics.try_into().map_err(|_| super::internal("a group has no number of a group"))?;
        let sends = Limiter::new(limiter::Settings::per_minute(settings.sends_per_minute, 10_000));
        tracing::warn!("Mars' sample is open: whoever reaches the ports writes in its topics, under any name");
        let _ = self.sample.set(Sample { account, topics, sends });
        let mut after = None;
        loop {
            let page = self.list_accounts(after)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = UserId::parse(last.id);
            let users: Vec<UserId> = page.iter().filter_map(|account| UserId::parse(account.id)).collect();
            self.bring_into_topics(&users).await?;
        }
    }

    /// Whether this is the account under which strangers write.
    pub(super) fn is_mars_sample(&self, user: UserId) -> bool {
        self.sample.get().is_some_and(|sample| sample.account == user)
    }

    /// Brings people into the topics in which they never were. Who has left stays out.
    pub(super) async fn bring_into_topics(self: &Arc<Self>, users: &[UserId]) -> Result<(), Refused> {
        let Some(sample) = self.sample.get() else { return Ok(()) };
        for topic in sample.topics {
            let mut new = Vec::new();
            for user in users {
                if !self.store.memberships(*user)?.iter().any(|stay| stay.group == topic) {
                    new.push(user.get());
                }
            }
            for members in new.chunks(INVITED_AT_ONCE) {
                let request = pb::GroupInviteRequest { group: topic.get(), members: members.to_vec() };
                match Arc::clone(self).group_invite(caller(sample.account), request).await {
                    // A full topic is no reason to keep anybody out of the rest.
                    Ok(_) | Err(Refused { code: Code::TooLarge, .. }) => {}
                    Err(refused) => return Err(refused),
                }
            }
        }
        Ok(())
    }

    /// Carries out what a sample app asks. It is answered in the sample's own shape, with all its fields: an app that
    /// misses one cannot read the answer, and drops the link.
    pub(super) fn ask_sample(self: &Arc<Self>, caller: Option<&Caller>, from: Origin, request: SampleRequest) -> Asked {
        let Some(sample) = self.sample.get() else {
            return super::refuse(
                Code::UnknownCommand,
                "the sample of Mars is not served here: see mars_sample.enabled",
            );
        };
        match request {
            SampleRequest::Hello(HelloRequest { user, .. }) => answered(&hello(0, format!("congratulations, {user}"))),
            SampleRequest::Hello2(request) => answered(&HelloResponse {
                dump_content: dump(&request.text).map(Into::into),
                ..hello(0, "hello mars".to_owned())
            }),
            SampleRequest::SendMessage(request) => {
                // In line for the log before this returns, as any send.
                let asked = self.append_to_topic(sample, caller, from, &request);
                later_raw(async move { Ok(said(request, asked).await.encode_to_vec().into()) })
            }
            SampleRequest::ConversationList(_) | SampleRequest::Unreadable(Command::ConversationList) => {
                answered(&conversations())
            }
            SampleRequest::Unreadable(Command::SendMessage) => {
                answered(&not_said(SendMessageRequest::default(), "the message cannot be read"))
            }
            SampleRequest::Unreadable(_) => answered(&hello(ERR_SYS, "the request cannot be read".to_owned())),
        }
    }

    fn append_to_topic(
        &self,
        sample: &Sample,
        known: Option<&Caller>,
        origin: Origin,
        request: &SendMessageRequest,
    ) -> Result<Asked, Refused> {
        let topic =
            request.topic.parse().ok().and_then(|number: usize| sample.topics.get(number)).ok_or_else(|| {
                Refused::new(Code::NotFound, format!("there is no topic {:?}; there are 0, 1 and 2", request.topic))
            })?;
        sample.sends.try_take(&origin.address.network(), self.now(), 1).map_err(|later| {
            self.metrics.limited(Limit::SampleSends);
            Refused::new(Code::RateLimited, later.to_string())
        })?;
        let random = rand::random::<u128>();
        // Who is logged in speaks for themselves, whatever the message says; who is not is nobody but a name.
        let (caller, client_msg_id, text) = match known {
            Some(caller) => (caller.clone(), format!("{random:032x}"), request.text.clone()),
            None => (
                Caller { link: origin.link, ..caller(sample.account) },
                format!("{MSG_ID}{}/{random:032x}", request.from.len()),
                format!("{}: {}", request.from, request.text),
            ),
        };
        let send = pb::SendRequest {
            to: topic.get(),
            client_msg_id,
            content_type: ContentType::Text as u32,
            content: text.into(),
            ..Default::default()
        };
        Ok(self.send(&caller, send))
    }

    /// Pushes what is said in the topics to every stranger but the one who said it, until the log stops. To those who
    /// are logged in it goes as any entry.
    pub async fn push_to_strangers(self: Arc<Self>, mut tail: Tail, links: Arc<Links>) -> StoreError {
        loop {
            let entries = match tail.next().await {
                Ok(entries) => entries,
                Err(error) => return error,
            };
            for entry in entries {
                if let Some(push) = self.as_sample_push(&entry) {
                    let body = push.encode_to_vec().into();
                    links.each_stranger(|outbox| {
                        if outbox.link() != LinkId(entry.origin) {
                            outbox.offer_to_stranger(Command::MessagePush as u32, &body);
                        }
                    });
                }
                tokio::task::consume_budget().await;
            }
        }
    }

    fn as_sample_push(&self, entry: &Entry) -> Option<MessagePush> {
        let sample = self.sample.get()?;
        let Peer::Group(group) = entry.to else { return None };
        let topic = sample.topics.iter().position(|topic| *topic == group)?;
        if entry.content_type != ContentType::Text as u32 {
            return None;
        }
        let message = entry.message().ok()?;
        let text = String::from_utf8_lossy(&message.content);
        let (from, content) = match name_length(&message.client_msg_id) {
            Some(length) if entry.from == sample.account => {
                let (from, rest) = text.split_at_checked(length)?;
                (from.to_owned(), rest.strip_prefix(": ")?.to_owned())
            }
            Some(_) | None => (self.name_of(entry.from).ok()??, text.into_owned()),
        };
        Some(MessagePush { topic: topic.to_string(), content, from })
    }
}

/// How many bytes of an entry's text are the name of whoever said it, if a stranger did.
fn name_length(client_msg_id: &str) -> Option<usize> {
    client_msg_id.strip_prefix(MSG_ID)?.split_once('/')?.0.parse().ok()
}

fn caller(user: UserId) -> Caller {
    Caller { user, device: Arc::from(ACCOUNT), link: LinkId::NONE }
}

fn hello(retcode: i32, errmsg: String) -> HelloResponse {
    HelloResponse { retcode, errmsg: Some(errmsg), dump_content: None }
}

/// Bytes that nothing on the way can make smaller.
fn dump(text: &str) -> Option<Vec<u8>> {
    let (_, length) = DUMPS.iter().find(|(name, _)| *name == text)?;
    let mut bytes = vec![0; *length];
    rand::rng().fill_bytes(&mut bytes);
    Some(bytes)
}

/// The same for every type that is asked for: the sample's own server breaks off at those that it does not know.
fn conversations() -> ConversationListResponse {
    let conversation = |(number, notice): (usize, &&str)| Conversation {
        topic: number.to_string(),
        notice: (*notice).to_owned(),
        name: CONVERSATION.to_owned(),
    };
    ConversationListResponse { list: TOPICS.iter().enumerate().map(conversation).collect() }
}

/// The answer to a message: it is in the log, or why not.
async fn said(request: SendMessageRequest, asked: Result<Asked, Refused>) -> SendMessageResponse {
    let outcome = match asked {
        Ok(Asked::Done(answer)) => answer,
        Ok(Asked::Later(answer)) => answer.await,
        Err(refused) => Err(refused),
    };
    if let Err(refused) = outcome {
        return not_said(request, &refused.message);
    }
    let SendMessageRequest { from, text, topic, .. } = request;
    SendMessageResponse { err_code: 0, err_msg: format!("congratulations, {from}"), from, text, topic }
}

fn not_said(request: SendMessageRequest, reason: &str) -> SendMessageResponse {
    let SendMessageRequest { from, text, topic, .. } = request;
    SendMessageResponse { err_code: ERR_SYS, err_msg: reason.to_owned(), from, text, topic }
}

fn answered(answer: &impl Message) -> Asked {
    Asked::Done(Ok(answer.encode_to_vec().into()))
}
