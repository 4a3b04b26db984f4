//! The system's file dialogs, and other work that must not hold the screen up: each on a thread of its own, whose answer is
//! taken in the next frame.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use eframe::egui::{self, ColorImage};
use image::ImageEncoder;
use image::codecs::png::PngEncoder;
use longlink_desktop_core::model::Peer;
use rfd::FileDialog;

use super::{Answer, App};
use crate::views::env::{Chosen, Errand};

const PICTURES: [&str; 5] = ["png", "jpg", "jpeg", "gif", "webp"];

pub(super) fn choose_files(ctx: &egui::Context, answers: &SyncSender<Answer>, peer: Peer) {
    ask(ctx, answers, move || FileDialog::new().pick_files().map(|paths| Answer::Chosen(Chosen::Files(peer, paths))));
}

pub(super) fn choose_picture(ctx: &egui::Context, answers: &SyncSender<Answer>, peer: Peer) {
    ask(ctx, answers, move || {
        let path = FileDialog::new().add_filter("picture", &PICTURES).pick_file();
        path.map(|path| Answer::Chosen(Chosen::Avatar(peer, path)))
    });
}

pub(super) fn choose_ca_file(ctx: &egui::Context, answers: &SyncSender<Answer>) {
    ask(ctx, answers, || FileDialog::new().pick_file().map(|path| Answer::Chosen(Chosen::CaFile(path))));
}

pub(super) fn save_as(ctx: &egui::Context, answers: &SyncSender<Answer>, hash: String, size: u64, name: String) {
    ask(ctx, answers, move || {
        FileDialog::new().set_file_name(name).save_file().map(|to| Answer::SaveAs { hash, size, to })
    });
}

/// What cannot be opened is offered to be saved.
pub(super) fn save_as_later(app: &mut App, hash: String, size: u64, name: &str) {
    app.env.wants(Errand::SaveFile { hash, size, name: name.to_owned() });
}

pub(super) fn make_png(ctx: &egui::Context, answers: &SyncSender<Answer>, peer: Peer, picture: Arc<ColorImage>) {
    work(ctx, answers, move || png_of(&picture).map(|png| Answer::Chosen(Chosen::Pasted(peer, png))));
}

fn png_of(picture: &ColorImage) -> Option<Vec<u8>> {
    let [width, height] = picture.size;
    let rgba: Vec<u8> = picture.pixels.iter().flat_map(egui::Color32::to_srgba_unmultiplied).collect();
    let mut png = Vec::new();
    let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    PngEncoder::new(&mut png).write_image(&rgba, width, height, image::ExtendedColorType::Rgba8).ok()?;
    Some(png)
}

/// A dialog: on macOS it has to be on the thread of the window, which waits for it there.
fn ask(ctx: &egui::Context, answers: &SyncSender<Answer>, dialog: impl FnOnce() -> Option<Answer> + Send + 'static) {
    if cfg!(target_os = "macos") {
        if let Some(answer) = dialog() {
            let _ = answers.try_send(answer);
            ctx.request_repaint();
        }
    } else {
        work(ctx, answers, dialog);
    }
}

fn work(ctx: &egui::Context, answers: &SyncSender<Answer>, work: impl FnOnce() -> Option<Answer> + Send + 'static) {
    let (ctx, answers) = (ctx.clone(), answers.clone());
    let started = std::thread::Builder::new().name("dialog".to_owned()).spawn(move || {
        if let Some(answer) = work() {
            // More answers than this nobody has asked for.
            let _ = answers.try_send(answer);
            ctx.request_repaint();
        }
    });
    if let Err(error) = started {
        tracing::warn!(%error, "cannot start a thread for a dialog");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_picture_keeps_its_pixels() {
        let rgba = [255, 0, 0, 255, 0, 0, 255, 255];
        let png = png_of(&ColorImage::from_rgba_unmultiplied([2, 1], &rgba)).unwrap();
        let read = image::load_from_memory(&png).unwrap().to_rgba8();
        assert_eq!((read.dimensions(), read.into_raw()), ((2, 1), rgba.to_vec()));
    }
}
