//! What is fuzzed: each target takes any bytes at all and panics where a promise is broken. libFuzzer drives them (see
//! README.md beside), and `cargo test` replays seeds, kept inputs and made-up changes of both on stable Rust.

pub(crate) mod bodies;
pub(crate) mod config;
pub(crate) mod frame;
pub(crate) mod line;
pub(crate) mod old_contract;
pub(crate) mod session;
pub(crate) mod store;
pub(crate) mod token;
pub(crate) mod websocket;

/// A target by its name, which is also the name of its folder of kept inputs.
pub(crate) type Target = (&'static str, fn(&[u8]));

pub(crate) const TARGETS: &[Target] = &[
    ("bodies", bodies::run),
    ("config", config::run),
    ("frame", frame::run),
    ("line", line::run),
    ("old_contract", old_contract::run),
    ("session", session::run),
    ("store", store::run),
    ("token", token::run),
    ("websocket", websocket::run),
];

/// An input that is read as a script, a few bytes for each decision. At its end every decision is 0.
pub(crate) struct Script<'a>(pub &'a [u8]);

impl<'a> Script<'a> {
    pub(crate) fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.bytes(1).first().copied().unwrap_or_default()
    }

    pub(crate) fn u32(&mut self) -> u32 {
        self.bytes(4).iter().fold(0, |number, byte| (number << 8) | u32::from(*byte))
    }

    /// So many bytes, or those that are left.
    pub(crate) fn bytes(&mut self, count: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(count.min(self.0.len()));
        self.0 = rest;
        taken
    }
}
