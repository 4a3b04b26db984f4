//! Requests by name, a file for each subject. All that is not here goes by [`Client::ask`](crate::Client::ask).

mod account;
mod conversations;
mod groups;
mod messages;
mod people;
