pub mod id;
pub mod session;
#[cfg(feature = "server")]
pub mod store;
pub mod wire;
