//! The program for Windows with its window, under wine. Nothing is read of it but what it looks like: a screen reader on Linux
//! does not hear what a program says to Windows.

use std::fs::{self, File};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::display::Display;
use crate::hands::Hands;
use crate::{Kept, run, until};

/// A Windows of one's own, in a folder that the next run finds again: making it takes a while.
pub struct Wine<'display> {
    display: &'display Display,
    prefix: PathBuf,
    exe: PathBuf,
}

impl<'display> Wine<'display> {
    pub fn start(display: &'display Display) -> Self {
        let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../target/desktop").canonicalize().unwrap();
        let exe = std::env::var_os("LONGLINK_EXE").map_or(built.join("windows-test/longlink.exe"), PathBuf::from);
        assert!(exe.exists(), "{} is not there: bash clients/desktop/build windows-test", exe.display());
        let wine = Wine { display, prefix: built.join("wine"), exe };
        // One that was not finished is made anew.
        let finished = wine.prefix.join("finished");
        if !finished.exists() {
            let _ = fs::remove_dir_all(&wine.prefix);
            fs::create_dir_all(&wine.prefix).unwrap();
            // It complains that there is no 32-bit half; what counts is that the program runs.
            for (program, word) in [("wineboot", "--init"), ("wineserver", "--wait")] {
                let _ = wine.command(program).arg(word).stdout(Stdio::null()).stderr(Stdio::null()).status();
            }
            File::create(finished).unwrap();
        }
        wine
    }

    /// Starts the program with a folder of this machine for its data, and waits for its window.
    pub fn open(&self, data: &Path, options: &[&str]) -> WineWindow<'display> {
        let log = data.with_extension("log");
        let mut command = self.command("wine");
        // A folder of Linux is one of the drive Z.
        command.arg(&self.exe).arg("--data-dir").arg(format!("Z:{}", data.display())).args(options);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log).unwrap());
        let mut child = Kept(command.spawn().unwrap());
        let hands = until("the program for Windows has a window", || {
            if let Some(status) = child.0.try_wait().unwrap() {
                panic!("the program ended with {status}: {}", fs::read_to_string(&log).unwrap());
            }
            Hands::find(self.display, &["--name", "longlink"])
        });
        hands.move_to(0);
        hands.focus();
        hands.changes_from(&[]);
        WineWindow { child, hands }
    }

    /// What stands in the registry there.
    pub fn registry(&self, key: &str) -> String {
        run(self.command("wine").args(["reg", "query", key]))
    }

    fn command(&self, program: &str) -> Command {
        let mut command = self.display.command(program);
        command.env("WINEPREFIX", &self.prefix).env("WINEDEBUG", "-all").env("LANG", "C.UTF-8");
        // It would ask for what browsers and .NET need.
        command.env("WINEDLLOVERRIDES", "mscoree=;mshtml=");
        command
    }
}

impl Drop for Wine<'_> {
    fn drop(&mut self) {
        let _ = self.command("wineserver").arg("-k").status();
    }
}

pub struct WineWindow<'display> {
    child: Kept,
    hands: Hands<'display>,
}

impl WineWindow<'_> {
    /// Does something, and waits until the window shows it.
    pub fn does(&self, what: impl FnOnce(&Hands<'_>)) {
        let before = self.hands.look();
        what(&self.hands);
        self.hands.changes_from(&before);
    }

    /// Ended from outside: it writes nothing down any more.
    pub fn kill(mut self) {
        self.child.kill();
    }
}

impl<'display> Deref for WineWindow<'display> {
    type Target = Hands<'display>;

    fn deref(&self) -> &Hands<'display> {
        &self.hands
    }
}
