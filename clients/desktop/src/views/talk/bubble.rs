//! The bubble of one message: measured first, then drawn wherever it comes to stand.

use std::sync::Arc;

use eframe::egui;
use egui::{CornerRadius, Galley, Id, Pos2, Rect, Sense, Ui, Vec2};

use super::media::{Media, MediaPart};
use super::text::{self, Inks, Text};
use crate::views::env::Env;
use crate::views::theme::{Palette, palette};

const PAD: Vec2 = Vec2::new(12.0, 8.0);
const GAP: f32 = 4.0;
const QUOTE_HEIGHT: f32 = 42.0;
const META_SIZE: f32 = 11.5;

/// What stands in a bubble, in words.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    pub is_mine: bool,
    pub author: Option<String>,
    /// Who wrote what it answers, and what that was.
    pub quote: Option<(String, String)>,
    pub text: String,
    pub mentioned: Vec<String>,
    pub mentions_me: bool,
    /// It was taken back, or is of a kind that is not known.
    pub is_faint: bool,
    pub media: Option<Media>,
    /// When, and whether it was edited.
    pub time: String,
    /// A sign for how far it has come, and that in words.
    pub state: Option<(&'static str, String)>,
}

/// A bubble that was measured.
pub struct Bubble {
    pub size: Vec2,
    author: Option<Arc<Galley>>,
    quote: Option<(Arc<Galley>, Arc<Galley>)>,
    media: Option<MediaPart>,
    text: Option<Text>,
    meta: Arc<Galley>,
    meta_at: Vec2,
    shown: Shown,
    look: Palette,
}

/// What the person did to a bubble.
#[derive(Clone, Debug, PartialEq)]
pub enum Touched {
    Menu(Pos2),
    Quote,
    Link(String),
    Picture,
    Save,
    Cancel,
    Retry,
}

impl Bubble {
    pub fn measure(ui: &Ui, shown: Shown, width: f32) -> Self {
        let look = palette(ui);
        let inner = (width - 2.0 * PAD.x).max(60.0);
        let (ink, soft) = if shown.is_mine { (look.on_mine, look.on_mine_soft) } else { (look.ink, look.soft) };
        let accent = if shown.is_mine { look.on_mine } else { look.accent };
        let author = shown.author.as_ref().map(|name| text::line(ui, name, 12.5, look.accent, inner));
        let quote = shown.quote.as_ref().map(|(who, what)| {
            let wide = inner - 14.0;
            (text::line(ui, who, 12.0, accent, wide), text::line(ui, what, 12.5, soft, wide))
        });
        let media = shown.media.clone().map(|media| MediaPart::measure(ui, media, shown.is_mine, inner));
        let words = (!shown.text.is_empty()).then(|| {
            let inks = Inks { plain: if shown.is_faint { soft } else { ink }, link: accent, mention: accent };
            Text::lay_out(ui, &shown.text, &shown.mentioned, inks, inner)
        });
        let mut said = shown.time.clone();
        if let Some((sign, _)) = &shown.state {
            said.push_str("  ");
            said.push_str(sign);
        }
        let meta = text::line(ui, &said, META_SIZE, soft, inner);
        let mut bubble =
            Self { size: Vec2::ZERO, author, quote, media, text: words, meta, meta_at: Vec2::ZERO, shown, look };
        bubble.fit(inner);
        bubble
    }

    /// How large it is, and where the time stands: beside the last line where there is room, else below.
    fn fit(&mut self, inner: f32) {
        let (mut wide, mut tall): (f32, f32) = (0.0, 0.0);
        if let Some(author) = &self.author {
            wide = wide.max(author.size().x);
            tall += author.size().y + GAP;
        }
        if let Some((who, what)) = &self.quote {
            wide = wide.max(who.size().x.max(what.size().x) + 14.0);
            tall += QUOTE_HEIGHT + GAP;
        }
        if let Some(media) = &self.media {
            wide = wide.max(media.size.x);
            tall += media.size.y + GAP;
        }
        let meta = self.meta.size();
        let mut is_beside = false;
        if let Some(text) = &self.text {
            let last = text.galley.rows.last().map_or(0.0, |row| row.rect().width());
            is_beside = last + 10.0 + meta.x <= inner;
            wide = wide.max(text.galley.size().x);
            if is_beside {
                wide = wide.max(last + 10.0 + meta.x);
            }
            tall += text.galley.size().y;
        }
        wide = wide.max(meta.x);
        if !is_beside {
            tall += meta.y + 1.0;
        }
        self.size = egui::vec2(wide, tall) + 2.0 * PAD;
        self.meta_at = self.size - PAD - meta;
    }

