//! What the tests of real windows stand on. Each part starts something and ends it when it is dropped.
//!
//! - `server`: the real server, which can be killed and started again where it was.
//! - `display`: an X server without a screen, and a bus of the session, on which windows say what they show.
//! - `hands`: keys, clipboard and mouse for a window, and what it looks like.
//! - `window`: the program with its window.
//! - `wine`: the program for Windows with its window.
//! - `tree`: what a window says to a screen reader, which is what the tests read.
//! - `desk`: a desktop that shows notifications and a tray, and writes down what it was told.
//! - `bot`: somebody at a terminal, who talks with a window.
//! - `cost`: processor time and memory of a process.
//!
//! It depends on nothing of the client: the program is tried as it is shipped.

#![expect(clippy::unwrap_used, reason = "it is part of tests")]

pub mod bot;
pub mod cost;
pub mod desk;
pub mod display;
pub mod hands;
pub mod server;
pub mod tree;
pub mod window;
pub mod wine;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Nothing takes so long, on a busy machine either; what does has hung.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Asks again until there is an answer. `what` says in the failure what was waited for.
pub fn until<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    within(PATIENCE, ask).unwrap_or_else(|| panic!("not within {PATIENCE:?}: {what}"))
}

/// Asks again until there is an answer, or for so long.
#[expect(clippy::disallowed_methods, reason = "it waits for other processes, whose time is the wall's")]
pub fn within<T>(patience: Duration, mut ask: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        let answer = ask();
        if answer.is_some() || start.elapsed() > patience {
            return answer;
        }
        // Between two questions, so that what is asked gets the processor.
        thread::sleep(Duration::from_millis(50));
    }
}

/// What was built, named by the environment or beside the running test.
pub fn program(variable: &str, name: &str) -> PathBuf {
    if let Some(named) = std::env::var_os(variable) {
        return named.into();
    }
    let test = std::env::current_exe().unwrap();
    let built = test.ancestors().nth(2).unwrap().join(name);
    assert!(built.exists(), "{} is not there: build it, or name another by {variable}", built.display());
    built
}

/// A folder for pictures, below `target`.
pub fn pictures() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/desktop/screens");
    std::fs::create_dir_all(&folder).unwrap();
    folder.canonicalize().unwrap()
}

/// Runs a program to its end, which must be a success, and gives what it printed.
pub fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|err| panic!("{command:?}: {err}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A process that is killed when nobody needs it any more.
pub struct Kept(pub Child);

impl Kept {
    pub fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.kill();
    }
}
