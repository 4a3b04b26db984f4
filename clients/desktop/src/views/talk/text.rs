//! A message's text, laid out: links and names of people who are mentioned stand out, all of it can be selected.

use std::ops::Range;
use std::sync::Arc;

use eframe::egui;
use egui::text::{LayoutJob, TextFormat};
use egui::text_selection::LabelSelectionState;
use egui::{Color32, CursorIcon, FontId, Galley, Id, Pos2, Rect, Response, Sense, Stroke, Ui};

use crate::views::links::links_of;

pub const SIZE: f32 = 14.5;

/// A text that was laid out for a width.
pub struct Text {
    pub galley: Arc<Galley>,
    /// Where links stand in it, in characters, with where they lead.
    links: Vec<(Range<usize>, String)>,
}

/// The colours of a text.
#[derive(Clone, Copy)]
pub struct Inks {
    pub plain: Color32,
    pub link: Color32,
    pub mention: Color32,
}

impl Text {
    /// Lays a text out. `mentioned` are the names that are marked where they stand behind an @.
    pub fn lay_out(ui: &Ui, text: &str, mentioned: &[String], inks: Inks, width: f32) -> Self {
        let format = |ink: Color32| TextFormat::simple(FontId::proportional(SIZE), ink);
        let mut job = LayoutJob::default();
        job.wrap.max_width = width;
        let (mut at, mut links) = (0, Vec::new());
        for link in links_of(text) {
            append(&mut job, text.get(at..link.start).unwrap_or(""), mentioned, inks, format);
            let address = text.get(link.clone()).unwrap_or("");
            let start = text.get(..link.start).map_or(0, |before| before.chars().count());
            links.push((start..start + address.chars().count(), address.to_owned()));
            let mut underlined = format(inks.link);
            underlined.underline = Stroke::new(1.0, inks.link);
            job.append(address, 0.0, underlined);
            at = link.end;
        }
        append(&mut job, text.get(at..).unwrap_or(""), mentioned, inks, format);
        Self { galley: ui.painter().layout_job(job), links }
    }

    /// Where links lead.
    pub fn addresses(text: &str) -> Vec<String> {
        links_of(text).into_iter().filter_map(|link| text.get(link).map(str::to_owned)).collect()
    }

    /// Draws it, so that it can be selected. What was clicked, and the link that was.
    pub fn show(&self, ui: &Ui, id: Id, at: Pos2, ink: Color32) -> (Response, Option<String>) {
        let rect = Rect::from_min_size(at, self.galley.size());
        // No stop of the Tab key: the messages have one for all of them.
        let response = ui.interact(rect, id, Sense::CLICK | Sense::DRAG);
        let text = self.galley.text().to_owned();
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
        let pointed = response.hover_pos().and_then(|pos| self.link_at(pos - at));
        if pointed.is_some() {
            ui.set_cursor_icon(CursorIcon::PointingHand);
        } else if response.hovered() {
            ui.set_cursor_icon(CursorIcon::Text);
        }
        LabelSelectionState::label_text_selection(ui, &response, at, Arc::clone(&self.galley), ink, Stroke::NONE);
        let clicked = if response.clicked() { pointed.map(str::to_owned) } else { None };
        (response, clicked)
    }

    fn link_at(&self, at: egui::Vec2) -> Option<&str> {
        if self.links.is_empty() {
            return None;
        }
        let row = self.galley.rows.iter().find(|row| row.rect().y_range().contains(at.y))?;
        if !row.rect().x_range().contains(at.x) {
            return None;
        }
        let cursor = self.galley.cursor_from_pos(at).index.0;
        self.links.iter().find(|(range, _)| range.contains(&cursor)).map(|(_, address)| address.as_str())
    }
}

/// Appends a text without links, names that are mentioned marked.
fn append(job: &mut LayoutJob, text: &str, mentioned: &[String], inks: Inks, format: impl Fn(Color32) -> TextFormat) {
    for (part, is_mention) in mention_parts(text, mentioned) {
        job.append(part, 0.0, format(if is_mention { inks.mention } else { inks.plain }));
    }
}

/// The text in parts, those that name one of these marked. Longer names first, so that "@ann lee" is not "@ann".
pub fn mention_parts<'a>(text: &'a str, names: &[String]) -> Vec<(&'a str, bool)> {
    let mut wanted: Vec<&str> = names.iter().map(String::as_str).filter(|name| !name.is_empty()).collect();
    wanted.sort_by_key(|name| std::cmp::Reverse(name.len()));
    let (mut parts, mut plain, mut from) = (Vec::new(), 0, 0);
    while let Some(at) = text.get(from..).and_then(|rest| rest.find('@')).map(|at| at + from) {
        let behind = text.get(at + 1..).unwrap_or("");
        let Some(name) = wanted.iter().find(|name| behind.starts_with(**name)) else {
            from = at + 1;
            continue;
        };
        let end = at + 1 + name.len();
        parts.push((text.get(plain..at).unwrap_or(""), false));
        parts.push((text.get(at..end).unwrap_or(""), true));
        plain = end;
        from = end;
    }
    parts.push((text.get(plain..).unwrap_or(""), false));
    parts.retain(|(part, _)| !part.is_empty());
    parts
}

/// A line that is drawn once and has no links.
pub fn line(ui: &Ui, text: &str, size: f32, ink: Color32, width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), FontId::proportional(size), ink);
    job.wrap = egui::text::TextWrapping::truncate_at_width(width);
    ui.painter().layout_job(job)
}

/// The same over as many lines as it needs.
pub fn lines(ui: &Ui, text: &str, size: f32, ink: Color32, width: f32) -> Arc<Galley> {
    ui.painter().layout_job(LayoutJob::simple(text.to_owned(), FontId::proportional(size), ink, width))
}

#[cfg(test)]
mod tests {
    use super::mention_parts;

    #[test]
    fn the_longest_name_is_the_one_that_is_meant() {
        let names = ["ann".to_owned(), "ann lee".to_owned()];
        assert_eq!(
            mention_parts("hi @ann lee, @ann!", &names),
            [("hi ", false), ("@ann lee", true), (", ", false), ("@ann", true), ("!", false)]
        );
        assert_eq!(mention_parts("a@b", &names), [("a@b", false)]);
    }
}
