//! The real server as a child process, in a folder of its own, on ports that the kernel chooses.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::{Kept, program, run};

const SETTINGS: &str = "
data_dir = \"data\"
accounts.registration = \"open\"
accounts.people_listed = true
accounts.password_bytes_min = 4
accounts.hash_memory_kib = 8
accounts.hash_passes = 1
store.disk_reserve_mb = 16
uploads.disk_reserve_mb = 16
";

pub struct Server {
    folder: TempDir,
    child: Kept,
    pub tcp: SocketAddr,
    pub http: SocketAddr,
}

impl Server {
    pub fn start() -> Server {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("longlink.toml"), SETTINGS).unwrap();
        let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let (child, tcp, http) = serve(&folder, anywhere, anywhere);
        Server { folder, child, tcp, http }
    }

    /// SIGKILL: nothing is said to anybody.
    pub fn kill(&mut self) {
        self.child.kill();
    }

    /// Starts it where it was.
    pub fn start_again(&mut self) {
        let (child, tcp, http) = serve(&self.folder, self.tcp, self.http);
        assert_eq!((tcp, http), (self.tcp, self.http));
        self.child = child;
    }

    /// An account that can log in.
    pub fn add(&self, name: &str, password: &str) {
        let mut command = self.command(&["user", "add", name]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), format!("{password}\n").as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{name} was not added");
    }

    /// The whole log, an entry a line, as JSON.
    pub fn log(&self) -> String {
        run(&mut self.command(&["log", "export"]))
    }

    /// Who logged in and who was refused, a line each.
    pub fn audit(&self) -> String {
        run(&mut self.command(&["audit", "show"]))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        command(&self.folder, arguments)
    }
}

fn command(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(program("LONGLINK", "longlink"));
    command.current_dir(folder.path()).env_remove("LONGLINK_LOG").args(arguments);
    command
}

/// Waits until it listens.
fn serve(folder: &TempDir, tcp: SocketAddr, http: SocketAddr) -> (Kept, SocketAddr, SocketAddr) {
    let log = File::options().create(true).append(true).open(folder.path().join("log")).unwrap();
    let mut child = command(folder, &["serve", "--tcp", &tcp.to_string(), "--http", &http.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let child = Kept(child);
    let (mut tcp, mut http) = (None, None);
    for line in lines.map_while(Result::ok) {
        let at = |name: &str| line.strip_prefix(name).and_then(|at| at.trim().parse().ok());
        tcp = tcp.or_else(|| at("tcp "));
        http = http.or_else(|| at("http "));
        if let (Some(tcp), Some(http)) = (tcp, http) {
            return (child, tcp, http);
        }
    }
    panic!("the server did not start: {}", fs::read_to_string(folder.path().join("log")).unwrap());
}
