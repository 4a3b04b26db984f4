//! Giving a file or an avatar out: whole or a part, read from the disk as fast as it is taken, and with the headers that
//! keep a browser from taking it for a page of ours.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::RangeInclusive;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, IF_RANGE, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::try_unfold;
use http_range_header::{RangeUnsatisfiableError, parse_range_header};

use super::{Http, foreign_page, refuse};
use crate::chat::upload::Kept;
use crate::http::web::is_known;
use crate::uploads::{Shelf, UploadError, Uploads};
use crate::wire::Refused;

/// So much of a file is in memory for each who gets one.
const PIECE_BYTES: u64 = 64 * 1024;

/// Whatever it is, it may load and run nothing, and is no page of this server's.
const POLICY: &str = "default-src 'none'; sandbox";

/// A name that is the content's own never means another one, so nothing of it need ever be asked for again. What takes a
/// login is not for those who share a cache.
const KEEP_FOR_ALL: &str = "public, max-age=31536000, immutable";
const KEEP_FOR_ONE: &str = "private, max-age=31536000, immutable";

pub(super) async fn give(
    shelf: Shelf,
    State(http): State<Arc<Http>>,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Response {
    match shelf {
        Shelf::Files if !http.settings.origins.allow(&headers) => return foreign_page(),
        Shelf::Files => {
            if let Err(refused) = http.uploader(&headers) {
                return refuse(&refused);
            }
        }
        // A page anywhere may show one, as any picture.
        Shelf::Avatars => {}
    }
    match http.chat().open_upload(shelf, &hash).await {
        Ok((kept, file)) => answer(shelf, &kept, file, &headers, http.chat().uploads()),
        Err(refused) => refuse(&refused),
    }
}

fn answer(shelf: Shelf, kept: &Kept, file: File, asked: &HeaderMap, uploads: &Arc<Uploads>) -> Response {
    let (tag, size) = (format!("\"{}\"", kept.hash), kept.content.size);
    let mut about = about(shelf, kept, &tag);
    if is_known(asked, &tag) {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    let (status, part) = match wanted(asked, &tag, size) {
        Wanted::Whole => (StatusCode::OK, 0..size),
        Wanted::Part(part) => {
            put(&mut about, CONTENT_RANGE, &format!("bytes {}-{}/{size}", part.start(), part.end()));
            (StatusCode::PARTIAL_CONTENT, *part.start()..part.end().saturating_add(1))
        }
        Wanted::Nothing => {
            put(&mut about, CONTENT_RANGE, &format!("bytes */{size}"));
            return (StatusCode::RANGE_NOT_SATISFIABLE, about).into_response();
        }
    };
    put(&mut about, CONTENT_LENGTH, &(part.end - part.start).to_string());
    (status, about, read(file, part.start, part.end, Arc::clone(uploads))).into_response()
}

fn about(shelf: Shelf, kept: &Kept, tag: &str) -> HeaderMap {
    let mut about = HeaderMap::new();
    put(&mut about, CONTENT_TYPE, &kept.content.mime);
    put(&mut about, X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(&mut about, CONTENT_SECURITY_POLICY, POLICY);
    put(&mut about, ETAG, tag);
    put(&mut about, ACCEPT_RANGES, "bytes");
    match shelf {
        Shelf::Files => {
            put(&mut about, CONTENT_DISPOSITION, "attachment");
            put(&mut about, CACHE_CONTROL, KEEP_FOR_ONE);
        }
        Shelf::Avatars => put(&mut about, CACHE_CONTROL, KEEP_FOR_ALL),
    }
    about
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    // What is put here is numbers, digits and words of ours.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// What of it is to be given.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    Whole,
    Part(RangeInclusive<u64>),
    /// A part that lies behind the end.
    Nothing,
}

/// Reads `Range` and `If-Range` (RFC 9110). What cannot be read, and what asks for several parts, is given the whole, as
/// the RFC allows.
fn wanted(asked: &HeaderMap, tag: &str, size: u64) -> Wanted {
    let range = asked.get(RANGE).and_then(|range| range.to_str().ok());
    if asked.get(IF_RANGE).is_some_and(|known| known.as_bytes() != tag.as_bytes()) {
        return Wanted::Whole;
    }
    let Some(Ok(ranges)) = range.map(parse_range_header) else { return Wanted::Whole };
    match ranges.validate(size) {
        Ok(parts) => match &parts[..] {
            [part] => Wanted::Part(part.clone()),
            _ => Wanted::Whole,
        },
        Err(RangeUnsatisfiableError::Unsatisfiable) => Wanted::Nothing,
        Err(_) => Wanted::Whole,
    }
}

/// The bytes of a file from `start` to before `end`. The next piece is read when the one before was taken.
fn read(file: File, start: u64, end: u64, uploads: Arc<Uploads>) -> Body {
    let pieces = try_unfold((file, start), move |(file, at)| {
        let uploads = Arc::clone(&uploads);
        async move {
            if at >= end {
                return Ok(None);
            }
            let read = uploads.work(move || read_piece(file, at, (end - at).min(PIECE_BYTES))).await;
            let (piece, file) = read.map_err(Refused::from)?;
            let next = at + piece.len() as u64;
            Ok::<_, Refused>(Some((piece, (file, next))))
        }
    });
    Body::from_stream(pieces)
}

fn read_piece(mut file: File, at: u64, bytes: u64) -> Result<(Bytes, File), UploadError> {
    let mut piece = Vec::with_capacity(usize::try_from(bytes).unwrap_or_default());
    file.seek(SeekFrom::Start(at))?;
    (&mut file).take(bytes).read_to_end(&mut piece)?;
    if piece.len() as u64 != bytes {
        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
    }
    Ok((piece.into(), file))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &str, if_range: Option<&str>) -> Wanted {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, range.parse().unwrap());
        if let Some(tag) = if_range {
            headers.insert(IF_RANGE, tag.parse().unwrap());
        }
        wanted(&headers, "\"tag\"", 1000)
    }

    #[test]
    fn a_part_is_what_the_rfc_says_and_what_cannot_be_read_is_the_whole() {
        for (range, part) in [
            ("bytes=0-0", Wanted::Part(0..=0)),
            ("bytes=10-19", Wanted::Part(10..=19)),
            ("bytes=990-", Wanted::Part(990..=999)),
            ("bytes=-10", Wanted::Part(990..=999)),
            ("bytes=0-18446744073709551615", Wanted::Part(0..=999)),
            ("bytes=-5000", Wanted::Part(0..=999)),
            ("bytes=1000-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=0-1,5-6", Wanted::Whole),
            ("bytes=19-10", Wanted::Whole),
            ("bytes=99999999999999999999999-", Wanted::Nothing),
            ("bytes=a-b", Wanted::Whole),
            ("lines=0-1", Wanted::Whole),
            ("", Wanted::Whole),
        ] {
            assert_eq!(asked(range, None), part, "{range}");
        }
        assert_eq!(wanted(&HeaderMap::new(), "\"tag\"", 1000), Wanted::Whole);
    }

    #[test]
    fn a_part_of_another_content_is_not_given() {
        assert_eq!(asked("bytes=0-0", Some("\"tag\"")), Wanted::Part(0..=0));
        for other in ["\"other\"", "W/\"tag\"", "Wed, 21 Oct 2015 07:28:00 GMT"] {
            assert_eq!(asked("bytes=0-0", Some(other)), Wanted::Whole, "{other}");
        }
    }
}
