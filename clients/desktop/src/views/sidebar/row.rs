//! One line of a list: a conversation with its last word, or a person. All lines are equally tall, so that a list of ten
//! thousand lays out those that are seen.

use std::sync::Arc;

use eframe::egui;
use egui::{Align2, Color32, FontId, Id, Rect, Response, Role, Sense, Ui, WidgetInfo};
use longlink_desktop_core::model::Peer;

use crate::views::avatar::{self, Face};
use crate::views::env::Env;
use crate::views::parts::{badge, focus_ring};
use crate::views::talk::text::line as laid_out;
use crate::views::theme::palette;
use crate::words::count;

pub const HEIGHT: f32 = 62.0;
const SIGN: f32 = 44.0;
const PAD: f32 = 10.0;
/// More are not told exactly.
const UNREAD_SHOWN: u32 = 99;

/// What a line shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    pub peer: Peer,
    pub name: String,
    pub picture: String,
    pub is_online: bool,
    /// The last word, or what is to be said of a person.
    pub text: String,
    /// The text is about something that happens now.
    pub is_lively: bool,
    pub time: String,
    pub unread: u32,
    pub is_mentioned: bool,
    pub is_pinned: bool,
    pub is_muted: bool,
    pub is_failed: bool,
    pub is_current: bool,
}

/// The id of a line, wherever it stands.
pub fn id_of(list: &str, peer: Peer) -> Id {
    Id::unique(("line", list, peer))
}

/// Draws a line into this place. It can be clicked, and has the focus when the arrow keys are in the list.
pub fn show(ui: &mut Ui, env: &mut Env, list: &str, line: &Line, rect: Rect) -> Response {
    show_as(ui, env, id_of(list, line.peer), line, rect)
}

/// The same where one peer may have several lines.
pub fn show_as(ui: &mut Ui, env: &mut Env, id: Id, line: &Line, rect: Rect) -> Response {
    let look = palette(ui);
    env.rows_laid_out += 1;
    let response = ui.interact(rect, id, Sense::click());
    let said = spoken(env, line);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, line.is_current, &said));
    let card = rect.shrink2(egui::vec2(4.0, 1.0));
    if line.is_current {
        ui.painter().rect_filled(card, 10.0, look.chosen);
    } else if response.hovered() {
        ui.painter().rect_filled(card, 10.0, look.hover);
    }
    if response.has_focus() {
        focus_ring(ui, card, &look);
    }
    let middle = egui::pos2(rect.left() + PAD + SIGN / 2.0, rect.center().y);
    let face = Face { peer: line.peer, name: &line.name, picture: &line.picture, is_online: line.is_online };
    avatar::paint(ui, env, middle, SIGN, &face);
    words(ui, line, rect);
    response
}

fn words(ui: &Ui, line: &Line, rect: Rect) {
    let look = palette(ui);
    let left = rect.left() + PAD + SIGN + 10.0;
    let right = rect.right() - PAD;
    let (upper, lower) = (rect.top() + 20.0, rect.top() + 42.0);
    let mut signs = line.time.clone();
    if line.is_muted {
        signs.insert_str(0, "🔇 ");
    }
    if line.is_pinned {
        signs.insert_str(0, "📌 ");
    }
    let time = ui.painter().layout_no_wrap(signs, FontId::proportional(11.5), look.soft);
    let time_left = right - time.size().x;
    ui.painter().galley(egui::pos2(time_left, upper - time.size().y / 2.0), Arc::clone(&time), look.soft);
    let name = laid_out(ui, &line.name, 14.5, look.ink, (time_left - left - 8.0).max(20.0));
    ui.painter().galley(egui::pos2(left, upper - name.size().y / 2.0), name, look.ink);
    let mut end = right;
    if line.is_failed {
        end = badge(ui, egui::pos2(end, lower), "!", look.danger, Color32::WHITE).left() - 4.0;
    } else if line.unread > 0 {
        let number = if line.unread > UNREAD_SHOWN { format!("{UNREAD_SHOWN}+") } else { line.unread.to_string() };
        let (fill, ink) =
            if line.is_muted && !line.is_mentioned { (look.line, look.soft) } else { (look.accent, look.on_accent) };
        end = badge(ui, egui::pos2(end, lower), &number, fill, ink).left() - 4.0;
        if line.is_mentioned {
            end = badge(ui, egui::pos2(end, lower), "@", look.accent, look.on_accent).left() - 4.0;
        }
    }
    let ink = if line.is_lively { look.accent } else { look.soft };
    let text = laid_out(ui, &line.text.replace('\n', " "), 13.0, ink, (end - left - 4.0).max(20.0));
    ui.painter().galley(egui::pos2(left, lower - text.size().y / 2.0), text, ink);
}

/// The whole line, for who has it read out.
fn spoken(env: &Env, line: &Line) -> String {
    let w = env.words;
    let mut parts = vec![line.name.clone()];
    if line.is_online {
        parts.push(w.peer.online.to_owned());
    }
    if line.unread > 0 {
        parts.push(count(u64::from(line.unread), w.list.unread_one, w.list.unread_other));
    }
    if line.is_mentioned {
        parts.push(w.list.mentioned.to_owned());
    }
    if line.is_failed {
        parts.push(w.act.state_failed.to_owned());
    }
    if line.is_pinned {
        parts.push(w.talk.pinned.to_owned());
    }
    if line.is_muted {
        parts.push(w.talk.muted2.to_owned());
    }
    parts.extend([line.text.clone(), line.time.clone()].into_iter().filter(|part| !part.is_empty()));
    parts.join(", ")
}

/// A heading between lines.
pub fn heading(ui: &Ui, rect: Rect, text: &str) {
    let look = palette(ui);
    ui.painter().text(
        egui::pos2(rect.left() + PAD + 2.0, rect.bottom() - 6.0),
        Align2::LEFT_BOTTOM,
        text,
        FontId::proportional(12.0),
        look.soft,
    );
    let response = ui.interact(rect, ui.scope_id().with(("heading", text)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Heading, true, text));
}
