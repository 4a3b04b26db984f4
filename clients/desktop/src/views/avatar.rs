//! The sign of a person or a group: their picture, or letters of their name on a colour of their own.

use eframe::egui;
use egui::{Color32, FontId, Pos2, Rect, Ui};
use longlink_desktop_core::model::Peer;

use super::env::Env;
use super::pictures::Look;
use super::theme::palette;

/// Whom it stands for.
pub struct Face<'a> {
    pub peer: Peer,
    pub name: &'a str,
    /// The SHA-256 of their picture; empty: none.
    pub picture: &'a str,
    pub is_online: bool,
}

const GROUNDS: [u32; 8] =
    [0x000b_6e5c, 0x008a_4b0f, 0x0034_5b9c, 0x007a_3b7d, 0x009c_3a4c, 0x004d_6a1f, 0x0058_4fa3, 0x0024_6a80];

/// Draws it into a square with this middle.
pub fn paint(ui: &Ui, env: &mut Env, middle: Pos2, side: f32, face: &Face<'_>) {
    let rect = Rect::from_center_size(middle, egui::vec2(side, side));
    let ready = if face.picture.is_empty() { None } else { Some(env.pictures.get(face.picture, 0, true, 128)) };
    if let Some(Look::Ready(texture)) = ready {
        let image = egui::Image::new(&texture).corner_radius(side / 2.0);
        image.paint_at(ui, rect);
    } else {
        letters(ui, rect, face);
    }
    if face.is_online {
        let look = palette(ui);
        let at = rect.right_bottom() - egui::vec2(side * 0.13, side * 0.13);
        ui.painter().circle_filled(at, side * 0.15 + 1.5, look.panel);
        ui.painter().circle_filled(at, side * 0.15, look.online);
    }
}

/// The same where a layout puts it. It says nothing to a screen reader: the name stands beside it.
pub fn show(ui: &mut Ui, env: &mut Env, side: f32, face: &Face<'_>) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(side, side), egui::Sense::hover());
    paint(ui, env, rect.center(), side, face);
}

fn letters(ui: &Ui, rect: Rect, face: &Face<'_>) {
    let at = usize::try_from(face.peer.unsigned_abs() % GROUNDS.len() as u64).unwrap_or(0);
    let [_, r, g, b] = GROUNDS.get(at).copied().unwrap_or_default().to_be_bytes();
    ui.painter().circle_filled(rect.center(), rect.width() / 2.0, Color32::from_rgb(r, g, b));
    let font = FontId::proportional(rect.width() * 0.38);
    ui.painter().text(rect.center(), egui::Align2::CENTER_CENTER, initials(face.name), font, Color32::WHITE);
}

/// One or two letters that stand for a name.
pub fn initials(name: &str) -> String {
    let words: Vec<&str> = name
        .split(|c: char| c.is_whitespace() || "._-".contains(c))
        .filter(|word| word.starts_with(char::is_alphanumeric))
        .collect();
    let Some(first) = words.first() else { return "?".to_owned() };
    let letters: Vec<char> = first.chars().collect();
    // A name in Han characters is known by its last two.
    if letters.first().is_some_and(|c| ('\u{3400}'..='\u{9fff}').contains(c)) {
        return letters.iter().skip(letters.len().saturating_sub(2)).collect();
    }
    let head = letters.first().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    let second = match (words.len(), words.last().and_then(|word| word.chars().next())) {
        (2.., Some(letter)) => letter.to_uppercase().to_string(),
        _ => match letters.last() {
            Some(digit) if digit.is_ascii_digit() && letters.len() > 1 => digit.to_string(),
            _ => letters.get(1).map(char::to_string).unwrap_or_default(),
        },
    };
    head + &second
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn a_name_is_known_by_two_letters() {
        let names = ["anna", "Bob Stone", "王小明", "user17 (you)", "", "x"];
        assert_eq!(names.map(initials), ["An", "BS", "小明", "U7", "?", "X"]);
    }
}
