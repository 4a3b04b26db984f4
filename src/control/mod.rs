//! The operator's door: a Unix socket in the data folder, which only the folder's owner may open.
//!
//! One JSON object a line. The command line speaks to a running server through it, since two processes cannot have
//! one log open; without a server it carries the same commands out itself.

mod audited;
pub mod command;
pub mod line;
pub mod operator;
pub mod table;

use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::warn;

use crate::wire::{Code, Refused};

pub use command::Command;
pub use operator::{By, Operator};

/// The socket's name in the data folder.
pub const SOCKET: &str = "control.sock";

/// What the kernel takes for the name of a socket (`sun_path`, without the 0 at its end).
const PATH_BYTES_MAX: usize = 107;
/// A command is at most so long, in bytes.
const COMMAND_BYTES_MAX: u64 = 64 * 1024;
/// So many commands run at once; one more is refused. Most are over in a moment, but somebody may look at the log for
/// days.
const COMMANDS_MAX: usize = 16;
/// Who connects and says nothing for so long wants nothing.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(10);

/// Listens in the data folder. Whoever holds the folder's lock may call it: a socket that is there is a dead one's.
pub fn bind(path: &Path) -> io::Result<UnixListener> {
    let bytes = path.as_os_str().len();
    if bytes > PATH_BYTES_MAX {
        let what =
            format!("its name has {bytes} bytes, and a socket's at most {PATH_BYTES_MAX}; use a shorter data_dir");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, what));
    }
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Carries out commands until `stop`.
pub async fn serve(listener: UnixListener, operator: Operator, stop: CancellationToken) {
    let (tasks, turns) = (TaskTracker::new(), Arc::new(Semaphore::new(COMMANDS_MAX)));
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let (operator, stop) = (operator.clone(), stop.clone());
                let Ok(turn) = Arc::clone(&turns).try_acquire_owned() else {
                    refuse(&stream);
                    continue;
                };
                tasks.spawn(async move {
                    let _turn = turn;
                    tokio::select! {
                        biased;
                        () = stop.cancelled() => {}
                        answered = answer(stream, operator) => {
                            if let Err(error) = answered {
                                tracing::debug!(%error, "an operator's command broke off");
                            }
                        }
                    }
                });
            }
            Err(error) => {
                warn!(%error, "cannot accept an operator's command");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Says no without waiting for anybody: a line so short always fits into a fresh socket.
fn refuse(stream: &UnixStream) {
    let error = format!("{COMMANDS_MAX} commands run already; end a `log tail` or an export");
    if let Err(error) = stream.try_write(format!("{}\n", json!({"error": error})).as_bytes()) {
        tracing::debug!(%error, "cannot refuse an operator's command");
    }
}

async fn answer(stream: UnixStream, operator: Operator) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    let mut read = BufReader::new(read.take(COMMAND_BYTES_MAX));
    timeout(COMMAND_TIMEOUT, read.read_line(&mut line)).await??;
    let (say, mut said) = mpsc::channel(64);
    let run = async {
        let done = match serde_json::from_str::<Command>(&line) {
            Ok(command) => operator.carry_out(command, &By::Socket, &say).await,
            Err(error) => Err(Refused::new(Code::BadRequest, format!("not a command: {error}"))),
        };
        let last = match done {
            Ok(()) => json!({"done": true}),
            Err(refused) => json!({"error": refused.message}),
        };
        let _ = say.send(last).await;
        drop(say);
    };
    let tell = async {
        while let Some(value) = said.recv().await {
            write_line(&mut write, &value).await?;
        }
        write.shutdown().await
    };
    tokio::select! {
        told = async { tokio::join!(run, tell).1 } => told,
    }
}

async fn write_line(write: &mut (impl AsyncWriteExt + Unpin), value: &Value) -> io::Result<()> {
    let mut line = value.to_string();
    line.push('\n');
    write.write_all(line.as_bytes()).await
}

/// Sends a command to the server that has the folder open, and gives each line of its answer to `each`.
/// `None`: no server listens there.
pub async fn ask(
    path: &Path,
    command: &Command,
    mut each: impl FnMut(&Value) -> io::Result<()>,
) -> io::Result<Option<Result<(), String>>> {
    let stream = match UnixStream::connect(path).await {
        Ok(stream) => stream,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let (read, mut write) = stream.into_split();
    // Who refuses without having heard us has closed already; what they said is still to be read.
    let _ = write_line(&mut write, &serde_json::to_value(command)?).await;
    let mut lines = BufReader::new(read).lines();
    while let Some(line) = lines.next_line().await? {
        let value: Value = serde_json::from_str(&line)?;
        if value.get("done").is_some() {
            return Ok(Some(Ok(())));
        }
        if let Some(error) = value.get("error") {
            return Ok(Some(Err(error.as_str().unwrap_or("it failed").to_owned())));
        }
        each(&value)?;
    }
    Ok(Some(Err("the server went away before it was done".to_owned())))
}
