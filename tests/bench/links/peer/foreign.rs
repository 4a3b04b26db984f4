//! The servers of others, from Debian's packages, each in its usual configuration but for what would write to disk.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::Peer;
use super::server::Server;
use crate::process::{self, SERVER_CORE};
use crate::speech::Speech;

/// Besides the links a server needs a few descriptors, and redis keeps 32 of them back.
const LINKS_MAX: usize = 19_900;
const NETTY_SOURCE: &str = include_str!("Forwarder.java");
/// Debian's `netty-all.jar` has nothing in it but their names.
const NETTY_JARS: &str = "/usr/share/java/netty-buffer.jar:/usr/share/java/netty-codec.jar:\
    /usr/share/java/netty-common.jar:/usr/share/java/netty-handler.jar:/usr/share/java/netty-resolver.jar:\
    /usr/share/java/netty-transport.jar";

pub(super) fn mosquitto(peer: Peer) -> Server {
    Server::start_at_port(peer.speech(), |port, folder| {
        let file = folder.path().join("mosquitto.conf");
        let settings = format!(
            "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_connections -1\n\
             set_tcp_nodelay true\nuser root\n"
        );
        fs::write(&file, settings).unwrap();
        let mut command = process::pinned(&program("mosquitto"), SERVER_CORE);
        command.arg("-c").arg(file);
        command
    })
}

pub(super) fn nats() -> Server {
    Server::start_at_port(Speech::Nats, |port, _| {
        let mut command = process::pinned(&program("nats-server"), SERVER_CORE);
        command.args(["--addr", "127.0.0.1", "--port", &port.to_string()]);
        command
    })
}

pub(super) fn redis() -> Server {
    Server::start_at_port(Speech::Redis, |port, folder| {
        let mut command = process::pinned(&program("redis-server"), SERVER_CORE);
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--appendonly", "no"]);
        command.args(["--maxclients", &LINKS_MAX.to_string(), "--dir"]).arg(folder.path());
        command
    })
}

/// Compiles the forwarder in Java, and runs it.
pub(super) fn netty(peer: Peer) -> Server {
    let missing = NETTY_JARS.split(':').find(|jar| !Path::new(jar).exists());
    assert!(missing.is_none(), "{missing:?} is not there: install libnetty-java");
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("Forwarder.java");
    fs::write(&source, NETTY_SOURCE).unwrap();
    let compiled = Command::new(program("javac")).args(["-cp", NETTY_JARS]).arg(&source).output().unwrap();
    assert!(compiled.status.success(), "javac failed: {}", String::from_utf8_lossy(&compiled.stderr));
    let mut command = process::pinned(&program("java"), SERVER_CORE);
    command.args(["-XX:-UsePerfData", "-cp"]).arg(format!("{NETTY_JARS}:{}", folder.path().display())).arg("Forwarder");
    if peer == Peer::NettyGather {
        command.arg("gather");
    }
    Server::start_greeting(command, peer.speech(), folder)
}

pub(super) fn netty_version() -> String {
    let java = Command::new("java").arg("-version").output().ok();
    let said = java.map(|output| String::from_utf8_lossy(&output.stderr).into_owned()).unwrap_or_default();
    format!("libnetty-java {}, {}", package_version("libnetty-java"), said.lines().next().unwrap_or("no java"))
}

pub(super) fn package_version(package: &str) -> String {
    let asked = Command::new("dpkg-query").args(["-W", "-f", "${Version}", package]).output();
    match asked {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        _ => "not a package here".to_owned(),
    }
}

/// A program by its whole name: servers stand in `sbin`, where not everybody looks.
fn program(name: &str) -> String {
    let places = ["/usr/sbin", "/usr/bin", "/usr/local/bin"].map(|folder| format!("{folder}/{name}"));
    places.into_iter().find(|place| Path::new(place).exists()).unwrap_or_else(|| panic!("{name} is not installed"))
}
