//! A device: writes, reads, comes and goes as a phone does, and is not told what is done to its network.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use longlink::wire::frame::{SEQ_NOOP, SEQ_PUSH};
use longlink::wire::{Code, Command, Frame};
use longlink_client::pb;
use rand::RngExt;
use rand::rngs::StdRng;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::accounts::Account;
use super::faults::{Fault, Faults, around};
use super::link::{Door, Gone, Link, PATIENCE, Secured, read};
use super::message::Message;
use super::record::{Altered, Event, Happened};
use super::recorder::{Recorder, happened};
use super::words::{Group, Words};

/// How many sends may be unanswered.
const OPEN_MAX: usize = 32;
/// Of so many acknowledged sends one may be sent again.
const ACKED_MAX: usize = 64;
/// A request that has no answer for so long has a dead link (PROTOCOL.md, L11).
const ANSWER_PATIENCE: Duration = Duration::from_secs(12);
const NOOP_EVERY: Duration = Duration::from_millis(1_500);
/// One in so many messages is instead an earlier one changed or taken back.
const ALTERED_ONE_IN: u32 = 12;
/// One in so many sends that are unanswered when the link is gone is never sent again.
const GIVEN_UP_ONE_IN: u32 = 20;

/// What all devices are to do.
#[derive(Clone, Debug)]
pub(super) enum Phase {
    /// Write, read, and be disturbed.
    Running,
    /// Write nothing new, and see to it that all is answered.
    Settling,
    /// Read up to the place that stands here for the device, and be done.
    Reading(Arc<HashMap<u32, i64>>),
}

/// What devices have in common.
pub(super) struct Shared {
    pub(super) recorder: Recorder,
    pub(super) phase: watch::Receiver<Phase>,
    /// How many devices have all their sends answered.
    pub(super) settled: watch::Sender<usize>,
    pub(super) faults: Faults,
    pub(super) fault_every: Duration,
    /// The mean time between two sends of a device.
    pub(super) send_every: Duration,
    /// The mean time between two changes of groups by a user.
    pub(super) change_every: Duration,
    pub(super) words: Words,
    /// How links are encrypted, if they are.
    pub(super) secured: Option<Secured>,
}

pub(super) struct Device {
    pub(super) account: Account,
    pub(super) device_id: String,
    /// Where the network begins, for links by this door.
    pub(super) network: SocketAddr,
    pub(super) door: Door,
    pub(super) reader: u32,
    /// Whether it also changes groups for its user.
    pub(super) changes_groups: bool,
    pub(super) random: StdRng,
    pub(super) shared: Arc<Shared>,
    /// What is kept over links.
    pub(super) kept: Kept,
}

#[derive(Default)]
pub(super) struct Kept {
    /// Those that the user is in, by what was shown.
    groups: BTreeSet<i64>,
    /// The log and the cursor, once there are any.
    place: Option<(String, i64)>,
    /// A cursor of before, as an app has that died before it saved the last one.
    earlier: i64,
    /// Unanswered, oldest first.
    open: VecDeque<Message>,
    acked: VecDeque<Message>,
    sent: u64,
    settled: bool,
}

impl Kept {
    pub(super) fn of(user: i64, words: &Words) -> Self {
        let is_in = |group: &&Group| group.first_members.contains(&user);
        Self { groups: words.groups.iter().filter(is_in).map(|group| group.group).collect(), ..Self::default() }
    }
}

/// What a reply is waited for.
enum Waiting {
    Send(String),
    Alter(String),
    Change { change: u32, group: i64, what: Event },
}

/// How a link ended from the device's point of view.
enum End {
    Gone(Gone),
    /// It hung up by itself, and stays away for so long.
    Away(Duration),
    /// Everything was read.
    Done,
}

impl From<Gone> for End {
    fn from(gone: Gone) -> Self {
        Self::Gone(gone)
    }
}

/// What belongs to one link.
struct Session {
    link: Link,
    number: u32,
    waiting: BTreeMap<u32, (Instant, Waiting)>,
    last_heard: Instant,
    paused_until: Option<Instant>,
    next_send: Instant,
    next_fault: Instant,
    next_change: Instant,
    next_noop: Instant,
}

