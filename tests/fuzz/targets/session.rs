//! A link's protocol life: any frames at any times, logins decided either way, requests answered or not. Its bounds
//! hold, each request is given out or refused once, and nothing is carried out for a stranger that needs a login.

use bytes::Bytes;
use longlink::session::{Moment, Rules, Session, Step};
use longlink::wire::{Code, Command, Frame, Outgoing, Who, command};

use super::Script;

const RULES: Rules = Rules {
    idle_timeout_ms: 5_000,
    hold_timeout_ms: 500,
    held_frames_max: 3,
    held_bytes_max: 200,
    frame_bytes_max: 400,
    stranger_frame_bytes_max: 100,
    requests_in_flight_max: 4,
    failed_logins_max: 3,
    first_client_version: 0,
};

pub(crate) fn run(input: &[u8]) {
    let mut script = Script(input);
    let mut link =
        Driven { session: Session::new(Moment(0), &RULES), now: Moment(0), logging_in: false, asked: 0, held: 0 };
    while !script.is_over() && link.step(&mut script) {}
}

struct Driven {
    session: Session,
    now: Moment,
    logging_in: bool,
    /// Requests given out that were not answered.
    asked: u16,
    /// Requests that wait for a login.
    held: usize,
}

impl Driven {
    /// `false`: the link has ended.
    fn step(&mut self, script: &mut Script<'_>) -> bool {
        match script.byte() % 8 {
            0 => self.time(u64::from(script.byte()) * 10),
            1 if self.logging_in => {
                self.logging_in = false;
                let steps = self.session.logged_in();
                assert_eq!(steps.len(), self.held, "what was held is given out, each once");
                self.held = 0;
                steps.into_iter().for_each(|step| self.take(step));
                assert!(!self.session.is_stranger());
                true
            }
            2 if self.logging_in => {
                self.logging_in = false;
                let code = if script.byte().is_multiple_of(2) { Code::WrongCredentials } else { Code::Overloaded };
                match self.session.login_refused(code, &RULES) {
                    Ok(refusals) => self.refused(&refusals),
                    Err(_) => false,
                }
            }
            3 if self.asked > 0 => {
                self.asked -= 1;
                self.session.answered();
                true
            }
            _ => self.frame(script),
        }
    }

    fn time(&mut self, ms: u64) -> bool {
        self.now = self.now.plus_ms(ms);
        let is_due = self.session.deadline(&RULES) <= self.now;
        match self.session.on_time(self.now, &RULES) {
            Ok(refusals) => {
                assert!(is_due || refusals.is_empty(), "refused before its time");
                assert!(
                    self.session.deadline(&RULES) > self.now,
                    "a deadline that is over would be waited for for ever"
                );
                self.refused(&refusals)
            }
            Err(_) => {
                assert!(is_due);
                false
            }
        }
    }

    fn frame(&mut self, script: &mut Script<'_>) -> bool {
        if !self.session.may_hear(&RULES) {
            assert_eq!(self.asked, RULES.requests_in_flight_max);
            return true;
        }
        let cmd_id = match script.byte() {
            byte @ 0..=200 => u32::from(byte),
            _ => script.u32(),
        };
        let seq = match script.byte() {
            0 => 0,
            1 => u32::MAX - u32::from(script.byte() % 4),
            byte => u32::from(byte),
        };
        let length = usize::from(script.byte()).min(self.session.frame_bytes_max(&RULES) - 20);
        let body = Bytes::copy_from_slice(script.bytes(length));
        let frame = Frame { client_version: script.u32(), cmd_id, seq, body };
        let version = frame.client_version;
        match self.session.hear(self.now, frame, &RULES) {
            Ok(step) => {
                assert_eq!(self.session.client_version(), version);
                let waits = step == Step::Nothing
                    && self.session.is_stranger()
                    && command::who_may(cmd_id) == Some(Who::User)
                    && seq != u32::MAX - 2;
                self.held += usize::from(waits);
                assert!(self.held <= RULES.held_frames_max);
                self.take(step);
                true
            }
            Err(_) => false,
        }
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Nothing => {}
            Step::Say(Outgoing { cmd_id, body, .. }) => {
                assert!(cmd_id != Command::Noop as u32 || body.is_empty(), "a noop's echo is empty");
            }
            Step::Ask(question) => {
                assert!(!self.session.is_stranger() || command::who_may(question.cmd_id) != Some(Who::User));
                self.asked += 1;
            }
            Step::LogIn { .. } => {
                assert!(!self.logging_in, "one login is decided at a time");
                self.logging_in = true;
            }
        }
    }

    fn refused(&mut self, refusals: &[Outgoing]) -> bool {
        assert!(refusals.is_empty() || refusals.len() == self.held);
        self.held -= refusals.len();
        true
    }
}
