//! The bounds at which somebody is refused, each by the setting that an operator may change. PROTOCOL.md and
//! ARCHITECTURE.md tell of them; `tests/limits.rs` holds all of it together.

/// A bound that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    WrongPasswordsOfName,
    WrongPasswordsOfAddress,
}

/// All of them, in the order of their numbers.
pub const LIMITS: [Limit; 2] = [Limit::WrongPasswordsOfName, Limit::WrongPasswordsOfAddress];

impl Limit {
    /// The setting that says how much is too much.
    pub fn setting(self) -> &'static str {
        match self {
            Self::WrongPasswordsOfName => "accounts.wrong_passwords_of_name",
            Self::WrongPasswordsOfAddress => "accounts.wrong_passwords_of_address",
        }
    }
}
