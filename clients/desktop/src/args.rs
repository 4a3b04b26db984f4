//! What the program is started with.

use std::path::PathBuf;

use clap::Parser;
use longlink_desktop_core::accounts::{Folders, PLAIN_PORTS};
use longlink_desktop_core::vault::Vault;

use crate::views::entrance::ServerForm;

/// A chat client for a longlink server.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "longlink-desktop", version)]
pub struct Args {
    /// Keep everything in this folder, secrets too, and nothing in the system's keyring
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The server that is offered at the login: a name or an address, and the port of its long link
    #[arg(long, value_name = "HOST:PORT")]
    pub server: Option<String>,
    /// The server's port for files
    #[arg(long, value_name = "PORT")]
    pub http_port: Option<u16>,
}

impl Args {
    /// Where everything is kept. Fails with a sentence for the person.
    pub fn folders(&self) -> Result<Folders, String> {
        match &self.data_dir {
            Some(folder) => Folders::at(folder),
            None => Folders::system(),
        }
        .map_err(|error| error.to_string())
    }

    pub fn vault(&self) -> Vault {
        if self.data_dir.is_some() { Vault::files() } else { Vault::system() }
    }

    /// The server that the login form begins with.
    pub fn server_form(&self) -> ServerForm {
        let mut form = self.server.as_deref().map(ServerForm::of_argument).unwrap_or_default();
        if let Some(port) = self.http_port {
            form.http_port = port.to_string();
        } else if self.server.is_none() {
            form.http_port = PLAIN_PORTS.1.to_string();
        }
        form
    }
}
