//! An X server without a screen, and the session's bus, on which windows tell a screen reader what they show.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use tempfile::TempDir;
use zbus::blocking::connection::Builder;
use zbus::blocking::{Connection, Proxy};

use crate::Kept;

pub struct Display {
    _x: Kept,
    _daemon: Kept,
    name: String,
    address: String,
    runtime: TempDir,
    pub session: Connection,
    /// Where windows say what they show.
    pub reading: Connection,
}

impl Display {
    pub fn start(width: u32, height: u32) -> Display {
        let screen = format!("{width}x{height}x24");
        let mut command = Command::new("Xvfb");
        // It begins anew when its last client has left, and turns others away meanwhile, unless it is told not to.
        command.args(["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp", "-noreset"]);
        let (x, number) = first_line(&mut command);
        let name = format!(":{number}");

        // Of the machine's own session nothing is used.
        let runtime = tempfile::tempdir().unwrap();
        let mut command = Command::new("dbus-daemon");
        command.args(["--session", "--nofork", "--print-address=1"]).env("DISPLAY", &name);
        command.env("XDG_RUNTIME_DIR", runtime.path());
        let (daemon, address) = first_line(&mut command);

        let session = connect(&address);
        // A screen reader is there: windows start to talk.
        let status = Proxy::new(&session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Status").unwrap();
        status.set_property("IsEnabled", true).unwrap();
        let bus = Proxy::new(&session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus").unwrap();
        let reading: String = bus.call("GetAddress", &()).unwrap();
        let reading = connect(&reading);
        Display { _x: x, _daemon: daemon, name, address, runtime, session, reading }
    }

    /// Lets a program see this display and this session, and draw without a graphics card.
    pub fn lend<'command>(&self, command: &'command mut Command) -> &'command mut Command {
        command
            .env("DISPLAY", &self.name)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .env("XDG_RUNTIME_DIR", self.runtime.path())
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env_remove("WAYLAND_DISPLAY")
            .env_remove("AT_SPI_BUS_ADDRESS")
    }

    /// A program on this display.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        self.lend(&mut command);
        command
    }
}

fn connect(address: &str) -> Connection {
    Builder::address(address).unwrap().build().unwrap()
}

/// Starts what says one line when it is there.
fn first_line(command: &mut Command) -> (Kept, String) {
    let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let mut child = started.unwrap_or_else(|err| panic!("{command:?}: {err}"));
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(!line.is_empty(), "{command:?} ended");
    (Kept(child), line.trim().to_owned())
}
