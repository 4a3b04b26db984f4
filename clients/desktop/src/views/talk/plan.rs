//! One row of a conversation, measured before it is drawn: what stands above a message, and the message.

use std::sync::Arc;

use eframe::egui;
use egui::{Galley, Id, Pos2, Rect, Sense, Ui};
use longlink_desktop_core::model::{Content, Delivery, Item, Session, Thread, TimeMs};

use super::bubble::{Bubble, Touched, said};
use super::shown::shown;
use super::text;
use crate::views::avatar::{self, Face};
use crate::views::env::Env;
use crate::views::fails::failure_text;
use crate::views::names::{event_text, picture_of, user_name};
use crate::views::parts::focus_ring;
use crate::views::theme::palette;

/// Messages of one person that are nearer than this stand together.
const TOGETHER_MS: TimeMs = 5 * 60_000;
const SIDE: f32 = 16.0;
const SIGN: f32 = 34.0;
const BUBBLE_MAX: f32 = 620.0;
const FAILED_HEIGHT: f32 = 34.0;

/// A row that was measured.
pub struct Plan {
    pub height: f32,
    /// Lines in the middle of the view above the message, each with its height and whether it is an accent.
    above: Vec<Above>,
    body: Body,
    top: f32,
    is_mine: bool,
    /// How far a bubble stands to the right of the edge, for the signs beside it.
    indent: f32,
    /// Why it was not sent.
    failed: Option<String>,
}

struct Above {
    words: String,
    galley: Arc<Galley>,
    height: f32,
    is_accent: bool,
}

enum Body {
    Bubble { bubble: Box<Bubble>, sign: Option<Sign> },
    Event { words: String, galley: Arc<Galley> },
}

/// Whose message it is, beside the last one of a run.
struct Sign {
    user: i64,
    name: String,
    picture: String,
}

/// What the person did to a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Did {
    Touched(Touched),
    Card(i64),
    Retry,
    Discard,
}

/// Where the lines about the conversation stand.
#[derive(Clone, Copy)]
pub struct Marks<'a> {
    pub unread_line: Option<usize>,
    pub gaps: &'a [usize],
}

impl Plan {
    pub fn measure(
        ui: &Ui,
        env: &Env,
        session: &Session,
        thread: &Thread,
        at: usize,
        marks: Marks<'_>,
        width: f32,
    ) -> Option<Self> {
        let item = thread.items.get(at)?;
        let before = at.checked_sub(1).and_then(|before| thread.items.get(before));
        let above = above(ui, env, item, before, at, marks, width);
        let is_mine = item.from == session.me;
        let is_first = !above.is_empty() || !before.is_some_and(|before| together(before, item));
        let is_last = !thread.items.get(at + 1).is_some_and(|next| together(item, next));
        let has_signs = thread.peer <= 0 && !is_mine;
        let body = if let Content::Event(event) = &item.content {
            let words = event_text(session, env, item.from, event);
            let galley = text::lines(ui, &words, 12.5, palette(ui).soft, width - 4.0 * SIDE);
            Body::Event { words, galley }
        } else {
            let room = (width - 2.0 * SIDE - if has_signs { SIGN + 8.0 } else { 0.0 }) * 0.84;
            let sign = (has_signs && is_last).then(|| Sign {
                user: item.from,
                name: user_name(session, env, item.from),
                picture: picture_of(session, item.from).to_owned(),
            });
            let shown = shown(session, env, thread, item, is_first);
            Body::Bubble { bubble: Box::new(Bubble::measure(ui, shown, room.min(BUBBLE_MAX))), sign }
        };
        let failed = match &item.delivery {
            Delivery::Failed(why) => Some(failure_text(env.words, why, matches!(item.content, Content::Upload(_)))),
            Delivery::Uploading | Delivery::Sending | Delivery::Kept => None,
        };
        let top = above.iter().map(|line| line.height).sum::<f32>() + if is_first { 8.0 } else { 2.0 };
        let tall = match &body {
            Body::Bubble { bubble, .. } => bubble.size.y,
            Body::Event { galley, .. } => galley.size().y + 8.0,
        };
        let height = top + tall + if failed.is_some() { FAILED_HEIGHT } else { 0.0 };
        let indent = if has_signs { SIGN + 8.0 } else { 0.0 };
        Some(Self { height, above, body, top, is_mine, indent, failed })
    }

