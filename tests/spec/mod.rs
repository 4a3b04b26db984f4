//! What PROTOCOL.md promises, chapter by chapter, asked of a real server. What is about time happens over pipes, in a
//! time that stands still until nobody has anything left to do.

/// Accounts: making them, finding them, and their end.
mod accounts;
/// The HTTP API for operators.
mod admin;
/// Answering, mentioning, taking back and changing.
mod amends;
/// What has arrived, and who has read it.
mod arrivals;
/// Wrong passwords, and what they cost.
mod attempts;
/// Between whom nothing passes.
mod blocks;
/// Writing to everyone.
mod broadcast;
/// The short link: requests by HTTP.
mod cgi;
/// The end of a link.
mod closing;
/// Who is whose contact.
mod contacts;
/// What browsers are told about other hosts' pages, and readiness.
mod cors;
/// Devices of one user.
mod devices;
/// One story over every pair of doors.
mod doors;
/// How a server stops.
mod drain;
/// Erasing accounts.
mod erasing;
/// Files and avatars by HTTP.
mod files;
/// The frame, byte by byte.
mod frame;
/// Groups: who sees what of them.
mod groups;
/// Coming into groups by their links.
mod groups_join;
/// The largest group.
mod groups_large;
/// Many who change a group at once, and by HTTP.
mod groups_race;
/// Who may do what in groups.
mod groups_roles;
/// The HTTP port's bounds.
mod http;
/// Writing, reading, and the cursor between them.
mod inbox;
/// How much may come from one address and one user.
mod limits;
/// Before login: strangers, and how they become users.
mod login;
/// Receipts and typing.
mod marks;
/// The chat of Mars' sample apps.
mod mars_sample;
/// Messages that name uploads.
mod media;
/// Anything that people may do, against a model.
mod model;
/// The contract of the first server, as its three clients speak it.
mod old_contract;
/// Reading by pages, forwards and backwards.
mod pages;
/// Changing the own password.
mod passwords;
/// Who there is.
mod people;
/// Who of one's contacts is online.
mod presence;
/// What people say of themselves.
mod profiles;
/// Proxies that say whom a connection is from.
mod proxies;
/// Slow readers, and readers that come while others write.
mod readers;
/// A log that does not keep everything.
mod retention;
/// Ending logins before their time.
mod revoking;
/// Idle links, blocked writes, silent strangers.
mod silence;
/// Any story, against a model.
mod story;
/// The list of conversations.
mod talks;
/// Links and HTTP over TLS.
mod tls;
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
