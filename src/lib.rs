pub mod id;
#[cfg(feature = "server")]
pub mod store;
pub mod wire;
