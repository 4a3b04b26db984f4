//! The model without a window, and the bridge against a real server.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm, reason = "a test may panic")]
#![allow(clippy::disallowed_methods, reason = "a test ends with its tasks, and asks for the time it waits")]

mod keep;
mod model;
/// As the server's own tests build theirs.
#[path = "../../../../tests/support/plan.rs"]
mod plan;
mod world;
