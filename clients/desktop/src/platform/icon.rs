//! The program's icon: the picture of `clients/web/public/icon.svg`, and the same with a mark for what is unread.

use eframe::egui::IconData;
use image::RgbaImage;
use image::imageops::{self, FilterType};

/// The drawing at 256 pixels, made from it as packaging/README.md says.
const PICTURE: &[u8] = include_bytes!("../../packaging/icon.png");

/// The side of the tray's icon: twice what most trays show, for screens that are twice as fine.
const TRAY_SIDE: u32 = 48;

/// The mark's colour, with a rim that keeps it apart from the drawing.
const MARK: [u8; 3] = [0xe5, 0x3e, 0x3e];
const RIM: [u8; 3] = [0xff, 0xff, 0xff];

pub(super) fn window() -> IconData {
    let picture = picture();
    IconData { width: picture.width(), height: picture.height(), rgba: picture.into_raw() }
}

/// RGBA, its width and its height.
pub(super) fn tray(is_marked: bool) -> (Vec<u8>, u32, u32) {
    let mut small = imageops::resize(&picture(), TRAY_SIDE, TRAY_SIDE, FilterType::CatmullRom);
    if is_marked {
        mark(&mut small);
    }
    (small.into_raw(), TRAY_SIDE, TRAY_SIDE)
}

/// The picture is part of the program. A build without one that can be read shows nothing, and its tests fail.
fn picture() -> RgbaImage {
    image::load_from_memory(PICTURE).map_or_else(|_| RgbaImage::new(1, 1), image::DynamicImage::into_rgba8)
}

/// A disc at the upper right.
fn mark(icon: &mut RgbaImage) {
    let side = f64::from(icon.width());
    let radius = side * 0.24;
    let (x0, y0) = (side - radius - side * 0.04, radius + side * 0.04);
    for (x, y, pixel) in icon.enumerate_pixels_mut() {
        let from_centre = (f64::from(x) + 0.5 - x0).hypot(f64::from(y) + 0.5 - y0);
        let [red, green, blue, alpha] = pixel.0;
        let rim = covered(from_centre, radius + side * 0.04);
        let disc = covered(from_centre, radius);
        let over = |below: u8, rim_part: u8, disc_part: u8| blend(blend(below, rim_part, rim), disc_part, disc);
        pixel.0 = [
            over(red, RIM[0], MARK[0]),
            over(green, RIM[1], MARK[1]),
            over(blue, RIM[2], MARK[2]),
            blend(alpha, 255, rim),
        ];
    }
}

/// How much of a pixel at this distance lies in a disc.
fn covered(distance: f64, radius: f64) -> f64 {
    (radius - distance + 0.5).clamp(0.0, 1.0)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between two bytes there are only bytes")]
fn blend(below: u8, above: u8, share: f64) -> u8 {
    (f64::from(below) * (1.0 - share) + f64::from(above) * share).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_has_a_large_picture() {
        let icon = window();
        assert_eq!((icon.width, icon.height, icon.rgba.len()), (256, 256, 256 * 256 * 4));
        // Clear in the corner, which is round, and solid in the middle.
        assert_eq!((icon.rgba[3], icon.rgba[(128 * 256 + 128) * 4 + 3]), (0, 255));
    }

    #[test]
    fn what_is_unread_marks_the_tray_and_leaves_the_rest_as_it_was() {
        let (plain, side, _) = tray(false);
        let (marked, _, _) = tray(true);
        let at = |x: u32, y: u32| ((y * side + x) * 4) as usize;
        let centre = at(34, 14);
        assert_eq!(marked[centre..centre + 3], MARK);
        assert_ne!(plain[centre..centre + 3], MARK);
        let corner = at(4, 40);
        assert_eq!(marked[corner..corner + 4], plain[corner..corner + 4]);
    }
}
