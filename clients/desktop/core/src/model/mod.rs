//! One account as a person sees it: pure state, changed by what is told and by what the person does.
//!
//! A view calls a method and reads the fields; the method changes what is seen at once and leaves a [`Wish`] for what has
//! to happen elsewhere. [`Session::tell`] takes what came of it. No clock is read here: [`Session::advance`] says what time
//! it is.
//!
//! - [`session`]: the account, and all that changes it.
//! - What it is made of: [`Talks`] (the list), [`Thread`] (the open conversation), [`Outbox`], [`People`], [`Contacts`],
//!   [`Groups`], [`Presence`], [`Typing`], [`Media`], [`Search`], [`Asks`]. Each keeps its own rules and knows no other.
//! - What it speaks: [`Told`], [`Wish`], [`Asking`] and [`Answered`], [`Item`], [`Amendment`].

mod amendment;
mod asking;
mod asks;
mod contacts;
mod failure;
mod gap;
mod groups;
mod happened;
mod item;
pub mod limits;
mod link;
mod media;
mod names;
mod notices;
mod order;
mod outbox;
mod people;
mod presence;
mod reading;
mod run;
mod search;
pub mod session;
mod talk;
mod talks;
mod thread;
mod told;
mod typing;
mod wish;

pub use amendment::Amendment;
pub(crate) use asking::every_ask;
pub use asking::{AnswerError, Answered, Asking, Ticket};
pub use asks::{AskState, Asks};
pub use contacts::Contacts;
pub use failure::{Failure, Unfit};
pub use gap::Gap;
pub use groups::{Groups, Member, Members, Silence};
pub use item::{Content, Delivery, Item, Upload, peer_of};
pub use link::{LinkState, must_log_in};
pub use media::{Download, Media, Saved};
pub use names::Name;
pub use notices::Notice;
pub use outbox::{OUTBOX_MAX, Outbox, item_of};
pub use people::{FoundPeople, People};
pub use presence::{Presence, Seen};
pub use reading::Readers;
pub use search::Search;
pub use session::{NewMessage, Session};
pub use talk::{Counted, NEWS_MAX, News, Talk};
pub use talks::{Talks, Unread};
pub use thread::{ITEMS_MAX, PAGE, Quoted, ReadCount, Thread};
pub use told::{Opened, Page, Progress, Told};
pub use typing::Typing;
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
