//! The strip above everything that tells when there is no connection, and what happens with what is written meanwhile.

use std::time::Duration;

use eframe::egui;
use egui::{RichText, Ui};
use longlink_desktop_core::model::{LinkState, Session};

use super::env::Env;
use super::theme::palette;
use crate::words::fill;

/// Next tries that are nearer than this are not counted down: it would be over before it is read.
const COUNTED_MS: i64 = 3_000;

pub fn show(ui: &mut Ui, env: &Env, session: &mut Session) {
    let w = &env.words.link;
    let (words, may_retry) = match &session.link {
        LinkState::Away { retry_at_ms, .. } => {
            let left = retry_at_ms - env.now_ms;
            if left > COUNTED_MS {
                // Until the number is another one, and no longer than it is shown.
                let seconds = left.saturating_add(999) / 1_000;
                let rest = left - (seconds - 1) * 1_000;
                ui.ctx().request_repaint_after(Duration::from_millis(rest.unsigned_abs()));
                (fill(w.banner_retry_in, &[("seconds", &seconds.to_string())]), true)
            } else {
                (w.banner_reconnecting.to_owned(), true)
            }
        }
        LinkState::Connecting if session.me != 0 => (w.banner_connecting.to_owned(), false),
        LinkState::Opening => (env.words.login.opening.to_owned(), false),
        LinkState::Connecting | LinkState::Online | LinkState::Locked { .. } | LinkState::Ended { .. } => {
            (String::new(), false)
        }
    };
    if !words.is_empty() {
        strip(ui, "banner", &words, may_retry.then_some(w.banner_retry_now), session);
    }
    if let Some(why) = session.store_failure.clone() {
        let words = fill(w.store_failed, &[("why", &why)]);
        strip(ui, "store banner", &words, None, session);
    }
}

fn strip(ui: &mut Ui, id: &str, words: &str, retry: Option<&str>, session: &mut Session) {
    let look = palette(ui);
    let frame = egui::Frame::new().fill(look.warn_ground).inner_margin(egui::Margin::symmetric(14, 6));
    egui::Panel::top(id).frame(frame).show_separator_line(false).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.label(RichText::new(words).color(look.warn_ink));
            if retry.is_some_and(|retry| ui.small_button(retry).clicked()) {
                session.reconnect();
            }
        });
    });
}
