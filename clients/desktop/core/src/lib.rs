//! The desktop client without its screen.
//!
//! - `model`: what a person sees and does, as plain state. It knows no screen, no runtime, no disk; it is told what
//!   happened ([`Told`]) and says what is to be done ([`Wish`]).
//! - `accounts`: which accounts there are, and the settings of the app.
//! - `store`: what an account keeps on this machine, in SQLite.
//! - `vault`: where passwords and tokens lie.
//! - `files`: uploads and downloads by HTTP.
//! - `bridge`: a thread with the runtime on it. It carries wishes out and tells the model.
//!
//! ```text
//!   views ──calls──▶ model ──Wish──▶ bridge ──▶ link, store, files, vault
//!     ▲                ▲               │
//!     └──── reads ─────┴─────Told──────┘
//! ```
//!
//! `model` looks at nobody else here.

pub mod accounts;
pub mod bridge;
mod clock;
pub mod files;
pub mod model;
pub mod store;
pub mod vault;

pub use model::{Session, Told, Wish};
