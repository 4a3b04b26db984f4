//! The program with its window. It is driven by a person's hands, and what it shows is read as a screen reader reads it.

use std::fs::File;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::display::Display;
use crate::hands::Hands;
use crate::tree::{self, Said};
use crate::{Kept, PATIENCE, program, until, within};

pub struct Window<'display> {
    display: &'display Display,
    child: Kept,
    hands: Hands<'display>,
    log: PathBuf,
}

impl<'display> Window<'display> {
    /// Starts the program with a folder for its data, and waits for its window, which is put at `x`.
    pub fn open(display: &'display Display, data: &Path, x: u32, dress: impl FnOnce(&mut Command)) -> Self {
        let log = data.with_extension("log");
        let mut command = Command::new(program("LONGLINK_DESKTOP", "longlink-desktop"));
        display.lend(&mut command).arg("--data-dir").arg(data).env("LANG", "en_US.UTF-8");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log).unwrap());
        dress(&mut command);
        let mut child = Kept(command.spawn().unwrap());
        let pid = child.0.id().to_string();
        let hands = until("the program has a window", || {
            must_live(&mut child, &log);
            Hands::find(display, &["--pid", &pid])
        });
        hands.move_to(x);
        let window = Window { display, child, hands, log };
        until("the window says something", || (window.says().len() > 1).then_some(()));
        window
    }

    pub fn pid(&self) -> u32 {
        self.child.0.id()
    }

    /// All that it says to a screen reader.
    pub fn says(&self) -> Vec<Said> {
        tree::read(&self.display.reading, self.pid())
    }

    /// Waits until it says something with these words, and gives the last of it.
    pub fn sees(&mut self, words: &str) -> Said {
        self.sees_where(words, |said| said.name.contains(words) || said.text.contains(words))
    }

    /// Waits until it says something of a kind, and gives the last of it.
    pub fn sees_where(&mut self, what: &str, is_it: impl Fn(&Said) -> bool) -> Said {
        let mut last = Vec::new();
        let found = within(PATIENCE, || {
            must_live(&mut self.child, &self.log);
            last = self.says();
            last.iter().rev().find(|said| is_it(said)).cloned()
        });
        found.unwrap_or_else(|| {
            self.picture("failed");
            let all: Vec<String> =
                last.iter().map(|said| format!("{}: {} {}", said.role, said.name, said.text)).collect();
            panic!("the window does not say {what:?}, but:\n{}", all.join("\n"))
        })
    }

    /// Waits until it does not say exactly this any more.
    pub fn loses(&mut self, words: &str) {
        until(&format!("the window does not say {words:?} any more"), || (self.counts(words) == 0).then_some(()));
    }

    /// How often it says exactly this.
    pub fn counts(&self, words: &str) -> usize {
        self.says().iter().filter(|said| said.name == words).count()
    }

    /// A key that gives the keyboard to a field, which is waited for: what is typed before would go to the one of before.
    pub fn key_to(&mut self, key: &str, field: &str) {
        self.key(key);
        self.sees_where(field, |said| said.name.contains(field) && said.has_focus);
    }

    /// Puts a text into the clipboard and pastes it.
    pub fn pastes(&self, text: &str) {
        self.hands.pastes(text, || self.says().iter().any(|said| said.text.contains(text)).then_some(()));
    }

    /// A click in the middle of what it says with this name.
    pub fn click(&mut self, name: &str) {
        let said = self.sees_where(name, |said| said.name == name);
        self.click_on(&said);
    }

    pub fn click_on(&self, said: &Said) {
        let (x, y) = said.middle(&self.display.reading).unwrap();
        self.hands.click_at(x, y);
    }

    /// SIGKILL: it writes nothing down any more.
    pub fn kill(mut self) {
        self.child.kill();
    }
}

fn must_live(child: &mut Kept, log: &Path) {
    if let Some(status) = child.0.try_wait().unwrap() {
        panic!("the program ended with {status}: {}", std::fs::read_to_string(log).unwrap());
    }
}

/// What needs no reading, its hands do.
impl<'display> Deref for Window<'display> {
    type Target = Hands<'display>;

    fn deref(&self) -> &Hands<'display> {
        &self.hands
    }
}
