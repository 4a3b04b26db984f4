//! An account on a screen that nobody sees: its model is told what a server would say.

use std::time::Duration;

use eframe::egui::{self, Role, Theme, Vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, Node};
use jiff::tz::TimeZone;
use longlink_client::{Broken, pb};
use longlink_desktop::views::env::Env;
use longlink_desktop::views::shell::{Left, Shell};
use longlink_desktop::views::theme;
use longlink_desktop::words::Language;
use longlink_desktop_core::accounts::AppSettings;
use longlink_desktop_core::model::{Answered, Asking, Item, Opened, Page, Peer, Session, Told, Wish};

pub(crate) const ME: i64 = 1;
pub(crate) const ANNA: i64 = 2;
pub(crate) const BOB: i64 = 3;
pub(crate) const GROUP: Peer = -5;
/// Wednesday, 25 November 2020, 10:30 in UTC.
pub(crate) const NOW: i64 = 1_606_300_200_000;

pub(crate) type Screen = Harness<'static, Stage>;

pub(crate) struct Stage {
    pub(crate) env: Env,
    pub(crate) session: Session,
    pub(crate) shell: Shell,
    pub(crate) settings: AppSettings,
    pub(crate) left: Option<Left>,
    /// What the model wished and nobody has looked at yet.
    pub(crate) wishes: Vec<Wish>,
    /// How many frames were drawn, and how many rows in the last one.
    pub(crate) frames: usize,
    pub(crate) rows: usize,
}

impl Stage {
    pub(crate) fn new(language: Language) -> Self {
        let mut env = Env::new(language, TimeZone::UTC);
        env.now_ms = NOW;
        let mut session = Session::new();
        session.advance(NOW);
        Self {
            env,
            session,
            shell: Shell::default(),
            settings: AppSettings::default(),
            left: None,
            wishes: Vec::new(),
            frames: 0,
            rows: 0,
        }
    }

    /// Logged in as me, with Anna and Bob, a group of the three, and nothing said.
    pub(crate) fn among_friends(language: Language) -> Self {
        let mut stage = Self::new(language);
        let opened = Opened {
            user_id: ME,
            user_name: "me".to_owned(),
            users: vec![user(ME, "me"), user(ANNA, "anna"), user(BOB, "bob")],
            groups: vec![group(GROUP, "Friends", pb::GroupRole::Owner)],
            contacts: vec![contact(ANNA, "anna", pb::ContactState::Contact)],
            is_list_whole: true,
            ..Opened::default()
        };
        stage.session.tell(Told::Opened(Box::new(opened)));
        stage.connect();
        stage
    }

    pub(crate) fn connect(&mut self) {
        let user_name = "me".to_owned();
        self.session.tell(Told::Connected { user_id: ME, user_name, cursor: 0, head: 0, kept_from: 0 });
        self.drain();
    }

    pub(crate) fn disconnect(&mut self) {
        let why = Broken::Gone;
        self.session.tell(Told::Disconnected { why, retry_in: Duration::from_secs(20) });
    }

    /// Opens a conversation that has these entries.
    pub(crate) fn open(&mut self, peer: Peer, entries: &[pb::Entry]) {
        self.shell.open(&mut self.session, peer);
        self.page(peer, 0, entries, false);
    }

    /// Answers the question for the entries of a conversation before this one (0: the latest).
    pub(crate) fn page(&mut self, peer: Peer, before: i64, entries: &[pb::Entry], has_more: bool) {
        self.drain();
        let asked =
            |wish: &Wish| matches!(wish, Wish::Load { peer: of, before: from, .. } if (*of, *from) == (peer, before));
        let at = self.wishes.iter().rposition(asked).unwrap_or_else(|| panic!("not asked for: {:?}", self.wishes));
        let Wish::Load { number, .. } = self.wishes.remove(at) else { unreachable!() };
        let items = entries.iter().map(Item::of).collect();
        self.session.tell(Told::Page(Page { number, peer, items, has_more, has_holes: false }));
    }

    /// Before which entry older ones are asked for.
    pub(crate) fn older_wanted(&mut self) -> Option<i64> {
        self.drain();
        self.wishes.iter().rev().find_map(|wish| match wish {
            Wish::Load { before: before @ 1.., after: 0, .. } => Some(*before),
            _ => None,
        })
    }

    fn drain(&mut self) {
        self.wishes.extend(self.session.take_wishes());
    }

