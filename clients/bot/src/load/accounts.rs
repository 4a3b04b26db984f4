//! As whom the load logs in: users of a file, of a server's data folder on this machine, or registered for it.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use futures_util::{StreamExt, TryStreamExt, stream};
use longlink_bot::protection::Protected;
use longlink_client::{Code, OnceError, Protection, ask_once, fresh_id, pb};
use serde_json::{Value, json};

use super::plan::Account;
use super::progress::Progress;
use crate::failure::Failure;

/// The operator's socket in a data folder.
const SOCKET: &str = "control.sock";
/// The server takes sixteen commands at a time; some are left to others.
const COMMANDS_AT_ONCE: usize = 8;
/// Each is a password to be hashed, twice; a server has a core for each, and few.
const REGISTRATIONS_AT_ONCE: usize = 8;
const DEVICE: &str = "bot-load";

/// The users of a file: each line a number and a token.
pub(crate) fn from_file(path: &Path, count: usize) -> Result<Vec<Account>, Failure> {
    let name = path.display();
    let text = fs::read_to_string(path).map_err(|error| Failure::usage(format!("cannot read {name}: {error}")))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    let read = lines.map(|(number, line)| {
        let (id, token) = line.trim().split_once(char::is_whitespace).unwrap_or_default();
        let id = id.parse().ok().filter(|id| *id > 0);
        let account = id.map(|id| Account { id, token: token.trim().to_owned() });
        account.ok_or_else(|| Failure::usage(format!("{name}:{}: not a user's number and a token", number + 1)))
    });
    let accounts: Vec<Account> = read.take(count).collect::<Result<_, _>>()?;
    if accounts.len() < count {
        let has = accounts.len();
        return Err(Failure::usage(format!("{name} has {has} users, and {count} connections need one each")));
    }
    Ok(accounts)
}

/// The server's process, as the system knows the other end of the operator's socket.
pub(crate) fn pid(data_dir: &Path) -> Option<u32> {
    let stream = UnixStream::connect(data_dir.join(SOCKET)).ok()?;
    stream.set_nonblocking(true).ok()?;
    let stream = tokio::net::UnixStream::from_std(stream).ok()?;
    u32::try_from(stream.peer_cred().ok()?.pid()?).ok()
}

/// Accounts load-000001 and so on, made where there are none, and tokens for them. Blocks.
pub(crate) fn by_operator(data_dir: &Path, count: usize, progress: &Progress) -> Result<Vec<Account>, Failure> {
    let socket = data_dir.join(SOCKET);
    let known: HashMap<String, i64> = operate(&socket, &json!({"do": "user_list"}))?
        .into_iter()
        .filter_map(|user| Some((user.get("name")?.as_str()?.to_owned(), user.get("id")?.as_i64()?)))
        .collect();
    progress.stage("accounts", count as u64);
    let next = AtomicUsize::new(0);
    let made = Mutex::new(vec![None; count]);
    let work = || -> Result<(), Failure> {
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            if place >= count {
                return Ok(());
            }
            let account = account(&socket, &format!("load-{:06}", place + 1), &known)?;
            let mut made = made.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            if let Some(slot) = made.get_mut(place) {
                *slot = Some(account);
            }
            progress.done(1);
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..COMMANDS_AT_ONCE).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| {
            worker.join().unwrap_or_else(|_| Err(Failure::other("a thread that made accounts failed")))
        })
    })?;
    let made = made.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    Ok(made.into_iter().flatten().collect())
}

fn account(socket: &Path, name: &str, known: &HashMap<String, i64>) -> Result<Account, Failure> {
    let id = match known.get(name) {
        Some(id) => *id,
        None => {
            let said = operate(socket, &json!({"do": "user_add", "name": name, "password": null}))?;
            let id = said.first().and_then(|user| user.get("id")?.as_i64());
            id.ok_or_else(|| Failure::other(format!("the server made no account {name}")))?
        }
    };
    let said = operate(socket, &json!({"do": "token", "name": name}))?;
    let token = said.first().and_then(|token| token.get("token")?.as_str());
    let token = token.ok_or_else(|| Failure::other(format!("the server gave no token for {name}")))?;
    Ok(Account { id, token: token.to_owned() })
}

