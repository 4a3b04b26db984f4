//! The own profile: what others see, and whether they see that one is here.

use eframe::egui;
use egui::{TextEdit, Ui};
use longlink_client::pb::{ProfileSetRequest, Sex};

use super::card::sex_text;
use super::picture::PictureEditor;
use super::{Asked, Desk, Dialog, Next};
use crate::views::fails::About;
use crate::views::parts::{choice, hinted_field, labelled, main_button, note, problem};
use crate::words::fill;

pub struct Profile {
    is_begun: bool,
    nickname: String,
    bio: String,
    sex: Sex,
    picture: PictureEditor,
    asked: Asked,
    hiding: Asked,
}

impl Profile {
    pub fn new(me: i64) -> Box<Self> {
        Box::new(Self {
            is_begun: false,
            nickname: String::new(),
            bio: String::new(),
            sex: Sex::Unspecified,
            picture: PictureEditor::new(me),
            asked: Asked::default(),
            hiding: Asked::default(),
        })
    }

    fn begin(&mut self, desk: &Desk<'_>) {
        if self.is_begun {
            return;
        }
        let Some(known) = desk.session.people.get(desk.session.me) else { return };
        self.is_begun = true;
        self.nickname.clone_from(&known.nickname);
        self.bio.clone_from(&known.bio);
        self.sex = known.sex();
    }
}

impl Dialog for Profile {
    fn title(&self, desk: &Desk<'_>) -> String {
        desk.env.words.profile.title.to_owned()
    }

    fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Next {
        self.begin(desk);
        let words = desk.env.words;
        let w = &words.profile;
        if self.asked.is_done(desk.session, words, About::Profile) {
            desk.say(words.dialog.saved);
        }
        self.hiding.is_done(desk.session, words, About::Profile);
        self.picture.show(ui, desk);
        note(ui, fill(w.login, &[("name", &desk.session.name)]));
        hinted_field(ui, w.nickname, w.nickname_hint, &mut self.nickname);
        ui.label(w.sex);
        let sexes = [Sex::Unspecified, Sex::Female, Sex::Male, Sex::Other].map(|sex| (sex, sex_text(words, sex)));
        choice(ui, &mut self.sex, &sexes);
        labelled(ui, w.bio, "", TextEdit::multiline(&mut self.bio).desired_rows(3));
        problem(ui, &self.asked.problem);
        if main_button(ui, words.dialog.save, !self.asked.is_busy()).clicked() {
            let change = ProfileSetRequest {
                nickname: Some(self.nickname.trim().to_owned()),
                sex: Some(self.sex.into()),
                bio: Some(self.bio.trim().to_owned()),
                ..ProfileSetRequest::default()
            };
            let asked = desk.session.set_profile(change);
            self.asked.try_begin(words, asked);
        }
        if let Some(mut is_hidden) = desk.session.people.is_hidden {
            let toggle = ui.add_enabled(!self.hiding.is_busy(), egui::Checkbox::new(&mut is_hidden, w.hidden));
            if toggle.changed() {
                let change = ProfileSetRequest { presence_hidden: Some(is_hidden), ..ProfileSetRequest::default() };
                let asked = desk.session.set_profile(change);
                self.hiding.try_begin(words, asked);
            }
        }
        problem(ui, &self.hiding.problem);
        Next::Stay
    }

    fn picture_chosen(&mut self, desk: &mut Desk<'_>, peer: i64, path: &std::path::Path) -> bool {
        self.picture.chosen(desk, peer, path)
    }
}
