//! What a link holds while it lives, and what it does about each event.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use prost::Message;
use tokio::time::{Sleep, sleep, timeout};
use tracing::{Span, debug, info, info_span};

use super::Door;
use super::answers::{Answers, reply};
use super::transport::{LinkError, Said, Transport, hear_out, say_and_finish};
use crate::audit;
use crate::chat::{Asked, Caller, InboxPage, LoggedIn, Origin};
use crate::id::QueueId;
use crate::links::Place;
use crate::session::{Moment, Session, Step};
use crate::wire::frame::SEQ_PUSH;
use crate::wire::{CloseReason, Command, Frame, Outgoing, Refused, pb};

/// A deadline nearer than this gets a timer of its own; others are found by `Links::wake_overdue`.
const NEAR_MS: u64 = 60_000;
/// With so many replies unwritten the link is written before it is read on.
const SAID_FRAMES_MAX: usize = 64;
/// So much is taken of what a peer still says after our goodbye. It fits the longest frame, which may be on its way.
const HEARD_OUT_BYTES_MAX: usize = 1 << 20;

/// What can happen to a link.
pub(super) enum Event {
    /// Somebody wants it to end.
    Told(CloseReason),
    Heard(Frame),
    /// A deadline may have come.
    Time,
    Answered(Outgoing),
    Decided(Box<Decided>),
    /// A page of the log for a reader that is behind.
    Read(Result<InboxPage, Refused>),
    Broken(LinkError),
}

pub(super) struct Decided {
    cmd_id: u32,
    seq: u32,
    outcome: Result<LoggedIn, Refused>,
}

struct Login {
    cmd_id: u32,
    seq: u32,
    decision: BoxFuture<'static, Result<LoggedIn, Refused>>,
}

/// What is under way on a link. A link on which nothing is under way has none, which is most links at most times.
#[derive(Default)]
struct Busy {
    login: Option<Login>,
    page: Option<BoxFuture<'static, Result<InboxPage, Refused>>>,
    alarm: Option<(Moment, Pin<Box<Sleep>>)>,
    /// Since when the peer has taken nothing.
    blocked_at: Option<Moment>,
}

pub(super) struct Life<T> {
    transport: T,
    place: Place,
    door: Arc<Door>,
    session: Session,
    caller: Option<Caller>,
    said: Vec<Outgoing>,
    answers: Answers,
    busy: Option<Box<Busy>>,
    now: Moment,
    opened_at: Moment,
    frames_heard: u64,
    frames_said: u64,
}

impl<T: Transport> Life<T> {
    pub(super) fn new(transport: T, place: Place, door: Arc<Door>) -> Self {
        let now = door.clock.now();
        Self {
            transport,
            place,
            session: Session::new(now, &door.rules),
            caller: None,
            said: Vec::new(),
            answers: Answers::default(),
            busy: None,
            now,
            opened_at: now,
            frames_heard: 0,
            frames_said: 0,
            door,
        }
    }

    /// Waits for the next event. The order is on purpose, so that a run is repeatable:
    /// reading comes before the deadline, since bytes that arrived in time count, however late we look; writing comes
    /// last, so that everything that is ready goes out in one flush.
    pub(super) fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Event> {
        self.now = self.door.clock.now();
        let may_hear = self.session.may_hear(&self.door.rules);
        let full = self.said.len() >= SAID_FRAMES_MAX;
        // A link with too many questions open is not read at all: that, and TCP, is our backpressure.
        if may_hear && !full {
            let frame_bytes_max = self.session.frame_bytes_max(&self.door.rules);
            match self.transport.poll_hear(context, frame_bytes_max) {
                Poll::Ready(Ok(frame)) => return Poll::Ready(Event::Heard(frame)),
                Poll::Ready(Err(error)) => return Poll::Ready(Event::Broken(error)),
                Poll::Pending => {}
            }
        }
        if let Poll::Ready(reply) = self.answers.poll_next(context) {
            return Poll::Ready(Event::Answered(reply));
        }
        if let Some(event) = self.poll_busy(context) {
            return Poll::Ready(event);
        }
        match self.poll_outbox(context) {
            // What kept us from reading is written.
            Poll::Pending if may_hear && full && self.said.is_empty() => self.poll_event(context),
            Poll::Pending => Poll::Pending,
            Poll::Ready(event) => Poll::Ready(event),
        }
    }

