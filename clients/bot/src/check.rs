//! `bot check`: proof that a server keeps its promises.
//!
//! Many devices write to one another, to groups and to everyone, and change and take back some of it, over a network
//! that cuts, delays and goes silent, while the server is killed. All that they ask, are answered and are shown becomes a history, and the history is
//! judged. From the inside out:
//!
//! - `record`: the history and its format, `judge`: whether it is one of a server that keeps its promises, `verdict`:
//!   what was found. These three are pure, and also judge the histories of the server's own crash test.
//! - `recorder`: writes the history while it happens.
//! - `device` on a `link`, with `words` to say and the `message` that comes of it; `proxy`, the network; `server`, the child that is killed; `faults`.
//! - `accounts`, `run` (a whole check) and `finale` (the last reading), and `args`.

mod accounts;
mod args;
mod device;
mod faults;
mod finale;
pub mod judge;
mod link;
mod message;
mod proxy;
pub mod record;
pub mod recorder;
mod run;
mod server;
pub mod verdict;
mod words;

pub use args::Args;
pub use run::run;
