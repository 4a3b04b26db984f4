//! Proxies in front of the server: which of them are believed when they say whom a connection or a request is from.
//!
//! Two ways of saying it are known. A proxy for bytes puts a PROXY header in front of each connection (`header`); one
//! for HTTP adds `X-Forwarded-For` to each request. Either is believed from the addresses that are configured for it and
//! from nobody else, since anybody can write one.

mod header;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

pub use ipnet::IpNet;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::address::Address;
pub use header::HeaderError;

/// So many connections may be without the header that they should begin with. A proxy sends it along with the
/// connection, so that more are a proxy that does not, and are closed.
const WAITING_MAX: usize = 1024;

/// Who is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// From here each connection begins with a PROXY header, or is closed.
    pub header_from: Networks,
    pub header_timeout_ms: u64,
    /// From here the requests' `X-Forwarded-For` is believed.
    pub forwarded_from: Networks,
}

/// Addresses, one by one or by whole networks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

/// The proxies that are believed.
#[derive(Debug)]
pub struct Proxies {
    settings: Settings,
    waiting: Semaphore,
}

impl Networks {
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    fn have(&self, address: Address) -> bool {
        self.0.iter().any(|network| network.contains(&address.ip()))
    }
}

/// Reads an address, or a network such as `10.0.0.0/8`.
pub fn parse_network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| Some(IpNet::from(text.parse::<IpAddr>().ok()?)))
}

impl Proxies {
    pub fn new(settings: Settings) -> Self {
        Self { settings, waiting: Semaphore::new(WAITING_MAX) }
    }

    /// Whether a connection from there begins with a header.
    pub fn announces(&self, socket: SocketAddr) -> bool {
        self.settings.header_from.have(Address::new(socket.ip()))
    }

    /// Whether requests from there may be somebody else's.
    pub fn forwards(&self, address: Address) -> bool {
        self.settings.forwarded_from.have(address)
    }

    /// Takes the header off a connection of a proxy that `announces`: where it comes from. Nothing behind it is read.
    /// What a proxy says on its own behalf comes from the proxy.
    pub async fn announced(&self, stream: &mut TcpStream, socket: SocketAddr) -> Result<Address, HeaderError> {
        let _waiting = self.waiting.try_acquire().map_err(|_| HeaderError::Crowded { max: WAITING_MAX })?;
        let patience_ms = self.settings.header_timeout_ms;
        let read = timeout(Duration::from_millis(patience_ms), header::read(stream)).await;
        let said = read.map_err(|_| HeaderError::Slow { ms: patience_ms })??;
        Ok(Address::new(said.unwrap_or_else(|| socket.ip())))
    }

    /// Where a request comes from that came over a connection from `address`, with the lines of its
    /// `X-Forwarded-For`.
    ///
    /// Each proxy adds at the end of what it was given, so that the list is read from there, as long as who added to it
    /// is believed. Before that anybody may have written it.
    pub fn forwarded<'a>(&self, address: Address, lines: impl DoubleEndedIterator<Item = &'a [u8]>) -> Address {
        let mut from = address;
        let mut entries = lines.rev().flat_map(|line| line.rsplit(|byte| *byte == b','));
        while self.forwards(from)
            && let Some(before) = entries.next().and_then(entry)
        {
            from = before;
        }
        from
    }
}

/// An address as it stands in the list: some proxies put a port behind it.
fn entry(text: &[u8]) -> Option<Address> {
    let text = str::from_utf8(text).ok()?.trim();
    let address = text.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()));
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok();
    address.ok().or_else(bracketed).map(Address::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(forwarded_from: &[&str]) -> Proxies {
        let networks = forwarded_from.iter().map(|text| parse_network(text).unwrap()).collect();
        Proxies::new(Settings { forwarded_from: Networks::new(networks), ..Settings::default() })
    }

    fn from(proxies: &Proxies, address: &str, lines: &[&str]) -> String {
        let address = Address::new(address.parse().unwrap());
        proxies.forwarded(address, lines.iter().map(|line| line.as_bytes())).to_string()
    }

    #[test]
    fn an_address_or_a_network_is_read_and_nothing_else() {
        for (text, example) in [("10.0.0.1", "10.0.0.1"), ("10.0.0.0/8", "10.9.9.9"), ("2001:db8::/32", "2001:db8::5")]
        {
            assert!(parse_network(text).unwrap().contains(&example.parse::<IpAddr>().unwrap()), "{text}");
        }
        for text in ["", "10.0.0", "10.0.0.0/33", "proxy.example", "10.0.0.1:80"] {
            assert_eq!(parse_network(text), None, "{text}");
        }
    }

    #[test]
    fn nobody_is_believed_but_who_is_configured() {
        let proxies = proxies(&["10.0.0.0/8", "2001:db8::1"]);
        assert_eq!(from(&proxies, "192.0.2.1", &["1.1.1.1"]), "192.0.2.1");
        assert_eq!(from(&proxies, "10.1.2.3", &["1.1.1.1"]), "1.1.1.1");
        assert_eq!(from(&proxies, "::ffff:10.1.2.3", &["1.1.1.1"]), "1.1.1.1", "a socket for both kinds");
        assert_eq!(from(&proxies, "2001:db8::1", &["1.1.1.1"]), "1.1.1.1");
        assert_eq!(from(&proxies, "2001:db8::2", &["1.1.1.1"]), "2001:db8::2");
        assert_eq!(from(&self::proxies(&[]), "10.1.2.3", &["1.1.1.1"]), "10.1.2.3");
    }

    #[test]
    fn what_the_client_wrote_itself_stands_before_what_the_proxy_saw_and_counts_for_nothing() {
        let proxies = proxies(&["10.0.0.0/8"]);
        assert_eq!(from(&proxies, "10.0.0.1", &["6.6.6.6, 192.0.2.1"]), "192.0.2.1");
        assert_eq!(from(&proxies, "10.0.0.1", &["6.6.6.6", "192.0.2.1"]), "192.0.2.1", "in two lines");
        assert_eq!(from(&proxies, "10.0.0.1", &["6.6.6.6,192.0.2.1,10.0.0.3 , 10.0.0.2"]), "192.0.2.1", "a chain");
        assert_eq!(from(&proxies, "10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3", "all of it is ours");
    }

    #[test]
    fn where_an_entry_is_no_address_it_comes_from_who_wrote_it() {
        let proxies = proxies(&["10.0.0.0/8"]);
        for nothing in ["", "unknown", "_hidden", "1.1.1.1.1", "192.0.2.1, ", "6.6.6.6, unknown", "\u{1F600}"] {
            assert_eq!(from(&proxies, "10.0.0.1", &[nothing]), "10.0.0.1", "{nothing:?}");
        }
        assert_eq!(from(&proxies, "10.0.0.1", &["6.6.6.6, unknown, 10.0.0.2"]), "10.0.0.2");
        assert_eq!(from(&proxies, "10.0.0.1", &[]), "10.0.0.1");
        for (text, address) in [
            ("192.0.2.1:4711", "192.0.2.1"),
            ("[2001:db8::5]:4711", "2001:db8::5"),
            ("[2001:db8::5]", "2001:db8::5"),
            ("2001:db8::5", "2001:db8::5"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(from(&proxies, "10.0.0.1", &[text]), address, "{text}");
        }
    }
}
