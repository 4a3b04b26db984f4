//! The bounds at which somebody is refused, each by the setting that an operator may change. ARCHITECTURE.md has the
//! table of all bounds, and `tests/bounds.rs` holds it to these and to the settings.

/// A bound that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    Links,
    LinksOfAddress,
    ConnectsOfAddress,
    HttpConnections,
    HttpConnectionsOfAddress,
    Handshakes,
    WrongPasswordsOfName,
    WrongPasswordsOfAddress,
    Finds,
    Devices,
    SendsPerSecond,
    SendsPerDay,
    BytesPerDay,
    Groups,
    GroupsMade,
    GroupJoins,
    Broadcasts,
    ContactRequests,
    SampleSends,
}

/// All of them, in the order of their numbers.
pub const LIMITS: [Limit; 19] = [
    Limit::Links,
    Limit::LinksOfAddress,
    Limit::ConnectsOfAddress,
    Limit::HttpConnections,
    Limit::HttpConnectionsOfAddress,
    Limit::Handshakes,
    Limit::WrongPasswordsOfName,
    Limit::WrongPasswordsOfAddress,
    Limit::Finds,
    Limit::Devices,
    Limit::SendsPerSecond,
    Limit::SendsPerDay,
    Limit::BytesPerDay,
    Limit::Groups,
    Limit::GroupsMade,
    Limit::GroupJoins,
    Limit::Broadcasts,
    Limit::ContactRequests,
    Limit::SampleSends,
];

impl Limit {
    /// The setting that says how much is too much.
    pub fn setting(self) -> &'static str {
        match self {
            Self::Links => "link.links_max",
            Self::LinksOfAddress => "link.links_per_address_max",
            Self::ConnectsOfAddress => "link.connects_per_address_per_s",
            Self::HttpConnections => "http.connections_max",
            Self::HttpConnectionsOfAddress => "http.connections_per_address_max",
            Self::Handshakes => "tls.handshakes_max",
            Self::WrongPasswordsOfName => "accounts.wrong_passwords_of_name",
            Self::WrongPasswordsOfAddress => "accounts.wrong_passwords_of_address",
            Self::Finds => "accounts.finds_per_minute",
            Self::Devices => "link.devices_max",
            Self::SendsPerSecond => "chat.sends_per_second_of_user",
            Self::SendsPerDay => "chat.sends_per_day_of_user",
            Self::BytesPerDay => "chat.mb_per_day_of_user",
            Self::Groups => "chat.groups_of_user_max",
            Self::GroupsMade => "chat.groups_made_per_day",
            Self::GroupJoins => "chat.group_joins_per_minute",
            Self::Broadcasts => "chat.broadcasts_per_minute",
            Self::ContactRequests => "contacts.requests_per_hour",
            Self::SampleSends => "mars_sample.sends_per_minute",
        }
    }
}
