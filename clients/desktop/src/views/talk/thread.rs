//! The messages of the open conversation. Only what is seen is measured and drawn.

use std::collections::HashMap;

use eframe::egui;
use egui::{Id, Key, Rect, Role, Sense, Ui, WidgetInfo};
use longlink_desktop_core::model::{Item, Peer, Session, Thread, UserId};

use super::plan::{Did, Marks, Plan};
use super::scroll::{Placed, Scroll};
use super::text;
use crate::views::env::Env;
use crate::views::names::{peer_name, user_name};
use crate::views::parts::focus_ring;
use crate::views::theme::palette;
use crate::words::{Words, count, fill};

const BAR: f32 = 10.0;
const END_HEIGHT: f32 = 30.0;
const TOP_HEIGHT: f32 = 44.0;
/// So near to the end of what is here more is asked for.
const AHEAD_ROWS: i64 = 12;
/// So long the message to which one was taken is marked.
const MARKED_MS: i64 = 1_600;

/// How a conversation stands on the screen.
#[derive(Default)]
pub struct ThreadView {
    peer: Option<Peer>,
    scroll: Scroll,
    /// The message that the arrow keys have come to, by its number.
    at: Option<i64>,
    marked: Option<(i64, i64)>,
    /// The last row's number, so that it is known what came since.
    seen_end: i64,
    height: f32,
}

/// What the person did here.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// A message's menu, at this place; whether a key has asked for it.
    Menu(Box<Item>, egui::Pos2, bool),
    Row(Box<Item>, Did),
    Older,
    Newer,
    /// The newest, where that is not in memory.
    End,
    /// More could not be loaded: again.
    Again,
    /// The message that another one answers is to be shown.
    Quote(i64),
    /// Somebody's name is shown.
    Name(UserId),
}

impl ThreadView {
    /// Whether the newest message is before the person's eyes.
    pub fn is_near_end(&self) -> bool {
        self.scroll.is_near_end()
    }

    pub fn to_end(&mut self) {
        self.scroll.to_end();
    }

    /// Brings the message into view and marks it for a moment.
    pub fn to_row(&mut self, row: i64, now: i64) {
        self.scroll.to_row(row, self.height);
        self.marked = Some((row, now + MARKED_MS));
    }

    pub fn id() -> Id {
        Id::unique("messages")
    }

