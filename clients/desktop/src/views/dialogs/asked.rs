//! Something that was asked of the server from a dialog, until it is known how that went.

use longlink_desktop_core::model::{AskState, Session, Ticket, Unfit};

use crate::views::fails::{About, answer_text};
use crate::words::{Words, fill};

/// One question at a time.
#[derive(Debug, Default)]
pub struct Asked {
    ticket: Option<Ticket>,
    /// Why the last one did not work.
    pub problem: String,
}

impl Asked {
    pub fn begin(&mut self, ticket: Ticket) {
        self.ticket = Some(ticket);
        self.problem.clear();
    }

    /// The same where it may not even be asked.
    pub fn try_begin(&mut self, words: &Words, ticket: Result<Ticket, Unfit>) {
        match ticket {
            Ok(ticket) => self.begin(ticket),
            Err(unfit) => self.problem = unfit_text(words, &unfit),
        }
    }

    pub fn is_busy(&self) -> bool {
        self.ticket.is_some()
    }

    /// Looks how it stands. True once, when it was done.
    pub fn is_done(&mut self, session: &Session, words: &Words, about: About) -> bool {
        let Some(ticket) = self.ticket else { return false };
        match session.asks.state(ticket) {
            Some(AskState::Asking) => false,
            Some(AskState::Done) => {
                self.ticket = None;
                true
            }
            Some(AskState::Failed(error)) => {
                self.ticket = None;
                self.problem = answer_text(words, &error, about);
                false
            }
            None => {
                self.ticket = None;
                false
            }
        }
    }
}

/// Why something was not even asked.
pub fn unfit_text(words: &Words, unfit: &Unfit) -> String {
    let w = &words.fail;
    match unfit {
        Unfit::Empty | Unfit::Control => w.code_1.to_owned(),
        Unfit::TooLong { .. } | Unfit::TooMany { .. } => w.code_12.to_owned(),
        Unfit::TooShort { length, min } => {
            fill(w.too_short, &[("length", &length.to_string()), ("min", &min.to_string())])
        }
        Unfit::Missing => w.code_6.to_owned(),
        Unfit::NotAllowed => w.code_5.to_owned(),
    }
}
