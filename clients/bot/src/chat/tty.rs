//! The terminal as it was before the chat, to be left so.

/// While a line is edited the terminal is in a mode of the editor's. When the chat ends then, nobody else puts it back.
#[cfg(unix)]
pub(super) struct Tty(Option<rustix::termios::Termios>);

#[cfg(unix)]
impl Tty {
    pub(super) fn remember() -> Self {
        // Without a terminal there is nothing to put back.
        Self(rustix::termios::tcgetattr(std::io::stdin()).ok())
    }
}

#[cfg(unix)]
impl Drop for Tty {
    fn drop(&mut self) {
        use std::io::{self, IsTerminal};
        let Some(before) = &self.0 else {
            return;
        };
        let is_changed = rustix::termios::tcgetattr(io::stdin())
            .is_ok_and(|now| now.local_modes != before.local_modes || now.input_modes != before.input_modes);
        if is_changed {
            // If the terminal has gone away there is nothing to put back either.
            let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Flush, before);
            if io::stdout().is_terminal() {
                // The editor asks for pastes in brackets; and its prompt has no end yet.
                println!("\x1b[?2004l");
            }
        }
    }
}

#[cfg(not(unix))]
pub(super) struct Tty;

#[cfg(not(unix))]
impl Tty {
    pub(super) fn remember() -> Self {
        Self
    }
}
