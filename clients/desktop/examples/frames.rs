//! How long a frame takes with ten thousand conversations and a hundred thousand messages, without a window:
//! `cargo run --release -p longlink-desktop --example frames`. What the graphics card does is not in it.

#![expect(clippy::disallowed_methods, reason = "it measures")]

use std::time::{Duration, Instant};

use eframe::egui::{self, Event, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase, pos2, vec2};
use jiff::tz::TimeZone;
use longlink_client::pb;
use longlink_desktop::views::env::Env;
use longlink_desktop::views::shell::Shell;
use longlink_desktop::views::theme;
use longlink_desktop::words::Language;
use longlink_desktop_core::accounts::AppSettings;
use longlink_desktop_core::model::{Item, Opened, Page, Session, Talk, Told, Wish};

const ME: i64 = 1;
const ANNA: i64 = 2;
const TALKS: i64 = 10_000;
const MESSAGES: i64 = 100_000;
const FRAMES: usize = 600;
const NOW: i64 = 1_606_300_200_000;

struct Screen {
    ctx: egui::Context,
    env: Env,
    session: Session,
    shell: Shell,
    settings: AppSettings,
    time: f64,
    rows: usize,
}

fn main() {
    let mut screen = Screen::new();
    println!(
        "{TALKS} conversations, {MESSAGES} messages in one of them, a window of 1280 x 800; {FRAMES} frames of each"
    );
    screen.measure("the list, nothing happens", |_, _| Vec::new());
    screen.measure("the list, scrolled", |_, at| wheel(150.0, if at % 200 < 100 { -300.0 } else { 300.0 }));
    screen.shell.open(&mut screen.session, ANNA);
    screen.answer();
    screen.measure("a conversation, nothing happens", |_, _| Vec::new());
    let mut pages = 0;
    screen.measure("a conversation, read upwards", |screen, _| {
        pages += screen.answer();
        wheel(800.0, 300.0)
    });
    println!("  {pages} pages of older messages came meanwhile");
    screen.measure("a conversation, a letter typed in each frame", |screen, at| {
        if at.is_multiple_of(50) { vec![enter(true), enter(false)] } else { screen.typed(at) }
    });
    if let Some(kb) = resident_kb() {
        println!("resident: {} MB, all of it this program's own (there is no window)", kb / 1024);
    }
}

impl Screen {
    fn new() -> Self {
        let ctx = egui::Context::default();
        theme::install(&ctx);
        let mut env = Env::new(Language::English, TimeZone::UTC);
        env.now_ms = NOW;
        let mut session = Session::new();
        session.advance(NOW);
        session.tell(Told::Opened(Box::new(opened())));
        session.tell(Told::Connected { user_id: ME, user_name: "me".to_owned(), cursor: 0, head: 0, kept_from: 0 });
        Self { ctx, env, session, shell: Shell::default(), settings: AppSettings::default(), time: 0.0, rows: 0 }
    }

    /// The pages that are asked for.
    fn answer(&mut self) -> usize {
        let mut pages = 0;
        for wish in self.session.take_wishes() {
            if let Wish::Load { number, peer, before, after, .. } = wish {
                let end = if before == 0 { MESSAGES + 1 } else { before };
                let range =
                    if after > 0 { after + 1..(after + 101).min(MESSAGES + 1) } else { (end - 100).max(1)..end };
                let has_more = if after > 0 { range.end <= MESSAGES } else { range.start > 1 };
                let items = range.map(|id| Item::of(&entry(id))).collect();
                self.session.tell(Told::Page(Page { number, peer, items, has_more, has_holes: false }));
                pages += 1;
            }
        }
        pages
    }

    fn typed(&mut self, at: usize) -> Vec<Event> {
        self.session.set_focused(true);
        vec![Event::Text(if at.is_multiple_of(7) { " " } else { "a" }.to_owned())]
    }

    fn frame(&mut self, events: Vec<Event>) {
        self.time += 1.0 / 60.0;
        self.env.now_ms += 16;
        self.env.rows_laid_out = 0;
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(pos2(0.0, 0.0), vec2(1_280.0, 800.0))),
            time: Some(self.time),
            events,
            ..egui::RawInput::default()
        };
        let (env, session, shell, settings) = (&mut self.env, &mut self.session, &mut self.shell, &mut self.settings);
        session.advance(env.now_ms);
        let mut output = self.ctx.run_ui(input, |ui| {
            shell.show(ui, env, session, settings, &[]);
        });
        output.textures_delta.clear();
        let _ = self.ctx.tessellate(output.shapes, 1.0);
        self.rows = self.env.rows_laid_out;
    }

    fn measure(&mut self, what: &str, mut events: impl FnMut(&mut Self, usize) -> Vec<Event>) {
        for _ in 0..5 {
            self.frame(Vec::new());
        }
        let mut times = Vec::with_capacity(FRAMES);
        for at in 0..FRAMES {
            let events = events(self, at);
            let began = Instant::now();
            self.frame(events);
            times.push(began.elapsed());
        }
        times.sort();
        let ms = |at: usize| times.get(at).map_or(0.0, |time: &Duration| time.as_secs_f64() * 1_000.0);
        let mean = times.iter().sum::<Duration>().as_secs_f64() * 1_000.0 / FRAMES as f64;
        let (median, late, worst) = (ms(FRAMES / 2), ms(FRAMES * 99 / 100), ms(FRAMES - 1));
        println!(
            "{what:45} {mean:6.2} ms a frame, median {median:.2}, 99 % {late:.2}, worst {worst:.2}; {} rows",
            self.rows
        );
    }
}

fn wheel(x: f32, by: f32) -> Vec<Event> {
    let (unit, source, phase) = (MouseWheelUnit::Point, MouseWheelSource::Unknown, TouchPhase::Move);
    let turned = Event::MouseWheel { unit, delta: vec2(0.0, by), phase, source, modifiers: Modifiers::NONE };
    vec![Event::PointerMoved(pos2(x, 400.0)), turned]
}

fn enter(pressed: bool) -> Event {
    Event::Key { key: egui::Key::Enter, physical_key: None, pressed, repeat: false, modifiers: Modifiers::NONE }
}

fn opened() -> Opened {
    let talk = |id: i64| {
        let mut talk = Talk::new(id);
        talk.last = Some(Item::of(&entry(MESSAGES - TALKS + id)));
        talk.rank = id;
        talk
    };
    Opened {
        user_id: ME,
        user_name: "me".to_owned(),
        users: (1..TALKS + 2).map(|id| pb::User { id, name: format!("user{id}"), ..pb::User::default() }).collect(),
        talks: (2..TALKS + 2).map(talk).collect(),
        is_list_whole: true,
        ..Opened::default()
    }
}

/// What was said, in both scripts, some of it long, with links.
fn entry(id: i64) -> pb::Entry {
    let is_mine = id % 3 == 0;
    let words = ["a few words of it ", "再说几句话 ", "see https://example.org/a/page ", "and so on "];
    let text: String = words
        .iter()
        .cycle()
        .skip(id.unsigned_abs() as usize % 4)
        .take(1 + id.unsigned_abs() as usize % 23)
        .copied()
        .collect();
    pb::Entry {
        queue_id: id,
        from: if is_mine { ME } else { ANNA },
        to: if is_mine { ANNA } else { ME },
        client_msg_id: format!("m{id}"),
        content_type: pb::ContentType::Text as u32,
        content: text.into(),
        sent_at_ms: NOW - (MESSAGES - id) * 60_000,
        ..pb::Entry::default()
    }
}

fn resident_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()
}
