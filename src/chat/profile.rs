//! Profiles: what people say of themselves, and what others are shown of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::account::Account;
use super::{Caller, Chat};
use crate::wire::{Code, Refused, pb};

const NICKNAME_BYTES_MAX: usize = 64;
const BIO_BYTES_MAX: usize = 500;

/// What somebody has said of themselves, as it lies in their account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub nickname: String,
    /// A `pb::Sex`.
    pub sex: i32,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub avatar: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub bio: String,
    /// Nobody is shown whether they are online, or when they were.
    pub presence_hidden: bool,
}

impl Profile {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Puts what the request names in place of what was.
    fn take(&mut self, request: &pb::ProfileSetRequest) {
        let pb::ProfileSetRequest { nickname, sex, avatar, bio, presence_hidden } = request;
        for (kept, new) in [(&mut self.nickname, nickname), (&mut self.avatar, avatar), (&mut self.bio, bio)] {
            if let Some(new) = new {
                kept.clone_from(new);
            }
        }
        self.sex = sex.unwrap_or(self.sex);
        self.presence_hidden = presence_hidden.unwrap_or(self.presence_hidden);
    }
}

impl Account {
    /// As others are shown it. Whether they are online is for the caller to say, who knows to whom.
    pub(super) fn card(&self) -> pb::User {
        let Profile { nickname, sex, avatar, bio, presence_hidden: _ } = &self.profile;
        pb::User {
            id: self.id,
            name: self.name.clone(),
            online: false,
            nickname: nickname.clone(),
            sex: *sex,
            avatar: avatar.clone(),
            bio: bio.clone(),
            deleted: false,
        }
    }
}

impl Chat {
    pub(super) async fn profile_set(
        self: Arc<Self>,
        caller: Caller,
        request: pb::ProfileSetRequest,
    ) -> Result<pb::ProfileSetReply, Refused> {
        self.check_profile(&request)?;
        // Asking with nothing in it is how one asks for one's own profile.
        let (before, account) = self
            .change_account(caller.user, |account| {
                account.profile.take(&request);
                Ok(())
            })
            .await?;
        let presence_hidden = account.profile.presence_hidden;
        if presence_hidden != before.profile.presence_hidden {
            self.presence_changed(caller.user);
        }
        Ok(pb::ProfileSetReply { user: Some(account.card()), presence_hidden, ..Default::default() })
    }

    fn check_profile(&self, request: &pb::ProfileSetRequest) -> Result<(), Refused> {
        check_line("the nickname", request.nickname.as_deref().unwrap_or_default(), NICKNAME_BYTES_MAX)?;
        check_text("the bio", request.bio.as_deref().unwrap_or_default(), BIO_BYTES_MAX)?;
        if let Some(sex) = request.sex
            && pb::Sex::try_from(sex).is_err()
        {
            return Err(Refused::new(Code::BadRequest, format!("{sex} is none of the sexes that there are")));
        }
        match request.avatar.as_deref() {
            None | Some("") => Ok(()),
            Some(hash) => self.check_avatar(hash),
        }
    }
}

/// Accepts text of one line.
pub(super) fn check_line(what: &str, text: &str, bytes_max: usize) -> Result<(), Refused> {
    check(what, text, bytes_max, char::is_control)
}

/// Accepts text that may have several lines.
pub(super) fn check_text(what: &str, text: &str, bytes_max: usize) -> Result<(), Refused> {
    check(what, text, bytes_max, |character| character.is_control() && character != '\n')
}

fn check(what: &str, text: &str, bytes_max: usize, is_bad: impl Fn(char) -> bool) -> Result<(), Refused> {
    let bytes = text.len();
    if bytes > bytes_max {
        return Err(Refused::new(Code::BadRequest, format!("{what} has {bytes} bytes, more than {bytes_max}")));
    }
    if text.chars().any(is_bad) {
        return Err(Refused::new(Code::BadRequest, format!("{what} has control characters")));
    }
    Ok(())
}
