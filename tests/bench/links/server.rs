//! The processes that are measured: the real program with the memory engine, or `slim`.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use longlink::auth::keys::FILE_NAME;
use longlink::auth::token::Tokens;
use longlink::control::SOCKET;
use longlink::id::UserId;
use longlink::wire;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::driver::Driver;
use super::process::{self, SERVER_CORE};
use super::slim;
use super::speech::{self, Speech};

/// So many logins are under way at once: far below the bound for strangers.
const LOGINS_AT_ONCE: usize = 200;
/// Longer than half of a token's life, or each login would be given a new one.
const TOKEN_TTL_S: u32 = 29 * 24 * 3600;

pub(crate) struct Server {
    child: Child,
    // Held open, or the server's greeting would end it.
    _said: BufReader<ChildStdout>,
    pub(crate) address: SocketAddr,
    pub(crate) speech: Speech,
    folder: TempDir,
    users: Vec<(i64, String)>,
}

impl Server {
    /// The real program.
    pub(crate) fn longlink() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bench.toml");
        fs::write(&file, settings(&folder)).unwrap();
        let mut command = process::pinned(env!("CARGO_BIN_EXE_longlink"), SERVER_CORE);
        command.arg("serve").arg("--config").arg(&file);
        Self::start(command, Speech::Longlink, folder)
    }

    /// The forwarder to compare with.
    pub(crate) fn slim() -> Self {
        let mut command = process::pinned(env::current_exe().unwrap().to_str().unwrap(), SERVER_CORE);
        command.arg(slim::ARGUMENT);
        Self::start(command, Speech::Slim, tempfile::tempdir().unwrap())
    }

    fn start(mut command: Command, speech: Speech, folder: TempDir) -> Self {
        // Log lines are written as in earnest.
        let stderr = fs::File::create(folder.path().join("log")).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(stderr).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let Ok(address) = line.trim().trim_start_matches("tcp ").parse() else {
            panic!("no server: {}", fs::read_to_string(folder.path().join("log")).unwrap())
        };
        Self { child, _said: said, address, speech, folder, users: Vec::new() }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sees to it that there are so many accounts, and tokens for them.
    pub(crate) fn add_users(&mut self, count: usize) {
        if self.speech == Speech::Slim {
            self.users = (1..=count as i64).map(|user| (user, String::new())).collect();
            return;
        }
        let tokens = Tokens::open(self.folder.path().join("data").join(FILE_NAME)).unwrap();
        for number in self.users.len()..count {
            let user = self.operate(json!({"do": "user_add", "name": format!("bench {number}"), "password": null}));
            let user = user["id"].as_i64().unwrap();
            let now_s = longlink::clock::Clock::new().wall_s();
            let (token, _) = tokens.issue(UserId::parse(user).unwrap(), None, None, now_s, TOKEN_TTL_S);
            self.users.push((user, token));
        }
    }

    /// Has the operator's door carry out a command, and gives the first line of the answer.
    fn operate(&self, command: Value) -> Value {
        let mut stream = UnixStream::connect(self.folder.path().join("data").join(SOCKET)).unwrap();
        writeln!(stream, "{command}").unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    pub(crate) fn user(&self, link: usize) -> i64 {
        self.users[link].0
    }

    /// Connects and logs in the users from where the driver's links end, up to `count` links.
    pub(crate) fn log_in(&self, driver: &mut Driver, count: usize) {
        while driver.links() < count {
            let until = (driver.links() + LOGINS_AT_ONCE).min(count);
            let mut waiting = 0;
            while driver.links() < until {
                let link = driver.connect(self.address);
                let (user, token) = &self.users[link];
                driver.say(link, &self.speech.hello(*user, token));
                waiting += 1;
            }
            driver.hear_until(|_, header, body, _| {
                assert_eq!(header.cmd_id, wire::Command::Hello as u32, "something else than a login's reply");
                speech::check(self.speech, body);
                waiting -= 1;
                waiting == 0
            });
        }
    }

    /// Waits until the server has seen that its links are gone: until it does nothing any more.
    pub(crate) fn settle(&self) {
        let mut before = process::cpu_us(self.pid());
        loop {
            std::thread::sleep(Duration::from_millis(300));
            let after = process::cpu_us(self.pid());
            if after == before {
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

fn settings(folder: &TempDir) -> String {
    let data = folder.path().join("data");
    format!(
        "data_dir = {data:?}\n\
         [listen]\ntcp = \"127.0.0.1:0\"\nhttp = \"127.0.0.1:0\"\n\
         [http]\nconnections_max = 16\n\
         [link]\nlinks_per_address_max = 1000000\n\
         [chat]\nbroadcast_allowed = \"everybody\"\nbroadcasts_per_minute = 60000\n\
         [store]\nengine = \"memory\"\n"
    )
}
