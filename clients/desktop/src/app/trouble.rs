//! The window that says why the program cannot start.

use eframe::egui;

pub struct Trouble {
    why: String,
}

impl Trouble {
    pub fn new(why: String) -> Self {
        Self { why }
    }
}

impl eframe::App for Trouble {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        egui::CentralPanel::default().show(ui, |ui| {
            ui.vertical_centered(|ui| {
                ui.add_space(ui.available_height() * 0.35);
                ui.heading("longlink");
                ui.label(&self.why);
            });
        });
    }
}
