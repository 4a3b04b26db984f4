//! What PROTOCOL.md promises, chapter by chapter, asked of a real server over a real socket.

mod inbox;
