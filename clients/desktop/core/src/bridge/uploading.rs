//! Files of messages that go to the server, oldest first and a few at once; and avatars.

use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use longlink_client::{Code, pb};
use prost::Message;
use tokio::select;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::hand::Hand;
use super::preparing;
use super::sending::{PAUSE_MAX, PAUSE_MIN, Parcel};
use crate::files::{FileError, Shelf, Uploaded, Web};
use crate::model::{Failure, Outgoing, Progress, Source, Ticket, Told};

/// So many files are uploaded at once.
const UPLOADS_MAX: usize = 2;

impl Hand {
    /// Begins those that there is room for.
    pub(super) fn upload_some(self: &Arc<Self>) {
        if self.web().is_none() {
            return;
        }
        let mut state = self.outbox.lock();
        let under_way = state.items.iter().filter(|parcel| parcel.is_uploading).count();
        let waits = |parcel: &&mut Parcel| {
            parcel.is_written
                && !parcel.is_uploading
                && parcel.outgoing.failure.is_none()
                && parcel.outgoing.file == Some(Source::Copied)
        };
        for parcel in state.items.iter_mut().filter(waits).take(UPLOADS_MAX.saturating_sub(under_way)) {
            parcel.is_uploading = true;
            let (outgoing, bytes) = (parcel.outgoing.clone(), parcel.bytes.clone());
            self.spawn(upload(Arc::clone(self), outgoing, bytes, parcel.called_off.clone()));
        }
    }

    pub(super) fn upload_avatar(self: &Arc<Self>, ticket: Ticket, path: PathBuf) {
        let hand = Arc::clone(self);
        self.spawn(async move {
            let outcome = upload_avatar(&hand, path).await;
            hand.tell(Told::AvatarUploaded { ticket, outcome }).await;
        });
    }
}

async fn upload(hand: Arc<Hand>, outgoing: Outgoing, bytes: Option<Bytes>, called_off: CancellationToken) {
    let id = outgoing.client_msg_id.clone();
    let uploading = async {
        let bytes = match bytes {
            Some(bytes) => bytes,
            None => {
                let id = id.clone();
                let read = hand.keeper.ask(move |store| store.file_of(&id)).await;
                Bytes::from(hand.noted(read).await.unwrap_or_default())
            }
        };
        upload_until_decided(&hand, &id, bytes).await
    };
    match called_off.run_until_cancelled(uploading).await {
        Some(Ok(uploaded)) => is_up(&hand, outgoing, uploaded).await,
        Some(Err(failure)) => hand.failed(&id, failure).await,
        None => {}
    }
    if let Some(parcel) = hand.outbox.lock().get(&id) {
        parcel.is_uploading = false;
    }
    hand.outbox.changed();
}

/// Tries until the server takes it, or says that it never will.
async fn upload_until_decided(hand: &Arc<Hand>, id: &str, bytes: Bytes) -> Result<Uploaded, Failure> {
    let mut pause = PAUSE_MIN;
    loop {
        let error = match hand.web() {
            Some(web) => match upload_once(hand, &web, id, bytes.clone()).await {
                Ok(uploaded) => return Ok(uploaded),
                Err(error) => error,
            },
            None => FileError::Broken("not logged in".to_owned()),
        };
        // Without a login nothing is wrong with the file.
        if let FileError::Refused { code, .. } = error
            && !code.is_temporary()
            && !matches!(code, Code::BadToken | Code::NotLoggedIn)
        {
            return Err(Failure::refused(code));
        }
        tracing::debug!(%error, "an upload is tried again");
        select! {
            () = sleep(pause) => {}
            () = hand.online.notified() => {}
        }
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

async fn upload_once(hand: &Hand, web: &Web, id: &str, bytes: Bytes) -> Result<Uploaded, FileError> {
    let of = bytes.len() as u64;
    let (gone, mut going) = watch::channel(0);
    let mut uploading = pin!(web.upload(Shelf::Files, bytes, gone));
    loop {
        select! {
            biased;
            uploaded = &mut uploading => return uploaded,
            Ok(()) = going.changed() => {
                let progress = Progress { done: *going.borrow_and_update(), of };
                hand.tell(Told::Uploading { client_msg_id: id.to_owned(), progress }).await;
            }
        }
    }
}

/// The message can be sent now. A picture that the server does not take for one is a file (D7).
async fn is_up(hand: &Arc<Hand>, mut outgoing: Outgoing, uploaded: Uploaded) {
    let Ok(mut media) = pb::Media::decode(&*outgoing.content) else { return };
    media.hash = uploaded.hash;
    media.size = i64::try_from(uploaded.size).unwrap_or(i64::MAX);
    let is_picture = outgoing.content_type == pb::ContentType::Picture as u32 && uploaded.mime.starts_with("image/");
    // Of a file it is what its sender says, if they say anything.
    if is_picture || media.mime_type.is_empty() {
        media.mime_type = uploaded.mime;
    }
    if !is_picture {
        outgoing.content_type = pb::ContentType::File as u32;
    }
    outgoing.content = media.encode_to_vec();
    outgoing.file = None;
    let client_msg_id = outgoing.client_msg_id.clone();
    let hash = media.hash.clone();
    let written = outgoing.clone();
    hand.keep(move |store| store.uploaded(&written, &hash)).await;
    if let Some(parcel) = hand.outbox.lock().get(&client_msg_id) {
        parcel.outgoing = Outgoing { failure: parcel.outgoing.failure.clone(), ..outgoing };
        parcel.bytes = None;
    }
    hand.tell(Told::Uploaded { client_msg_id, media: Box::new(media), is_picture }).await;
}

async fn upload_avatar(hand: &Arc<Hand>, path: PathBuf) -> Result<String, Failure> {
    let read = spawn_blocking(move || preparing::read(&path)).await;
    let bytes = read.unwrap_or_else(|error| Err(Failure::File(error.to_string())))?;
    let web = hand.web().ok_or_else(|| Failure::refused(Code::NotLoggedIn))?;
    match web.upload(Shelf::Avatars, bytes, watch::Sender::new(0)).await {
        Ok(uploaded) => Ok(uploaded.hash),
        Err(FileError::Refused { code, .. }) => Err(Failure::refused(code)),
        Err(error) => Err(Failure::Other(error.to_string())),
    }
}
