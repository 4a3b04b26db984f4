//! Colours, where they are wanted.

#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    on: bool,
}

impl Paint {
    pub(super) fn new(on: bool) -> Self {
        Self { on }
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    pub(super) fn wrong(self, text: &str) -> String {
        self.with("31", text)
    }

    /// Everybody has a colour that stays the same.
    pub(super) fn of(self, peer: i64, text: &str) -> String {
        let colour = 31 + peer.unsigned_abs() % 6;
        self.with(&format!("1;{colour}"), text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colours_text_stays_as_it_is() {
        let paint = Paint::new(false);
        for painted in [paint.dim("x"), paint.bold("x"), paint.wrong("x"), paint.of(i64::MIN, "x")] {
            assert_eq!(painted, "x");
        }
        assert_eq!(Paint::new(true).dim("x"), "\x1b[2mx\x1b[0m");
    }
}
