//! Opening what is kept of an account: asking for the passphrase, setting aside what is damaged, and doing without a disk
//! if there must be.

use std::path::{Path, PathBuf};

use longlink_client::Secret;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::engine::Errand;
use super::hand::Teller;
use super::sending::Parcel;
use crate::model::{AnswerError, Failure, Opened, Source, Told, Wish};
use crate::store::{Lies, Own, Store, StoreError, Waiting};

/// What was opened.
pub(super) struct Kept {
    pub(super) store: Store,
    pub(super) opened: Opened,
    pub(super) outbox: Vec<Waiting>,
    /// To be used if it has to be opened again.
    pub(super) passphrase: Secret,
}

/// What became of opening it.
pub(super) enum Opening {
    Open(Box<Kept>),
    /// The account is shut before the person has said the passphrase.
    Shut,
    /// The person does not know the passphrase, or wants no more of it.
    LoggedOut {
        forget: bool,
    },
}

enum Answer {
    Passphrase(Secret),
    End(Opening),
}

pub(super) async fn open(
    (folder, own): (&Path, &Own),
    mut passphrase: Secret,
    mut set_aside: Option<PathBuf>,
    teller: &Teller,
    errands: &mut mpsc::Receiver<Errand>,
) -> Opening {
    let mut is_wrong = false;
    loop {
        let is_locked = matches!(Store::lies(folder), Ok(Lies::Encrypted)) && passphrase.expose().is_empty();
        if is_locked || is_wrong {
            teller.tell(Told::Locked { is_wrong }).await;
            passphrase = match unlocked(teller, errands).await {
                Answer::Passphrase(passphrase) => passphrase,
                Answer::End(end) => return end,
            };
        }
        let (at, with, whose, aside) = (folder.to_owned(), passphrase.clone(), own.clone(), set_aside.clone());
        // Making the key of a passphrase takes a while, on purpose.
        let opened = spawn_blocking(move || read(&at, with.expose(), &whose, aside)).await;
        is_wrong = false;
        match opened {
            Ok(Ok((store, opened, outbox))) => {
                return Opening::Open(Box::new(Kept { store, opened, outbox, passphrase }));
            }
            Ok(Err(StoreError::WrongPassphrase)) => is_wrong = true,
            Ok(Err(error)) if error.is_broken() && set_aside.is_none() => match Store::set_aside(folder) {
                Ok(path) => set_aside = path,
                Err(error) => return without_disk(teller, own, &error.to_string()).await,
            },
            Ok(Err(error)) => return without_disk(teller, own, &error.to_string()).await,
            Err(error) => return without_disk(teller, own, &error.to_string()).await,
        }
    }
}

impl Kept {
    /// With what is on its way and was kept in the one that is damaged.
    pub(super) fn with(mut self, parcels: Vec<Parcel>) -> Self {
        for Parcel { place, mut outgoing, bytes, .. } in parcels {
            if outgoing.file == Some(Source::Copied) && bytes.is_none() {
                outgoing.failure = Some(Failure::File("its copy was damaged".to_owned()));
            }
            if let Err(error) = self.store.write_down(place, &outgoing, bytes.as_deref()) {
                tracing::warn!(%error, "cannot write a message down again");
            }
            self.outbox.push(Waiting { place, outgoing });
        }
        self
    }
}

fn read(
    folder: &Path,
    passphrase: &str,
    own: &Own,
    set_aside: Option<PathBuf>,
) -> Result<(Store, Opened, Vec<Waiting>), StoreError> {
    let mut store = Store::open(folder, passphrase)?;
    if set_aside.is_some() && !passphrase.is_empty() && !store.is_encrypted() {
        // What takes the place of something encrypted is that, too.
        store.encrypt(passphrase)?;
    }
    if store.own()?.user_id == 0 {
        // Whose it is, is known before the first login by this program.
        store.belong_to(own)?;
    }
    let opened = Opened { set_aside, ..store.opened()? };
    let outbox = store.outbox()?;
    Ok((store, opened, outbox))
}

/// The program goes on, and keeps nothing.
async fn without_disk(teller: &Teller, own: &Own, why: &str) -> Opening {
    tracing::error!(why, "nothing can be kept");
    teller.tell(Told::StoreFailed(why.to_owned())).await;
    let Ok(store) = Store::in_memory() else { return Opening::Shut };
    let opened = Opened { user_id: own.user_id, user_name: own.user_name.clone(), ..Opened::default() };
    let passphrase = Secret::from("");
    Opening::Open(Box::new(Kept { store, opened, outbox: Vec::new(), passphrase }))
}

/// Waits for a passphrase. Everything else has to wait for that, too, or is refused.
async fn unlocked(teller: &Teller, errands: &mut mpsc::Receiver<Errand>) -> Answer {
    loop {
        let wish = match errands.recv().await {
            Some(Errand::Wish(wish)) => *wish,
            Some(Errand::Show(_)) => continue,
            None => return Answer::End(Opening::Shut),
        };
        if let Wish::Unlock { passphrase } = wish {
            return Answer::Passphrase(passphrase);
        } else if let Wish::LogOut { forget } = wish {
            return Answer::End(Opening::LoggedOut { forget });
        } else if let Wish::Ask { ticket, .. } = wish {
            teller.tell(Told::Answered { ticket, answer: Err(AnswerError::Away) }).await;
        }
    }
}
