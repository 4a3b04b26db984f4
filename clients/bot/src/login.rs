//! Who logs in where: from arguments, from the environment, or asked on the terminal.

use std::env;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use longlink_client::{Code, OnceError, Protection, Settings, ask_once, pb};

use longlink_bot::protection::Protected;

use crate::failure::Failure;

#[derive(clap::Args)]
pub(crate) struct Login {
    /// Where the server listens
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8081")]
    pub(crate) server: String,
    #[command(flatten)]
    protected: Protected,
    /// Whom to log in as; asked for when it is missing
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// The password. Others can see it in the list of processes: better leave it out and be asked, name a file that
    /// has it, or set LONGLINK_PASSWORD
    #[arg(long, conflicts_with = "token")]
    password: Option<String>,
    /// A file whose first line is the password
    #[arg(long, value_name = "FILE", conflicts_with_all = ["password", "token", "token_file"])]
    password_file: Option<PathBuf>,
    /// Log in by a token instead; LONGLINK_TOKEN and a file do the same unseen by others
    #[arg(long)]
    token: Option<String>,
    /// A file whose first line is the token
    #[arg(long, value_name = "FILE", conflicts_with_all = ["password", "token"])]
    token_file: Option<PathBuf>,
    /// Make the account first
    #[arg(long, conflicts_with_all = ["token", "token_file"])]
    register: bool,
    /// The invitation, where the server wants one for a new account
    #[arg(long, requires = "register", value_name = "CODE")]
    invitation: Option<String>,
}

/// How the login was proven, which tells how it should be left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Password,
    Token,
}

impl Login {
    /// Finds out all that is missing, and makes the account if that is wanted.
    pub(crate) async fn settle(self) -> Result<(Settings, By), Failure> {
        let protection = self.protected.protection().map_err(Failure::usage)?;
        let password = self.password.map(Ok).or(self.password_file.as_deref().map(first_line)).transpose()?;
        let token = self.token.map(Ok).or(self.token_file.as_deref().map(first_line)).transpose()?;
        let by_password = password.is_some() || self.user.is_some() || self.register;
        let token = token.or_else(|| env::var("LONGLINK_TOKEN").ok().filter(|_| !by_password));
        let (mut settings, by) = match token {
            Some(token) => (Settings::token(token), By::Token),
            None => {
                let name = found_or_asked(self.user, "--user", || ask("User: "))?;
                let password = password.or_else(|| env::var("LONGLINK_PASSWORD").ok());
                let password =
                    found_or_asked(password, "LONGLINK_PASSWORD", || rpassword::prompt_password("Password: "))?;
                if self.register {
                    let invitation = self.invitation.unwrap_or_default();
                    register(&self.server, protection.clone(), &name, &password, invitation).await?;
                }
                (Settings::password(name, password), By::Password)
            }
        };
        settings.protection = protection;
        settings.client = concat!("longlink-bot/", env!("CARGO_PKG_VERSION")).to_owned();
        Ok((settings, by))
    }
}

/// What a file has on its first line.
fn first_line(path: &Path) -> Result<String, Failure> {
    let text =
        fs::read_to_string(path).map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))?;
    let line = text.lines().next().unwrap_or_default().trim_end();
    if line.is_empty() {
        Err(Failure::usage(format!("{} has nothing on its first line", path.display())))
    } else {
        Ok(line.to_owned())
    }
}

fn found_or_asked(
    found: Option<String>,
    what: &str,
    asked: impl FnOnce() -> io::Result<String>,
) -> Result<String, Failure> {
    if let Some(found) = found {
        return Ok(found);
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(format!("{what} is missing, and there is no terminal to ask on")));
    }
    asked().map_err(|error| Failure::other(format!("cannot ask on the terminal: {error}")))
}

fn ask(prompt: &str) -> io::Result<String> {
    let mut out = io::stdout();
    out.write_all(prompt.as_bytes())?;
    out.flush()?;
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

async fn register(
    server: &str,
    protection: Protection,
    name: &str,
    password: &str,
    invitation: String,
) -> Result<(), Failure> {
    let request = pb::RegisterRequest { name: name.to_owned(), password: password.to_owned(), invitation };
    match ask_once(server, protection, request).await {
        Ok(_) => Ok(()),
        Err(OnceError::Refused(refused)) if refused.code == Code::NameTaken => {
            Err(Failure::login(format!("the name {name} is taken; without --register you log in to it")))
        }
        Err(OnceError::Refused(refused)) if refused.code == Code::RegistrationClosed => {
            Err(Failure::login("this server takes no new accounts, or only with an invitation"))
        }
        Err(OnceError::Refused(refused)) => Err(Failure::login(format!("no account was made: {}", refused.message))),
        Err(error @ (OnceError::Broken(_) | OnceError::Ended(_))) => {
            Err(Failure::other(format!("no account was made at {server}: {error}")))
        }
    }
}
