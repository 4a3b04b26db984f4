//! Accounts for those who take part: made by the operator's door in the server's data folder, or by registering.

use std::path::Path;

use longlink_client::{OnceError, Protection, ask_once, pb};

/// Somebody who takes part.
#[derive(Clone, Debug)]
pub(super) struct Account {
    pub(super) user: i64,
    pub(super) name: String,
    pub(super) credential: pb::hello_request::Credential,
}

/// How to get them.
#[derive(Clone, Debug)]
pub(super) enum Source<'a> {
    /// The folder that the server keeps its data in.
    Operator(&'a Path),
    /// Where registration is open.
    Register { server: String, protection: Protection, prefix: &'a str },
}

impl Source<'_> {
    /// So many accounts, new ones, whose names have `mark` in them.
    pub(super) async fn make(&self, count: usize, mark: &str) -> Result<Vec<Account>, String> {
        let mut accounts = Vec::new();
        for number in 1..=count {
            accounts.push(match self {
                Self::Operator(folder) => operator::make(folder, format!("check-{mark}-{number}")).await?,
                Self::Register { server, protection, prefix } => {
                    register(server, protection.clone(), format!("{prefix}{mark}-{number}")).await?
                }
            });
        }
        Ok(accounts)
    }
}

async fn register(server: &str, protection: Protection, name: String) -> Result<Account, String> {
    let password = longlink_client::fresh_id();
    let request = pb::RegisterRequest { name: name.clone(), password: password.clone(), invitation: String::new() };
    let made = ask_once(server, protection, request).await.map_err(|error: OnceError| {
        format!("cannot register {name} at {server}: {error}; where registration is closed, use --data-dir")
    })?;
    let credential = pb::PasswordCredential { name: name.clone(), password };
    Ok(Account { user: made.user_id, name, credential: pb::hello_request::Credential::Password(credential) })
}

#[cfg(unix)]
pub(super) mod operator {
    //! The operator's door: a JSON object a line (src/control of the server).

    use std::io;
    use std::path::Path;

    use longlink_client::pb;
    use serde_json::{Value, json};
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::UnixStream;

    use super::Account;

    pub(super) async fn make(folder: &Path, name: String) -> Result<Account, String> {
        let made = ask(folder, &json!({"do": "user_add", "name": name, "password": null})).await?;
        let token = ask(folder, &json!({"do": "token", "name": name})).await?;
        let user = made.get("id").and_then(Value::as_i64);
        let token = token.get("token").and_then(Value::as_str);
        match (user, token) {
            (Some(user), Some(token)) => {
                Ok(Account { user, name, credential: pb::hello_request::Credential::Token(token.to_owned()) })
            }
            _ => Err(format!("the operator's door in {} speaks another language", folder.display())),
        }
    }

    /// The first line of the answer.
    async fn ask(folder: &Path, command: &Value) -> Result<Value, String> {
        let door = folder.join("control.sock");
        let said = exchange(&door, command).await.map_err(|error| {
            format!("cannot ask at {}: {error}; is this the data_dir of a running server?", door.display())
        })?;
        match said.get("error").and_then(Value::as_str) {
            Some(error) => Err(format!("the operator's door refused: {error}")),
            None => Ok(said),
        }
    }

    async fn exchange(door: &Path, command: &Value) -> io::Result<Value> {
        let mut stream = UnixStream::connect(door).await?;
        stream.write_all(format!("{command}\n").as_bytes()).await?;
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).await?;
        Ok(serde_json::from_str(&line)?)
    }
}

#[cfg(not(unix))]
pub(super) mod operator {
    //! The operator's door is a Unix socket.

    use std::path::Path;

    use super::Account;

    pub(super) async fn make(_: &Path, _: String) -> Result<Account, String> {
        Err("--data-dir works on Unix only; use --register".to_owned())
    }
}
