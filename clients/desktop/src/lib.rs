//! The desktop client: what is on the screen, and what surrounds the window.
//!
//! - `app`: the accounts that are open, between the bridge and the screen.
//! - `args`: what the program is started with.
//! - `views`: what is seen, and what the person does with it.
//! - `words`: what is written there, in each language.
//! - `platform`: the tray, notifications, the call for attention.
//! - `clock`: what time it is.

pub mod app;
pub mod args;
pub mod clock;
pub mod platform;
pub mod views;
pub mod words;
