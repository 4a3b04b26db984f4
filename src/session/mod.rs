//! A link's protocol life as a value: frames and time go in, steps and deadlines come out.
//!
//! ```text
//!            hello                    accepted
//! stranger ────────▶ logging in ───────────────▶ user
//!     ▲                  │ refused
//!     └──────────────────┘
//! ```
//!
//! No socket, no clock, no task: `link` drives it for the server, and a test can drive it by hand. What it decides is
//! PROTOCOL.md's "Life of a link".

mod held;

use bytes::Bytes;

use crate::wire::frame::{SEQ_IDENTIFY, SEQ_NOOP, SEQ_PUSH, SEQ_SIGNALLING_KEEP};
use crate::wire::{CloseReason, Code, Command, Frame, Outgoing, Refused, Request, Who, command, pb};
use held::{Held, HeldFrame};

/// A point in time: milliseconds since a start that all of one process agrees on. It never goes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Moment(pub u64);

impl Moment {
    /// The moment `ms` later; at the end of time it stays there.
    #[must_use]
    pub const fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to here; 0 if it is not earlier.
    pub const fn ms_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// The bounds of a link's protocol life.
#[derive(Clone, Debug)]
pub struct Rules {
    /// A link that says nothing for so long is closed. A Mars client may be silent for 580 s.
    pub idle_timeout_ms: u64,
    /// How long a request may wait for a login. A Mars client gives a request up after 7 s at the earliest.
    pub hold_timeout_ms: u64,
    pub held_frames_max: usize,
    pub held_bytes_max: usize,
    /// The longest frame, header included, once logged in.
    pub frame_bytes_max: usize,
    /// The same for a stranger.
    pub stranger_frame_bytes_max: usize,
    /// With so many requests unanswered, nothing more is read from the link.
    pub requests_in_flight_max: u16,
    /// The login refused as the so-manieth ends the link.
    pub failed_logins_max: u8,
    /// What the link's frames carry as `client_version` before the peer has said its own.
    pub first_client_version: u32,
}

/// What a link's driver is to do next.
#[derive(Debug, PartialEq)]
pub enum Step {
    Nothing,
    /// Write this frame.
    Say(Outgoing),
    /// Carry this request out, answer it, and tell `answered`.
    Ask(Question),
    /// Decide this login, answer it, and tell `logged_in` or `login_refused`. One that cannot be read is refused.
    LogIn {
        cmd_id: u32,
        seq: u32,
        hello: Result<pb::HelloRequest, Refused>,
    },
}

/// A request and what its reply must carry.
#[derive(Debug, PartialEq)]
pub struct Question {
    pub cmd_id: u32,
    pub seq: u32,
    pub request: Request,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Stranger,
    LoggingIn,
    User,
}

/// The protocol state of one link.
#[derive(Debug)]
pub struct Session {
    phase: Phase,
    failed_logins: u8,
    in_flight: u16,
    client_version: u32,
    heard_at: Moment,
    // Boxed, since a link holds requests only in the moment before its login.
    held: Option<Box<Held>>,
}

impl Session {
    pub fn new(now: Moment, rules: &Rules) -> Self {
        Self {
            phase: Phase::Stranger,
            failed_logins: 0,
            in_flight: 0,
            client_version: rules.first_client_version,
            heard_at: now,
            held: None,
        }
    }

    /// What the link's frames carry as `client_version`: a Mars client refuses any but its own.
    pub fn client_version(&self) -> u32 {
        self.client_version
    }

    /// The longest frame that may come next, header included, in bytes.
    pub fn frame_bytes_max(&self, rules: &Rules) -> usize {
        match self.phase {
            Phase::User => rules.frame_bytes_max,
            Phase::Stranger | Phase::LoggingIn => rules.stranger_frame_bytes_max,
        }
    }

    /// Whether the next frame may be read. Not reading is our backpressure; TCP carries it to the peer.
    pub fn may_hear(&self, rules: &Rules) -> bool {
        self.in_flight < rules.requests_in_flight_max
    }

    pub fn is_stranger(&self) -> bool {
        self.phase != Phase::User
    }

    /// When `on_time` wants to be called next, if nothing is heard before.
    pub fn deadline(&self, rules: &Rules) -> Moment {
        let idle = self.idle_deadline(rules);
        self.held.as_ref().map_or(idle, |held| idle.min(held.since.plus_ms(rules.hold_timeout_ms)))
    }

    /// When it will have been silent for too long.
    pub fn idle_deadline(&self, rules: &Rules) -> Moment {
        self.heard_at.plus_ms(rules.idle_timeout_ms)
    }

