//! Messages that carry a password, a token or an invitation: printed for a log or a test, they leave it out.
//!
//! The build makes no `Debug` for them, so that a new one that is printed is either here or does not compile.

use std::fmt;

use super::pb;

macro_rules! hide {
    ($($message:ident { $($shown:ident)* })*) => { $(
        impl fmt::Debug for pb::$message {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.debug_struct(stringify!($message))$(.field(stringify!($shown), &self.$shown))*.finish_non_exhaustive()
            }
        }
    )* };
}

hide! {
    HelloRequest { device_id resume client }
    PasswordCredential { name }
    HelloReply { code message user_id user_name token_expires_at_ms epoch head kept_from resumed }
    RegisterRequest { name }
    ChangePasswordRequest {}
    ChangePasswordReply { code message token_expires_at_ms }
    DeleteAccountRequest {}
}

impl fmt::Debug for pb::hello_request::Credential {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Password(password) => password.fmt(out),
            Self::Token(_) => out.write_str("Token(..)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::pb::hello_request::Credential;
    use super::*;

    #[test]
    fn a_secret_in_a_message_is_not_printed() {
        let secret = || "5ec4e7".to_owned();
        let password = pb::PasswordCredential { name: "anna".into(), password: secret() };
        let with = |credential| pb::HelloRequest { credential: Some(credential), ..Default::default() };
        let printed = [
            format!("{:?}", with(Credential::Token(secret()))),
            format!("{:?}", with(Credential::Password(password.clone()))),
            format!("{:?} {:?}", Credential::Password(password), Credential::Token(secret())),
            format!("{:?}", pb::HelloReply { token: secret(), ..Default::default() }),
            format!("{:?}", pb::RegisterRequest { password: secret(), invitation: secret(), ..Default::default() }),
            format!("{:?}", pb::ChangePasswordRequest { old_password: secret(), new_password: secret() }),
            format!("{:?}", pb::ChangePasswordReply { token: secret(), ..Default::default() }),
            format!("{:?}", pb::DeleteAccountRequest { password: secret() }),
        ];
        for printed in printed {
            assert!(!printed.contains("5ec4e7"), "{printed}");
        }
    }
}
