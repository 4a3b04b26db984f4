//! An operator's commands: carried out by the server that has the data folder open, or here if none has.

use std::fmt::Write;
use std::io::{self, IsTerminal, Write as _};
use std::sync::Arc;

use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;
use tracing::Level;

use super::{Failure, UserCommand};
use crate::auth::password::Passwords;
use crate::chat::{Chat, Parts};
use crate::clock::Clock;
use crate::config::{self, Config, Engine};
use crate::control::{self, By, Command, Operator};
use crate::metrics::Metrics;
use crate::plan::{Data, DataError, chat_settings, check_data, open_data, password_settings};
use crate::router::Router;
use crate::store::embedded::OpenError;
use crate::telemetry;

pub(super) fn user(config: &Config, command: UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::Add { name, no_password } => {
            let password = if no_password { None } else { Some(ask_password(config)?) };
            ask(config, Command::UserAdd { name, password }, |line| {
                format!("{} is user {}", word(line, "name"), line["id"])
            })
        }
        UserCommand::List { prefix, json } => {
            ask(config, Command::UserList { prefix, after: None, limit: None }, |line| {
                let state = match (line["disabled"] == true, line["password"] == true) {
                    (true, _) => "disabled",
                    (false, true) => "",
                    (false, false) => "tokens only",
                };
                let id = line["id"].as_i64().unwrap_or_default();
                let text = format!("{id:>8}  {:<24} {state}", word(line, "name"));
                if json { line.to_string() } else { text.trim_end().to_owned() }
            })
        }
        UserCommand::Show { name, json } => {
            ask(config, Command::UserShow { name }, |line| if json { line.to_string() } else { facts(line) })
        }
        UserCommand::Delete { name } => {
            confirm_deletion(&name)?;
            ask(config, Command::UserDelete { name }, |line| {
                format!("{} was user {} and is erased; what they wrote stays", word(line, "name"), line["id"])
            })
        }
        UserCommand::Passwd { name } => {
            let password = ask_password(config)?;
            ask(config, Command::UserPasswd { name, password }, |line| {
                format!("{} has a new password; its links and tokens have ended", word(line, "name"))
            })
        }
        UserCommand::Disable { name } => ask(config, Command::UserDisable { name, disabled: true }, |line| {
            format!("{} is disabled; its links and tokens have ended", word(line, "name"))
        }),
        UserCommand::Enable { name } => ask(config, Command::UserDisable { name, disabled: false }, |line| {
            format!("{} may log in again", word(line, "name"))
        }),
    }
}

pub(super) fn invite(config: &Config, json: bool) -> Result<(), Failure> {
    ask(config, Command::Invite, |line| if json { line.to_string() } else { word(line, "invitation") })
}

pub(super) fn rotate_keys(config: &Config) -> Result<(), Failure> {
    ask(config, Command::RotateKeys, |line| format!("tokens are signed with key {} from now on", word(line, "kid")))
}