    pub fn show(&mut self, ui: &mut Ui, env: &mut Env, session: &Session, thread: &Thread) -> Vec<Wanted> {
        if self.peer != Some(thread.peer) {
            *self = Self { peer: Some(thread.peer), ..Self::default() };
        }
        let (rect, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
        self.height = rect.height();
        let log = ui.interact(rect, Self::id(), Sense::focusable_noninteractive());
        let name = fill(env.words.talk.log, &[("name", &peer_name(session, env, thread.peer))]);
        log.widget_info(|| WidgetInfo::labeled(Role::List, true, &name));
        let mut ui = ui.new_child(egui::UiBuilder::new().max_rect(rect));
        ui.set_clip_rect(rect);
        let rows = rows_of(thread);
        let mut wanted = Vec::new();
        let moved = self.moved(&ui, rect, log.has_focus(), thread, &mut wanted);
        self.draw(&mut ui, env, session, thread, rect, moved, log.has_focus(), &mut wanted);
        self.bar(&ui, rect, &rows);
        self.jump(&mut ui, env, rect, thread, &mut wanted);
        if log.has_focus() && self.at.is_none() {
            focus_ring(&ui, rect, &palette(&ui));
        }
        wanted
    }

    #[expect(clippy::too_many_arguments, reason = "one frame of the messages, and everything that it is made of")]
    fn draw(
        &mut self,
        ui: &mut Ui,
        env: &mut Env,
        session: &Session,
        thread: &Thread,
        rect: Rect,
        moved: f32,
        has_focus: bool,
        wanted: &mut Vec<Wanted>,
    ) {
        let rows = rows_of(thread);
        let width = rect.width() - BAR;
        let marks = Marks { unread_line: thread.unread_line(), gaps: &session.gaps_shown() };
        let mut plans: HashMap<i64, Plan> = HashMap::new();
        let typing = typing_text(session, env, thread.peer);
        let placed = self.scroll.place(rows.clone(), rect.height(), moved, |row| {
            if let Some(plan) = plans.get(&row) {
                return plan.height;
            }
            match index_of(thread, row).and_then(|at| Plan::measure(ui, env, session, thread, at, marks, width)) {
                Some(plan) => plans.entry(row).or_insert(plan).height,
                None if row < thread.first_index => TOP_HEIGHT,
                None => END_HEIGHT,
            }
        });
        self.marked = self.marked.filter(|(_, until)| *until > env.now_ms);
        if let Some((_, until)) = self.marked {
            ui.ctx().request_repaint_after(std::time::Duration::from_millis((until - env.now_ms).unsigned_abs()));
        }
        for Placed { row, top, height } in &placed {
            let place = Rect::from_min_size(rect.min + egui::vec2(0.0, *top), egui::vec2(width, *height));
            let Some(plan) = plans.get(row) else {
                if *row < thread.first_index {
                    top_row(ui, env, session, thread, place, wanted);
                } else {
                    let galley = text::line(ui, &typing, 12.5, palette(ui).accent, width - 32.0);
                    ui.painter().galley(place.min + egui::vec2(18.0, 8.0), galley, palette(ui).accent);
                }
                continue;
            };
            let Some(item) = index_of(thread, *row).and_then(|at| thread.items.get(at)) else { continue };
            if item.reply_to > 0 && thread.quoted(item.reply_to).is_none() {
                wanted.push(Wanted::Quote(item.reply_to));
            }
            if thread.peer <= 0 && session.people.get(item.from).is_none() {
                wanted.push(Wanted::Name(item.from));
            }
            let is_marked = self.marked.is_some_and(|(marked, _)| marked == *row);
            let is_at = has_focus && self.at == Some(*row);
            match plan.show(ui, env, Id::unique(("message", item.key())), place, is_marked, is_at) {
                Some(Did::Touched(super::bubble::Touched::Menu(at))) => {
                    wanted.push(Wanted::Menu(Box::new(item.clone()), at, false))
                }
                Some(did) => wanted.push(Wanted::Row(Box::new(item.clone()), did)),
                None => {}
            }
            if is_at && ui.input(|input| input.key_pressed(Key::Enter) || input.key_pressed(Key::Space)) {
                wanted.push(Wanted::Menu(Box::new(item.clone()), plan.menu_at(place), true));
            }
        }
        let first = placed.first().map_or(rows.start, |first| first.row);
        let last = placed.last().map_or(rows.end, |last| last.row);
        if thread.is_loaded && !thread.is_loading && thread.failure.is_none() {
            if thread.has_older && first - rows.start < AHEAD_ROWS {
                wanted.push(Wanted::Older);
            } else if thread.has_newer && rows.end - last < AHEAD_ROWS {
                wanted.push(Wanted::Newer);
            }
        }
        if self.scroll.is_near_end() {
            self.seen_end = thread.newest();
        }
    }

    /// How far the person has moved down, by wheel or keys.
    fn moved(&mut self, ui: &Ui, rect: Rect, has_focus: bool, thread: &Thread, wanted: &mut Vec<Wanted>) -> f32 {
        let mut moved = 0.0;
        if ui.rect_contains_pointer(rect) {
            moved -= ui.input(|input| input.smooth_scroll_delta().y);
        }
        if !has_focus {
            self.at = None;
            return moved;
        }
        let filter = egui::EventFilter { vertical_arrows: true, horizontal_arrows: false, tab: false, escape: false };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(Self::id(), filter));
        let pressed = |key| ui.input(|input| input.modifiers.is_none() && input.key_pressed(key));
        let end = thread.first_index + items(thread) - 1;
        if pressed(Key::ArrowUp) {
            self.step(-1, thread.first_index, end);
        }
        if pressed(Key::ArrowDown) {
            self.step(1, thread.first_index, end);
        }
        if pressed(Key::PageUp) {
            moved -= rect.height() * 0.9;
        }
        if pressed(Key::PageDown) {
            moved += rect.height() * 0.9;
        }
        if pressed(Key::End) {
            self.at = Some(end);
            self.scroll.to_end();
            if thread.has_newer {
                wanted.push(Wanted::End);
            }
        }
        if pressed(Key::Home) {
            self.at = Some(thread.first_index);
            self.scroll.to_row(thread.first_index, rect.height());
        }
        moved
    }

    fn step(&mut self, by: i64, first: i64, end: i64) {
        let at = self.at.map_or(end, |at| at + by).clamp(first, end.max(first));
        self.at = Some(at);
        self.scroll.reveal(at, self.height);
    }

