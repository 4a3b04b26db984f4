//! A person's hands and eyes at one window: keys, the clipboard and the mouse come through the X server, as from a keyboard,
//! and a picture is what the X server shows.

use std::io::Write;
use std::process::Stdio;

use crate::display::Display;
use crate::{Kept, pictures, run, until};

pub struct Hands<'display> {
    display: &'display Display,
    /// The X server's number of the window.
    id: String,
}

impl<'display> Hands<'display> {
    /// Finds the window that the X server has for these words of xdotool, if it is there.
    pub fn find(display: &'display Display, words: &[&str]) -> Option<Self> {
        let found = display.command("xdotool").args(["search", "--onlyvisible"]).args(words).output().unwrap();
        // A program may have small ones besides that nobody sees; the window is the last.
        let id = String::from_utf8(found.stdout).unwrap().lines().last()?.to_owned();
        Some(Hands { display, id })
    }

    /// Without a window manager nobody else puts it somewhere.
    pub fn move_to(&self, x: u32) {
        self.hand(&["windowmove", &self.id, &x.to_string(), "0"]);
    }

    /// Without a window manager nobody else gives it the keyboard.
    pub fn focus(&self) {
        self.hand(&["windowfocus", "--sync", &self.id]);
    }

    /// A key by its name to X, such as `Return` or `ctrl+k`.
    pub fn key(&self, name: &str) {
        self.focus();
        self.hand(&["key", "--clearmodifiers", name]);
    }

    pub fn types(&self, text: &str) {
        self.focus();
        self.hand(&["type", "--clearmodifiers", "--delay", "20", "--", text]);
    }

    /// Clicks at a place of the screen.
    pub fn click_at(&self, x: i32, y: i32) {
        self.focus();
        self.hand(&["mousemove", "--sync", &x.to_string(), &y.to_string(), "click", "1"]);
    }

    /// Puts a text into the clipboard and pastes it. The clipboard holds it until `has_it` says that it has arrived.
    pub fn pastes(&self, text: &str, has_it: impl FnMut() -> Option<()>) {
        let mut command = self.display.command("xclip");
        command.args(["-selection", "clipboard", "-quiet"]).stdin(Stdio::piped()).stderr(Stdio::null());
        let mut holder = Kept(command.spawn().unwrap());
        holder.0.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let read = || self.display.command("xclip").args(["-selection", "clipboard", "-out"]).output().unwrap();
        until("the clipboard has the text", || (read().stdout == text.as_bytes()).then_some(()));
        self.key("ctrl+v");
        until("the text is pasted", has_it);
    }

    /// A picture of it, into the folder of pictures.
    pub fn picture(&self, name: &str) {
        let file = pictures().join(format!("{name}.png"));
        run(self.display.command("import").args(["-window", &self.id]).arg(file));
    }

    /// What it looks like now, to be compared.
    pub fn look(&self) -> Vec<u8> {
        self.display.command("import").args(["-window", &self.id, "rgb:-"]).output().unwrap().stdout
    }

    /// Waits until it does not look as it did, and then the same twice.
    pub fn changes_from(&self, before: &[u8]) {
        let mut last = Vec::new();
        until("the window looks otherwise, and then stays so", || {
            let now = self.look();
            let is_settled = now == last && now != before && !now.is_empty();
            last = now;
            is_settled.then_some(())
        });
    }

    fn hand(&self, arguments: &[&str]) {
        run(self.display.command("xdotool").args(arguments));
    }
}
