//! What PROTOCOL.md promises, chapter by chapter, asked of a real server. What is about time happens over pipes, in a
//! time that stands still until nobody has anything left to do.

/// The frame, byte by byte.
mod frame;
/// Writing, reading, and the cursor between them.
mod inbox;
/// Before login: strangers, and how they become users.
mod login;
/// Links over WebSockets.
mod websocket;
