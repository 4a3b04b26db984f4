//! A list of equally tall lines, of which those that are seen are laid out. The arrow keys go from line to line.

use eframe::egui;
use egui::{EventFilter, Id, Key, Rect, Sense, Ui};

/// Which line has the keyboard, and where it is to go.
#[derive(Default)]
pub struct Rows {
    /// The line that had the focus in the last frame.
    focused: Option<usize>,
    /// The line that is to have it.
    wanted: Option<usize>,
}

/// The end of a list was left by this key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeftUp;

impl Rows {
    /// Gives the keyboard to a line.
    pub fn focus(&mut self, line: usize) {
        self.wanted = Some(line);
    }

    /// Shows `count` lines of this height. `id` is a line's own, wherever it stands; `line` draws one into its place and says
    /// whether it has the focus.
    pub fn show(
        &mut self,
        ui: &mut Ui,
        salt: &str,
        count: usize,
        height: f32,
        id: impl Fn(usize) -> Option<Id>,
        mut line: impl FnMut(&mut Ui, usize, Rect) -> bool,
    ) -> Option<LeftUp> {
        let left = self.keys(ui, count, height, &id);
        let before = ui.spacing().item_spacing;
        ui.spacing_mut().item_spacing.y = 0.0;
        let wanted = self.wanted.take().and_then(|at| (at..count).find(|at| id(*at).is_some()));
        egui::ScrollArea::vertical().id_salt(salt).auto_shrink(false).show_viewport(ui, |ui, view| {
            ui.spacing_mut().item_spacing = before;
            let all = egui::vec2(ui.available_width(), height * count as f32);
            let (rect, _) = ui.allocate_exact_size(all, Sense::hover());
            let place = |at: usize| {
                Rect::from_min_size(rect.min + egui::vec2(0.0, at as f32 * height), egui::vec2(rect.width(), height))
            };
            let first = (view.top() / height).floor().max(0.0) as usize;
            let last = ((view.bottom() / height).ceil().max(0.0) as usize).min(count);
            if let Some(at) = wanted {
                ui.scroll_to_rect_animation(place(at), None, egui::style::ScrollAnimation::none());
                if let Some(id) = id(at) {
                    ui.memory_mut(|memory| memory.request_focus(id));
                }
            }
            let was = self.focused.take();
            for at in first..last {
                if line(ui, at, place(at)) {
                    self.focused = Some(at);
                }
            }
            // One that is out of view keeps the focus while one comes to it; it would be lost if it were not there.
            for at in [was, wanted].into_iter().flatten().filter(|at| *at < count && !(first..last).contains(at)) {
                if line(ui, at, place(at)) {
                    self.focused = Some(at);
                }
            }
            if let Some(id) = self.focused.and_then(&id) {
                let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
                ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
            }
        });
        ui.spacing_mut().item_spacing = before;
        left
    }

    fn keys(&mut self, ui: &Ui, count: usize, height: f32, id: &impl Fn(usize) -> Option<Id>) -> Option<LeftUp> {
        let at = self.focused?;
        let pressed = |key| ui.input(|input| input.modifiers.is_none() && input.key_pressed(key));
        let page = ((ui.available_height() / height) as usize).max(1);
        let end = count.saturating_sub(1);
        let to = if pressed(Key::ArrowDown) {
            (at + 1).min(end)
        } else if pressed(Key::ArrowUp) {
            match at.checked_sub(1) {
                Some(to) => to,
                None => return Some(LeftUp),
            }
        } else if pressed(Key::PageDown) {
            (at + page).min(end)
        } else if pressed(Key::PageUp) {
            at.saturating_sub(page)
        } else if pressed(Key::Home) {
            0
        } else if pressed(Key::End) {
            end
        } else {
            return None;
        };
        // Headings are passed over.
        let passed = if to > at {
            (to..count).find(|to| id(*to).is_some())
        } else {
            (0..=to).rev().find(|to| id(*to).is_some())
        };
        if passed.is_none() && to < at {
            return Some(LeftUp);
        }
        self.wanted = passed;
        None
    }
}
