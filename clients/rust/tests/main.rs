//! Stories about the client, each told from the server's side: what the server does, and what the app then sees.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a broken expectation fails its story, which is what it is for"
)]

/// A server that does what the story says.
mod support;

/// The own password changes.
mod account;
/// What is asked again over a lost link.
mod changing;
/// That entries have arrived is told.
mod delivered;
/// Coming in, and not being let in.
mod login;
/// What is pushed is taken once.
mod receiving;
/// What is sent is kept once.
mod sending;
/// Servers that say nothing, and apps that take nothing.
mod silence;
