//! The one task that owns the link: it connects, logs in, serves the link until it breaks, and comes back.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use longlink::wire::frame::{SEQ_NOOP, SEQ_PUSH};
use longlink::wire::{Code, Command, Frame, pb};
use prost::Message;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::select;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tracing::debug;

use crate::beat::Beat;
use crate::client::Order;
use crate::delivered::Delivered;
use crate::dial::Dial;
use crate::error::{AskError, Broken, Ended, Exit};
use crate::event::{Connected, Event, Events, Feed, Item, Taking};
use crate::inbox::{Inbox, Taken};
use crate::link::{Link, closing, unreadable};
use crate::pause::Pause;
use crate::requests::{Bounds, Requests};
use crate::settings::{Credential, Secret, Settings};

/// What handles can see of the owner.
#[derive(Debug)]
pub(crate) enum State {
    Away,
    Here(Connected),
    Ended(Ended),
}

pub(crate) struct Owner<D> {
    dial: D,
    pause: Pause,
    desk: Desk,
}

/// All that outlives a link.
struct Desk {
    settings: Arc<Settings>,
    orders: mpsc::Receiver<Order>,
    state: watch::Sender<State>,
    feed: Feed,
    taking: Taking,
    inbox: Inbox,
    requests: Requests,
    /// A token that the server gave; it is tried before the credential that the app gave.
    token: Option<Secret>,
    credential: Credential,
    /// Ends the pause before the next try.
    hurry: Arc<Notify>,
}

/// How a pause has ended.
enum Woken {
    ByTime,
    ByOrder,
}

impl<D: Dial> Owner<D> {
    pub(crate) fn new(
        dial: D,
        settings: Arc<Settings>,
        orders: mpsc::Receiver<Order>,
    ) -> (Self, watch::Receiver<State>, Events) {
        let (state, seen) = watch::channel(State::Away);
        let (feed, events, taking) = Feed::bounded(settings.events_max);
        let pause = Pause::new(settings.pause_min, settings.pause_max);
        let bounds = Bounds {
            request_timeout: settings.request_timeout,
            in_flight_max: settings.in_flight_max,
            send_attempts_max: settings.send_attempts_max,
        };
        let inbox = Inbox::new(settings.resume.clone());
        let requests = Requests::new(bounds, pause.clone());
        let credential = settings.credential.clone();
        let desk = Desk {
            settings,
            orders,
            state,
            feed,
            taking,
            inbox,
            requests,
            token: None,
            credential,
            hurry: Arc::default(),
        };
        (Self { dial, pause, desk }, seen, events)
    }

    pub(crate) async fn run(mut self) {
        let ended = self.live().await;
        debug!(%ended, "client ended");
        // In this order: whoever learns that the client has ended must be able to read why.
        self.desk.state.send_replace(State::Ended(ended.clone()));
        self.desk.orders.close();
        while let Ok(order) = self.desk.orders.try_recv() {
            // A second close is no news.
            let _ = self.desk.obey(Some(order));
        }
        self.desk.requests.end(&ended);
        self.desk.feed.push(Item::Event(Event::Ended(ended)));
        while self.desk.feed.is_waiting() {
            self.desk.feed.hand_over().await;
        }
    }

    async fn live(&mut self) -> Ended {
        loop {
            let why = match self.one_link().await {
                Exit::Broken(why) => why,
                Exit::Ended(ended) => return ended,
            };
            let retry_in = self.pause.grow();
            debug!(%why, ?retry_in, "link broken");
            self.desk.link_lost(why, retry_in);
            match self.desk.pause(retry_in).await {
                Ok(Woken::ByTime) => {}
                // Another network is another try, whatever came of those before.
                Ok(Woken::ByOrder) => self.pause.reset(),
                Err(ended) => return ended,
            }
        }
    }

    async fn one_link(&mut self) -> Exit {
        let Err(exit) = self.try_link().await;
        exit
    }

    /// The life of one link, from the connection to its end.
    async fn try_link(&mut self) -> Result<Infallible, Exit> {
        let settings = Arc::clone(&self.desk.settings);
        let dialled = self.desk.attend(timeout(settings.connect_timeout, self.dial.dial())).await?;
        let io = match dialled {
            Ok(Ok(io)) => io,
            Ok(Err(error)) => return Err(Broken::Unreachable(error.to_string()).into()),
            Err(_) => return Err(Broken::Unreachable("no connection in time".into()).into()),
        };
        let mut link = Link::new(io, settings.client_version);
        let reply = self.desk.log_in(&mut link).await?;
        let here_at = Instant::now();
        let interval = Duration::from_millis(reply.heartbeat_interval_ms.into());
        let mut beat = Beat::new(interval, settings.echo_timeout, here_at);
        let mut delivered = Delivered::new(reply.epoch, self.desk.inbox.cursor(), here_at);
        let exit = self.desk.serve(&mut link, &mut beat, &mut delivered).await;
        // A server that takes us in and drops us at once is not helped by our coming back ever faster.
        if here_at.elapsed() >= settings.pause_max {
            self.pause.reset();
        }
        exit
    }
}

