//! A picture or a file in a bubble.

use std::sync::Arc;

use eframe::egui;
use egui::{Galley, Id, Pos2, Rect, Sense, Ui, Vec2};
use longlink_desktop_core::model::Progress;

use super::bubble::{Touched, said};
use super::text;
use crate::views::dates::size_text;
use crate::views::env::Env;
use crate::views::pictures::Look;
use crate::views::theme::{Palette, palette};
use crate::words::fill;

/// A picture is shown within this square.
const PICTURE_MAX: f32 = 320.0;
/// One of unknown size has this much room, so that nothing moves when it comes.
const PICTURE_UNKNOWN: Vec2 = Vec2::new(240.0, 160.0);
const FILE_HEIGHT: f32 = 46.0;
/// Pictures are decoded no larger than this for a bubble.
const PIXELS_MAX: u32 = 640;

/// What was sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Media {
    pub is_picture: bool,
    /// Empty while it is on its way to the server.
    pub hash: String,
    pub name: String,
    pub size: u64,
    pub width: u32,
    pub height: u32,
    /// How much has gone over, while something goes.
    pub progress: Option<Progress>,
    /// It goes up, and can be called off.
    pub is_uploading: bool,
    pub is_gone: bool,
}

/// One that was measured.
pub struct MediaPart {
    pub size: Vec2,
    media: Media,
    name: Arc<Galley>,
    about: Arc<Galley>,
    look: Palette,
    is_mine: bool,
}

impl MediaPart {
    pub fn measure(ui: &Ui, media: Media, is_mine: bool, width: f32) -> Self {
        let look = palette(ui);
        let (ink, soft) = if is_mine { (look.on_mine, look.on_mine_soft) } else { (look.ink, look.soft) };
        let wide = (width - 54.0).max(40.0);
        let name = text::line(ui, &media.name, 14.0, ink, wide);
        let about = text::line(ui, &about(&media), 12.0, soft, wide);
        let size = if media.is_picture {
            picture_size(&media, width)
        } else {
            egui::vec2((name.size().x.max(about.size().x) + 54.0).clamp(180.0, width.max(180.0)), FILE_HEIGHT)
        };
        Self { size, media, name, about, look, is_mine }
    }

    pub fn show(&self, ui: &mut Ui, env: &mut Env, id: Id, at: Pos2) -> Option<Touched> {
        let rect = Rect::from_min_size(at, self.size);
        let response = ui.interact(rect, id, Sense::CLICK);
        let touched = if self.media.is_picture { self.picture(ui, env, rect) } else { self.file(ui, env, rect) };
        let name = match &touched {
            Touched::Picture => fill(env.words.media.open, &[("name", &self.media.name)]),
            Touched::Cancel if self.media.is_uploading => env.words.media.cancel.to_owned(),
            Touched::Cancel => env.words.media.stop.to_owned(),
            Touched::Retry => env.words.media.again.to_owned(),
            Touched::Save | Touched::Menu(_) | Touched::Quote | Touched::Link(_) => {
                fill(env.words.media.save, &[("name", &self.media.name)])
            }
        };
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
        if response.hovered() {
            ui.set_cursor_icon(egui::CursorIcon::PointingHand);
        }
        if response.secondary_clicked() {
            return response.interact_pointer_pos().map(Touched::Menu);
        }
        response.on_hover_text(&self.media.name).clicked().then_some(touched)
    }

    /// What a click on it does.
    fn picture(&self, ui: &Ui, env: &mut Env, rect: Rect) -> Touched {
        let ground = self.look.ink.gamma_multiply(0.08);
        if self.media.hash.is_empty() {
            ui.painter().rect_filled(rect, 10.0, ground);
            self.progress(ui, rect);
            return Touched::Cancel;
        }
        match env.pictures.get(&self.media.hash, self.media.size, false, PIXELS_MAX) {
            Look::Ready(texture) => {
                egui::Image::new(&texture).corner_radius(10).paint_at(ui, rect);
                Touched::Picture
            }
            Look::Loading => {
                ui.painter().rect_filled(rect, 10.0, ground);
                self.progress(ui, rect);
                Touched::Picture
            }
            Look::Failed => {
                ui.painter().rect_filled(rect, 10.0, ground);
                let words = if self.media.is_gone { env.words.media.gone } else { env.words.media.again };
                let galley = text::lines(ui, words, 13.0, self.look.soft, rect.width() - 16.0);
                ui.painter().galley(rect.center() - galley.size() / 2.0, galley, self.look.soft);
                Touched::Retry
            }
        }
    }

    fn file(&self, ui: &Ui, env: &Env, rect: Rect) -> Touched {
        let (ink, soft) =
            if self.is_mine { (self.look.on_mine, self.look.on_mine_soft) } else { (self.look.ink, self.look.soft) };
        let sign = Rect::from_min_size(rect.min, Vec2::splat(FILE_HEIGHT - 4.0));
        ui.painter().rect_filled(sign, 10.0, ink.gamma_multiply(0.14));
        let what = if self.media.is_uploading { "✖" } else { "📄" };
        ui.painter().text(sign.center(), egui::Align2::CENTER_CENTER, what, egui::FontId::proportional(20.0), ink);
        ui.painter().galley(rect.min + egui::vec2(52.0, 3.0), Arc::clone(&self.name), ink);
        ui.painter().galley(rect.min + egui::vec2(52.0, 22.0), Arc::clone(&self.about), soft);
        if self.media.progress.is_some() {
            self.progress(ui, Rect::from_min_max(egui::pos2(rect.left(), rect.bottom() - 3.0), rect.right_bottom()));
            said(ui, ui.scope_id().with(("progress", rect.top() as i64)), rect, env.words.media.progress);
        }
        if self.media.progress.is_some() || self.media.is_uploading { Touched::Cancel } else { Touched::Save }
    }

    fn progress(&self, ui: &Ui, rect: Rect) {
        let Some(progress) = self.media.progress else { return };
        let part = part_of(progress);
        let bar = Rect::from_min_max(egui::pos2(rect.left(), rect.bottom() - 4.0), rect.right_bottom());
        ui.painter().rect_filled(bar, 2.0, self.look.ink.gamma_multiply(0.2));
        let done = Rect::from_min_size(bar.min, egui::vec2(bar.width() * part, bar.height()));
        ui.painter().rect_filled(done, 2.0, self.look.accent);
    }
}

fn part_of(progress: Progress) -> f32 {
    if progress.of == 0 { 0.0 } else { (progress.done as f32 / progress.of as f32).clamp(0.0, 1.0) }
}

fn about(media: &Media) -> String {
    let size = size_text(media.size);
    match media.progress {
        Some(progress) => format!("{:.0} % / {size}", part_of(progress) * 100.0),
        None => size,
    }
}

/// As large as it is, within the square and the width there is.
fn picture_size(media: &Media, width: f32) -> Vec2 {
    if media.width == 0 || media.height == 0 {
        return PICTURE_UNKNOWN.min(Vec2::splat(width));
    }
    let own = egui::vec2(media.width as f32, media.height as f32);
    let side = PICTURE_MAX.min(width);
    let scale = (side / own.x).min(side / own.y).min(1.0);
    (own * scale).max(Vec2::splat(48.0)).min(Vec2::splat(side))
}
