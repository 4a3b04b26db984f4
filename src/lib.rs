//! longlink: chat and push over long TCP connections, with one durable log behind every link.
//!
//! The modules stand in floors and look down only; `src/ARCHITECTURE.md` is the map. The lowest floor is pure and is
//! all that is built without the feature `server`: the clients share it.

// Floor 0: pure. No tokio, no clock, no I/O.
pub mod id;
pub mod session;
pub mod wire;

// Floor 1: mechanisms that know floor 0 and not one another.
#[cfg(feature = "server")]
pub mod address;
#[cfg(feature = "server")]
pub mod audit;
#[cfg(feature = "server")]
pub mod auth;
#[cfg(feature = "server")]
pub mod blocking;
#[cfg(feature = "server")]
pub mod clock;
#[cfg(feature = "server")]
pub mod limiter;
#[cfg(feature = "server")]
pub mod links;
#[cfg(feature = "server")]
pub mod metrics;
#[cfg(feature = "server")]
pub mod outbox;
#[cfg(feature = "server")]
pub mod proxy;
#[cfg(feature = "server")]
pub mod router;
#[cfg(feature = "server")]
pub mod store;
#[cfg(feature = "server")]
pub mod tls;
#[cfg(feature = "server")]
pub mod uploads;

// Floor 2: the rules of chat.
#[cfg(feature = "server")]
pub mod chat;

// Floor 3: doors.
#[cfg(feature = "server")]
pub mod control;
#[cfg(feature = "server")]
pub mod http;
#[cfg(feature = "server")]
pub mod link;

// Floor 4: putting it together.
#[cfg(feature = "server")]
pub mod cli;
#[cfg(feature = "server")]
pub mod config;
#[cfg(feature = "server")]
pub mod listening;
#[cfg(feature = "server")]
pub mod plan;
#[cfg(feature = "server")]
pub mod server;
#[cfg(feature = "server")]
pub mod telemetry;