    fn poll_busy(&mut self, context: &mut Context<'_>) -> Option<Event> {
        let busy = self.busy.as_mut()?;
        if let Some(login) = &mut busy.login
            && let Poll::Ready(outcome) = login.decision.as_mut().poll(context)
        {
            let decided = Decided { cmd_id: login.cmd_id, seq: login.seq, outcome };
            busy.login = None;
            return Some(Event::Decided(Box::new(decided)));
        }
        if let Some(page) = &mut busy.page
            && let Poll::Ready(read) = page.as_mut().poll(context)
        {
            busy.page = None;
            return Some(Event::Read(read));
        }
        if let Some((_, alarm)) = &mut busy.alarm
            && alarm.as_mut().poll(context).is_ready()
        {
            busy.alarm = None;
            return Some(Event::Time);
        }
        None
    }

    /// Looks into the outbox and writes what is there.
    fn poll_outbox(&mut self, context: &mut Context<'_>) -> Poll<Event> {
        loop {
            // While the peer is blocked the outbox fills up, until the reader is behind: that bounds what we keep.
            let take = self.said.is_empty();
            let found = self.place.outbox().look(context, take, &mut self.said);
            if let Some(reason) = found.close {
                return Poll::Ready(Event::Told(reason));
            }
            if found.overdue {
                return Poll::Ready(Event::Time);
            }
            let waiting = self.said.len();
            match self.transport.poll_say(context, &mut self.said, self.session.client_version()) {
                Ok(Said::All) => self.on_unblocked(),
                Ok(Said::Blocked { progress }) => {
                    let busy = self.busy.get_or_insert_default();
                    if progress || busy.blocked_at.is_none() {
                        busy.blocked_at = Some(self.now);
                    }
                }
                Err(error) => return Poll::Ready(Event::Broken(error)),
            }
            self.frames_said += (waiting - self.said.len()) as u64;
            if self.said.is_empty() {
                // An idle link keeps no queue.
                self.said = Vec::new();
                if !take {
                    continue;
                }
                if found.behind
                    && self.start_page()
                    && let Some(event) = self.poll_busy(context)
                {
                    return Poll::Ready(event);
                }
            }
            return self.arm(context);
        }
    }

    fn on_unblocked(&mut self) {
        if let Some(busy) = &mut self.busy {
            busy.blocked_at = None;
            if busy.login.is_none() && busy.page.is_none() && busy.alarm.is_none() {
                self.busy = None;
            }
        }
    }

    /// Begins to read the log for a reader that is behind, unless that is under way. Its pages come one at a time,
    /// each when the one before is written: a slow reader costs one page.
    fn start_page(&mut self) -> bool {
        let Some(caller) = &self.caller else { return false };
        let busy = self.busy.get_or_insert_default();
        if busy.page.is_some() {
            return false;
        }
        busy.page = Some(self.door.chat.read_inbox(caller.user, self.place.outbox().cursor()));
        true
    }

    /// Writes down when it wants to be woken at the latest, and goes to sleep.
    fn arm(&mut self, context: &mut Context<'_>) -> Poll<Event> {
        let mut deadline = self.session.deadline(&self.door.rules);
        if let Some(blocked_at) = self.busy.as_ref().and_then(|busy| busy.blocked_at) {
            deadline = deadline.min(blocked_at.plus_ms(self.door.timing.write_timeout_ms));
        }
        let in_ms = deadline.ms_since(self.now);
        if in_ms > NEAR_MS {
            self.place.outbox().set_deadline(deadline);
            return Poll::Pending;
        }
        // By this, too, it is told which stranger has been silent for longest. What is held for a moment says the
        // opposite, and has a timer.
        self.place.outbox().set_deadline(self.session.idle_deadline(&self.door.rules));
        let busy = self.busy.get_or_insert_default();
        // A timer that rings early only looks around; it is moved when it has rung.
        if busy.alarm.as_ref().is_none_or(|(rings_at, _)| *rings_at > deadline) {
            let mut alarm = Box::pin(sleep(Duration::from_millis(in_ms)));
            if alarm.as_mut().poll(context).is_ready() {
                return Poll::Ready(Event::Time);
            }
            busy.alarm = Some((deadline, alarm));
        }
        Poll::Pending
    }

