//! The views, without a window.
