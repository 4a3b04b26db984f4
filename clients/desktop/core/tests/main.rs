//! The model without a window, and the bridge against a real server.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm, reason = "a test may panic")]

mod model;
