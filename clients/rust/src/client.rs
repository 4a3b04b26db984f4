//! The handle: what an app calls. It asks the owner and waits; it holds nothing itself.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use longlink::wire::frame::{FRAME_LENGTH_MAX, HEADER_LENGTH};
use longlink::wire::{Ask, pb};
use prost::Message;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::Instant;

use crate::dial::{Dial, Server};
use crate::error::{AskError, Ended, SendError};
use crate::event::{Connected, Events};
use crate::owner::{Owner, State};
use crate::requests::{Asked, Sent, read_answer, too_large};
use crate::settings::{Secret, Settings};

/// A handle to the link. Clone it freely; the link ends when the last one is dropped, or with [`Client::close`].
#[derive(Clone, Debug)]
pub struct Client {
    orders: mpsc::Sender<Order>,
    state: watch::Receiver<State>,
    asks: Arc<Semaphore>,
    sends: Arc<Semaphore>,
    settings: Arc<Settings>,
}

/// What a handle tells the owner.
#[derive(Debug)]
pub(crate) enum Order {
    Ask(Asked),
    Send(Sent),
    Taken(i64),
    /// There is a network again.
    Hurry,
    /// The password was changed; the tokens of before are worth nothing.
    Renewed {
        token: Secret,
        password: Secret,
    },
    Close,
}

/// Text or other content of a message. Text becomes one by itself; [`Content::replying_to`] and
/// [`Content::mentioning`] add to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// A [`pb::ContentType`], or a number of the application's own from 1000 on.
    pub content_type: u32,
    pub bytes: Bytes,
    /// The entry of the same conversation that it answers. 0: none.
    pub reply_to: i64,
    /// Users to whose notice it is meant to come. 0: all members of the group.
    pub mentions: Vec<i64>,
}

impl<T: Into<String>> From<T> for Content {
    fn from(text: T) -> Self {
        let content_type = pb::ContentType::Text as u32;
        Self { content_type, bytes: text.into().into(), reply_to: 0, mentions: Vec::new() }
    }
}

impl Client {
    /// Begins to connect to `server` (`host:port`) by TCP, with TLS as the settings say, and returns at once: [`Client::ready`] or the first
    /// [`Event`](crate::Event) tells how that went. Must be called within a tokio runtime.
    pub fn connect(server: impl Into<String>, settings: Settings) -> (Self, Events) {
        let server = Server::new(server, settings.protection.clone());
        Self::connect_with(server, settings)
    }

    /// As [`Client::connect`], over connections of any kind.
    #[allow(clippy::disallowed_methods, reason = "the owner ends with its handles; a client has no tracker to drain")]
    pub fn connect_with(dial: impl Dial, settings: Settings) -> (Self, Events) {
        let asks_max = settings.asks_max.clamp(1, QUEUE_MAX);
        let sends_max = settings.sends_max.clamp(1, QUEUE_MAX);
        // Whatever has a permit has room; the rest is for the few orders that need none.
        let (orders, taken) = mpsc::channel(asks_max + sends_max + 8);
        let settings = Arc::new(settings);
        let (owner, state, events) = Owner::new(dial, Arc::clone(&settings), taken);
        tokio::spawn(owner.run());
        let asks = Arc::new(Semaphore::new(asks_max));
        let sends = Arc::new(Semaphore::new(sends_max));
        (Self { orders, state, asks, sends, settings }, events)
    }

    /// Waits until the link is logged in, and tells as whom. The events have to be taken meanwhile only if there are
    /// very many of them.
    pub async fn ready(&self) -> Result<Connected, Ended> {
        let mut state = self.state.clone();
        let decided = state.wait_for(|state| !matches!(state, State::Away)).await;
        match decided.as_deref() {
            Ok(State::Here(connected)) => Ok(connected.clone()),
            Ok(State::Ended(ended)) => Err(ended.clone()),
            Ok(State::Away) | Err(_) => Err(Ended::Closed),
        }
    }

    /// Whether the link is logged in at this moment.
    pub fn is_connected(&self) -> bool {
        matches!(*self.state.borrow(), State::Here(_))
    }

    /// Sends a message to a peer (greater than 0 a user, 0 everyone, less than 0 a group). It is on its way when this
    /// returns, and stays so over reconnects, whether or not the [`Sending`] is waited for.
    pub fn send(&self, to: i64, content: impl Into<Content>) -> Result<Sending, SendError> {
        let Content { content_type, bytes, reply_to, mentions } = content.into();
        let client_msg_id = crate::fresh_id();
        self.send_request(pb::SendRequest { to, client_msg_id, content_type, content: bytes, reply_to, mentions })
    }

    /// As [`Client::send`], with a `client_msg_id` of the app's own: for a message that an earlier run of the app has
    /// begun to send.
    pub fn send_request(&self, request: pb::SendRequest) -> Result<Sending, SendError> {
        self.put_send(None, request)
    }

