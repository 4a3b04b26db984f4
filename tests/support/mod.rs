//! A server in this process, and peers that speak raw bytes to it: they do not use its codec, so it is not tested with
//! itself.

pub mod peer;
pub mod plan;

pub use peer::Peer;
pub use plan::World;
