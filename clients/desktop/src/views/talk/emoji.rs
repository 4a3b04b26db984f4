//! Emoji to pick from.

use eframe::egui;
use egui::{Button, RichText, Ui};

const EMOJI: [&str; 60] = [
    "😀", "😁", "😂", "😃", "😄", "😅", "😆", "😉", "😊", "😋", "😍", "😘", "😜", "😎", "😏", "😐", "😒", "😔", "😖",
    "😞", "😠", "😡", "😢", "😭", "😨", "😱", "😳", "😴", "😷", "🙈", "🙏", "👍", "👎", "👌", "👏", "💪", "👋", "👀",
    "💋", "❤", "💔", "💩", "🔥", "🎉", "🎁", "🎂", "🍺", "☕", "🍎", "🌹", "☀", "🌙", "⭐", "⚡", "🎵", "📷", "📱",
    "💡", "✔", "❓",
];
const IN_A_ROW: usize = 10;

/// Shows them; the one that was picked.
pub fn show(ui: &mut Ui) -> Option<&'static str> {
    let mut picked = None;
    ui.spacing_mut().item_spacing = egui::vec2(2.0, 2.0);
    for row in EMOJI.chunks(IN_A_ROW) {
        ui.horizontal(|ui| {
            for emoji in row {
                let button = Button::new(RichText::new(*emoji).size(20.0))
                    .frame_when_inactive(false)
                    .min_size(egui::vec2(32.0, 32.0));
                if ui.add(button).clicked() {
                    picked = Some(*emoji);
                }
            }
        });
    }
    picked
}