    fn frame(&mut self, ui: &mut egui::Ui) {
        self.frames += 1;
        self.env.rows_laid_out = 0;
        self.env.pictures.next_frame();
        self.session.set_focused(true);
        self.session.advance(self.env.now_ms);
        let left = self.shell.show(ui, &mut self.env, &mut self.session, &mut self.settings, &[]);
        self.left = left.or(self.left.take());
        self.rows = self.env.rows_laid_out;
        self.drain();
    }

    /// The last message that was to be sent.
    pub(crate) fn sent(&self) -> Option<(Peer, String, i64)> {
        self.wishes.iter().rev().find_map(|wish| match wish {
            Wish::Send(outgoing) => {
                Some((outgoing.to, String::from_utf8_lossy(&outgoing.content).into_owned(), outgoing.reply_to))
            }
            _ => None,
        })
    }

    /// Takes the question that fits, and answers it.
    pub(crate) fn answer<T>(&mut self, fits: impl Fn(&Asking) -> Option<T>, answer: Answered) -> T {
        let at = self.wishes.iter().position(|wish| matches!(wish, Wish::Ask { asking, .. } if fits(asking).is_some()));
        let at = at.unwrap_or_else(|| panic!("nothing like it was asked: {:?}", self.wishes));
        let Wish::Ask { ticket, asking } = self.wishes.remove(at) else { unreachable!() };
        self.session.tell(Told::Answered { ticket, answer: Ok(Box::new(answer)) });
        fits(&asking).unwrap()
    }
}

pub(crate) fn screen(stage: Stage) -> Screen {
    screen_in(stage, Theme::Light, Vec2::new(1_000.0, 720.0))
}

pub(crate) fn screen_in(stage: Stage, theme: Theme, size: Vec2) -> Screen {
    let builder = Harness::builder().with_size(size).with_theme(theme).allow_missing_glyphs();
    let builder = builder.with_context_setup(theme::install);
    builder.build_ui_state(|ui, stage: &mut Stage| stage.frame(ui), stage)
}

/// Clicks what has this name, and lets the screen settle.
pub(crate) fn click(screen: &mut Screen, name: &str) {
    screen.get_by_label(name).click();
    screen.run();
}

pub(crate) fn type_into(screen: &mut Screen, field: &str, text: &str) {
    screen.get_by_label(field).focus();
    screen.run();
    screen.get_by_label(field).type_text(text);
    screen.run();
}

pub(crate) fn press(screen: &mut Screen, key: egui::Key) {
    screen.key_press(key);
    screen.run();
}

pub(crate) fn press_with(screen: &mut Screen, modifiers: egui::Modifiers, key: egui::Key) {
    screen.key_press_modifiers(modifiers, key);
    screen.run();
}

/// Controls of which nobody who cannot see them knows what they are for.
pub(crate) fn nameless(screen: &Screen) -> Vec<String> {
    nameless_of(screen.root())
}

pub(crate) fn nameless_of(root: Node<'_>) -> Vec<String> {
    let is_control = |role: Role| {
        let buttons = matches!(
            role,
            Role::Button | Role::CheckBox | Role::RadioButton | Role::Link | Role::ComboBox | Role::Slider
        );
        buttons
            || matches!(
                role,
                Role::TextInput | Role::MultilineTextInput | Role::PasswordInput | Role::DisclosureTriangle
            )
    };
    let mut without = Vec::new();
    let mut stack = vec![root.accesskit_node()];
    while let Some(node) = stack.pop() {
        stack.extend(node.children());
        let name = node.label().unwrap_or_default();
        if is_control(node.role()) && name.trim().is_empty() {
            without.push(format!("{:?} at {:?}", node.role(), node.bounding_box()));
        }
    }
    without
}

pub(crate) fn user(id: i64, name: &str) -> pb::User {
    pb::User { id, name: name.to_owned(), ..pb::User::default() }
}

pub(crate) fn contact(id: i64, name: &str, state: pb::ContactState) -> pb::Contact {
    pb::Contact { user: Some(user(id, name)), state: state.into(), ..pb::Contact::default() }
}

pub(crate) fn group(id: Peer, name: &str, role: pb::GroupRole) -> pb::Group {
    pb::Group { id, name: name.to_owned(), owner: ME, member_count: 3, role: role.into(), ..pb::Group::default() }
}

/// What somebody said, a minute after what was said before.
pub(crate) fn entry(queue_id: i64, from: i64, to: Peer, text: &str) -> pb::Entry {
    pb::Entry {
        queue_id,
        from,
        to,
        client_msg_id: format!("m{queue_id}"),
        content_type: pb::ContentType::Text as u32,
        content: text.to_owned().into(),
        sent_at_ms: NOW - 3_600_000 + queue_id * 60_000,
        ..pb::Entry::default()
    }
}
