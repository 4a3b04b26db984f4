//! Pictures: how large they are, a small one to show meanwhile, and their pixels. It takes time and memory, so it is done on
//! threads of its own, and what would take too much is refused before it is decoded.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits, Rgb, RgbImage, Rgba};

/// What a message may carry (D7).
pub const PREVIEW_BYTES_MAX: usize = 16_384;
/// A picture that takes more than this when it is decoded is shown as a file: 64 million pixels of four bytes.
const DECODED_BYTES_MAX: u64 = 256 << 20;
const SIDE_MAX: u32 = 32_768;
/// The sides of the small picture, the first that fits; and how good it is.
const PREVIEW_SIDES: [u32; 4] = [320, 240, 160, 80];
const PREVIEW_QUALITY: u8 = 70;

/// Why a picture cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("{0}")]
    Unreadable(#[from] image::ImageError),
    #[error("{0}")]
    Lost(#[from] std::io::Error),
    #[error("the picture takes {bytes} bytes, more than {DECODED_BYTES_MAX}")]
    TooLarge { bytes: u64 },
}

/// What is told of a picture before it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sketch {
    pub width: u32,
    pub height: u32,
    /// A JPEG of at most [`PREVIEW_BYTES_MAX`].
    pub preview: Vec<u8>,
}

/// A decoded picture: four bytes a pixel (red, green, blue, opacity, not multiplied), row by row.
#[derive(Clone, PartialEq, Eq)]
pub struct Pixels {
    pub width: u32,
    pub height: u32,
    pub rgba: Vec<u8>,
}

impl std::fmt::Debug for Pixels {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Pixels({} x {})", self.width, self.height)
    }
}

/// Makes the small picture of one of the four kinds (D1).
pub fn sketch(bytes: &[u8]) -> Result<Sketch, PictureError> {
    let picture = decoded(bytes)?;
    let (width, height) = (picture.width(), picture.height());
    let mut preview = Vec::new();
    for side in PREVIEW_SIDES {
        preview.clear();
        let small = if width.max(height) > side { picture.thumbnail(side, side) } else { picture.clone() };
        JpegEncoder::new_with_quality(&mut preview, PREVIEW_QUALITY).encode_image(&on_white(&small))?;
        if preview.len() <= PREVIEW_BYTES_MAX {
            return Ok(Sketch { width, height, preview });
        }
    }
    Ok(Sketch { width, height, preview: Vec::new() })
}

/// Decodes a picture, at most `side_max` wide and high.
pub fn pixels(bytes: &[u8], side_max: u32) -> Result<Pixels, PictureError> {
    let picture = decoded(bytes)?;
    let is_large = picture.width().max(picture.height()) > side_max;
    let picture = if is_large { picture.thumbnail(side_max.max(1), side_max.max(1)) } else { picture };
    let rgba = picture.into_rgba8();
    Ok(Pixels { width: rgba.width(), height: rgba.height(), rgba: rgba.into_raw() })
}

/// As it is to be seen: a camera says which side is up.
fn decoded(bytes: &[u8]) -> Result<DynamicImage, PictureError> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    // Not every decoder keeps to the limit by itself.
    let bytes = decoder.total_bytes();
    if bytes > DECODED_BYTES_MAX {
        return Err(PictureError::TooLarge { bytes });
    }
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// A JPEG has no opacity.
fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let rgba = picture.to_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let Rgba([red, green, blue, opacity]) = *rgba.get_pixel(x, y);
        let over = |part: u8| {
            let sum = u32::from(part) * u32::from(opacity) + 255 * (255 - u32::from(opacity));
            u8::try_from(sum / 255).unwrap_or(255)
        };
        Rgb([over(red), over(green), over(blue)])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(picture: &DynamicImage) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        bytes.into_inner()
    }

    /// Nothing compresses it.
    fn noise(side: u32) -> DynamicImage {
        let mut state = 1u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        RgbImage::from_fn(side, side, |_, _| Rgb([next(), next(), next()])).into()
    }

    #[test]
    fn the_small_picture_of_the_worst_one_still_fits_into_a_message() {
        let sketch = sketch(&png(&noise(1000))).unwrap();
        assert_eq!((sketch.width, sketch.height), (1000, 1000));
        assert!((1..=PREVIEW_BYTES_MAX).contains(&sketch.preview.len()), "{}", sketch.preview.len());
        assert_eq!(image::guess_format(&sketch.preview).unwrap(), image::ImageFormat::Jpeg);
    }

    #[test]
    fn what_is_see_through_is_white_in_the_small_picture() {
        let clear: DynamicImage = image::RgbaImage::from_pixel(20, 10, Rgba([0, 0, 0, 0])).into();
        let preview = sketch(&png(&clear)).unwrap().preview;
        let small = image::load_from_memory(&preview).unwrap().to_rgb8();
        assert_eq!((small.width(), small.height()), (20, 10));
        assert!(small.pixels().all(|pixel| pixel.0.iter().all(|part| *part > 250)));
    }

    #[test]
    fn pixels_come_no_larger_than_they_are_wanted() {
        let wide: DynamicImage = RgbImage::from_pixel(400, 100, Rgb([1, 2, 3])).into();
        let pixels = pixels(&png(&wide), 40).unwrap();
        assert_eq!((pixels.width, pixels.height, pixels.rgba.len()), (40, 10, 1600));
        assert_eq!(pixels.rgba.get(..4), Some(&[1, 2, 3, 255][..]));
    }

    /// A picture of a few bytes may say that it is as large as a city.
    #[test]
    fn a_picture_that_would_take_all_memory_is_refused_before_it_is_decoded() {
        let mut small = png(&RgbImage::new(1, 1).into());
        // The head's width and height, whose check sum then is wrong; each of both is a reason.
        small[16..24].copy_from_slice(&[0, 0, 0x7F, 0xFF, 0, 0, 0x7F, 0xFF]);
        let crc = crc(&small[12..29]);
        small[29..33].copy_from_slice(&crc.to_be_bytes());
        assert!(matches!(
            pixels(&small, 100),
            Err(PictureError::TooLarge { .. } | PictureError::Unreadable(image::ImageError::Limits(_)))
        ));
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 })
        })
    }

    #[test]
    fn what_is_no_picture_is_an_error_and_nothing_worse() {
        for bytes in [&b""[..], b"hello", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x10\0\0\0WEBPVP8 "] {
            assert!(pixels(bytes, 10).is_err());
            assert!(sketch(bytes).is_err());
        }
    }
}
