//! Where lines are shown: above the prompt of a terminal, or plainly for a script.

use std::io::{self, IsTerminal, Write};

use rustyline::ExternalPrinter;

use super::paint::Paint;

pub(super) struct Screen {
    printer: Option<Box<dyn ExternalPrinter>>,
    pub(super) paint: Paint,
    closed: bool,
}

impl Screen {
    pub(super) fn plain() -> Self {
        Self { printer: None, paint: Paint::new(wants_colours()), closed: false }
    }

    /// Lines go through the printer, which puts them above the line that is being edited.
    pub(super) fn terminal(printer: impl ExternalPrinter + 'static) -> Self {
        Self { printer: Some(Box::new(printer)), ..Self::plain() }
    }

    pub(super) fn is_terminal(&self) -> bool {
        self.printer.is_some()
    }

    pub(super) fn line(&mut self, text: &str) {
        let line = format!("{text}\n");
        let shown = match &mut self.printer {
            Some(printer) => printer.print(line).is_ok(),
            None => {
                let mut out = io::stdout().lock();
                out.write_all(line.as_bytes()).and_then(|()| out.flush()).is_ok()
            }
        };
        self.closed |= !shown;
    }

    /// How things stand. A script finds it on stderr, apart from what people say.
    pub(super) fn status(&mut self, text: &str) {
        if self.is_terminal() {
            self.note(text);
        } else {
            eprintln!("{text}");
        }
    }

    pub(super) fn wrong(&mut self, text: &str) {
        if self.is_terminal() {
            let text = self.paint.wrong(text);
            self.line(&text);
        } else {
            eprintln!("{text}");
        }
    }

    /// Shown only to a person.
    pub(super) fn note(&mut self, text: &str) {
        if self.is_terminal() {
            let text = self.paint.dim(text);
            self.line(&text);
        }
    }

    /// Nobody sees anything any more.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }
}

/// Both ends have to be a person's.
pub(super) fn is_terminal() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

fn wants_colours() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    io::stdout().is_terminal() && !set("NO_COLOR") && !dumb
}
