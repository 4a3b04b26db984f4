//! The views, without a window: what they say, what they do when they are used, and how much they lay out.

#![expect(clippy::unwrap_used, reason = "what is not there is a failed test")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a test looks for the one question that it is about")]

mod dialogs;
mod idle;
mod keyboard;
mod large;
mod list;
mod login;
mod names;
mod stage;
mod talk;
mod words;