    /// Draws it into this place.
    pub fn show(
        &self,
        ui: &mut Ui,
        env: &mut Env,
        id: Id,
        rect: Rect,
        is_marked: bool,
        has_focus: bool,
    ) -> Option<Did> {
        let look = palette(ui);
        env.rows_laid_out += 1;
        let mut y = rect.top();
        for line in &self.above {
            let ink = if line.is_accent { look.accent } else { look.soft };
            let size = line.galley.size();
            let at = egui::pos2(rect.center().x - size.x / 2.0, y + (line.height - size.y) / 2.0);
            ui.painter().galley(at, Arc::clone(&line.galley), ink);
            said(ui, id.with(&line.words), Rect::from_min_size(at, size), &line.words);
            if line.is_accent {
                let stroke = egui::Stroke::new(1.0, look.accent.gamma_multiply(0.5));
                let middle = y + line.height / 2.0;
                ui.painter().hline(rect.left() + SIDE..=at.x - 8.0, middle, stroke);
                ui.painter().hline(at.x + size.x + 8.0..=rect.right() - SIDE, middle, stroke);
            }
            y += line.height;
        }
        let y = rect.top() + self.top;
        let did = match &self.body {
            Body::Event { words, galley } => {
                let at = egui::pos2(rect.center().x - galley.size().x / 2.0, y + 4.0);
                ui.painter().galley(at, Arc::clone(galley), look.soft);
                said(ui, id, Rect::from_min_size(at, galley.size()), words);
                None
            }
            Body::Bubble { bubble, sign } => self.show_bubble(ui, env, id, rect, y, bubble, sign.as_ref(), is_marked),
        };
        if has_focus {
            focus_ring(
                ui,
                Rect::from_min_max(
                    egui::pos2(rect.left() + 4.0, y - 2.0),
                    egui::pos2(rect.right() - 4.0, rect.bottom() + 1.0),
                ),
                &look,
            );
        }
        did
    }

    /// Where a menu about it opens when no mouse says where.
    pub fn menu_at(&self, rect: Rect) -> Pos2 {
        let x = if self.is_mine { rect.right() - 200.0 } else { rect.left() + SIDE + 60.0 };
        egui::pos2(x, rect.top() + self.top + 24.0)
    }

    #[expect(clippy::too_many_arguments, reason = "one bubble, and everything that stands round it")]
    fn show_bubble(
        &self,
        ui: &mut Ui,
        env: &mut Env,
        id: Id,
        rect: Rect,
        y: f32,
        bubble: &Bubble,
        sign: Option<&Sign>,
        is_marked: bool,
    ) -> Option<Did> {
        let left = rect.left() + SIDE;
        let x = if self.is_mine { rect.right() - SIDE - bubble.size.x } else { left + self.indent };
        let mut did = bubble.show(ui, env, id, egui::pos2(x, y), is_marked).map(Did::Touched);
        if let Some(sign) = sign {
            let middle = egui::pos2(left + SIGN / 2.0, y + bubble.size.y - SIGN / 2.0);
            let spot = Rect::from_center_size(middle, egui::vec2(SIGN, SIGN));
            let response = ui.interact(spot, id.with("sign"), Sense::CLICK).on_hover_text(&sign.name);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &sign.name));
            let face = Face { peer: sign.user, name: &sign.name, picture: &sign.picture, is_online: false };
            avatar::paint(ui, env, middle, SIGN, &face);
            if response.clicked() {
                did = Some(Did::Card(sign.user));
            }
        }
        if let Some(why) = &self.failed {
            did = failed(ui, env, rect, y + bubble.size.y + 2.0, why).or(did);
        }
        did
    }
}

/// Below a message that was not sent: why, and what can be done.
fn failed(ui: &mut Ui, env: &Env, rect: Rect, y: f32, why: &str) -> Option<Did> {
    let place =
        Rect::from_min_max(egui::pos2(rect.left() + SIDE, y), egui::pos2(rect.right() - SIDE, y + FAILED_HEIGHT - 4.0));
    let mut did = None;
    let builder = egui::UiBuilder::new().max_rect(place).layout(egui::Layout::right_to_left(egui::Align::Center));
    ui.scope_builder(builder, |ui| {
        if ui.small_button(env.words.act.state_delete).clicked() {
            did = Some(Did::Discard);
        }
        if ui.small_button(env.words.act.state_retry).clicked() {
            did = Some(Did::Retry);
        }
        let danger = palette(ui).danger;
        ui.add(egui::Label::new(egui::RichText::new(why).size(12.5).color(danger)).truncate());
    });
    did
}

fn above(
    ui: &Ui,
    env: &Env,
    item: &Item,
    before: Option<&Item>,
    at: usize,
    marks: Marks<'_>,
    width: f32,
) -> Vec<Above> {
    let look = palette(ui);
    let mut lines = Vec::new();
    let mut put = |words: String, height: f32, is_accent: bool| {
        let ink = if is_accent { look.accent } else { look.soft };
        let galley = text::lines(ui, &words, 12.5, ink, width - 4.0 * SIDE);
        let height = height.max(galley.size().y + 12.0);
        lines.push(Above { words, galley, height, is_accent });
    };
    if marks.gaps.contains(&at) {
        put(env.words.talk.gap.to_owned(), 30.0, false);
    }
    let day = env.dates.day(item.sent_at_ms);
    if before.is_none_or(|before| env.dates.day(before.sent_at_ms) != day) {
        put(env.dates.day_name(item.sent_at_ms, env.now_ms), 34.0, false);
    }
    if marks.unread_line == Some(at) {
        put(env.words.talk.new.to_owned(), 30.0, true);
    }
    lines
}

fn together(one: &Item, next: &Item) -> bool {
    one.from == next.from && !one.is_event() && !next.is_event() && next.sent_at_ms - one.sent_at_ms < TOGETHER_MS
}