    /// The bar by which one goes far.
    fn bar(&mut self, ui: &Ui, rect: Rect, rows: &std::ops::Range<i64>) {
        let (from, long) = self.scroll.part(rows);
        if long >= 1.0 {
            return;
        }
        let track = Rect::from_min_max(egui::pos2(rect.right() - BAR, rect.top()), rect.right_bottom());
        let tall = (track.height() * long).max(24.0);
        let top = track.top() + (track.height() - tall) * (from / (1.0 - long)).clamp(0.0, 1.0);
        let thumb = Rect::from_min_size(egui::pos2(track.left() + 2.0, top), egui::vec2(BAR - 4.0, tall));
        let response = ui.interact(track, Id::unique("messages bar"), Sense::CLICK | Sense::DRAG);
        let ink = palette(ui).soft.gamma_multiply(if response.hovered() || response.dragged() { 0.7 } else { 0.35 });
        ui.painter().rect_filled(thumb, 3.0, ink);
        if let Some(pos) = response.interact_pointer_pos() {
            let part = (pos.y - track.top() - tall / 2.0) / (track.height() - tall).max(1.0);
            self.scroll.to_part(part * (1.0 - long), rows);
            ui.ctx().request_repaint();
        }
    }

    /// The way back to the newest message, with how many came meanwhile.
    fn jump(&mut self, ui: &mut Ui, env: &Env, rect: Rect, thread: &Thread, wanted: &mut Vec<Wanted>) {
        if self.scroll.is_near_end() && !thread.has_newer {
            return;
        }
        let new = thread.items.iter().rev().take_while(|item| item.queue_id > self.seen_end).count() as u64;
        let name = if new > 0 && self.seen_end > 0 {
            count(new, env.words.talk.new_below_one, env.words.talk.new_below_other)
        } else {
            env.words.talk.to_end.to_owned()
        };
        let place = Rect::from_min_size(rect.right_bottom() - egui::vec2(BAR + 54.0, 48.0), egui::vec2(44.0, 38.0));
        let label = if new > 0 && self.seen_end > 0 { format!("⬇ {new}") } else { "⬇".to_owned() };
        let button = egui::Button::new(label).corner_radius(18).fill(palette(ui).raised);
        if ui.put(place, button).on_hover_text(&name).accessible_name(&name).clicked() {
            self.scroll.to_end();
            if thread.has_newer {
                wanted.push(Wanted::End);
            }
        }
    }
}

/// One row for each item, one above them and one below.
fn rows_of(thread: &Thread) -> std::ops::Range<i64> {
    thread.first_index - 1..thread.first_index + items(thread) + 1
}

fn items(thread: &Thread) -> i64 {
    i64::try_from(thread.items.len()).unwrap_or(0)
}

fn index_of(thread: &Thread, row: i64) -> Option<usize> {
    usize::try_from(row - thread.first_index).ok().filter(|at| *at < thread.items.len())
}

/// What stands above the oldest message: that there are more, that there are none, or why nothing is there.
fn top_row(ui: &mut Ui, env: &Env, session: &Session, thread: &Thread, place: Rect, wanted: &mut Vec<Wanted>) {
    if thread.failure.is_some() {
        let button = egui::Button::new(env.words.talk.retry_older).small();
        if ui.put(place.shrink2(egui::vec2(40.0, 6.0)), button).clicked() {
            wanted.push(Wanted::Again);
        }
        return;
    }
    let words = top_text(env.words, session, thread);
    let galley = text::line(ui, words, 12.5, palette(ui).soft, place.width() - 32.0);
    let at = place.center() - galley.size() / 2.0;
    super::bubble::said(ui, Id::unique("top of messages"), Rect::from_min_size(at, galley.size()), words);
    ui.painter().galley(at, galley, palette(ui).soft);
}

fn top_text(words: &'static Words, session: &Session, thread: &Thread) -> &'static str {
    let w = &words.talk;
    match () {
        () if !thread.is_loaded && !session.link.is_online() => w.offline,
        () if !thread.is_loaded => w.loading,
        () if thread.has_older && thread.is_loading => w.older,
        () if thread.has_older => "",
        () if thread.items.is_empty() => w.empty,
        () => w.begin,
    }
}

fn typing_text(session: &Session, env: &Env, peer: Peer) -> String {
    let w = &env.words.talk;
    let who: Vec<_> = session.typing.in_talk(peer).take(3).map(|user| user_name(session, env, user)).collect();
    match who.as_slice() {
        [] => String::new(),
        [a] => fill(w.typing1, &[("a", a)]),
        [a, b] => fill(w.typing2, &[("a", a), ("b", b)]),
        _ => w.typing_many.to_owned(),
    }
}
