//! `longlink token`: making login tokens, looking at them, and ending logins before their time.

use std::io::{self, IsTerminal};

use clap::{Args, Subcommand};
use serde_json::Value;

use super::Failure;
use super::operator::{ask, word};
use crate::auth::login_id::LoginId;
use crate::config::Config;
use crate::control::Command;

const DAY_S: u32 = 24 * 3600;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, arg_required_else_help = true)]
pub(super) struct TokenArgs {
    #[command(subcommand)]
    command: Option<TokenCommand>,
    #[command(flatten)]
    create: Option<Create>,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Print a login token for an account. `longlink token NAME` is short for it.
    Create(Create),
    /// Print what a token says: whose it is, of which login, and until when it is good.
    Show {
        /// The token. Better left out and given on standard input: a command line can be seen by others.
        token: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// End logins before their time, with their links: one, by a token of it or by its name; all of a user; or all of
    /// one device.
    Revoke {
        /// The token, or the 16 digits that name its login. A token is better left out and given on standard input.
        #[arg(conflicts_with = "user")]
        token: Option<String>,
        /// All logins of this user.
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
        /// Only those of this device.
        #[arg(long, requires = "user")]
        device: Option<String>,
    },
}

#[derive(Debug, Args)]
struct Create {
    /// The account's name.
    name: String,
    /// Print a token for the HTTP API for operators instead (see listen.admin). NAME says whose it is, in the audit log.
    #[arg(long)]
    admin: bool,
    /// For how many days an operator's token is good.
    #[arg(long, requires = "admin", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn token(config: &Config, args: TokenArgs) -> Result<(), Failure> {
    let command = args.command.or(args.create.map(TokenCommand::Create));
    match command {
        Some(TokenCommand::Create(Create { name, admin, days, json })) => {
            let command = match admin {
                true => Command::AdminToken { name, ttl_s: days * DAY_S },
                false => Command::Token { name, device: None, ttl_s: None },
            };
            ask(config, command, |line| if json { line.to_string() } else { word(line, "token") })
        }
        Some(TokenCommand::Show { token, json }) => {
            let token = given_or_read(token)?;
            ask(config, Command::TokenShow { token }, |line| {
                if json { line.to_string() } else { super::operator::facts(line) }
            })
        }
        Some(TokenCommand::Revoke { user: Some(name), device, .. }) => {
            ask(config, Command::RevokeUser { name, device }, revoked_user)
        }
        Some(TokenCommand::Revoke { token, .. }) => {
            let token = given_or_read(token)?;
            let command = match token.parse::<LoginId>() {
                Ok(login) => Command::RevokeLogin { login },
                Err(_) => Command::RevokeToken { token },
            };
            ask(config, command, |line| format!("login {} is ended, and every token of it", word(line, "login")))
        }
        // clap shows the help instead.
        None => Err(Failure::Usage("whose token? see longlink token --help".into())),
    }
}

fn revoked_user(line: &Value) -> String {
    let name = word(line, "name");
    match line["device"].as_str() {
        Some(_) => format!("{name}'s logins on device {} are ended", word(line, "device")),
        None => format!("all logins of {name} are ended"),
    }
}

/// What was given, or a line of standard input: who pastes a token into a command shows it to everybody on the machine.
fn given_or_read(token: Option<String>) -> Result<String, Failure> {
    let token = match token {
        Some(token) => token,
        None if io::stdin().is_terminal() => rpassword::prompt_password("token: ")?,
        None => {
            let mut line = String::new();
            io::stdin().read_line(&mut line)?;
            line
        }
    };
    match token.trim() {
        "" => Err(Failure::Usage("which token? give it on standard input".into())),
        token => Ok(token.to_owned()),
    }
}
