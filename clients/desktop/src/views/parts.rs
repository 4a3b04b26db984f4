//! Small parts that many screens have. Each has a name that is read out.

use eframe::egui;
use egui::{Button, Color32, Response, RichText, TextEdit, Ui, WidgetText};

use super::theme::{Palette, palette};

/// How wide and high a button with a sign is.
pub const SIGN: f32 = 32.0;

/// A button that shows a sign; its name is read out and shown as a tool tip.
pub fn sign_button(ui: &mut Ui, sign: &str, name: &str) -> Response {
    let button =
        Button::new(RichText::new(sign).size(17.0)).frame_when_inactive(false).min_size(egui::vec2(SIGN, SIGN));
    let padding = std::mem::replace(&mut ui.spacing_mut().button_padding, egui::vec2(3.0, 3.0));
    let shown = ui.add(button);
    ui.spacing_mut().button_padding = padding;
    shown.on_hover_text(name).accessible_name(name)
}

/// The button that a form is about.
pub fn main_button(ui: &mut Ui, text: &str, is_enabled: bool) -> Response {
    let look = palette(ui);
    let text = RichText::new(text).color(look.on_accent).strong();
    ui.add_enabled(is_enabled, Button::new(text).fill(look.accent).min_size(egui::vec2(0.0, 34.0)))
}

/// A button for what cannot be undone.
pub fn danger_button(ui: &mut Ui, text: &str) -> Response {
    let look = palette(ui);
    ui.add(Button::new(RichText::new(text).color(look.danger)))
}

/// A field under its label. The label names it.
pub fn field(ui: &mut Ui, label: &str, text: &mut String) -> Response {
    labelled(ui, label, "", TextEdit::singleline(text))
}

/// The same with a hint.
pub fn hinted_field(ui: &mut Ui, label: &str, hint: &str, text: &mut String) -> Response {
    labelled(ui, label, hint, TextEdit::singleline(text))
}

/// A field that does not show what is typed.
pub fn secret_field(ui: &mut Ui, label: &str, text: &mut String) -> Response {
    labelled(ui, label, "", TextEdit::singleline(text).password(true))
}

pub fn labelled(ui: &mut Ui, label: &str, hint: &str, edit: TextEdit<'_>) -> Response {
    ui.spacing_mut().item_spacing.y = 4.0;
    let name = ui
        .horizontal(|ui| {
            let name = ui.label(RichText::new(label).strong());
            if !hint.is_empty() {
                note(ui, hint);
            }
            name
        })
        .inner;
    let field = ui.add(edit.desired_width(f32::INFINITY).margin(egui::vec2(10.0, 7.0))).labelled_by(name.id);
    ui.add_space(6.0);
    field
}

/// Something said softly.
pub fn note(ui: &mut Ui, text: impl Into<String>) -> Response {
    let soft = palette(ui).soft;
    ui.label(RichText::new(text).size(12.5).color(soft))
}

/// Why something did not work.
pub fn problem(ui: &mut Ui, text: &str) {
    if text.is_empty() {
        return;
    }
    let look = palette(ui);
    boxed(ui, look.danger_ground, look.danger, text);
}

/// Something to be aware of.
pub fn warning(ui: &mut Ui, text: &str) {
    let look = palette(ui);
    boxed(ui, look.warn_ground, look.warn_ink, text);
}

fn boxed(ui: &mut Ui, fill: Color32, ink: Color32, text: &str) {
    egui::Frame::new().fill(fill).corner_radius(8).inner_margin(egui::Margin::symmetric(10, 7)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.label(RichText::new(text).color(ink));
    });
}

/// A heading within a dialog or a list.
pub fn section(ui: &mut Ui, text: impl Into<String>) {
    ui.add_space(4.0);
    ui.label(RichText::new(text).strong().size(13.0));
}

/// A choice of few, side by side. True when it has changed.
pub fn choice<T: PartialEq + Copy>(ui: &mut Ui, now: &mut T, of: &[(T, &str)]) -> bool {
    let before = *now;
    ui.horizontal_wrapped(|ui| {
        for (value, name) in of {
            ui.selectable_value(now, *value, *name);
        }
    });
    before != *now
}

/// Whether this field has the focus and Enter was pressed in it.
pub fn entered(ui: &Ui, field: &Response) -> bool {
    field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter))
}

/// One line that ends in "…" where it does not fit.
pub fn one_line(ui: &mut Ui, text: impl Into<WidgetText>) -> Response {
    ui.add(egui::Label::new(text).truncate())
}

/// A small round mark with a number or a sign.
pub fn badge(ui: &Ui, right_middle: egui::Pos2, text: &str, fill: Color32, ink: Color32) -> egui::Rect {
    let galley = ui.painter().layout_no_wrap(text.to_owned(), egui::FontId::proportional(11.5), ink);
    let size = egui::vec2((galley.size().x + 11.0).max(19.0), 19.0);
    let rect = egui::Rect::from_min_size(egui::pos2(right_middle.x - size.x, right_middle.y - size.y / 2.0), size);
    ui.painter().rect_filled(rect, size.y / 2.0, fill);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, ink);
    rect
}

/// The frame of the focus round something that draws itself.
pub fn focus_ring(ui: &Ui, rect: egui::Rect, look: &Palette) {
    ui.painter().rect_stroke(rect.shrink(1.5), 8.0, egui::Stroke::new(2.0, look.accent), egui::StrokeKind::Inside);
}
