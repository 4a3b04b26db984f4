//! Writing a message down before it is sent, with a copy of its file, and what is told of a picture meanwhile.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use longlink_client::{Code, pb};
use prost::Message;
use tokio::task::spawn_blocking;

use super::hand::Hand;
use crate::files::sketch;
use crate::model::{Failure, Outgoing, Source, Told};

/// A larger file is not copied: all of it is in memory for a moment. More than a server takes by default.
const FILE_BYTES_MAX: u64 = 128 << 20;
const PICTURE: u32 = pb::ContentType::Picture as u32;
const FILE: u32 = pb::ContentType::File as u32;

impl Hand {
    /// Puts a message behind all others, and sends it when it is on the disk. If it is there already, it is sent again.
    pub(super) fn write_down(self: &Arc<Self>, outgoing: Outgoing) {
        let client_msg_id = outgoing.client_msg_id.clone();
        let (place, outgoing) = {
            let mut state = self.outbox.lock();
            state.add(outgoing);
            let Some(parcel) = state.get(&client_msg_id) else { return };
            (parcel.place, parcel.outgoing.clone())
        };
        // Not ended along with the account: it is waited for.
        self.writing.spawn(write_down(Arc::clone(self), place, outgoing));
    }
}

async fn write_down(hand: Arc<Hand>, place: i64, mut outgoing: Outgoing) {
    let client_msg_id = outgoing.client_msg_id.clone();
    let source = outgoing.file.clone().filter(|source| *source != Source::Copied);
    let mut file = None;
    if let Some(source) = source {
        let (content_type, content) = (outgoing.content_type, std::mem::take(&mut outgoing.content));
        let prepared = spawn_blocking(move || prepare(source, content_type, &content)).await;
        match prepared.unwrap_or_else(|error| Err(Failure::File(error.to_string()))) {
            Ok(prepared) => {
                outgoing.content_type = prepared.content_type;
                outgoing.content = prepared.media.encode_to_vec();
                outgoing.file = Some(Source::Copied);
                file = Some(prepared.bytes);
                let is_picture = prepared.content_type == PICTURE;
                let media = Box::new(prepared.media);
                hand.tell(Told::Prepared { client_msg_id: client_msg_id.clone(), media, is_picture }).await;
            }
            // It stays where it was, in memory alone: it cannot be sent as it is.
            Err(failure) => return hand.failed(&client_msg_id, failure).await,
        }
    }
    let (written, bytes) = (outgoing.clone(), file.clone());
    let is_kept = hand.keep(move |store| store.write_down(place, &written, bytes.as_deref())).await;
    if let Some(parcel) = hand.outbox.lock().get(&client_msg_id) {
        // What the disk does not take is sent all the same, as long as the program runs.
        parcel.is_written = true;
        parcel.bytes = file.filter(|_| !is_kept).or(parcel.bytes.take());
        parcel.outgoing = outgoing;
    }
    hand.outbox.changed();
}

struct Prepared {
    content_type: u32,
    media: pb::Media,
    bytes: Bytes,
}

/// Reads a file, and looks at it if it is to be a picture. What cannot be shown as one is sent as a file.
fn prepare(source: Source, content_type: u32, content: &[u8]) -> Result<Prepared, Failure> {
    let mut media = pb::Media::decode(content).map_err(|error| Failure::Other(error.to_string()))?;
    let bytes = match source {
        Source::Path(path) => read(&path)?,
        Source::Bytes(bytes) => bytes,
        Source::Copied => return Err(Failure::File("it was not copied".to_owned())),
    };
    media.size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let sketch = if content_type == PICTURE { sketch(&bytes).ok() } else { None };
    let content_type = if sketch.is_some() { PICTURE } else { FILE };
    if let Some(sketch) = sketch {
        (media.width, media.height, media.preview) = (sketch.width, sketch.height, sketch.preview.into());
    }
    Ok(Prepared { content_type, media, bytes })
}

/// The file, unless it is too large or is none.
pub(super) fn read(path: &Path) -> Result<Bytes, Failure> {
    let unreadable = |error: io::Error| Failure::File(format!("{}: {error}", path.display()));
    let meta = fs::metadata(path).map_err(unreadable)?;
    if !meta.is_file() {
        return Err(Failure::File(format!("{} is no file", path.display())));
    }
    // It may grow while it is read.
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(Failure::refused(Code::TooLarge));
    }
    Ok(bytes.into())
}
