//! What a content shows, by its first bytes and nobody's word.

use imagesize::ImageType;

/// So much of a file is looked at. The size of a JPEG stands behind what cameras and programs say about it, mostly some
/// ten KB and sometimes hundreds; more is not looked through, since who wrote the file decides how long that takes.
pub(super) const HEAD_BYTES: u64 = 512 * 1024;

/// A picture of a kind that browsers show and that can run nothing: SVG is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    pub mime: &'static str,
    /// In pixels. 0: its size cannot be told, so it may be broken.
    pub width: u32,
    pub height: u32,
}

impl Picture {
    pub fn look(head: &[u8]) -> Option<Self> {
        let mime = match imagesize::image_type(head) {
            Ok(ImageType::Png) => "image/png",
            Ok(ImageType::Jpeg) => "image/jpeg",
            Ok(ImageType::Gif) => "image/gif",
            Ok(ImageType::Webp) => "image/webp",
            _ => return None,
        };
        let size = imagesize::blob_size(head).ok();
        let pixels = |side: usize| u32::try_from(side).unwrap_or(0);
        let (width, height) = size.map_or((0, 0), |size| (pixels(size.width), pixels(size.height)));
        Some(Self { mime, width, height })
    }
}