    pub(super) fn on_heard(&mut self, frame: Frame) -> Result<(), CloseReason> {
        self.frames_heard += 1;
        let step = self.session.hear(self.now, frame, &self.door.rules)?;
        self.take_step(step);
        Ok(())
    }

    fn take_step(&mut self, step: Step) {
        match step {
            Step::Nothing => {}
            Step::Say(frame) => self.said.push(frame),
            Step::LogIn { cmd_id, seq, hello } => {
                let decision = match hello {
                    Ok(hello) => self.door.chat.log_in(hello, self.place.address(), T::NAME),
                    Err(refused) => ready(Err(refused)).boxed(),
                };
                self.busy.get_or_insert_default().login = Some(Login { cmd_id, seq, decision });
            }
            Step::Ask(question) => {
                let (cmd_id, seq) = (question.cmd_id, question.seq);
                let origin = Origin { address: self.place.address(), link: self.place.outbox().link() };
                match self.door.chat.ask(self.caller.as_ref(), origin, question.request) {
                    Asked::Done(answer) => {
                        self.session.answered();
                        self.said.push(reply(cmd_id, seq, answer));
                    }
                    Asked::Later(answer) => self.answers.push(cmd_id, seq, answer),
                }
            }
        }
    }

    pub(super) fn on_answered(&mut self, reply: Outgoing) -> Result<(), CloseReason> {
        self.session.answered();
        self.said.push(reply);
        Ok(())
    }

    pub(super) fn on_time(&mut self) -> Result<(), CloseReason> {
        if let Some(busy) = &mut self.busy {
            busy.alarm = None;
            if let Some(blocked_at) = busy.blocked_at
                && self.now.ms_since(blocked_at) >= self.door.timing.write_timeout_ms
            {
                return Err(CloseReason::Slow);
            }
        }
        self.said.extend(self.session.on_time(self.now, &self.door.rules)?);
        Ok(())
    }

    pub(super) fn on_login(&mut self, decided: Decided) -> Result<(), CloseReason> {
        let Decided { cmd_id, seq, outcome } = decided;
        match outcome.and_then(|login| self.register(login)) {
            Ok(body) => {
                self.said.push(Outgoing { cmd_id, seq, body });
                for step in self.session.logged_in() {
                    self.take_step(step);
                }
            }
            Err(refused) => {
                self.door.metrics.logins_refused.add(1);
                self.said.push(Outgoing { cmd_id, seq, body: refused.encode() });
                self.said.extend(self.session.login_refused(refused.code, &self.door.rules)?);
            }
        }
        Ok(())
    }

    /// From here on others can reach the link. It is registered before its place in the log is looked at, so that
    /// nothing falls between what it reads and what it is offered.
    fn register(&mut self, login: LoggedIn) -> Result<Bytes, Refused> {
        let LoggedIn { user, device, client, mut reply, resume, standing } = login;
        let outbox = self.place.outbox();
        let caller = Caller { user, device, link: outbox.link() };
        outbox.start_reading(QueueId::START);
        if let Some(old) = self.door.chat.register(&caller, standing, outbox, self.door.timing.devices_max)? {
            debug!(old = old.link().0, "a newer link of the same device takes its place");
            old.close(CloseReason::Replaced);
        }
        let resumed = self.door.chat.resume(user, resume);
        outbox.start_reading(resumed.cursor);
        if resumed.cursor == resumed.head {
            // Most links come back to where the log ends: no read at all.
            outbox.has_read(resumed.head, true);
        }
        reply.head = resumed.head.get();
        reply.set_resumed(resumed.outcome);
        self.place.is_known();
        self.door.metrics.logins.add(1);
        Span::current().record("user", user.get());
        self.caller = Some(caller);
        self.in_span(|| info!(transport = T::NAME, client, "link open"));
        Ok(reply.encode_to_vec().into())
    }

