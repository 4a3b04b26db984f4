//! A server in this process, and peers that speak raw bytes to it: they do not use its codec, so it is not tested with
//! itself.

pub(crate) mod files;
pub(crate) mod gate;
pub(crate) mod groups;
pub(crate) mod http;
pub(crate) mod peer;
pub(crate) mod people;
pub(crate) mod plan;
pub(crate) mod requests;
pub(crate) mod tls;
pub(crate) mod web;
pub(crate) mod world;

pub(crate) use gate::Gate;
pub(crate) use peer::{Peer, VERSION, bytes};
pub(crate) use plan::{TODAY_MS, plan};
pub(crate) use requests::{hello, text_to};
pub(crate) use world::{World, pass};