    /// Draws it at this place.
    pub fn show(&self, ui: &mut Ui, env: &mut Env, id: Id, at: Pos2, is_marked: bool) -> Option<Touched> {
        let look = self.look;
        let rect = Rect::from_min_size(at, self.size);
        let mut touched = None;
        // Below what stands in it, which is clicked first.
        let whole = ui.interact(rect, id, Sense::CLICK);
        let (near, far) = (4, 14);
        let round = if self.shown.is_mine {
            CornerRadius { nw: far, ne: far, sw: far, se: near }
        } else {
            CornerRadius { nw: far, ne: far, sw: near, se: far }
        };
        ui.painter().rect_filled(rect, round, if self.shown.is_mine { look.mine } else { look.raised });
        if is_marked || self.shown.mentions_me {
            let line = egui::Stroke::new(if is_marked { 2.0 } else { 1.5 }, look.accent);
            ui.painter().rect_stroke(rect, round, line, egui::StrokeKind::Outside);
        }
        let mut pen = at + PAD;
        if let Some(author) = &self.author {
            ui.painter().galley(pen, Arc::clone(author), look.accent);
            said(
                ui,
                id.with("author"),
                Rect::from_min_size(pen, author.size()),
                self.shown.author.as_deref().unwrap_or(""),
            );
            pen.y += author.size().y + GAP;
        }
        if let Some((who, what)) = &self.quote {
            let quote = Rect::from_min_size(pen, egui::vec2(self.size.x - 2.0 * PAD.x, QUOTE_HEIGHT));
            if self.show_quote(ui, env, id, quote, who, what) {
                touched = Some(Touched::Quote);
            }
            pen.y += QUOTE_HEIGHT + GAP;
        }
        if let Some(media) = &self.media {
            touched = media.show(ui, env, id.with("media"), pen).or(touched);
            pen.y += media.size.y + GAP;
        }
        if let Some(text) = &self.text {
            let (response, link) = text.show(ui, id.with("text"), pen, look.ink);
            touched = link.map(Touched::Link).or(touched);
            if response.secondary_clicked() {
                touched = response.interact_pointer_pos().map(Touched::Menu);
            }
        }
        let meta = Rect::from_min_size(at + self.meta_at, self.meta.size());
        ui.painter().galley(meta.min, Arc::clone(&self.meta), look.soft);
        let state = self.shown.state.as_ref().map_or(String::new(), |(_, words)| format!(", {words}"));
        said(ui, id.with("meta"), meta, &format!("{}{state}", self.shown.time));
        if whole.secondary_clicked() {
            touched = whole.interact_pointer_pos().map(Touched::Menu);
        }
        touched
    }

    fn show_quote(&self, ui: &Ui, env: &Env, id: Id, rect: Rect, who: &Arc<Galley>, what: &Arc<Galley>) -> bool {
        let look = self.look;
        let accent = if self.shown.is_mine { look.on_mine_soft } else { look.accent };
        let response = ui.interact(rect, id.with("quote"), Sense::CLICK).on_hover_text(env.words.talk.to_quoted);
        let name = self.shown.quote.as_ref().map_or(String::new(), |(who, what)| format!("{who}: {what}"));
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
        ui.painter().rect_filled(rect, 6.0, accent.gamma_multiply(0.15));
        let bar = Rect::from_min_size(rect.min, egui::vec2(3.0, rect.height()));
        ui.painter().rect_filled(bar, 2.0, accent);
        ui.painter().galley(rect.min + egui::vec2(10.0, 4.0), Arc::clone(who), accent);
        ui.painter().galley(rect.min + egui::vec2(10.0, 22.0), Arc::clone(what), accent);
        if response.hovered() {
            ui.set_cursor_icon(egui::CursorIcon::PointingHand);
        }
        response.clicked()
    }
}

/// Something that is drawn already, for who has it read out.
pub fn said(ui: &Ui, id: Id, rect: Rect, words: &str) {
    let response = ui.interact(rect, id, Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, words));
}
