//! Where the server is, and how connections to it are protected.

use std::path::PathBuf;

use eframe::egui;
use egui::Ui;
use longlink_desktop_core::accounts::{Account, PLAIN_PORTS, Shield, TLS_PORTS};

use crate::views::env::{Env, Errand};
use crate::views::parts::{field, warning};
use crate::words::Words;

/// A server as the bridge wants it.
#[derive(Clone, Debug, PartialEq)]
pub struct Address {
    pub host: String,
    pub link_port: u16,
    pub http_port: u16,
    pub protection: Shield,
}

/// Which kind of protection is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protect {
    #[default]
    System,
    File,
    Pinned,
    None,
}

/// What was typed about the server.
pub struct ServerForm {
    pub host: String,
    pub link_port: String,
    pub http_port: String,
    pub protect: Protect,
    pub ca_file: String,
    pub pin: String,
    pub is_open: bool,
}

impl Default for ServerForm {
    fn default() -> Self {
        let mut form = Self {
            host: "127.0.0.1".to_owned(),
            link_port: String::new(),
            http_port: String::new(),
            protect: Protect::System,
            ca_file: String::new(),
            pin: String::new(),
            is_open: false,
        };
        form.usual_ports();
        form
    }
}

impl ServerForm {
    /// A server that was given when the program was started, as `host` or `host:port`.
    pub fn of_argument(argument: &str) -> Self {
        let mut form = Self::default();
        let (host, port) = match argument.rsplit_once(':') {
            // An IPv6 address without brackets has no port behind it.
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
            _ => (argument, None),
        };
        host.trim_matches(['[', ']']).clone_into(&mut form.host);
        form.usual_ports();
        if let Some(port) = port {
            port.clone_into(&mut form.link_port);
        }
        form
    }

    /// As this account has it.
    pub fn fill(&mut self, account: &Account) {
        account.host.clone_into(&mut self.host);
        self.link_port = account.link_port.to_string();
        self.http_port = account.http_port.to_string();
        self.protect = match &account.protection {
            Shield::System => Protect::System,
            Shield::File(path) => {
                self.ca_file = path.display().to_string();
                Protect::File
            }
            Shield::Pinned(digest) => {
                digest.clone_into(&mut self.pin);
                Protect::Pinned
            }
            Shield::None => Protect::None,
        };
    }

    /// The ports of a server that was not set up otherwise: without TLS on this machine, with TLS beyond it.
    fn usual_ports(&mut self) {
        let is_here = ["localhost", "127.0.0.1", "::1"].contains(&self.host.trim());
        let (link, http) = if is_here || self.protect == Protect::None { PLAIN_PORTS } else { TLS_PORTS };
        self.link_port = link.to_string();
        self.http_port = http.to_string();
    }

    /// What was typed, if it can be a server; otherwise what is wrong with it.
    pub fn address(&self, words: &'static Words) -> Result<Address, &'static str> {
        let w = &words.login;
        let host = self.host.trim();
        if host.is_empty() {
            return Err(w.no_host);
        }
        let port = |text: &str| text.trim().parse::<u16>().ok().filter(|port| *port > 0).ok_or(w.bad_port);
        let protection = match self.protect {
            Protect::System => Shield::System,
            Protect::File => Shield::File(PathBuf::from(self.ca_file.trim())),
            Protect::Pinned => Shield::Pinned(self.pin.trim().to_owned()),
            Protect::None => Shield::None,
        };
        Ok(Address {
            host: host.to_owned(),
            link_port: port(&self.link_port)?,
            http_port: port(&self.http_port)?,
            protection,
        })
    }

    pub fn show(&mut self, ui: &mut Ui, env: &mut Env) {
        let w = &env.words.login;
        let title = format!("{}: {}", w.server, self.host.trim());
        let head = egui::CollapsingHeader::new(title).id_salt("server").open(self.is_open.then_some(true));
        self.is_open = false;
        head.show(ui, |ui| {
            let (host, kind) = (self.host.clone(), self.protect);
            field(ui, w.host, &mut self.host);
            field(ui, w.port, &mut self.link_port);
            field(ui, w.http_port, &mut self.http_port);
            ui.label(w.tls);
            for (protect, name) in [
                (Protect::System, w.tls_system),
                (Protect::File, w.tls_ca),
                (Protect::Pinned, w.tls_pinned),
                (Protect::None, w.tls_none),
            ] {
                ui.radio_value(&mut self.protect, protect, name);
            }
            match self.protect {
                Protect::System => {}
                Protect::File => {
                    field(ui, w.ca_file, &mut self.ca_file);
                    if ui.button(w.choose_file).clicked() {
                        env.errands.push(Errand::ChooseCaFile);
                    }
                }
                Protect::Pinned => {
                    field(ui, w.pin, &mut self.pin);
                }
                Protect::None => warning(ui, w.tls_none_warning),
            }
            if host != self.host || kind != self.protect {
                self.usual_ports();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::EN;

    #[test]
    fn a_server_given_as_an_argument_may_have_a_port() {
        let parts = |text: &str| {
            let address = ServerForm::of_argument(text).address(&EN).unwrap();
            (address.host, address.link_port, address.http_port)
        };
        assert_eq!(parts("127.0.0.1:9000"), ("127.0.0.1".to_owned(), 9_000, PLAIN_PORTS.1));
        assert_eq!(parts("chat.example.org"), ("chat.example.org".to_owned(), TLS_PORTS.0, TLS_PORTS.1));
        assert_eq!(parts("[::1]:70").0, "::1");
        assert_eq!(parts("::1").1, PLAIN_PORTS.0);
    }

    #[test]
    fn what_is_no_port_is_refused_in_words() {
        let form = ServerForm { link_port: "70000".to_owned(), ..ServerForm::default() };
        assert_eq!(form.address(&EN), Err(EN.login.bad_port));
        let form = ServerForm { host: "  ".to_owned(), ..ServerForm::default() };
        assert_eq!(form.address(&EN), Err(EN.login.no_host));
    }
}
