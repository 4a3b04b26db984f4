//! The picture of a person or a group with the way to another one; and a picture of a message in its whole size.

use std::path::Path;

use eframe::egui;
use egui::Ui;
use longlink_desktop_core::model::{Peer, Session};

use super::{Asked, Desk, Dialog, Next};
use crate::views::avatar::{self, Face};
use crate::views::env::Errand;
use crate::views::fails::About;
use crate::views::names::{peer_name, picture_of};
use crate::views::parts::{note, problem};
use crate::views::pictures::Look;

/// A picture is decoded no larger than this to be looked at.
const PIXELS_MAX: u32 = 2_048;

pub(super) struct PictureEditor {
    peer: Peer,
    asked: Asked,
}

impl PictureEditor {
    pub(super) fn new(peer: Peer) -> Self {
        Self { peer, asked: Asked::default() }
    }

    pub(super) fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) {
        let w = &desk.env.words.profile;
        self.asked.is_done(desk.session, desk.env.words, About::Upload);
        let name = peer_name(desk.session, desk.env, self.peer);
        let picture = picture_of(desk.session, self.peer).to_owned();
        ui.horizontal(|ui| {
            avatar::show(
                ui,
                desk.env,
                72.0,
                &Face { peer: self.peer, name: &name, picture: &picture, is_online: false },
            );
            if ui.button(w.choose_picture).clicked() {
                desk.env.wants(Errand::ChooseAvatar(self.peer));
            }
            if !picture.is_empty() && ui.button(w.remove_picture).clicked() {
                remove(&mut self.asked, desk.session, self.peer);
            }
            if self.asked.is_busy() {
                note(ui, desk.env.words.talk.loading);
            }
        });
        problem(ui, &self.asked.problem);
    }

    /// True when it is the one for whom it was chosen.
    pub(super) fn chosen(&mut self, desk: &mut Desk<'_>, peer: Peer, path: &Path) -> bool {
        if peer != self.peer {
            return false;
        }
        self.asked.begin(desk.session.upload_picture((peer < 0).then_some(peer), path.to_owned()));
        true
    }
}

fn remove(asked: &mut Asked, session: &mut Session, peer: Peer) {
    if peer < 0 {
        asked.begin(session.remove_group_picture(peer));
    } else if let Ok(ticket) = session
        .set_profile(longlink_client::pb::ProfileSetRequest { avatar: Some(String::new()), ..Default::default() })
    {
        asked.begin(ticket);
    }
}

/// A picture as large as the window has room for.
pub struct Viewer {
    hash: String,
    name: String,
    size: u64,
}

impl Viewer {
    pub fn new(hash: String, name: String, size: u64) -> Box<Self> {
        Box::new(Self { hash, name, size })
    }
}

impl Dialog for Viewer {
    fn title(&self, desk: &Desk<'_>) -> String {
        if self.name.is_empty() { desk.env.words.media.picture.to_owned() } else { self.name.clone() }
    }

    fn is_wide(&self) -> bool {
        true
    }

    fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Next {
        let room = egui::vec2(ui.available_width(), ui.ctx().content_rect().height() - 220.0);
        match desk.env.pictures.get(&self.hash, self.size, false, PIXELS_MAX) {
            Look::Ready(texture) => {
                let own = texture.size_vec2();
                let scale = (room.x / own.x).min(room.y / own.y).min(1.0);
                ui.vertical_centered(|ui| {
                    ui.add(egui::Image::new(&texture).fit_to_exact_size(own * scale).alt_text(&self.name));
                });
            }
            Look::Loading => {
                note(ui, desk.env.words.talk.loading);
            }
            Look::Failed => problem(ui, desk.env.words.media.not_loaded),
        }
        ui.horizontal(|ui| {
            let (hash, size, name) = (self.hash.clone(), self.size, self.name.clone());
            if ui.button(desk.env.words.media.save_short).clicked() {
                desk.env.wants(Errand::SaveFile { hash: hash.clone(), size, name: name.clone() });
            }
            if ui.button(desk.env.words.media.open_file).clicked() {
                desk.env.wants(Errand::OpenFile { hash, size, name });
            }
        });
        Next::Stay
    }
}
