//! Who one is here, how one is connected, the other accounts, and what can be made new.

use eframe::egui;
use egui::{Button, RichText, Ui};
use longlink_desktop_core::accounts::Account;
use longlink_desktop_core::model::{LinkState, Session};

use super::Picked;
use crate::views::avatar::{self, Face};
use crate::views::env::Env;
use crate::views::names::{own_name, picture_of};
use crate::views::parts::{note, sign_button};

pub(super) fn show(ui: &mut Ui, env: &mut Env, session: &Session, accounts: &[Account], picked: &mut Vec<Picked>) {
    ui.horizontal(|ui| {
        let name = own_name(session, env, session.me);
        let sign = ui.add(Button::new("").min_size(egui::vec2(40.0, 40.0)).frame(false));
        let sign = sign.on_hover_text(env.words.profile.title).accessible_name(env.words.profile.title);
        let face = Face { peer: session.me, name: &name, picture: picture_of(session, session.me), is_online: false };
        avatar::paint(ui, env, sign.rect.center(), 38.0, &face);
        if sign.clicked() {
            picked.push(Picked::Profile);
        }
        let wide = ui.available_width() - 84.0;
        ui.allocate_ui_with_layout(egui::vec2(wide, 40.0), egui::Layout::top_down(egui::Align::Min), |ui| {
            ui.set_min_width(wide);
            ui.spacing_mut().item_spacing.y = 0.0;
            accounts_menu(ui, env, &name, accounts, picked);
            note(ui, status(env, session));
        });
        if sign_button(ui, "🔧", env.words.settings.settings).clicked() {
            picked.push(Picked::Settings);
        }
        let plus = sign_button(ui, "➕", env.words.list.new);
        egui::Popup::menu(&plus).show(|ui| {
            if ui.button(env.words.group.new).clicked() {
                picked.push(Picked::NewGroup);
            }
            if ui.button(env.words.rule.join_title).clicked() {
                picked.push(Picked::Join);
            }
        });
    });
}

/// The name, and behind it the other accounts of this machine.
fn accounts_menu(ui: &mut Ui, env: &Env, name: &str, accounts: &[Account], picked: &mut Vec<Picked>) {
    let button = ui.add(Button::new(RichText::new(name).strong()).frame(false).truncate());
    let button = button
        .on_hover_text(env.words.settings.accounts)
        .accessible_name(format!("{name}, {}", env.words.settings.accounts));
    egui::Popup::menu(&button).show(|ui| {
        for account in accounts {
            if ui.button(format!("{} · {}", account.user_name, account.host)).clicked() {
                picked.push(Picked::Account(account.key.clone()));
            }
        }
        if ui.button(env.words.login.other_account).clicked() {
            picked.push(Picked::AddAccount);
        }
    });
}

fn status(env: &Env, session: &Session) -> &'static str {
    let w = &env.words.link;
    match session.link {
        LinkState::Online => w.status_online,
        LinkState::Ended { .. } => w.status_away,
        LinkState::Locked { .. } | LinkState::Opening | LinkState::Connecting | LinkState::Away { .. } => {
            w.status_connecting
        }
    }
}
