//! Bringing a file or an avatar in: the body of a POST, as it is, passed on as it comes. Nothing of it is kept in memory
//! but a piece.

use std::sync::Arc;
use std::time::Duration;

use axum::body::BodyDataStream;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, EXPECT};
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::{Http, foreign_page, refuse, tell};
use crate::chat::upload::Kept;
use crate::http::body::BodyError;
use crate::id::UserId;
use crate::uploads::{Part, Shelf};
use crate::wire::{Code, Refused};

/// A piece goes to the disk when it has so many bytes: each costs a change of threads.
const PIECE_BYTES: usize = 128 * 1024;

/// Of what is refused so much is read nevertheless, and for so long: who is still sending looks for the answer only when
/// all is sent, and loses it if the connection is closed before.
const PASSED_OVER_BYTES_MAX: usize = 1 << 20;
const PASSED_OVER_FOR: Duration = Duration::from_secs(2);

pub(super) async fn take(shelf: Shelf, State(http): State<Arc<Http>>, request: Request) -> Response {
    if !http.settings.origins.allow(request.headers()) {
        return foreign_page();
    }
    let (parts, body) = request.into_parts();
    let mut body = body.into_data_stream();
    match http.take_in(shelf, &parts.headers, &mut body).await {
        Ok(Kept { hash, content }) => tell(&json!({
            "hash": hash.to_string(),
            "size": content.size,
            "mime": content.mime,
            "width": content.width,
            "height": content.height,
        })),
        Err(refused) => {
            // Who asked first whether to send at all waits for this answer.
            if !parts.headers.contains_key(EXPECT) {
                pass_over(body).await;
            }
            refuse(&refused)
        }
    }
}

impl Http {
    async fn take_in(&self, shelf: Shelf, headers: &HeaderMap, body: &mut BodyDataStream) -> Result<Kept, Refused> {
        let user = self.uploader(headers)?.user;
        let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        let chat = self.chat();
        let mut part = chat.begin_upload(user, shelf, length).await?;
        while let Some(piece) = self.next_piece(body).await? {
            part = chat.put_upload(part, piece).await?;
        }
        self.finish(shelf, user, part).await
    }

    /// The next bytes, gathered; `None` behind the last.
    async fn next_piece(&self, body: &mut BodyDataStream) -> Result<Option<Bytes>, Refused> {
        let mut piece = BytesMut::new();
        let patience = Duration::from_millis(self.settings.request_timeout_ms);
        let broken = |error: BodyError| Refused::new(Code::BadRequest, error.reason());
        while piece.len() < PIECE_BYTES {
            match timeout(patience, body.next()).await {
                Ok(Some(Ok(bytes))) => piece.extend_from_slice(&bytes),
                Ok(Some(Err(_))) => return Err(broken(BodyError::Broken)),
                Ok(None) => break,
                Err(_) => return Err(broken(BodyError::TooSlow)),
            }
        }
        Ok((!piece.is_empty()).then(|| piece.freeze()))
    }

    /// Once a content has come whole it is kept, also when the connection breaks meanwhile: in a task of its own, for
    /// which a server that stops waits.
    async fn finish(&self, shelf: Shelf, user: UserId, part: Part) -> Result<Kept, Refused> {
        let chat = Arc::clone(self.chat());
        let kept = self.entrance.tasks.spawn(async move { chat.end_upload(user, shelf, part).await });
        kept.await.unwrap_or_else(|_| Err(Refused::new(Code::Internal, "the server failed at this")))
    }
}

async fn pass_over(mut body: BodyDataStream) {
    let mut passed_over = 0;
    let all = async {
        while let Some(Ok(bytes)) = body.next().await {
            passed_over += bytes.len();
            if passed_over > PASSED_OVER_BYTES_MAX {
                break;
            }
        }
    };
    tokio::select! {
        biased;
        () = all => {}
        () = sleep(PASSED_OVER_FOR) => {}
    }
}
