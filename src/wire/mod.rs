//! The wire: frames, the commands they carry, and the numbers both sides agree on. PROTOCOL.md is the contract.
//!
//! Pure: bytes in, values out. Who reads them from where is a transport's business, see `link`.

pub mod code;
#[cfg(feature = "codec")]
pub mod codec;
pub mod command;
pub mod frame;
mod group;
mod hidden;
pub mod sample;

pub use code::{CloseReason, Code, Refused};
pub use command::{Ask, COMMANDS, Command, CommandInfo, Reply, Request, Who};
pub use frame::{Frame, FrameError, Header, Outgoing};
pub use group::Moves;
pub use sample::SampleRequest;

/// The generated messages of `proto/longlink/v1`.
#[allow(clippy::all, unreachable_pub, unused_qualifications, missing_docs)]
pub mod pb {
    include!(concat!(env!("OUT_DIR"), "/longlink.v1.rs"));
}

/// The generated messages of `proto/mars`.
#[allow(clippy::all, unreachable_pub, unused_qualifications, missing_docs)]
pub mod mars {
    include!(concat!(env!("OUT_DIR"), "/mars.sample.rs"));
}
