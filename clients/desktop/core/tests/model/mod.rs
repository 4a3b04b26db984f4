//! What the model makes of what it is told and of what the person does.

pub(crate) mod support;

mod changing;
mod contacts;
mod entries;
mod groups;
mod large;
mod linking;
mod list;
mod media;
mod notices;
mod once;
mod people;
mod reading;
mod search;
mod sending;
mod thread;
mod typing;
