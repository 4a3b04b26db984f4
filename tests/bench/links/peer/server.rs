//! A server that runs and is measured: its process, its address, and who may log in to it.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::{Peer, longlink};
use crate::driver::Driver;
use crate::process::{self, SERVER_CORE, now};
use crate::speech::{Heard, Speech};

/// So many connect at once. More than a listener keeps in line (mosquitto: 100) would be told nothing, and try again a
/// second later.
const LOGINS_AT_ONCE: usize = 100;
const START_MAX: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(20);
/// A port that was free may be taken before the server has it.
const TRIES: usize = 3;
/// A server that has less than this share of a core is at rest: some never do nothing at all.
const REST_SHARE: f64 = 0.02;
const REST_STEP: Duration = Duration::from_millis(300);
const REST_STEPS_MAX: usize = 30;

pub(crate) struct Server {
    child: Child,
    // Held open, or the server's greeting would end it.
    _said: Option<BufReader<ChildStdout>>,
    pub(crate) address: SocketAddr,
    pub(crate) speech: Speech,
    folder: TempDir,
    users: Vec<(i64, String)>,
}

/// This very program as a forwarder.
pub(super) fn this_program(peer: Peer, argument: &str) -> Server {
    let mut command = process::pinned(env::current_exe().unwrap().to_str().unwrap(), SERVER_CORE);
    command.arg(argument);
    Server::start_greeting(command, peer.speech(), tempfile::tempdir().unwrap())
}

impl Server {
    /// Starts one that says `tcp ADDRESS` when it listens.
    pub(super) fn start_greeting(mut command: Command, speech: Speech, folder: TempDir) -> Self {
        let log = folder.path().join("log");
        let mut child = command.stdout(Stdio::piped()).stderr(fs::File::create(&log).unwrap()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let Ok(address) = line.trim().trim_start_matches("tcp ").parse() else {
            let _ = (child.kill(), child.wait());
            panic!("it did not start: {}", last_lines(&log))
        };
        Self { child, _said: Some(said), address, speech, folder, users: Vec::new() }
    }

    /// Starts one that must be told its port, and waits until it listens there.
    pub(super) fn start_at_port(speech: Speech, command: impl Fn(u16, &TempDir) -> Command) -> Self {
        for _ in 0..TRIES {
            let folder = tempfile::tempdir().unwrap();
            let address = free_address();
            // What it has to say goes where longlink's log lines go: to a file.
            let log = fs::File::create(folder.path().join("log")).unwrap();
            let mut command = command(address.port(), &folder);
            let child = command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
            let mut server = Self { child, _said: None, address, speech, folder, users: Vec::new() };
            if server.comes_up() {
                return server;
            }
            eprintln!("  did not come up: {}", last_lines(&server.folder.path().join("log")));
        }
        panic!("it did not start at any of {TRIES} free ports")
    }

    fn comes_up(&mut self) -> bool {
        let until = now() + START_MAX;
        while now() < until && matches!(self.child.try_wait(), Ok(None)) {
            if TcpStream::connect(self.address).is_ok() {
                // Who answers must be our child, and not whoever took the port from it.
                std::thread::sleep(POLL);
                return matches!(self.child.try_wait(), Ok(None));
            }
            std::thread::sleep(POLL);
        }
        false
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sees to it that there are so many who may log in.
    pub(crate) fn add_users(&mut self, count: usize) {
        if self.speech == Speech::Longlink {
            longlink::add_users(self.folder.path(), &mut self.users, count);
        } else {
            self.users = (1..=count as i64).map(|user| (user, String::new())).collect();
        }
    }

    pub(crate) fn user(&self, link: usize) -> i64 {
        self.users[link].0
    }

    /// What a user says to log in.
    pub(crate) fn hello(&self, link: usize) -> Vec<u8> {
        let (user, token) = &self.users[link];
        self.speech.hello(*user, token, false)
    }

    /// The users that its folder has from an earlier life.
    pub(crate) fn keep_users(&mut self, users: Vec<(i64, String)>) {
        self.users = users;
    }

    pub(crate) fn take_users(&mut self) -> Vec<(i64, String)> {
        std::mem::take(&mut self.users)
    }

    pub(crate) fn driver(&self) -> Driver {
        Driver::new(self.speech)
    }

    /// Connects and logs in the users from where the driver's links end, up to `count` links.
    pub(crate) fn log_in(&self, driver: &mut Driver, count: usize) {
        self.log_in_as(driver, count, false);
    }

    /// The same, and what is for everyone comes to them too.
    pub(crate) fn log_in_readers(&self, driver: &mut Driver, count: usize) {
        self.log_in_as(driver, count, true);
    }

    fn log_in_as(&self, driver: &mut Driver, count: usize, hears_all: bool) {
        while driver.links() < count {
            let until = (driver.links() + LOGINS_AT_ONCE).min(count);
            let mut waiting = 0;
            while driver.links() < until {
                let link = driver.connect(self.address);
                let (user, token) = &self.users[link];
                driver.say(link, &self.speech.hello(*user, token, hears_all));
                waiting += 1;
            }
            driver.hear_until(|_, heard, _| {
                waiting -= usize::from(heard == Heard::Answered);
                waiting == 0
            });
        }
    }

    /// Stops it as a service manager would, and gives its folder.
    pub(crate) fn stop(mut self) -> TempDir {
        let pid = self.pid().to_string();
        let asked = Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        assert!(asked.success(), "cannot end process {pid}");
        let ended = self.child.wait().unwrap();
        assert!(ended.success(), "it ended with {ended}: {}", last_lines(&self.folder.path().join("log")));
        std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap())
    }

    /// Waits until the server has seen that its links are gone: until it does next to nothing any more.
    pub(crate) fn settle(&self) {
        let mut before = process::cpu_us(self.pid());
        for _ in 0..REST_STEPS_MAX {
            std::thread::sleep(REST_STEP);
            let after = process::cpu_us(self.pid());
            if after - before < REST_SHARE * REST_STEP.as_micros() as f64 {
                return;
            }
            before = after;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

fn last_lines(log: &std::path::Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(5)..].join(" / ")
}