    /// A reader that was behind takes a page of the log.
    pub(super) fn on_page(&mut self, page: Result<InboxPage, Refused>) -> Result<(), CloseReason> {
        let page = page.map_err(|error| {
            tracing::error!(%error, "cannot read an inbox");
            CloseReason::StoreFailed
        })?;
        if !page.entries.is_empty() {
            let mut body = BytesMut::with_capacity(page.entries.iter().map(|entry| entry.encoded.len()).sum());
            for entry in &page.entries {
                body.extend_from_slice(&entry.encoded);
            }
            self.said.push(Outgoing { cmd_id: Command::PushEntries as u32, seq: SEQ_PUSH, body: body.freeze() });
        }
        self.place.outbox().has_read(page.cursor, !page.more);
        Ok(())
    }

    /// Becomes unreachable, says what is still owed and why it ends, and goes.
    pub(super) async fn goodbye(mut self, reason: CloseReason) {
        if let Some(caller) = &self.caller {
            self.door.chat.unregister(caller);
        }
        if reason != CloseReason::Gone {
            // Each step may take as long, so that a disk that stands still does not keep the reason from the peer.
            let at_most = Duration::from_millis(self.door.timing.goodbye_timeout_ms);
            let answered = timeout(at_most, self.await_answers()).await.is_ok();
            let said = matches!(timeout(at_most, self.say_goodbye(reason)).await, Ok(Ok(())));
            if said {
                let _ = timeout(at_most, hear_out(&mut self.transport, HEARD_OUT_BYTES_MAX)).await;
            }
            debug!(answered, said, "goodbye");
        }
        let held_ms = self.door.clock.now().ms_since(self.opened_at);
        self.door.metrics.closed(reason);
        if is_abuse(reason) {
            let user = self.caller.as_ref().map(|caller| caller.user.get());
            let (address, reason) = (self.place.address().ip(), reason.word());
            self.door.chat.note(audit::Event::LinkClosed { user, address, reason });
        }
        self.in_span(|| {
            info!(
                transport = T::NAME,
                reason = reason.word(),
                held_ms,
                heard = self.frames_heard,
                said = self.frames_said,
                "link closed"
            );
        });
    }

    /// Says what is said at `info` in the link's span, which is made for it where the link has none.
    fn in_span(&self, say: impl FnOnce()) {
        if !Span::current().is_disabled() {
            return say();
        }
        let user = self.caller.as_ref().map(|caller| caller.user.get());
        info_span!("link", link = self.place.outbox().link().0, user).in_scope(say);
    }

    /// What was accepted is finished: its reply is owed, however the link ends.
    async fn await_answers(&mut self) {
        while !self.answers.is_empty() {
            let reply = poll_fn(|context| self.answers.poll_next(context)).await;
            self.said.push(reply);
        }
    }

    async fn say_goodbye(&mut self, reason: CloseReason) -> Result<(), LinkError> {
        let closing = pb::ClosingPush { reason: reason.into(), message: String::new() };
        self.said.push(Outgoing {
            cmd_id: Command::PushClosing as u32,
            seq: SEQ_PUSH,
            body: closing.encode_to_vec().into(),
        });
        self.frames_said += self.said.len() as u64;
        let said = std::mem::take(&mut self.said);
        say_and_finish(&mut self.transport, said, self.session.client_version()).await
    }
}

/// Whether a link that ends so has sent what nobody sends by mistake.
fn is_abuse(reason: CloseReason) -> bool {
    matches!(
        reason,
        CloseReason::BadFrame
            | CloseReason::FrameTooLong
            | CloseReason::TooManyLogins
            | CloseReason::TooMuchBeforeLogin
    )
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpStream;

    use super::*;
    use crate::link::tcp::TcpTransport;

    #[test]
    fn the_life_of_an_idle_link_fits_a_task_of_384_bytes() {
        // The task adds some 130 bytes and rounds up to a multiple of 128.
        let bytes = size_of::<Life<TcpTransport<TcpStream>>>();
        assert!(bytes <= 240, "{bytes} bytes");
    }
}
