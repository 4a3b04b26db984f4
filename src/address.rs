//! Where connections and requests come from, as limits and logs know it.
//!
//! It is the socket's own address, or, behind a proxy that is believed, what that says (`proxy`). Nobody else may look
//! at a socket for it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How many bits of an IPv6 address say whose it is. Behind them one subscriber has as many addresses as they like.
const PREFIX_BITS: u32 = 64;

/// Where something comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address(IpAddr);

/// Who counts as one where something is limited: an IPv4 address, or all IPv6 addresses with the same first half.
// One number, since there is one for each stranger: the first half of an IPv6 address, or `V4` and an IPv4 address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network(u64);

/// The first half of no address that a connection can come from: ff00::/8 is for multicast (RFC 4291, 2.7).
const V4: u64 = 0xFFFF_FFFF_0000_0000;

impl Address {
    /// An IPv4 address that a socket for both shows as one of IPv6 is an IPv4 address.
    pub fn new(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    pub fn ip(self) -> IpAddr {
        self.0
    }

    pub fn network(self) -> Network {
        Network(match self.0 {
            IpAddr::V4(address) => V4 | u64::from(address.to_bits()),
            IpAddr::V6(address) => (address.to_bits() >> (128 - PREFIX_BITS)) as u64,
        })
    }
}

impl From<IpAddr> for Address {
    fn from(address: IpAddr) -> Self {
        Self::new(address)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 & V4 == V4 {
            Ipv4Addr::from_bits(self.0 as u32).fmt(out)
        } else {
            let address = Ipv6Addr::from_bits(u128::from(self.0) << (128 - PREFIX_BITS));
            write!(out, "{address}/{PREFIX_BITS}")
        }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: &str) -> Network {
        Address::new(address.parse().unwrap()).network()
    }

    #[test]
    fn addresses_of_one_subscriber_count_as_one() {
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"), "one address in two forms");
        assert_eq!(network("2001:db8:1:2::1").to_string(), "2001:db8:1:2::/64");
        assert_eq!(network("192.0.2.1").to_string(), "192.0.2.1");
    }
}
