//! Where lines come from: an editor on a terminal, or stdin as it is. Each blocks, so it has a thread of its own.

use std::io::{self, BufRead, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{Config, Context, Editor, ExternalPrinter, Helper};
use tokio::sync::{Notify, mpsc};

use super::line::COMMANDS;

/// A prompt without and with colours.
pub(super) type Prompt = (String, String);

pub(super) struct Input {
    prompts: mpsc::Sender<Prompt>,
    lines: mpsc::Receiver<io::Result<String>>,
    pub(super) assist: Assist,
}

/// What the editor shares with the chat.
#[derive(Clone, Default)]
pub(super) struct Assist {
    /// Rings while the person writes a message.
    pub(super) writing: Arc<Notify>,
    /// Names to complete.
    names: Arc<Mutex<Vec<String>>>,
}

impl Assist {
    pub(super) fn complete_names(&self, names: Vec<String>) {
        *self.names.lock().unwrap_or_else(PoisonError::into_inner) = names;
    }
}

impl Input {
    /// Opens an editor on the terminal. The printer shows lines above it.
    pub(super) fn terminal() -> rustyline::Result<(Self, impl ExternalPrinter + 'static)> {
        let (prompts, mut asked) = mpsc::channel::<Prompt>(1);
        let (said, lines) = mpsc::channel(1);
        let assist = Assist::default();
        let mut editor = Editor::with_history(Config::builder().max_history_size(1000)?.build(), MemHistory::new())?;
        editor.set_helper(Some(assist.clone()));
        let printer = editor.create_external_printer()?;
        thread::spawn(move || {
            while let Some(prompt) = asked.blocking_recv() {
                let line = match editor.readline(&prompt) {
                    Ok(line) => line,
                    Err(ReadlineError::Eof | ReadlineError::Interrupted) => return,
                    Err(error) => {
                        let _ = said.blocking_send(Err(io::Error::other(error)));
                        return;
                    }
                };
                // A history that takes no more is no reason to stop.
                let _ = editor.add_history_entry(&line);
                if said.blocking_send(Ok(line)).is_err() {
                    return;
                }
            }
        });
        Ok((Self { prompts, lines, assist }, printer))
    }

    /// Reads stdin line by line.
    pub(super) fn plain() -> Self {
        let (prompts, mut asked) = mpsc::channel::<Prompt>(1);
        let (said, lines) = mpsc::channel(1);
        thread::spawn(move || {
            let mut stdin = io::stdin().lock();
            while asked.blocking_recv().is_some() {
                match read_line(&mut stdin) {
                    Ok(None) => return,
                    Ok(Some(line)) => {
                        if said.blocking_send(Ok(line)).is_err() {
                            return;
                        }
                    }
                    Err(error) => {
                        let _ = said.blocking_send(Err(error));
                        return;
                    }
                }
            }
        });
        Self { prompts, lines, assist: Assist::default() }
    }

    /// Asks for the next line. One line is asked for at a time.
    pub(super) fn ask(&self, prompt: Prompt) {
        // It may have ended; then so does `next`.
        let _ = self.prompts.try_send(prompt);
    }

    /// The line that was asked for; `None` at the end. Nothing is lost when the future is dropped.
    pub(super) async fn next(&mut self) -> Option<io::Result<String>> {
        self.lines.recv().await
    }
}

fn read_line(from: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    from.take(LINE_LENGTH_MAX).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.len() as u64 == LINE_LENGTH_MAX && !line.ends_with(b"\n") {
        return Err(io::Error::other(format!("a line is longer than {LINE_LENGTH_MAX} bytes")));
    }
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

/// More than any message can have.
const LINE_LENGTH_MAX: u64 = 1024 * 1024;

impl Completer for Assist {
    type Candidate = String;

    /// Commands at the beginning of a line, and names behind a command.
    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let before = line.get(..pos).unwrap_or_default();
        if !before.starts_with('/') {
            return Ok((pos, Vec::new()));
        }
        let begun = COMMANDS.iter().filter(|command| command.starts_with(before) && **command != before);
        let commands: Vec<String> = begun.map(|&command| command.to_owned()).collect();
        if !commands.is_empty() {
            return Ok((0, commands));
        }
        let start = before.rfind(' ').map_or(pos, |space| space + 1);
        let begun = before.get(start..).unwrap_or_default().to_lowercase();
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let found = names.iter().filter(|name| name.to_lowercase().starts_with(&begun));
        Ok((start, found.map(|name| if name.contains(' ') { format!("\"{name}\"") } else { name.clone() }).collect()))
    }
}

impl Hinter for Assist {
    type Hint = String;

    /// There are no hints, but this is called at every stroke.
    fn hint(&self, line: &str, _: usize, _: &Context<'_>) -> Option<String> {
        if !line.is_empty() && !line.starts_with('/') {
            self.writing.notify_one();
        }
        None
    }
}

impl Highlighter for Assist {}
impl Validator for Assist {}
impl Helper for Assist {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_up_to_the_last_which_may_have_no_end() {
        let mut input = &b"one\ntwo \xff\n\nlast"[..];
        let mut lines = Vec::new();
        while let Some(line) = read_line(&mut input).unwrap() {
            lines.push(line);
        }
        assert_eq!(lines, ["one\n", "two \u{fffd}\n", "\n", "last"]);
    }

    #[test]
    fn a_line_without_end_is_refused_before_it_fills_the_memory() {
        assert!(read_line(&mut io::BufReader::new(io::repeat(b'x'))).is_err());
    }
}
