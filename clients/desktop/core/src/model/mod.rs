//! One account as a person sees it: pure state, changed by what is told and by what the person does.
//!
//! A view calls a method and reads the fields; the method changes what is seen at once and leaves a [`Wish`] for what has
//! to happen elsewhere. [`Session::tell`] takes what came of it. No clock is read here: who calls says what time it is.

mod asking;
mod item;
mod link;
mod session;
mod talk;
mod thread;
mod told;
mod wish;

pub use asking::{AnswerError, Answered, Asking, Ticket};
pub use item::{Content, Delivery, Item, Upload};
pub use link::LinkState;
pub use session::Session;
pub use talk::Talk;
pub use thread::Thread;
pub use told::{Opened, Page, Progress, Told};
pub use wish::{Outgoing, Source, Wish};

/// A user (greater than 0), everyone (0), or a group (less than 0).
pub type Peer = i64;
/// Greater than 0.
pub type UserId = i64;
/// Milliseconds since 1970, UTC.
pub type TimeMs = i64;

/// The conversation of all who have an account.
pub const EVERYONE: Peer = 0;
/// Among the mentions of a message: all members of the group.
pub const ALL: UserId = 0;
