//! Somebody at a terminal: `bot chat`, to talk with a window.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use crate::server::Server;
use crate::{Kept, PATIENCE, program, until};

pub struct Bot {
    _child: Kept,
    keys: ChildStdin,
    lines: Receiver<String>,
}

impl Bot {
    /// Logged in, and writing to `with`.
    pub fn chat(server: &Server, name: &str, password: &str, with: &str) -> Bot {
        let mut command = Command::new(program("LONGLINK_BOT", "bot"));
        command.args([
            "chat",
            "--server",
            &server.tcp.to_string(),
            "--user",
            name,
            "--password",
            password,
            "--with",
            with,
        ]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let keys = child.stdin.take().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = sync_channel(64);
        thread::spawn(move || {
            for line in said.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Bot { _child: Kept(child), keys, lines }
    }

    pub fn says(&mut self, line: &str) {
        writeln!(self.keys, "{line}").unwrap();
    }

    /// Waits until it shows this line, and gives those before it.
    pub fn shows(&mut self, line: &str) -> Vec<String> {
        let mut before = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(shown) if shown == line => return before,
                Ok(shown) => before.push(shown),
                Err(_) => panic!("the bot does not show {line:?}, but {before:?}"),
            }
        }
    }

    /// Asks this line again until something with these words is shown, which is given.
    pub fn asks_until(&mut self, line: &str, words: &str) -> String {
        until(&format!("the bot shows {words:?} for {line}"), || {
            self.says(line);
            let shown = self.lines.recv_timeout(PATIENCE).ok()?;
            shown.contains(words).then_some(shown)
        })
    }
}
