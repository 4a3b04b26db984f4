//! What of the bot is of use to others: the check, whose judge also judges the server's own crash test.

pub mod check;
pub mod protection;
pub mod span;
