//! Stories about the bot as a script meets it: lines in, lines out, an exit code. The server is a small one of the
//! test's own, which keeps what it is asked.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a broken expectation fails its story")]
#![allow(clippy::disallowed_methods, reason = "the test's server ends with the test")]

/// A server that loses and doubles.
#[cfg(unix)]
mod liar;
/// The bot's process, and the server that it talks to.
mod support;

/// `bot chat`
mod chat;
/// `bot check`, on histories that were saved
mod check;
/// `bot echo`
mod echo;
/// `bot load`, against a real server
#[cfg(unix)]
mod load;
/// Whom it logs in as, and how it says that it cannot.
mod login;
/// `bot chat`: contacts, profiles and groups.
mod people;
/// `bot chat`: the list of conversations, and what becomes of a message.
mod talks;
