//! The desktop client: what is on the screen, and what surrounds the window.
//!
//! - `platform`: the tray, notifications, the call for attention.

pub mod platform;