impl Device {
    /// Lives until everything was read. An error is a sentence about why it cannot go on.
    pub(super) async fn run(mut self) -> Result<(), String> {
        loop {
            let pause = match self.one_link().await {
                End::Done => return Ok(()),
                End::Away(pause) => pause,
                End::Gone(Gone::Broken) => Duration::from_millis(self.random.random_range(10..200)),
                End::Gone(Gone::Stopped(why)) => return Err(format!("{} was sent away: {why}", self.device_id)),
                End::Gone(Gone::Unreadable(why)) => return Err(format!("{} cannot read: {why}", self.device_id)),
            };
            let random = &mut self.random;
            self.kept.open.retain(|_| random.random_range(0..GIVEN_UP_ONE_IN) > 0);
            sleep(pause).await;
        }
    }

    async fn one_link(&mut self) -> End {
        match self.try_link().await {
            Ok(end) | Err(end) => end,
        }
    }

    async fn try_link(&mut self) -> Result<End, End> {
        let mut link = Link::connect(self.network, self.door, self.shared.secured.as_ref()).await?;
        let request = pb::HelloRequest {
            credential: Some(self.account.credential.clone()),
            device_id: self.device_id.clone(),
            resume: self.kept.place.clone().map(|(epoch, cursor)| pb::Resume { epoch, cursor }),
            client: "longlink check".to_owned(),
        };
        let mut early = Vec::new();
        let reply = link.call(&request, |frame| early.push(frame)).await?;
        match Code::try_from(reply.code) {
            Ok(Code::Ok) => {}
            Ok(code) if !code.is_temporary() => {
                let why = format!("the login was refused: {}", reply.message);
                return Err(Gone::Stopped(why).into());
            }
            Ok(_) | Err(_) => return Err(Gone::Broken.into()),
        }
        if !reply.token.is_empty() {
            self.account.credential = pb::hello_request::Credential::Token(reply.token.clone());
        }
        let resume = self.kept.place.as_ref().map(|(epoch, cursor)| (epoch.as_str(), *cursor));
        let number = self.shared.recorder.link(self.reader, resume, &reply);
        let cursor = match reply.resumed() {
            pb::ResumeOutcome::StartOver => 0,
            pb::ResumeOutcome::Continued | pb::ResumeOutcome::Live => resume.map_or(reply.head, |(_, cursor)| cursor),
        };
        self.kept.place = Some((reply.epoch.clone(), cursor));
        self.kept.earlier = self.kept.earlier.max(reply.head.min(cursor)).min(cursor);
        let now = Instant::now();
        let mut session = Session {
            link,
            number,
            waiting: BTreeMap::new(),
            last_heard: now,
            paused_until: None,
            next_send: now + around(self.shared.send_every, &mut self.random),
            next_fault: now + around(self.shared.fault_every, &mut self.random),
            next_change: now + around(self.shared.change_every, &mut self.random),
            next_noop: now + NOOP_EVERY,
        };
        for frame in early {
            self.heard(&mut session, &frame)?;
        }
        for message in self.kept.open.clone() {
            self.shared.recorder.again(session.number, self.account.user, &message.id);
            send(&mut session, &message).await?;
        }
        self.live(&mut session).await
    }

