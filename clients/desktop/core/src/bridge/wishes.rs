//! What the model wishes, each carried out without waiting for the one before.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use longlink_client::Secret;
use tokio::time::timeout;

use super::hand::Hand;
use crate::model::{Told, Wish};

/// How long the server may take to be told that a device logs out. Without an answer the token is forgotten all the same.
const LOG_OUT_TIMEOUT: Duration = Duration::from_secs(5);

/// Begins what is wished. Comes back with something when the account is to be logged out: whether it is to be forgotten.
pub(super) async fn carry_out(hand: &Arc<Hand>, wish: Wish) -> Option<bool> {
    match wish {
        // It is open already.
        Wish::Unlock { .. } => {}
        Wish::Encrypt { passphrase } => hand.spawn(encrypt(Arc::clone(hand), passphrase)),
        Wish::Send(outgoing) => hand.write_down(outgoing),
        Wish::Discard { client_msg_id } => hand.discard(client_msg_id).await,
        Wish::Load { number, peer, before, after, limit } => hand.load(number, peer, before, after, limit),
        Wish::Quote { peer, queue_id } => hand.quote(peer, queue_id),
        Wish::Ask { ticket, asking } => hand.ask(ticket, asking),
        Wish::KeepTalks(talks) => hand.later(move |store| store.keep_talks(&talks)).await,
        Wish::KeepUsers(users) => hand.later(move |store| store.keep_users(&users)).await,
        Wish::KeepGroups(groups) => hand.later(move |store| store.keep_groups(&groups)).await,
        Wish::KeepContacts(contacts) => hand.later(move |store| store.keep_contacts(&contacts)).await,
        Wish::KeepGaps(gaps) => hand.later(move |store| store.keep_gaps(&gaps)).await,
        Wish::KeepListWhole(is_whole) => hand.later(move |store| store.keep_list_whole(is_whole)).await,
        Wish::Search { query } => hand.look_for(query),
        Wish::Download { hash, size, is_avatar } => hand.download(hash, size, is_avatar),
        Wish::Save { hash, size, name, to } => hand.save(hash, size, name, to),
        Wish::CancelDownload { hash } => hand.downloads.call_off(&hash),
        Wish::UploadAvatar { ticket, path } => hand.upload_avatar(ticket, path),
        Wish::Reconnect => {
            hand.again.notify_one();
            hand.hurry().await;
        }
        Wish::LogOut { forget } => return Some(forget),
    }
    None
}

async fn encrypt(hand: Arc<Hand>, passphrase: Secret) {
    let by = passphrase.clone();
    let done = hand.keeper.ask(move |store| {
        store.encrypt(by.expose())?;
        Ok(store.is_encrypted())
    });
    let told = done.await.map_err(|error| error.to_string());
    if told.is_ok() {
        *hand.passphrase.lock().unwrap_or_else(PoisonError::into_inner) = passphrase;
    }
    hand.tell(Told::Encrypted(told)).await;
}

impl Hand {
    /// Ends this device's login, and forgets its token.
    pub(super) async fn log_out(&self) {
        if let Some(client) = self.client() {
            // It may be that the server cannot be reached, or has ended the login itself.
            let _ = timeout(LOG_OUT_TIMEOUT, client.log_out()).await;
        }
        if let Err(error) = self.vault.forget(&self.folder, &self.account.key).await {
            tracing::warn!(%error, "cannot forget a token");
        }
    }
}
