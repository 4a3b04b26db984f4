//! What comes from the bridge and from around the window.

use eframe::egui::{self, ViewportCommand};
use longlink_client::Code;
use longlink_desktop_core::accounts::{Account, AccountKey};
use longlink_desktop_core::bridge::{Bridge, LoginError, Seen};
use longlink_desktop_core::model::{Content, Notice as News, Peer, Session, Told};

use super::App;
use super::open::Open;
use crate::platform::{Happened, Notice, Platform};
use crate::views::env::Env;
use crate::views::fails::{About, code_text};
use crate::views::names::{content_text, peer_name, user_name};
use crate::views::pictures::PictureKey;
use crate::words::fill;

/// In one frame at most so many are taken, so that a flood does not hold the screen up.
const SEEN_MAX: usize = 512;

impl App {
    pub(super) fn open_account(&mut self, account: Account) {
        if let Some(bridge) = &self.bridge {
            bridge.open(&account.key);
        }
        self.open.retain(|open| open.account.key != account.key);
        self.open.push(Open::new(account, self.env.now_ms));
    }

    pub(super) fn take_seen(&mut self, ctx: &egui::Context) {
        for _ in 0..SEEN_MAX {
            let Some(seen) = self.bridge.as_mut().and_then(Bridge::try_next) else { return };
            match seen {
                Seen::Told(key, told) => self.tell(&key, told),
                Seen::LoggedIn { account, vault } => {
                    self.entrance.is_busy = false;
                    self.entrance.password.clear();
                    self.entrance.problem.clear();
                    self.entrance.note.clear();
                    self.entrance.vault = Some(vault);
                    let key = account.key.clone();
                    self.open_account(account);
                    self.show_account(key);
                }
                Seen::LoginFailed(why) => {
                    self.entrance.is_busy = false;
                    self.entrance.problem = self.login_text(&why);
                }
                Seen::LoggedOut { account, forgotten } => self.logged_out(&account, forgotten),
                Seen::Picture { account, hash, side_max, pixels } => {
                    let key = PictureKey { hash, side_max };
                    match pixels {
                        Ok(pixels) if self.shown.as_ref() == Some(&account) => {
                            let (width, height) = (pixels.width as usize, pixels.height as usize);
                            self.env.pictures.put(ctx, key, width, height, &pixels.rgba);
                        }
                        Ok(_) => {}
                        Err(why) => {
                            tracing::debug!(%why, "no picture");
                            self.env.pictures.fail(key);
                        }
                    }
                }
                Seen::Problem(words) => {
                    tracing::warn!("{words}");
                    self.say(words);
                }
            }
        }
        ctx.request_repaint();
    }

    fn tell(&mut self, key: &AccountKey, told: Told) {
        if let Told::Saved { hash, outcome } = &told {
            self.saved(hash, outcome);
        }
        let is_linked = matches!(told, Told::Connected { .. });
        let Some(open) = self.open.iter_mut().find(|open| open.account.key == *key) else { return };
        if let Told::Opened(opened) = &told
            && let Some(aside) = &opened.set_aside
        {
            let words = fill(self.env.words.link.set_aside, &[("path", &aside.display().to_string())]);
            open.shell.toasts.say(words, self.env.now_ms);
        }
        open.session.tell(told);
        if is_linked {
            self.env.pictures.forget_unfinished();
        }
    }

    fn logged_out(&mut self, key: &AccountKey, forgotten: bool) {
        let gone = self.open.iter().position(|open| open.account.key == *key).map(|at| self.open.remove(at));
        self.entrance.accounts = self.bridge.as_ref().map(|bridge| bridge.accounts()).unwrap_or_default();
        if let Some(open) = gone.filter(|_| !forgotten) {
            self.entrance.again(&open.account, "");
        }
        if self.shown.as_ref() == Some(key) {
            self.shown = None;
        }
    }

