//! An operator's commands: carried out by the server that has the data folder open, or here if none has.

use std::fmt::Write;
use std::io::{self, IsTerminal, Write as _};
use std::sync::Arc;

use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

use super::{Failure, UserCommand};
use crate::auth::password::Passwords;
use crate::chat::{Chat, Parts};
use crate::clock::Clock;
use crate::config::{Config, Engine};
use crate::control::{self, Command, Operator};
use crate::metrics::Metrics;
use crate::plan::{chat_settings, open_data, password_settings};
use crate::router::Router;

pub(super) fn user(config: &Config, command: UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::Add { name, no_password } => {
            let password = if no_password { None } else { Some(ask_password(config)?) };
            ask(config, Command::UserAdd { name, password }, |line| {
                Ok(format!("{} is user {}", word(line, "name"), line["id"]))
            })
        }
        UserCommand::List { json } => ask(config, Command::UserList, |line| {
            let state = match (line["disabled"] == true, line["password"] == true) {
                (true, _) => "disabled",
                (false, true) => "",
                (false, false) => "tokens only",
            };
            let id = line["id"].as_i64().unwrap_or_default();
            let text = format!("{id:>8}  {:<24} {state}", word(line, "name"));
            Ok(if json { line.to_string() } else { text.trim_end().to_owned() })
        }),
        UserCommand::Passwd { name } => {
            let password = ask_password(config)?;
            ask(config, Command::UserPasswd { name, password }, |line| {
                Ok(format!("{} has a new password; its links and tokens have ended", word(line, "name")))
            })
        }
        UserCommand::Disable { name } => ask(config, Command::UserDisable { name, disabled: true }, |line| {
            Ok(format!("{} is disabled; its links and tokens have ended", word(line, "name")))
        }),
        UserCommand::Enable { name } => ask(config, Command::UserDisable { name, disabled: false }, |line| {
            Ok(format!("{} may log in again", word(line, "name")))
        }),
    }
}

pub(super) fn invite(config: &Config, json: bool) -> Result<(), Failure> {
    ask(config, Command::Invite, |line| Ok(if json { line.to_string() } else { word(line, "invitation") }))
}

pub(super) fn token(config: &Config, name: String, json: bool) -> Result<(), Failure> {
    ask(config, Command::Token { name }, |line| Ok(if json { line.to_string() } else { word(line, "token") }))
}

pub(super) fn rotate_keys(config: &Config) -> Result<(), Failure> {
    ask(config, Command::RotateKeys, |line| Ok(format!("tokens are signed with key {} from now on", word(line, "kid"))))
}

/// Carries a command out, and prints each line of its answer as `show` makes it.
pub(super) fn ask(
    config: &Config,
    command: Command,
    show: impl Fn(&Value) -> Result<String, Failure>,
) -> Result<(), Failure> {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let mut print = |line: &Value| match show(line) {
        // Who pipes into `head` closes early, and that is no failure.
        Ok(text) => writeln!(io::stdout(), "{text}"),
        Err(_) => Ok(()),
    };
    let answered = runtime.block_on(control::ask(&config.data_dir.join(control::SOCKET), &command, &mut print));
    match answered {
        Ok(Some(Ok(()))) => Ok(()),
        Ok(Some(Err(sentence))) => Err(Failure::Failed(sentence)),
        Ok(None) => here(config, &runtime, command, &mut print),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Opens the data folder and carries the command out in this process.
fn here(
    config: &Config,
    runtime: &Runtime,
    command: Command,
    print: &mut impl FnMut(&Value) -> io::Result<()>,
) -> Result<(), Failure> {
    if config.store.engine == Engine::Memory {
        return Err(Failure::Failed("the memory engine keeps nothing, and no server runs".into()));
    }
    let data = open_data(config)?;
    let tokens = Arc::new(data.tokens);
    let parts = Parts {
        router: Arc::new(Router::default()),
        metrics: Arc::new(Metrics::default()),
        passwords: Passwords::new(password_settings(&config.accounts))?,
        tokens: Arc::clone(&tokens),
        clock: Clock::new(),
    };
    let chat = Chat::new(Arc::clone(&data.store), parts, chat_settings(config));
    let operator = Operator { chat, tokens };
    let done = runtime.block_on(async {
        let (say, mut said) = mpsc::channel(64);
        let carry = async {
            let done = operator.carry_out(command, &say).await;
            drop(say);
            done
        };
        let show = async {
            while let Some(line) = said.recv().await {
                if print(&line).is_err() {
                    break;
                }
            }
        };
        tokio::join!(carry, show).0
    });
    data.store.close();
    done.map_err(Failure::Failed)
}

/// Asks twice on a terminal, without showing it; takes one line of anything else.
fn ask_password(config: &Config) -> Result<String, Failure> {
    let password = if io::stdin().is_terminal() {
        let password = rpassword::prompt_password("password: ")?;
        if rpassword::prompt_password("once more: ")? != password {
            return Err(Failure::Failed("the two are not the same".into()));
        }
        password
    } else {
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    let (bytes, min, max) = (password.len(), config.accounts.password_bytes_min, config.accounts.password_bytes_max);
    if !(min..=max).contains(&bytes) {
        return Err(Failure::Failed(format!("the password has {bytes} bytes, not {min} to {max}")));
    }
    Ok(password)
}

fn word(line: &Value, key: &str) -> String {
    harmless(line[key].as_str().unwrap_or_default())
}

/// Text that does nothing to a terminal but show itself.
pub(super) fn harmless(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            let _ = write!(shown, "{}", character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}
