//! The bounds of PROTOCOL.md that hold on every server, and the defaults of those that are settings: what is beyond them
//! is not even asked. What a server has set lower it refuses, and that is shown as it comes.

use super::Unfit;

/// Of an entry, in bytes.
pub const CONTENT_BYTES_MAX: usize = 65_536;
/// Of a user's and a group's name, in bytes.
pub const NAME_BYTES_MAX: usize = 64;
pub const NICKNAME_BYTES_MAX: usize = 64;
pub const BIO_BYTES_MAX: usize = 500;
pub const ALIAS_BYTES_MAX: usize = 64;
pub const REMARK_BYTES_MAX: usize = 500;
pub const GREETING_BYTES_MAX: usize = 200;
pub const PASSWORD_BYTES_MIN: usize = 8;
pub const PASSWORD_BYTES_MAX: usize = 128;
/// Users named in one request, and mentioned by one entry.
pub const NAMED_MAX: usize = 100;
/// Users asked for by one `presence`.
pub const PRESENCE_MAX: usize = 500;
/// Entries named in one `readers`.
pub const READERS_MAX: usize = 100;

/// A text that may be empty.
pub(crate) fn at_most(text: &str, max: usize) -> Result<(), Unfit> {
    let length = text.len();
    if length > max { Err(Unfit::TooLong { length, max }) } else { Ok(()) }
}

/// A text that may not be empty.
pub(crate) fn filled(text: &str, max: usize) -> Result<(), Unfit> {
    if text.trim().is_empty() {
        return Err(Unfit::Empty);
    }
    at_most(text, max)
}

/// A text in one line.
pub(crate) fn one_line(text: &str) -> Result<(), Unfit> {
    if text.chars().any(char::is_control) { Err(Unfit::Control) } else { Ok(()) }
}

/// A text in which line breaks are no control characters (U4).
pub(crate) fn lines(text: &str) -> Result<(), Unfit> {
    if text.chars().any(|letter| letter.is_control() && letter != '\n') { Err(Unfit::Control) } else { Ok(()) }
}

pub(crate) fn password(text: &str) -> Result<(), Unfit> {
    let (length, min) = (text.len(), PASSWORD_BYTES_MIN);
    if length < min {
        return Err(Unfit::TooShort { length, min });
    }
    at_most(text, PASSWORD_BYTES_MAX)
}

pub(crate) fn few(count: usize, max: usize) -> Result<(), Unfit> {
    if count > max { Err(Unfit::TooMany { count, max }) } else { Ok(()) }
}
