//! The own profile and the own account: what others see, the password, and the end of it all (U4 to U7, U22).

use std::path::PathBuf;

use longlink_client::pb;

use super::{Purpose, Session, Ticket, Wish};
use crate::model::limits::{self, BIO_BYTES_MAX, NICKNAME_BYTES_MAX};
use crate::model::{AnswerError, Failure, Peer, Unfit};

impl Session {
    /// Changes the own profile: what is `None` stays as it is.
    pub fn set_profile(&mut self, change: pb::ProfileSetRequest) -> Result<Ticket, Unfit> {
        let (nickname, bio) = (change.nickname.as_deref().unwrap_or(""), change.bio.as_deref().unwrap_or(""));
        limits::at_most(nickname, NICKNAME_BYTES_MAX)?;
        limits::one_line(nickname)?;
        limits::at_most(bio, BIO_BYTES_MAX)?;
        limits::lines(bio)?;
        Ok(self.ask(Purpose::Profile, change))
    }

    /// Uploads a picture of oneself, or of a group, and shows it as that.
    pub fn upload_picture(&mut self, group: Option<Peer>, path: PathBuf) -> Ticket {
        let ticket = self.asks.begin(Purpose::Avatar { group });
        self.wish(Wish::UploadAvatar { ticket, path });
        ticket
    }

    /// Ends the logins of all other devices, too.
    pub fn change_password(&mut self, old: &str, new: &str) -> Result<Ticket, Unfit> {
        limits::password(new)?;
        let request = pb::ChangePasswordRequest { old_password: old.to_owned(), new_password: new.to_owned() };
        Ok(self.ask(Purpose::Plain, request))
    }

    /// Erases the account, which cannot be undone.
    pub fn delete_account(&mut self, password: &str) -> Ticket {
        self.ask(Purpose::Plain, pb::DeleteAccountRequest { password: password.to_owned() })
    }

    /// Ends this device's login. `forget`: what is kept on this machine is thrown away too.
    pub fn log_out(&mut self, forget: bool) {
        self.wish(Wish::LogOut { forget });
    }

    pub(super) fn refresh_profile(&mut self) {
        if !self.asks.is_any(|purpose| *purpose == Purpose::Profile) {
            self.ask(Purpose::Profile, pb::ProfileSetRequest::default());
        }
    }

    pub(super) fn profile_answered(&mut self, reply: &pb::ProfileSetReply) {
        self.people.is_hidden = Some(reply.presence_hidden);
        if let Some(user) = &reply.user {
            self.people.take(user);
        }
    }

    pub(super) fn avatar_uploaded(&mut self, ticket: Ticket, outcome: Result<String, Failure>) {
        let Some(Purpose::Avatar { group }) = self.asks.take(ticket) else {
            return;
        };
        match (outcome, group) {
            (Ok(hash), None) => {
                let change = pb::ProfileSetRequest { avatar: Some(hash), ..Default::default() };
                self.ask_on(ticket, Purpose::Profile, change);
            }
            (Ok(hash), Some(group)) => {
                let change = pb::GroupChangeRequest { group, picture: Some(hash), ..Default::default() };
                self.ask_on(ticket, Purpose::GroupMoved { group }, change);
            }
            (Err(failure), _) => self.asks.end(ticket, Err(error_of(failure))),
        }
    }
}

fn error_of(failure: Failure) -> AnswerError {
    match (failure.code(), failure) {
        (Some(code), _) => AnswerError::Refused { code, message: String::new() },
        (None, Failure::File(why) | Failure::Other(why)) => AnswerError::File(why),
        (None, Failure::AnotherLog | Failure::Refused(_)) => AnswerError::Undecided,
    }
}