    async fn live(&mut self, session: &mut Session) -> Result<End, End> {
        let mut phase = self.shared.phase.clone();
        loop {
            let now_in = phase.borrow_and_update().clone();
            let running = matches!(now_in, Phase::Running);
            if !running {
                // It is calm from now on.
                session.paused_until = None;
            }
            if !running && self.kept.open.is_empty() && !self.kept.settled {
                self.kept.settled = true;
                self.shared.settled.send_modify(|settled| *settled += 1);
            }
            if let Phase::Reading(targets) = &now_in {
                let target = targets.get(&self.reader).copied().unwrap_or_default();
                if self.kept.place.as_ref().is_some_and(|(_, cursor)| *cursor >= target) {
                    return Ok(End::Done);
                }
            }
            let paused_until = session.paused_until;
            let asked_at = session.waiting.values().map(|(at, _)| *at).min();
            let overdue =
                asked_at.map(|at| at + ANSWER_PATIENCE).into_iter().chain([session.last_heard + PATIENCE]).min();
            // What came is taken before anything else is done; what is overdue comes last, since what came counts.
            tokio::select! {
                biased;
                changed = phase.changed() => changed.map_err(|_| End::Done)?,
                frame = session.link.hear(), if paused_until.is_none() => {
                    session.last_heard = Instant::now();
                    self.heard(session, &frame?)?;
                }
                () = until(paused_until), if paused_until.is_some() => {
                    let now = Instant::now();
                    session.paused_until = None;
                    session.last_heard = now;
                    session.waiting.values_mut().for_each(|(at, _)| *at = now);
                }
                () = sleep_until(session.next_send), if running && self.kept.open.len() < OPEN_MAX => {
                    session.next_send = Instant::now() + around(self.shared.send_every, &mut self.random);
                    self.write(session).await?;
                }
                () = sleep_until(session.next_fault), if running => {
                    session.next_fault = Instant::now() + around(self.shared.fault_every, &mut self.random);
                    if let Some(end) = self.disturb(session).await? {
                        return Ok(end);
                    }
                }
                () = sleep_until(session.next_change), if running && self.changes_groups => {
                    session.next_change = Instant::now() + around(self.shared.change_every, &mut self.random);
                    self.change_a_group(session).await?;
                }
                () = sleep_until(session.next_noop) => {
                    session.next_noop = Instant::now() + NOOP_EVERY;
                    session.link.noop().await?;
                }
                () = until(overdue), if paused_until.is_none() => return Err(Gone::Broken.into()),
            }
        }
    }

    fn heard(&mut self, session: &mut Session, frame: &Frame) -> Result<(), Gone> {
        if frame.seq == SEQ_NOOP {
            return Ok(());
        }
        if frame.seq == SEQ_PUSH {
            if frame.cmd_id == Command::PushEntries as u32 {
                let push: pb::EntriesPush = read(frame)?;
                self.shared.recorder.got(session.number, &push.entries);
                push.entries.iter().for_each(|entry| self.follow(entry));
                let greatest = push.entries.iter().map(|entry| entry.queue_id).max().unwrap_or_default();
                if let Some((_, cursor)) = &mut self.kept.place {
                    if self.random.random_range(0..8) == 0 {
                        self.kept.earlier = *cursor;
                    }
                    *cursor = greatest.max(*cursor);
                }
            }
            return Ok(());
        }
        match session.waiting.remove(&frame.seq) {
            Some((_, Waiting::Send(id))) => {
                let reply: pb::SendReply = read(frame)?;
                self.answered(session.number, &id, reply.code, reply.queue_id)
            }
            // A recall is answered in the same way.
            Some((_, Waiting::Alter(id))) => {
                let reply: pb::EditReply = read(frame)?;
                self.answered(session.number, &id, reply.code, reply.queue_id)
            }
            Some((_, Waiting::Change { change, group, what })) => {
                let reply: pb::Refusal = read(frame)?;
                if reply.code() == Code::Ok {
                    self.shared.recorder.changed(change, group, 0);
                } else if !reply.code().is_temporary() && reply.code() != Code::NotFound {
                    return Err(Gone::Unreadable(format!("{what:?} in group {group} was refused: {}", reply.message)));
                }
                Ok(())
            }
            None => Err(Gone::Unreadable(format!("request {} was answered twice, or never asked", frame.seq))),
        }
    }

    /// Takes what happened to a group.
    fn follow(&mut self, entry: &pb::Entry) {
        let Some(Happened { what, users }) = happened(entry) else { return };
        if !users.contains(&self.account.user) {
            return;
        }
        if what == Event::Left {
            self.kept.groups.remove(&entry.to);
        } else {
            self.kept.groups.insert(entry.to);
        }
    }

    fn answered(&mut self, link: u32, id: &str, code: i32, place: i64) -> Result<(), Gone> {
        self.shared.recorder.answered(link, self.account.user, id, code, place);
        // A code of a newer server is read as one that may pass.
        let code = Code::try_from(code).unwrap_or(Code::Internal);
        if code.is_temporary() && code != Code::RateLimited {
            // Everything unanswered goes out again on the next link, oldest first.
            return Err(Gone::Broken);
        }
        let at = self.kept.open.iter().position(|message| message.id == id);
        if let Some(message) = at.and_then(|at| self.kept.open.remove(at))
            && code == Code::Ok
        {
            if self.kept.acked.len() == ACKED_MAX {
                self.kept.acked.pop_front();
            }
            self.kept.acked.push_back(Message { at: place, ..message });
        }
        Ok(())
    }

