//! The own account: its password, its end, and the end of this device's login.

use longlink::wire::pb;

use crate::client::{Client, Order};
use crate::error::AskError;
use crate::settings::Secret;

impl Client {
    /// Changes the own password, which ends the logins of all other devices. The client itself goes on with the token
    /// that it gets for it, which is given to the app as well.
    pub async fn change_password(
        &self,
        old: impl Into<Secret>,
        new: impl Into<Secret>,
    ) -> Result<pb::ChangePasswordReply, AskError> {
        let (old, new) = (old.into(), new.into());
        let old_password = old.expose().to_owned();
        let request = pb::ChangePasswordRequest { old_password, new_password: new.expose().to_owned() };
        let reply = self.ask(request).await?;
        self.tell(Order::Renewed { token: reply.token.as_str().into(), password: new }).await;
        Ok(reply)
    }

    /// Erases the own account. The client ends with it.
    pub async fn delete_account(&self, password: impl Into<Secret>) -> Result<(), AskError> {
        let password = password.into().expose().to_owned();
        self.ask(pb::DeleteAccountRequest { password }).await.map(drop)
    }

    /// Ends this device's login: its tokens are worth nothing afterwards, and the client ends.
    pub async fn log_out(&self) -> Result<(), AskError> {
        self.ask(pb::LogOutRequest {}).await.map(drop)
    }
}
