//! How requests fail, why links break, and why a client ends.

use longlink::wire::{CloseReason, Command, FrameError, Refused};

/// Why a request has no answer that helps.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// The server said no. Its code tells whether the same may work later.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The link broke before the answer came, or there was none within the request timeout. Only in the first case
    /// may the request have been carried out.
    #[error("disconnected")]
    Disconnected,
    /// No answer within the request timeout.
    #[error("no answer in time")]
    TimedOut,
    /// The server has another log than the one for which this was written. It was not sent.
    #[error("written for another log")]
    AnotherLog,
    /// The answer could not be read.
    #[error("cannot read the answer: {0}")]
    Unreadable(String),
    /// The client has ended.
    #[error("the client has ended: {0}")]
    Closed(Ended),
}

/// Why a message was not taken for sending.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    #[error("{max} messages wait to be sent already")]
    QueueFull { max: usize },
    #[error("message is {length} bytes, more than {max}")]
    TooLarge { length: usize, max: usize },
    #[error("the client has ended: {0}")]
    Closed(Ended),
}

/// Why a client ended for good.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Ended {
    /// The app closed it, or dropped its last handle.
    #[error("closed by the app")]
    Closed,
    /// The login was refused for good.
    #[error("login refused: {0}")]
    LoginRefused(Refused),
    /// The server ended the link with a reason that does not invite back.
    #[error("ended by the server: {}{}", reason_word(*.number), described(.message))]
    Stopped {
        /// The [`CloseReason`], which may be one that this version does not know.
        number: i32,
        message: String,
    },
}

/// Why a link broke. The client comes back by itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    #[error("cannot connect: {0}")]
    Unreachable(String),
    #[error("closed by the server: {}{}", reason_word(*.number), described(.message))]
    Closed {
        /// The [`CloseReason`], which may be one that this version does not know.
        number: i32,
        message: String,
    },
    #[error("the server closed the connection")]
    Gone,
    #[error("connection lost: {0}")]
    Lost(String),
    #[error("login refused for now: {0}")]
    LoginRefused(Refused),
    #[error("no answer to {}", .0.as_str_name())]
    TimedOut(Command),
    #[error("the server has gone silent")]
    Silent,
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error("cannot read what the server said: {0}")]
    Unreadable(String),
}

/// Why a question that was asked without a login has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OnceError {
    #[error(transparent)]
    Refused(#[from] Refused),
    #[error(transparent)]
    Broken(#[from] Broken),
    /// The server ended the link with a reason that does not invite back.
    #[error(transparent)]
    Ended(#[from] Ended),
}

impl From<Exit> for OnceError {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Broken(why) => Self::Broken(why),
            Exit::Ended(ended) => Self::Ended(ended),
        }
    }
}

/// How a link ended, for the owner: whether to come back.
#[derive(Debug)]
pub(crate) enum Exit {
    Broken(Broken),
    Ended(Ended),
}

impl Exit {
    /// Obeys the range of a close reason, also of one that is newer than this client.
    pub(crate) fn of_closing(number: i32, message: String) -> Self {
        if (200..300).contains(&number) {
            Self::Ended(Ended::Stopped { number, message })
        } else {
            Self::Broken(Broken::Closed { number, message })
        }
    }
}

impl From<Broken> for Exit {
    fn from(why: Broken) -> Self {
        Self::Broken(why)
    }
}

impl From<Ended> for Exit {
    fn from(ended: Ended) -> Self {
        Self::Ended(ended)
    }
}

fn reason_word(number: i32) -> String {
    match CloseReason::try_from(number) {
        Ok(reason) => reason.word().to_ascii_lowercase().replace('_', " "),
        Err(_) => format!("reason {number}"),
    }
}

fn described(message: &str) -> String {
    if message.is_empty() { String::new() } else { format!(" ({message})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_reason_from_the_future_is_obeyed_by_its_range() {
        assert!(matches!(Exit::of_closing(299, String::new()), Exit::Ended(Ended::Stopped { number: 299, .. })));
        assert!(matches!(Exit::of_closing(199, String::new()), Exit::Broken(Broken::Closed { number: 199, .. })));
        for reason in (100..300).filter_map(|number| CloseReason::try_from(number).ok()) {
            let comes_back = matches!(Exit::of_closing(reason.into(), String::new()), Exit::Broken(_));
            assert_eq!(comes_back, reason.invites_back(), "{}", reason.word());
        }
    }

    #[test]
    fn an_end_says_its_reason_in_words() {
        let ended = Ended::Stopped { number: CloseReason::AccountEnded.into(), message: "by the operator".into() };
        assert_eq!(ended.to_string(), "ended by the server: account ended (by the operator)");
        assert_eq!(
            Broken::Closed { number: 150, message: String::new() }.to_string(),
            "closed by the server: reason 150"
        );
    }
}
