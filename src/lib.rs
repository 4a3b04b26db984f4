#[cfg(feature = "server")]
pub mod clock;
pub mod id;
#[cfg(feature = "server")]
pub mod limiter;
#[cfg(feature = "server")]
pub mod store;
pub mod wire;
