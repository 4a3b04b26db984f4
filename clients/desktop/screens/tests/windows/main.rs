//! The desktop client from outside: real windows, under an X server without a screen, with the real server.
//!
//! `linux`: two windows talk. `looks`: what a window looks like. `wine`: the program for Windows talks. tests/all has them as
//! the steps `desktop` and `windows`.

#[cfg(test)]
mod linux;
#[cfg(test)]
mod looks;
#[cfg(test)]
mod person;
#[cfg(test)]
mod wine;
