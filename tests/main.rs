//! One binary for everything that looks at longlink from outside: it is linked once.

// A test that stops at what it did not expect has done its work; clippy would only spare the functions marked as tests.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

/// The table of bounds, the settings, what is counted and the tests say the same.
mod bounds;
/// The frame codec against any frames, in any pieces, and against garbage.
mod codec;
/// The protos as descriptors, for the tests that hold something against them.
mod descriptors;
/// PROTOCOL.md, the protos and the command table say the same.
mod drift;
/// What is fuzzed: any bytes at all, at every place that reads what others wrote.
#[path = "fuzz/targets/mod.rs"]
mod fuzz;
/// `src/` looks down only.
mod layers;
/// The program as an operator meets it: a child process that is asked, killed, starved and stopped.
mod process;
/// README.md's promises name their tests.
mod promises;
/// The fuzz targets on stable Rust: seeds, kept inputs, and made-up changes of both.
mod replay;
/// PROTOCOL.md's promises, kept by a real server.
mod spec;
/// A server in this process, and peers that speak raw bytes.
mod support;
/// The bytes of `proto/vectors`, which every client passes too.
mod vectors;