    fn login_text(&self, why: &LoginError) -> String {
        let words = self.env.words;
        match why {
            LoginError::Refused { code, .. }
                if matches!(code, Code::NameTaken | Code::BadRequest | Code::NotAllowed) =>
            {
                let about = if *code == Code::NotAllowed { About::Hello } else { About::Register };
                code_text(words, i32::from(*code), about)
            }
            LoginError::Refused { code, .. } => code_text(words, i32::from(*code), About::Hello),
            LoginError::Unreachable(why) => format!("{} ({why})", words.fail.lost),
            LoginError::Protection(why) | LoginError::NotKept(why) => why.clone(),
        }
    }

    /// Says something on the screen of the account that is shown, or at the entrance.
    pub(super) fn say(&mut self, words: String) {
        let now = self.env.now_ms;
        match self.shown() {
            Some(open) => open.shell.toasts.say(words, now),
            None => self.entrance.note = words,
        }
    }

    pub(super) fn take_happened(&mut self, ctx: &egui::Context) {
        let happened: Vec<_> = self.platform.iter().flat_map(Platform::happened).collect();
        for happened in happened {
            match happened {
                Happened::Open => show_window(ctx),
                Happened::Talk(peer) => {
                    show_window(ctx);
                    self.open_talk(peer);
                }
                Happened::Quit => {
                    self.is_quitting = true;
                    ctx.send_viewport_cmd(ViewportCommand::Close);
                }
            }
        }
    }

    /// Opens the conversation of a notification: of the account that is shown if it has it, else of one that does.
    fn open_talk(&mut self, peer: Peer) {
        let has = |open: &&Open| open.session.talks.get(peer).is_some_and(|talk| talk.unread() > 0);
        let shown = self.open.iter().find(|open| self.shown.as_ref() == Some(&open.account.key));
        let found = shown.filter(has).or_else(|| self.open.iter().find(has)).or(shown);
        if let Some(key) = found.map(|open| open.account.key.clone()) {
            if self.shown.as_ref() != Some(&key) {
                self.show_account(key);
            }
            if let Some(open) = self.shown() {
                open.shell.open(&mut open.session, peer);
            }
        }
    }

    /// Of what came while nobody looked the person is told outside of the window.
    pub(super) fn tell_notices(&mut self, ctx: &egui::Context, is_focused: bool) {
        for open in &mut self.open {
            let notices = open.session.take_notices();
            let Some(platform) = self.platform.as_mut().filter(|_| !is_focused && self.settings.notifications) else {
                continue;
            };
            for notice in notices {
                platform.notify(in_words(&open.session, &self.env, &notice));
                platform.call(ctx);
            }
        }
    }

    pub(super) fn hand_wishes_on(&mut self) {
        let Some(bridge) = &self.bridge else { return };
        for open in &mut self.open {
            open.hand_on(bridge);
        }
    }
}

fn show_window(ctx: &egui::Context) {
    for command in [ViewportCommand::Visible(true), ViewportCommand::Minimized(false), ViewportCommand::Focus] {
        ctx.send_viewport_cmd(command);
    }
}

fn in_words(session: &Session, env: &Env, notice: &News) -> Notice {
    let open = env.words.media.open_file.to_owned();
    match notice {
        News::Messages { peer, from, content, count, .. } => {
            let text = content_text(env, content);
            let is_event = matches!(content, Content::Event(_));
            let name = user_name(session, env, *from);
            let said = if *peer > 0 || is_event {
                text
            } else {
                fill(env.words.list.from, &[("name", &name), ("text", &text)])
            };
            let title = peer_name(session, env, *peer);
            let title = if *count > 1 { format!("{title} ({count})") } else { title };
            Notice { peer: *peer, title, body: said, open }
        }
        News::ContactAsks { user, greeting } => {
            let body = if greeting.is_empty() { env.words.contact.asks } else { greeting }.to_owned();
            Notice { peer: *user, title: user_name(session, env, *user), body, open }
        }
        News::GroupAsks { group, user, .. } => {
            let body = format!("{}: {}", env.words.rule.join_requests, user_name(session, env, *user));
            Notice { peer: *group, title: peer_name(session, env, *group), body, open }
        }
    }
}