/// Has the server read its certificate again. Without a server there is nobody who has read one.
pub(super) fn reload(config: &Config) -> Result<(), Failure> {
    let show = |line: &Value| {
        let names: Vec<&str> = line["names"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let names = harmless(&names.join(", "));
        let now_s = Clock::new().wall_s();
        let days = (line["expires_at_s"].as_i64().unwrap_or_default() - now_s) / (24 * 3600);
        format!("the certificate for {names} is in use, for {days} days; SHA-256 {}", word(line, "fingerprint"))
    };
    if ask_server(config, &Command::Reload, &show)? {
        Ok(())
    } else {
        Err(Failure::Failed("no server runs; it reads its certificate when it starts".into()))
    }
}

/// How a line of an answer is printed.
pub(super) type Show<'a> = &'a dyn Fn(&Value) -> String;

/// Carries a command out, in the server or here, and prints each line of its answer as `show` makes it.
pub(super) fn ask(config: &Config, command: Command, show: impl Fn(&Value) -> String) -> Result<(), Failure> {
    if ask_server(config, &command, &show)? { Ok(()) } else { carry_out_here(config, command, &show) }
}

/// Has the server carry a command out; false if none runs.
pub(super) fn ask_server(config: &Config, command: &Command, show: Show) -> Result<bool, Failure> {
    let path = config.data_dir.join(control::SOCKET);
    match runtime()?.block_on(control::ask(&path, command, |line| print(show, line))) {
        Ok(Some(Ok(()))) => Ok(true),
        Ok(Some(Err(sentence))) => Err(Failure::Failed(sentence)),
        Ok(None) => Ok(false),
        // Who pipes into `head` closes early, and that is no failure.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(true),
        Err(error) => Err(Failure::Failed(format!("cannot ask the server through {}: {error}", path.display()))),
    }
}

fn print(show: Show, line: &Value) -> io::Result<()> {
    writeln!(io::stdout(), "{}", show(line))
}

/// Opens the data folder and carries the command out in this process.
pub(super) fn carry_out_here(config: &Config, command: Command, show: Show) -> Result<(), Failure> {
    check_engine(config)?;
    // An answer may send the reader to the log, which is here then. What is of no concern to a command stays out.
    telemetry::start(&config::Log { level: config.log.level.min(Level::WARN), ..config.log.clone() })?;
    match &command {
        // With these a new server may begin.
        Command::UserAdd { .. } | Command::Invite | Command::AdminToken { .. } => {}
        Command::UserList { .. }
        | Command::UserShow { .. }
        | Command::UserDelete { .. }
        | Command::UserPasswd { .. }
        | Command::UserDisable { .. }
        | Command::Token { .. }
        | Command::TokenShow { .. }
        | Command::RevokeToken { .. }
        | Command::RevokeLogin { .. }
        | Command::RevokeUser { .. }
        | Command::Links { .. }
        | Command::CloseLinks { .. }
        | Command::Send { .. }
        | Command::Stats
        | Command::RotateKeys
        | Command::Reload
        | Command::LogShow { .. }
        | Command::LogExport
        | Command::LogTail { .. } => check_data(config)?,
    }
    let data = match open_data(config) {
        Err(error @ DataError::Store(OpenError::Held { .. })) => {
            let advice = "it does not answer: it may be starting or stopping; try again";
            return Err(Failure::Failed(format!("{error}, and {advice}")));
        }
        opened => opened?,
    };
    let (store, audit) = (Arc::clone(&data.store), data.audit.clone());
    let operator = operator(config, data)?;
    let done = runtime()?.block_on(async {
        let (say, mut said) = mpsc::channel(64);
        let carry = async {
            let done = operator.carry_out(command, &By::CommandLine, &say).await;
            drop(say);
            done
        };
        let show = async {
            while let Some(line) = said.recv().await {
                if print(show, &line).is_err() {
                    break;
                }
            }
            // Whoever still says something is told that nobody listens.
            said.close();
        };
        tokio::join!(carry, show).0
    });
    audit.close();
    store.close();
    done.map_err(|refused| Failure::Failed(refused.message.into_owned()))
}

/// Whoever carries commands out on a folder that no server has open.
pub(super) fn operator(config: &Config, data: Data) -> Result<Operator, Failure> {
    let tokens = Arc::new(data.tokens);
    let clock = Clock::new();
    let parts = Parts {
        router: Arc::new(Router::default()),
        metrics: Arc::new(Metrics::default()),
        passwords: Passwords::new(password_settings(&config.accounts))?,
        tokens: Arc::clone(&tokens),
        uploads: data.uploads,
        audit: data.audit,
        clock,
    };
    let admin_tokens = Arc::new(data.admin_tokens);
    let chat = Chat::new(data.store, parts, chat_settings(config));
    Ok(Operator { chat, tokens, admin_tokens, links: None, certificate: None, clock })
}

/// Refuses what the memory engine cannot do.
pub(super) fn check_engine(config: &Config) -> Result<(), Failure> {
    match config.store.engine {
        Engine::Embedded => Ok(()),
        Engine::Memory => {
            Err(Failure::Failed("store.engine is \"memory\", which keeps nothing, and no server runs".into()))
        }
    }
}

pub(super) fn runtime() -> io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(1).enable_all().build()
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

/// Asks a person for the name once more: it cannot be undone. A script means what it says.
fn confirm_deletion(name: &str) -> Result<(), Failure> {
    if !io::stdin().is_terminal() {
        return Ok(());
    }
    write!(io::stderr(), "{} is erased for good; type the name once more: ", harmless(name))?;
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    if line.trim_end_matches(['\r', '\n']) == name { Ok(()) } else { Err(Failure::Failed("nothing was done".into())) }
}

/// Each key and its value on a line of their own.
pub(super) fn facts(line: &Value) -> String {
    let Value::Object(fields) = line else { return line.to_string() };
    let shown = fields.iter().map(|(key, value)| {
        let value = value.as_str().map_or_else(|| value.to_string(), harmless);
        format!("{key:<16} {value}").trim_end().to_owned()
    });
    shown.collect::<Vec<_>>().join("\n")
}

pub(super) fn word(line: &Value, key: &str) -> String {
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
