//! Pictures on the screen: they are decoded elsewhere, and kept here as textures as long as there is room.

use std::collections::HashMap;

use eframe::egui;
use egui::{ColorImage, TextureHandle, TextureOptions};

/// Textures of more pixels than this in all are forgotten, those not seen for longest first.
const PIXELS_MAX: usize = 48 * 1024 * 1024;
/// So many are asked for at once at most; who scrolls past thousands gets the latest.
const ASKED_MAX: usize = 64;

/// A picture in a size.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PictureKey {
    pub hash: String,
    pub side_max: u32,
}

/// What is to be got and decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub key: PictureKey,
    pub size: u64,
    pub is_avatar: bool,
}

/// How far a picture is.
#[derive(Clone)]
pub enum Look {
    Ready(TextureHandle),
    Loading,
    Failed,
}

#[derive(Default)]
pub struct Pictures {
    known: HashMap<PictureKey, Known>,
    wanted: Vec<Wanted>,
    frame: u64,
}

struct Known {
    look: Look,
    pixels: usize,
    seen_in: u64,
}

impl Pictures {
    /// The picture, if it is here; otherwise it is asked for.
    pub fn get(&mut self, hash: &str, size: u64, is_avatar: bool, side_max: u32) -> Look {
        let key = PictureKey { hash: hash.to_owned(), side_max };
        if let Some(known) = self.known.get_mut(&key) {
            known.seen_in = self.frame;
            return known.look.clone();
        }
        let asked = self.known.values().filter(|known| matches!(known.look, Look::Loading)).count();
        if asked < ASKED_MAX {
            self.wanted.push(Wanted { key: key.clone(), size, is_avatar });
            self.known.insert(key, Known { look: Look::Loading, pixels: 0, seen_in: self.frame });
        }
        Look::Loading
    }

    /// What is to be got, since this was asked last.
    pub fn take_wanted(&mut self) -> Vec<Wanted> {
        std::mem::take(&mut self.wanted)
    }

    /// A picture was decoded.
    pub fn put(&mut self, ctx: &egui::Context, key: PictureKey, width: usize, height: usize, rgba: &[u8]) {
        let look = if width * height * 4 == rgba.len() && width > 0 && height > 0 {
            let image = ColorImage::from_rgba_unmultiplied([width, height], rgba);
            Look::Ready(ctx.load_texture(&key.hash, image, TextureOptions::LINEAR))
        } else {
            Look::Failed
        };
        self.known.insert(key, Known { look, pixels: width * height, seen_in: self.frame });
        self.make_room();
    }

    pub fn fail(&mut self, key: PictureKey) {
        self.known.insert(key, Known { look: Look::Failed, pixels: 0, seen_in: self.frame });
    }

    /// It could not be asked for now: it will be when it is seen next.
    pub fn unask(&mut self, key: &PictureKey) {
        self.known.remove(key);
    }

    /// Asks again for what failed.
    pub fn retry(&mut self, hash: &str) {
        self.known.retain(|key, known| key.hash != hash || !matches!(known.look, Look::Failed));
    }

    /// Another account is shown, or this one is connected again: what did not come is asked for anew.
    pub fn forget_unfinished(&mut self) {
        self.known.retain(|_, known| matches!(known.look, Look::Ready(_)));
        self.wanted.clear();
    }

    pub fn next_frame(&mut self) {
        self.frame += 1;
    }

    fn make_room(&mut self) {
        let mut pixels: usize = self.known.values().map(|known| known.pixels).sum();
        while pixels > PIXELS_MAX {
            let oldest = self.known.iter().filter(|(_, known)| known.pixels > 0).min_by_key(|(_, known)| known.seen_in);
            let Some(key) = oldest.map(|(key, _)| key.clone()) else { return };
            pixels -= self.known.remove(&key).map_or(0, |known| known.pixels);
        }
    }
}
