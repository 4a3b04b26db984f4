//! What views want of the system: files, addresses, the program itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use eframe::egui::{self, OpenUrl, ViewportCommand};
use longlink_desktop_core::bridge::Showing;
use longlink_desktop_core::model::Wish;

use super::{Answer, App, dialogs};
use crate::views::env::{Chosen, Errand};
use crate::words::fill;

/// Only what shows pictures is started with what somebody has sent.
const PICTURES: [&str; 5] = ["png", "jpg", "jpeg", "gif", "webp"];

impl App {
    pub(super) fn run_errands(&mut self, ctx: &egui::Context) {
        for errand in std::mem::take(&mut self.env.errands) {
            self.run(ctx, errand);
        }
        self.ask_for_pictures();
    }

    fn run(&mut self, ctx: &egui::Context, errand: Errand) {
        let answers = &self.chosen.0;
        match errand {
            Errand::ChooseFiles(peer) => dialogs::choose_files(ctx, answers, peer),
            Errand::ChooseAvatar(peer) => dialogs::choose_picture(ctx, answers, peer),
            Errand::ChooseCaFile => dialogs::choose_ca_file(ctx, answers),
            Errand::SaveFile { hash, size, name } => dialogs::save_as(ctx, answers, hash, size, name),
            Errand::Paste(peer, picture) => dialogs::make_png(ctx, answers, peer, picture),
            Errand::OpenFile { hash, size, name } => self.open_file(hash, size, &name),
            Errand::OpenAddress(address) => ctx.open_url(OpenUrl::new_tab(address)),
            Errand::KeepSettings => {
                self.look(ctx);
                self.keep_settings();
            }
            Errand::ShowAccount(key) => self.show_account(key),
            Errand::AddAccount => {
                self.entrance.wants_form = true;
                self.entrance.problem.clear();
                self.is_entering = true;
            }
            Errand::Quit => {
                self.is_quitting = true;
                ctx.send_viewport_cmd(ViewportCommand::Close);
            }
        }
    }

    /// Pictures that views have missed.
    fn ask_for_pictures(&mut self) {
        let (Some(bridge), Some(key)) = (&self.bridge, &self.shown) else { return };
        for wanted in self.env.pictures.take_wanted() {
            let showing = Showing {
                hash: wanted.key.hash.clone(),
                size: wanted.size,
                is_avatar: wanted.is_avatar,
                side_max: wanted.key.side_max,
            };
            if !bridge.show(key, showing) {
                self.env.pictures.unask(&wanted.key);
            }
        }
    }

    pub(super) fn take_answers(&mut self, ctx: &egui::Context) {
        let answers: Vec<_> = self.chosen.1.try_iter().collect();
        for answer in answers {
            match answer {
                Answer::Chosen(Chosen::CaFile(path)) => self.entrance.server.ca_file = path.display().to_string(),
                Answer::Chosen(chosen) => self.hand_over(chosen),
                Answer::SaveAs { hash, size, to } => self.save(hash, size, to),
            }
            ctx.request_repaint();
        }
    }

    fn hand_over(&mut self, chosen: Chosen) {
        let Some(key) = self.shown.clone() else { return };
        if let Some(open) = self.open.iter_mut().find(|open| open.account.key == key) {
            open.shell.chosen(&mut self.env, &mut open.session, &mut self.settings, chosen);
        }
    }

    fn save(&mut self, hash: String, size: u64, to: PathBuf) {
        let (Some(bridge), Some(key)) = (&self.bridge, &self.shown) else { return };
        let name = to.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if bridge.wish(key, Wish::Save { hash, size, name, to }).is_err() {
            self.say(self.env.words.media.not_loaded.to_owned());
        }
    }

    fn open_file(&mut self, hash: String, size: u64, name: &str) {
        let ending = Path::new(name).extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let Some(ending) = ending.filter(|ending| PICTURES.contains(&ending.as_str())) else {
            return dialogs::save_as_later(self, hash, size, name);
        };
        if self.temporary.is_none() {
            self.temporary = tempfile::tempdir().ok();
        }
        let Some(folder) = self.temporary.as_ref().map(|folder| folder.path().to_owned()) else { return };
        let short: String = hash.chars().take(16).collect();
        self.opening.push(hash.clone());
        self.save(hash, size, folder.join(format!("{short}.{ending}")));
    }

    /// A file was saved, or could not be.
    pub(super) fn saved(&mut self, hash: &str, outcome: &Result<PathBuf, String>) {
        let w = &self.env.words.media;
        let at = self.opening.iter().position(|opening| opening == hash);
        match outcome {
            Ok(path) if at.is_some() => open_with_system(path),
            Ok(path) => {
                let words = fill(w.saved_as, &[("path", &path.display().to_string())]);
                self.say(words);
            }
            Err(why) => {
                let words = fill(w.not_saved, &[("why", why)]);
                self.say(words);
            }
        }
        if let Some(at) = at {
            self.opening.remove(at);
        }
    }
}

fn open_with_system(path: &Path) {
    let program = if cfg!(windows) {
        "explorer"
    } else if cfg!(target_os = "macos") {
        "open"
    } else {
        "xdg-open"
    };
    match Command::new(program).arg(path).spawn() {
        // Somebody has to take note of its end.
        Ok(mut child) => drop(std::thread::spawn(move || child.wait())),
        Err(error) => tracing::warn!(%error, program, "cannot open a picture"),
    }
}