/// Has the operator's door carry out a command, and gives the lines of the answer.
fn operate(socket: &Path, command: &Value) -> Result<Vec<Value>, Failure> {
    let failed = |error: io::Error| {
        Failure::other(format!(
            "no running server answers at {}: {error}; is it this one's data folder?",
            socket.display()
        ))
    };
    let mut stream = UnixStream::connect(socket).map_err(failed)?;
    stream.write_all(format!("{command}\n").as_bytes()).map_err(failed)?;
    let mut said = Vec::new();
    for line in BufReader::new(stream).lines() {
        let line = line.map_err(failed)?;
        let value: Value = serde_json::from_str(&line).map_err(|error| failed(error.into()))?;
        if value.get("done").is_some() {
            return Ok(said);
        }
        if let Some(error) = value.get("error") {
            return Err(Failure::other(format!("the server refused: {}", error.as_str().unwrap_or_default())));
        }
        said.push(value);
    }
    Err(Failure::other("the server went away before it was done"))
}

/// Registers users under a prefix, by the protocol, and logs each in once for a token.
pub(crate) async fn register(
    server: &str,
    protected: &Protected,
    prefix: &str,
    count: usize,
    progress: &Progress,
) -> Result<Vec<Account>, Failure> {
    let protection = protected.protection().map_err(Failure::usage)?;
    progress.stage("registrations (each is a password to be hashed)", count as u64);
    // Nobody else's to guess, and ours not to keep.
    let password = fresh_id();
    let run = fresh_id().get(..8).unwrap_or_default().to_owned();
    let names = (1..=count).map(|number| format!("{prefix}{run}-{number}"));
    let accounts = stream::iter(names.map(|name| register_one(server, protection.clone(), name, &password)));
    accounts.buffered(REGISTRATIONS_AT_ONCE).inspect_ok(|_| progress.done(1)).try_collect().await
}

async fn register_one(server: &str, protection: Protection, name: String, password: &str) -> Result<Account, Failure> {
    let refused = |error: OnceError| match error {
        OnceError::Refused(refused) if refused.code == Code::RegistrationClosed => {
            Failure::login("registration is not open here; use --data-dir or --users-file")
        }
        error @ (OnceError::Refused(_) | OnceError::Broken(_) | OnceError::Ended(_)) => {
            Failure::other(format!("cannot register at {server}: {error}"))
        }
    };
    let request = pb::RegisterRequest { name: name.clone(), password: password.to_owned(), invitation: String::new() };
    ask_once(server, protection.clone(), request).await.map_err(refused)?;
    let by_password = pb::PasswordCredential { name, password: password.to_owned() };
    let hello = pb::HelloRequest {
        credential: Some(pb::hello_request::Credential::Password(by_password)),
        device_id: DEVICE.to_owned(),
        ..Default::default()
    };
    let reply = ask_once(server, protection, hello).await.map_err(refused)?;
    Ok(Account { id: reply.user_id, token: reply.token })
}

/// Keeps users for the next run, for the owner's eyes alone: whoever has a token can log in with it.
pub(crate) fn keep(path: &Path, accounts: &[Account]) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::other(format!("cannot write {}: {error}", path.display()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path).map_err(failed)?;
    let lines: String = accounts.iter().map(|account| format!("{} {}\n", account.id, account.token)).collect();
    file.write_all(lines.as_bytes()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_read_as_they_were_kept() {
        let path = std::env::temp_dir().join(format!("longlink-bot-users-{}", std::process::id()));
        let accounts: Vec<Account> = (1..=3).map(|id| Account { id, token: format!("t.{id}.x") }).collect();
        keep(&path, &accounts).unwrap();
        assert_eq!(from_file(&path, 3).unwrap(), accounts);
        assert_eq!(from_file(&path, 2).unwrap(), accounts[..2]);
        let sentence = from_file(&path, 4).unwrap_err().to_string();
        assert!(sentence.ends_with("has 3 users, and 4 connections need one each"), "{sentence}");
        for wrong in ["x t", "-1 t", "0 t", "1"] {
            fs::write(&path, format!("# mine\n1 t\n\n{wrong}\n")).unwrap();
            let sentence = from_file(&path, 2).unwrap_err().to_string();
            assert!(sentence.ends_with(":4: not a user's number and a token"), "{wrong}: {sentence}");
        }
        fs::remove_file(&path).unwrap();
    }
}