    /// Takes a frame from the peer.
    pub fn hear(&mut self, now: Moment, frame: Frame, rules: &Rules) -> Result<Step, CloseReason> {
        self.heard_at = now;
        self.client_version = frame.client_version;
        let Frame { cmd_id, seq, body, .. } = frame;

        if cmd_id == Command::Noop as u32 {
            // The body stays empty: a Mars client keeps every noop's body for the life of the link (longlink.cc:1066).
            return Ok(Step::Say(Outgoing { cmd_id, seq, body: Bytes::new() }));
        }
        if cmd_id == Command::SignallingKeep as u32 || seq == SEQ_SIGNALLING_KEEP {
            return Ok(Step::Nothing);
        }
        match seq {
            // Its reply would read as a push, or as a noop's: nothing that we could say would be understood.
            SEQ_PUSH | SEQ_NOOP => Err(CloseReason::BadFrame),
            SEQ_IDENTIFY => Ok(self.hear_hello(cmd_id, seq, body)),
            _ if cmd_id == Command::Hello as u32 => Ok(self.hear_hello(cmd_id, seq, body)),
            _ => self.hear_request(now, HeldFrame { cmd_id, seq, body }, rules),
        }
    }

    fn hear_hello(&mut self, cmd_id: u32, seq: u32, body: Bytes) -> Step {
        if self.phase != Phase::Stranger {
            let refused = Refused::new(Code::AlreadyLoggedIn, "the link is logged in, or its login is being decided");
            return Step::Say(refusal(cmd_id, seq, &refused));
        }
        self.phase = Phase::LoggingIn;
        let hello = match Request::decode(Command::Hello as u32, body) {
            Ok(Request::Hello(hello)) => Ok(hello),
            Ok(other) => unreachable!("command hello was read as {}", other.name()),
            Err(refused) => Err(refused),
        };
        Step::LogIn { cmd_id, seq, hello }
    }

    fn hear_request(&mut self, now: Moment, frame: HeldFrame, rules: &Rules) -> Result<Step, CloseReason> {
        // An unknown command is refused at once, by decoding it: waiting for a login would not make it known.
        let needs_login = command::who_may(frame.cmd_id) == Some(Who::User);
        if self.phase == Phase::User || !needs_login {
            return Ok(self.ask(frame));
        }
        // A Mars client may send its tasks before its identify packet (mars issue 154): they wait for the login.
        let held = self.held.get_or_insert_with(|| Box::new(Held::new(now)));
        held.hold(frame, rules)?;
        Ok(Step::Nothing)
    }

    fn ask(&mut self, frame: HeldFrame) -> Step {
        let HeldFrame { cmd_id, seq, body } = frame;
        match Request::decode(cmd_id, body) {
            Ok(request) => {
                self.in_flight += 1;
                Step::Ask(Question { cmd_id, seq, request })
            }
            Err(refused) => Step::Say(refusal(cmd_id, seq, &refused)),
        }
    }

    /// A request that `hear` or `logged_in` gave out has been answered.
    pub fn answered(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// The login was accepted. Gives out what was held, in the order in which it came.
    pub fn logged_in(&mut self) -> Vec<Step> {
        self.phase = Phase::User;
        let held = self.held.take().map(|held| held.frames).unwrap_or_default();
        held.into_iter().map(|frame| self.ask(frame)).collect()
    }

    /// The login was refused. Gives out the refusals of what was held; the link may try again. Who was refused because
    /// the server is busy has not tried in vain: this does not count, or a busy server would send its users away.
    pub fn login_refused(&mut self, code: Code, rules: &Rules) -> Result<Vec<Outgoing>, CloseReason> {
        self.phase = Phase::Stranger;
        self.failed_logins = self.failed_logins.saturating_add(u8::from(!code.is_temporary()));
        if self.failed_logins >= rules.failed_logins_max {
            Err(CloseReason::TooManyLogins)
        } else {
            Ok(self.refuse_held())
        }
    }

    /// The deadline may have come. Gives out refusals of what has waited too long for a login.
    pub fn on_time(&mut self, now: Moment, rules: &Rules) -> Result<Vec<Outgoing>, CloseReason> {
        if now.ms_since(self.heard_at) >= rules.idle_timeout_ms {
            return Err(CloseReason::Idle);
        }
        let overdue = self.held.as_ref().is_some_and(|held| now.ms_since(held.since) >= rules.hold_timeout_ms);
        Ok(if overdue { self.refuse_held() } else { Vec::new() })
    }

    fn refuse_held(&mut self) -> Vec<Outgoing> {
        let refused = Refused::new(Code::NotLoggedIn, "this needs a login first: send hello");
        let held = self.held.take().map(|held| held.frames).unwrap_or_default();
        held.into_iter().map(|frame| refusal(frame.cmd_id, frame.seq, &refused)).collect()
    }
}

/// The reply to a request that was not carried out.
pub fn refusal(cmd_id: u32, seq: u32, refused: &Refused) -> Outgoing {
    Outgoing { cmd_id, seq, body: refused.encode() }
}

#[cfg(test)]
mod tests;