impl Desk {
    /// Does `work` while the app is served as far as it can be without a link. The work goes on only while the app has
    /// taken all events, so that a client whose app does not take them comes to rest, and the feed stays bounded.
    async fn attend<F: Future>(&mut self, work: F) -> Result<F::Output, Ended> {
        let mut work = pin!(work);
        loop {
            // Orders first: there are only as many as there are permits. Deadlines last: what came in time counts.
            select! {
                biased;
                order = self.orders.recv() => self.obey(order)?,
                () = self.feed.hand_over(), if self.feed.is_waiting() => {}
                done = &mut work, if !self.feed.is_waiting() => return Ok(done),
                () = until(self.requests.next_ask_deadline()) => {
                    self.requests.expire_waiting(Instant::now(), &AskError::Disconnected);
                }
            }
        }
    }

    /// Waits before the next try, unless the app knows better.
    async fn pause(&mut self, pause: Duration) -> Result<Woken, Ended> {
        let hurry = Arc::clone(&self.hurry);
        // What was said while a try was under way is not about this pause.
        let _ = hurry.notified().now_or_never();
        let pausing = async {
            select! {
                biased;
                () = hurry.notified() => Woken::ByOrder,
                () = sleep(pause) => Woken::ByTime,
            }
        };
        self.attend(pausing).await
    }

    fn obey(&mut self, order: Option<Order>) -> Result<(), Ended> {
        match order {
            Some(Order::Ask(asked)) => self.requests.add_ask(asked),
            Some(Order::Send(sent)) => self.requests.add_send(sent),
            Some(Order::Taken(cursor)) => {
                if self.inbox.advance(cursor) {
                    self.feed.push(Item::Cursor(cursor));
                }
            }
            Some(Order::Hurry) => self.hurry.notify_one(),
            Some(Order::Renewed { token, password: new }) => {
                if let Credential::Password { password, .. } = &mut self.credential {
                    *password = new;
                }
                self.token = Some(token);
            }
            Some(Order::Close) | None => return Err(Ended::Closed),
        }
        Ok(())
    }

    async fn log_in<T: AsyncRead + AsyncWrite>(&mut self, link: &mut Link<T>) -> Result<pb::HelloReply, Exit> {
        loop {
            let request = self.hello_request();
            let answer = timeout(self.settings.request_timeout, link.ask(&request));
            let answer = self.attend(answer).await?.map_err(|_| Broken::TimedOut(Command::Hello))?;
            match answer? {
                Ok(reply) => {
                    self.logged_in(&reply);
                    return Ok(reply);
                }
                Err(refused) if refused.code == Code::BadToken && self.token.is_some() => self.token = None,
                Err(refused) if refused.code.is_temporary() => return Err(Broken::LoginRefused(refused).into()),
                Err(refused) => return Err(Ended::LoginRefused(refused).into()),
            }
        }
    }

    fn hello_request(&self) -> pb::HelloRequest {
        use pb::hello_request::Credential as Wire;
        let credential = match (&self.token, &self.credential) {
            (Some(token), _) | (None, Credential::Token(token)) => Wire::Token(token.expose().to_owned()),
            (None, Credential::Password { name, password }) => {
                Wire::Password(pb::PasswordCredential { name: name.clone(), password: password.expose().to_owned() })
            }
        };
        let resume = self.inbox.place().map(|place| pb::Resume { epoch: place.epoch.clone(), cursor: place.cursor });
        pb::HelloRequest {
            credential: Some(credential),
            device_id: self.settings.device_id.clone(),
            resume,
            client: self.settings.client.clone(),
        }
    }

    fn logged_in(&mut self, reply: &pb::HelloReply) {
        let token = (!reply.token.is_empty()).then(|| Secret::from(reply.token.as_str()));
        if token.is_some() {
            self.token.clone_from(&token);
        }
        self.requests.logged_in(&reply.epoch);
        if self.inbox.logged_in(reply) {
            self.feed.push(Item::Event(Event::StartOver { epoch: reply.epoch.clone() }));
        }
        let connected = Connected {
            user_id: reply.user_id,
            user_name: reply.user_name.clone(),
            epoch: reply.epoch.clone(),
            head: reply.head,
            cursor: self.inbox.cursor(),
            kept_from: reply.kept_from,
            token,
            token_expires_at_ms: reply.token_expires_at_ms,
        };
        debug!(user = reply.user_id, cursor = connected.cursor, "logged in");
        self.feed.push(Item::Event(Event::Connected(connected.clone())));
        self.state.send_replace(State::Here(connected));
    }