    async fn write(&mut self, session: &mut Session) -> Result<(), Gone> {
        self.kept.sent += 1;
        let id = self.shared.words.id(self.reader, self.kept.sent);
        if self.random.random_range(0..ALTERED_ONE_IN) == 0
            && let Some(message) = self.altering(&id)
        {
            let Message { to, alters: Some(alters), .. } = &message else { return Ok(()) };
            self.shared.recorder.alter(session.number, self.account.user, *to, &id, alters.clone());
            self.kept.open.push_back(message.clone());
            return send(session, &message).await;
        }
        let message = self.shared.words.message(self.account.user, &self.kept.groups, id, &mut self.random);
        let Message { id, to, content, .. } = &message;
        self.shared.recorder.ask(session.number, self.account.user, *to, id, content);
        self.kept.open.push_back(message.clone());
        send(session, &message).await
    }

    /// What changes one of the messages of before, or takes it back.
    fn altering(&mut self, id: &str) -> Option<Message> {
        let at = self.random.random_range(0..self.kept.acked.len().max(1));
        let earlier = self.kept.acked.get(at).filter(|message| message.alters.is_none())?;
        let content = match self.random.random_range(0..3) {
            0 => None,
            _ => Some(format!("{} says {id} instead", self.account.user)),
        };
        let alters = Some(Altered { at: earlier.at, content });
        Some(Message { id: id.to_owned(), to: earlier.to, content: String::new(), alters, at: 0 })
    }

    /// Does one of the things that only a device can do to itself.
    async fn disturb(&mut self, session: &mut Session) -> Result<Option<End>, Gone> {
        let kinds: Vec<_> = [Fault::Pause, Fault::Away, Fault::Retry]
            .into_iter()
            .filter(|kind| self.shared.faults.has(*kind))
            .collect();
        let Some(kind) = kinds.get(self.random.random_range(0..kinds.len().max(1))).copied() else { return Ok(None) };
        if kind == Fault::Pause {
            session.paused_until = Some(Instant::now() + Duration::from_millis(self.random.random_range(200..3_000)));
        } else if kind == Fault::Away {
            self.shared.recorder.fault(kind.word());
            if let Some((_, cursor)) = &mut self.kept.place
                && self.random.random()
            {
                *cursor = self.kept.earlier.min(*cursor);
            }
            return Ok(Some(End::Away(Duration::from_millis(self.random.random_range(100..2_500)))));
        } else {
            let at = self.random.random_range(0..self.kept.acked.len().max(1));
            let Some(message) = self.kept.acked.get(at).cloned() else { return Ok(None) };
            self.shared.recorder.again(session.number, self.account.user, &message.id);
            send(session, &message).await?;
        }
        self.shared.recorder.fault(kind.word());
        Ok(None)
    }

    /// Brings somebody into a group of one's own, or leaves another's.
    async fn change_a_group(&mut self, session: &mut Session) -> Result<(), Gone> {
        let user = self.account.user;
        let Some((group, whom)) = self.shared.words.change(user, &mut self.random) else { return Ok(()) };
        let what = if whom == user { Event::Left } else { Event::Joined };
        let change = self.shared.recorder.change(user, what, group, vec![whom]);
        let seq = if whom == user {
            session.link.ask(&pb::GroupLeaveRequest { group }).await?
        } else {
            session.link.ask(&pb::GroupInviteRequest { group, members: vec![whom] }).await?
        };
        session.waiting.insert(seq, (Instant::now(), Waiting::Change { change, group, what }));
        Ok(())
    }
}

async fn send(session: &mut Session, message: &Message) -> Result<(), Gone> {
    let seq = message.put(&mut session.link).await?;
    let id = message.id.clone();
    let waiting = if message.alters.is_some() { Waiting::Alter(id) } else { Waiting::Send(id) };
    session.waiting.insert(seq, (Instant::now(), waiting));
    Ok(())
}

async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}
