//! What is about to be sent besides text: it is shown with its size before it goes, so that nothing is sent by dropping it
//! in the wrong place.

use std::path::{Path, PathBuf};

use eframe::egui;
use egui::{TextEdit, Ui};
use longlink_desktop_core::model::{NewMessage, Peer, Source};

use super::asked::unfit_text;
use super::{Desk, Dialog, Next};
use crate::views::dates::size_text;
use crate::views::parts::{entered, main_button, note, one_line, problem, sign_button};
use crate::words::{count, fill};

/// So many at once.
const FILES_MAX: usize = 20;
const PICTURES: [&str; 5] = ["png", "jpg", "jpeg", "gif", "webp"];

struct File {
    source: Source,
    name: String,
    size: u64,
    is_picture: bool,
}

impl File {
    fn at(path: PathBuf) -> Self {
        let (name, size, is_picture) = (name_of(&path), size_of(&path), is_picture(&path));
        Self { source: Source::Path(path), name, size, is_picture }
    }
}

pub struct Attach {
    peer: Peer,
    reply_to: i64,
    files: Vec<File>,
    caption: String,
    problem: String,
    is_placed: bool,
}

impl Attach {
    pub fn new(peer: Peer, reply_to: i64, paths: Vec<PathBuf>) -> Box<Self> {
        let files = paths.into_iter().take(FILES_MAX).map(File::at).collect();
        Self::of(peer, reply_to, files)
    }

    /// A picture that was pasted, as the bytes of a PNG.
    pub fn pasted(peer: Peer, reply_to: i64, png: Vec<u8>, name: &str) -> Box<Self> {
        let size = png.len() as u64;
        let file = File { source: Source::Bytes(png.into()), name: name.to_owned(), size, is_picture: true };
        Self::of(peer, reply_to, vec![file])
    }

    fn of(peer: Peer, reply_to: i64, files: Vec<File>) -> Box<Self> {
        Box::new(Self { peer, reply_to, files, caption: String::new(), problem: String::new(), is_placed: false })
    }

    fn send(&mut self, desk: &mut Desk<'_>) -> Next {
        for (at, file) in self.files.iter().filter(|file| file.size > 0).enumerate() {
            let (text, reply_to) = if at == 0 { (self.caption.trim(), self.reply_to) } else { ("", 0) };
            let message = NewMessage { text: text.to_owned(), reply_to, ..NewMessage::default() };
            if let Err(unfit) =
                desk.session.send_file(self.peer, file.source.clone(), &file.name, file.is_picture, message)
            {
                self.problem = unfit_text(desk.env.words, &unfit);
                return Next::Stay;
            }
        }
        Next::Close
    }
}

impl Dialog for Attach {
    fn title(&self, desk: &Desk<'_>) -> String {
        let w = &desk.env.words.media;
        count(self.files.len() as u64, w.attach_title_one, w.attach_title_other)
    }

    fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Next {
        let words = desk.env.words;
        let w = &words.media;
        let mut left_out = None;
        for (at, file) in self.files.iter().enumerate() {
            ui.horizontal(|ui| {
                let wide = ui.available_width() - 150.0;
                ui.allocate_ui_with_layout(
                    egui::vec2(wide, 32.0),
                    egui::Layout::left_to_right(egui::Align::Center),
                    |ui| {
                        ui.set_min_width(wide);
                        one_line(ui, format!("{} {}", if file.is_picture { "📷" } else { "📄" }, file.name));
                    },
                );
                note(ui, if file.size == 0 { w.attach_empty.to_owned() } else { size_text(file.size) });
                if sign_button(ui, "✖", &fill(w.leave_out, &[("name", &file.name)])).clicked() {
                    left_out = Some(at);
                }
            });
        }
        if let Some(at) = left_out {
            self.files.remove(at);
            if self.files.is_empty() {
                return Next::Close;
            }
        }
        let edit = TextEdit::singleline(&mut self.caption).hint_text(w.attach_caption).desired_width(f32::INFINITY);
        let caption = ui.add(edit.margin(egui::vec2(10.0, 7.0))).accessible_name(w.attach_caption);
        if !std::mem::replace(&mut self.is_placed, true) {
            caption.request_focus();
        }
        problem(ui, &self.problem);
        let fine = self.files.iter().filter(|file| file.size > 0).count();
        let send = count(fine.max(1) as u64, w.attach_send_one, w.attach_send_other);
        let goes = entered(ui, &caption);
        if (main_button(ui, &send, fine > 0).clicked() || goes) && fine > 0 {
            return self.send(desk);
        }
        Next::Stay
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn size_of(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |about| if about.is_file() { about.len() } else { 0 })
}

fn is_picture(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| PICTURES.contains(&ending.as_str()))
}