    /// Serves a link that is logged in, until it ends.
    async fn serve<T: AsyncRead + AsyncWrite>(
        &mut self,
        link: &mut Link<T>,
        beat: &mut Beat,
        delivered: &mut Delivered,
    ) -> Result<Infallible, Exit> {
        loop {
            let (reader, writer) = (&mut link.reader, &mut link.writer);
            let now = Instant::now();
            self.requests.fill(now, |command, body| {
                if !writer.has_room() {
                    return None;
                }
                beat.said(now);
                Some(writer.ask(command, body))
            });
            let taken = self.taking.up_to(delivered.epoch());
            let say_at = delivered.due(taken).filter(|_| self.settings.tell_delivered && writer.has_room());
            // While the app does not take its events, the link is not read: that, and TCP, is our backpressure.
            let reading = !self.feed.is_waiting();
            let overdue_at = [self.requests.next_deadline(reading), beat.silent_at().filter(|_| reading)];
            // In this order on purpose. Orders are first, and only as many as there are permits; our own words and the
            // noop come before reading, so that a server that talks all day cannot keep us from them. Reading comes
            // before the deadlines: an answer that is here counts, however late we look.
            select! {
                biased;
                order = self.orders.recv() => match order {
                    Some(Order::Hurry) => {
                        writer.noop();
                        beat.noop_said(Instant::now());
                    }
                    order => self.obey(order)?,
                },
                written = writer.write_some(), if writer.has_more() => written?,
                () = sleep_until(beat.noop_due(reading)) => {
                    writer.noop();
                    beat.noop_said(Instant::now());
                }
                () = until(say_at) => {
                    let request = pb::MarkDeliveredRequest { up_to: taken };
                    let now = Instant::now();
                    beat.said(now);
                    let seq = writer.ask(Command::MarkDelivered, request.encode_to_vec().into());
                    delivered.said(taken, seq, now);
                }
                () = self.feed.hand_over(), if !reading => {
                    if !self.feed.is_waiting() {
                        let now = Instant::now();
                        beat.reading_again(now);
                        self.requests.reading_again(now);
                    }
                }
                frame = reader.next(), if reading => {
                    let now = Instant::now();
                    beat.heard(now);
                    self.heard(frame?, beat, delivered, now)?;
                }
                () = self.taking.more(), if say_at.is_none() => {}
                () = until(overdue_at.into_iter().flatten().min()) => self.overdue(beat, reading)?,
            }
        }
    }

    fn overdue(&mut self, beat: &Beat, reading: bool) -> Result<(), Broken> {
        let now = Instant::now();
        let overdue = self.requests.expire(now);
        if !reading {
            return Ok(());
        }
        if beat.silent_at().is_some_and(|silent_at| silent_at <= now) {
            return Err(Broken::Silent);
        }
        overdue.map_or(Ok(()), |command| Err(Broken::TimedOut(command)))
    }

    fn heard(&mut self, frame: Frame, beat: &mut Beat, delivered: &mut Delivered, now: Instant) -> Result<(), Exit> {
        match frame.seq {
            SEQ_PUSH => self.pushed(frame),
            SEQ_NOOP => {
                beat.echo_heard();
                Ok(())
            }
            seq if delivered.answered(seq, &frame.body) => Ok(()),
            seq => {
                if let Some(queue_id) = self.requests.answered(seq, frame.body, now)? {
                    self.inbox.reported(queue_id);
                }
                Ok(())
            }
        }
    }

    fn pushed(&mut self, frame: Frame) -> Result<(), Exit> {
        if let Some(exit) = closing(&frame)? {
            return Err(exit);
        }
        let command = i32::try_from(frame.cmd_id).ok().and_then(|number| Command::try_from(number).ok());
        if command == Some(Command::PushEntries) {
            for entry in pb::EntriesPush::decode(frame.body).map_err(unreadable)?.entries {
                match self.inbox.take(&entry) {
                    Taken::New => self.feed.push(Item::Event(Event::Entry(entry))),
                    Taken::Kept => self.feed.push(Item::Cursor(entry.queue_id)),
                    Taken::Old => {}
                }
            }
        } else if let Some(event) = command.map_or(Ok(None), |command| told(command, frame.body))? {
            self.feed.push(Item::Event(event));
        }
        Ok(())
    }

    fn link_lost(&mut self, why: Broken, retry_in: Duration) {
        self.requests.link_lost();
        self.state.send_replace(State::Away);
        self.feed.push(Item::Event(Event::Disconnected { why, retry_in }));
    }
}

/// What a push tells that brings no entries. `None` for a newer server's, on which we could not act.
fn told(command: Command, body: Bytes) -> Result<Option<Event>, Broken> {
    let event = if command == Command::PushReceipt {
        Event::Receipt(pb::ReceiptPush::decode(body).map_err(unreadable)?)
    } else if command == Command::PushTyping {
        Event::Typing(pb::TypingPush::decode(body).map_err(unreadable)?)
    } else if command == Command::PushPresence {
        Event::Presence(pb::PresencePush::decode(body).map_err(unreadable)?)
    } else if command == Command::PushContact {
        Event::Contact(pb::ContactPush::decode(body).map_err(unreadable)?.contact.unwrap_or_default())
    } else if command == Command::PushConversation {
        Event::Conversation(pb::ConversationPush::decode(body).map_err(unreadable)?)
    } else if command == Command::PushGroupRequest {
        Event::GroupRequest(pb::GroupRequestPush::decode(body).map_err(unreadable)?)
    } else {
        return Ok(None);
    };
    Ok(Some(event))
}

/// Waits until then; for ever if there is no such time.
async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