    /// The same, for this log (its epoch) and no other: in another one the numbers of peers may mean other people, so it is
    /// not sent there, and fails with [`AskError::AnotherLog`].
    pub fn send_request_in(&self, epoch: impl Into<String>, request: pb::SendRequest) -> Result<Sending, SendError> {
        self.put_send(Some(epoch.into()), request)
    }

    fn put_send(&self, epoch: Option<String>, request: pb::SendRequest) -> Result<Sending, SendError> {
        let body = Bytes::from(request.encode_to_vec());
        if body.len() > BODY_LENGTH_MAX {
            return Err(SendError::TooLarge { length: body.len(), max: BODY_LENGTH_MAX });
        }
        let full = SendError::QueueFull { max: self.settings.sends_max };
        let Ok(permit) = Arc::clone(&self.sends).try_acquire_owned() else {
            return Err(full);
        };
        let (answer, answered) = oneshot::channel();
        let sent = Sent { body, epoch, answer, _permit: permit, refusals: 0, under_way: None };
        match self.orders.try_send(Order::Send(sent)) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(_)) => return Err(full),
            Err(mpsc::error::TrySendError::Closed(_)) => return Err(SendError::Closed(self.ended())),
        }
        Ok(Sending { client_msg_id: request.client_msg_id, answered, client: self.clone() })
    }

    /// Asks for anything. While there is no link this waits for one, at most for the request timeout.
    ///
    /// It is never repeated by itself: after [`AskError::Disconnected`] it may or may not have been carried out.
    pub async fn ask<A: Ask>(&self, request: A) -> Result<A::Reply, AskError> {
        let body = Bytes::from(request.encode_to_vec());
        if body.len() > BODY_LENGTH_MAX {
            return Err(too_large(body.len(), BODY_LENGTH_MAX).into());
        }
        let deadline = Instant::now() + self.settings.request_timeout;
        let permit = Arc::clone(&self.asks).acquire_owned().await.map_err(|_| self.closed())?;
        let (answer, answered) = oneshot::channel();
        let order = Order::Ask(Asked { command: A::COMMAND, body, deadline, answer, _permit: permit });
        self.orders.send(order).await.map_err(|_| self.closed())?;
        read_answer::<A>(answered.await.map_err(|_| self.closed())??)
    }

    /// Asks for what is carried out once however often it is asked, and so asks again when a link is lost over it.
    pub(crate) async fn ask_again<A: Ask + Clone>(&self, request: A) -> Result<A::Reply, AskError> {
        for _ in 1..self.settings.send_attempts_max {
            match self.ask(request.clone()).await {
                Err(AskError::Disconnected | AskError::TimedOut) => {}
                decided => return decided,
            }
        }
        self.ask(request).await
    }

    /// Says that everything up to here has been taken, after an app has read it by [`Client::sync`]: it is then not
    /// pushed any more.
    pub async fn taken(&self, cursor: i64) {
        self.tell(Order::Taken(cursor)).await;
    }

    /// There is a network again, or the machine has woken up, or a person does not want to wait: a client that waits for
    /// its next try makes it at once, and one that has a link says noop, so that a dead one is found out.
    pub async fn reconnect_now(&self) {
        self.tell(Order::Hurry).await;
    }

    /// Ends the link at once. What is not answered yet fails with [`AskError::Closed`].
    pub async fn close(&self) {
        self.tell(Order::Close).await;
    }

    pub(crate) async fn tell(&self, order: Order) {
        // An ended client has no use for it.
        let _ = self.orders.send(order).await;
    }

    fn ended(&self) -> Ended {
        match &*self.state.borrow() {
            State::Ended(ended) => ended.clone(),
            State::Away | State::Here(_) => Ended::Closed,
        }
    }

    fn closed(&self) -> AskError {
        AskError::Closed(self.ended())
    }
}

/// A message on its way. It resolves when the server has kept it, or refused it for good. Dropping it does not stop it.
#[derive(Debug)]
#[must_use = "it tells whether the message was kept"]
pub struct Sending {
    client_msg_id: String,
    answered: oneshot::Receiver<Result<pb::SendReply, AskError>>,
    client: Client,
}

impl Sending {
    /// The message's name. An [`Entry`](pb::Entry) from oneself that has it is this message.
    pub fn client_msg_id(&self) -> &str {
        &self.client_msg_id
    }
}

impl Future for Sending {
    type Output = Result<pb::SendReply, AskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(Pin::new(&mut self.answered).poll(cx));
        Poll::Ready(answer.unwrap_or_else(|_| Err(self.client.closed())))
    }
}

/// A bound that is larger than this is none.
const QUEUE_MAX: usize = 1 << 20;
/// What a frame can carry.
const BODY_LENGTH_MAX: usize = FRAME_LENGTH_MAX - HEADER_LENGTH;
