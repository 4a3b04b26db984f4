//! What PROTOCOL.md promises, chapter by chapter, asked of a real server. What is about time happens over pipes, in a
//! time that stands still until nobody has anything left to do.

/// Accounts: making them, finding them, and their end.
mod accounts;
/// Writing to everyone.
mod broadcast;
/// The short link: requests by HTTP.
mod cgi;
/// The end of a link.
mod closing;
/// What browsers are told about other hosts' pages, and readiness.
mod cors;
/// Devices of one user.
mod devices;
/// One story over every pair of doors.
mod doors;
/// How a server stops.
mod drain;
/// Files and avatars by HTTP.
mod files;
/// The frame, byte by byte.
mod frame;
/// Groups.
mod groups;
/// The HTTP port's bounds.
mod http;
/// Writing, reading, and the cursor between them.
mod inbox;
/// Before login: strangers, and how they become users.
mod login;
/// Receipts and typing.
mod marks;
/// The chat of Mars' sample apps.
mod mars_sample;
/// Messages that name uploads.
mod media;
/// The contract of the first server, as its three clients speak it.
mod old_contract;
/// Reading by pages, forwards and backwards.
mod pages;
/// Changing the own password.
mod passwords;
/// Who there is.
mod people;
/// What people say of themselves.
mod profiles;
/// Slow readers, and readers that come while others write.
mod readers;
/// A log that does not keep everything.
mod retention;
/// Idle links, blocked writes, silent strangers.
mod silence;
/// Any story, against a model.
mod story;
/// Login tokens.
mod tokens;
/// Uploads that break off, wait, meet one another, or grow old.
mod uploads;
/// Reading at once without a link.
mod waiting;
/// The web client's files and headers.
mod web;
/// Links over WebSockets.
mod websocket;
