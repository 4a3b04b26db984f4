//! What the bytes of a message may be. Whoever brings a content into the log, by sending or by changing one, asks here.

use prost::Message;

use super::{Chat, upload};
use crate::uploads::{Picture, Shelf};
use crate::wire::pb::ContentType;
use crate::wire::{Code, Refused, pb};

/// What only the server itself writes.
pub(super) const SERVER_CONTENT_TYPES: std::ops::RangeInclusive<u32> = 100..=199;

/// The longest name of a file, in bytes: what file systems take.
const NAME_BYTES_MAX: usize = 255;
/// RFC 6838 allows 127 on each side of the slash; nothing that there is comes near.
const MIME_BYTES_MAX: usize = 127;
const PREVIEW_BYTES_MAX: usize = 16 * 1024;
/// No JPEG is larger.
const SIDE_MAX: u32 = 65_535;

impl Chat {
    /// Accepts a content of a type. That of a PICTURE or a FILE takes a look into the directory.
    pub(super) fn check_content(&self, content_type: u32, content: &[u8]) -> Result<(), Refused> {
        let max = self.settings.content_bytes_max;
        if content.len() > max {
            let message = format!("the content has {} bytes, more than {max}", content.len());
            return Err(Refused::new(Code::TooLarge, message));
        }
        if SERVER_CONTENT_TYPES.contains(&content_type) {
            return Err(Refused::new(Code::NotAllowed, "content types 100 to 199 are written by the server alone"));
        }
        const TEXT: u32 = ContentType::Text as u32;
        const PICTURE: u32 = ContentType::Picture as u32;
        const FILE: u32 = ContentType::File as u32;
        match content_type {
            TEXT if std::str::from_utf8(content).is_err() => {
                Err(Refused::new(Code::BadRequest, "the content is not the UTF-8 that its type says"))
            }
            PICTURE => self.check_media(content, true),
            FILE => self.check_media(content, false),
            _ => Ok(()),
        }
    }

    fn check_media(&self, content: &[u8], is_picture: bool) -> Result<(), Refused> {
        let media = pb::Media::decode(content)
            .map_err(|_| Refused::new(Code::BadRequest, "the content is not the Media that its type says"))?;
        check_form(&media)?;
        // By whomever: what one was sent may be sent on.
        let stored = self.stored(Shelf::Files, &upload::parse(&media.hash)?)?;
        let bad = |message: String| Err(Refused::new(Code::BadRequest, message));
        if media.size.cast_unsigned() != stored.size {
            return bad(format!("size is {}, and {} bytes were uploaded", media.size, stored.size));
        }
        // What the receivers are told to be a picture is one. What a file is its sender knows best.
        if is_picture && (!stored.is_picture() || media.mime_type != stored.mime) {
            return bad(format!("what was uploaded is {}, not the picture {:?}", stored.mime, media.mime_type));
        }
        Ok(())
    }
}

/// What can be told of a Media by itself.
fn check_form(media: &pb::Media) -> Result<(), Refused> {
    let bad = |message: String| Err(Refused::new(Code::BadRequest, message));
    let pb::Media { name, mime_type, width, height, preview, .. } = media;
    if name.len() > NAME_BYTES_MAX {
        return bad(format!("name has {} bytes, more than {NAME_BYTES_MAX}", name.len()));
    }
    if name.chars().any(|c| c.is_control() || c == '/' || c == '\\') {
        return bad("name has a slash or a control character".to_owned());
    }
    let is_mime = mime_type.len() <= MIME_BYTES_MAX && mime_type.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_mime || !mime_type.contains('/') {
        return bad("mime_type is not such as \"image/png\"".to_owned());
    }
    if *width > SIDE_MAX || *height > SIDE_MAX {
        return bad(format!("width and height are {width} and {height}, more than {SIDE_MAX}"));
    }
    if preview.len() > PREVIEW_BYTES_MAX {
        return bad(format!("preview has {} bytes, more than {PREVIEW_BYTES_MAX}", preview.len()));
    }
    let is_small_picture = |picture: Picture| matches!(picture.mime, "image/jpeg" | "image/webp");
    if !preview.is_empty() && !Picture::look(preview).is_some_and(is_small_picture) {
        return bad("preview is no JPEG or WebP".to_owned());
    }
    Ok(())
}
