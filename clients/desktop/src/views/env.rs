//! What every view is given besides the model, and what views want that is neither seen nor the model's.

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::ColorImage;
use longlink_desktop_core::accounts::AccountKey;
use longlink_desktop_core::model::{Peer, TimeMs};

use super::dates::Dates;
use super::pictures::Pictures;
use crate::words::{Language, Words};

/// The time, the words, the pictures; and the errands that views leave.
pub struct Env {
    pub language: Language,
    pub words: &'static Words,
    pub dates: Dates,
    pub now_ms: TimeMs,
    pub pictures: Pictures,
    pub errands: Vec<Errand>,
    /// How many rows of long lists were laid out in this frame: what tests hold on to.
    pub rows_laid_out: usize,
}

/// What is to be done outside of the views and the model.
#[derive(Clone, Debug, PartialEq)]
pub enum Errand {
    /// Lets the person choose files to send to this conversation.
    ChooseFiles(Peer),
    /// Makes a PNG of a picture that was pasted, to be sent there.
    Paste(Peer, Arc<ColorImage>),
    /// Lets the person choose a picture of their own, or of a group.
    ChooseAvatar(Peer),
    ChooseCaFile,
    /// Lets the person choose where to save a file.
    SaveFile {
        hash: String,
        size: u64,
        name: String,
    },
    /// Saves a file among the temporary ones and opens it with what the system has for it.
    OpenFile {
        hash: String,
        size: u64,
        name: String,
    },
    OpenAddress(String),
    /// What is chosen for the whole program has changed: keep it.
    KeepSettings,
    /// Another account is to be shown.
    ShowAccount(AccountKey),
    /// One more account is to be logged in.
    AddAccount,
    Quit,
}

impl Env {
    pub fn new(language: Language, zone: jiff::tz::TimeZone) -> Self {
        let words = language.words();
        Self {
            language,
            words,
            dates: Dates { words, zone },
            now_ms: 0,
            pictures: Pictures::default(),
            errands: Vec::new(),
            rows_laid_out: 0,
        }
    }

    pub fn speak(&mut self, language: Language) {
        self.language = language;
        self.words = language.words();
        self.dates.words = self.words;
    }

    pub fn wants(&mut self, errand: Errand) {
        self.errands.push(errand);
    }
}

/// What a file dialog gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Chosen {
    Files(Peer, Vec<PathBuf>),
    Avatar(Peer, PathBuf),
    /// A picture that was pasted, as a PNG.
    Pasted(Peer, Vec<u8>),
    CaFile(PathBuf),
}
