//! What is kept on the machine, and the bridge to a real server.

mod accounts;
mod cipher;
mod files;
mod kill;
mod links;
mod pages;
mod sending;
mod store;
pub(crate) mod support;
mod trouble;
mod vault;
mod whole;
