//! Who somebody is: passwords, and the tokens that stand for a login.
//!
//! Neither knows accounts. A password's hash is a string that the rules keep, a token says what its claims say, and
//! whether the account still exists and the generation still counts is for the rules to look up.

pub mod admin_token;
pub mod keys;
pub mod login_id;
pub mod password;
pub mod token;
