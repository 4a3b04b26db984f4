//! The model without a window, and the bridge against a real server.
