//! Joining a group by its link.

use eframe::egui;
use egui::Ui;

use super::{Asked, Desk, Dialog, Next};
use crate::views::fails::About;
use crate::views::parts::{hinted_field, main_button, note, problem};
use crate::words::fill;

/// So many characters a link has.
const LINK_CHARS: usize = 22;

#[derive(Default)]
pub struct Join {
    link: String,
    greeting: String,
    asked: Asked,
    /// The admins were asked; they decide.
    waits: Option<String>,
}

/// The link in what was typed: the whole address, or its end.
pub fn link_in(typed: &str) -> Option<&str> {
    let link = typed.trim().trim_end_matches('/').rsplit(['/', '#', '=']).next()?;
    let is_link =
        link.len() == LINK_CHARS && link.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    is_link.then_some(link)
}

impl Dialog for Join {
    fn title(&self, desk: &Desk<'_>) -> String {
        desk.env.words.rule.join_title.to_owned()
    }

    fn show(&mut self, ui: &mut Ui, desk: &mut Desk<'_>) -> Next {
        let w = &desk.env.words.rule;
        if self.asked.is_done(desk.session, desk.env.words, About::Join)
            && let Some(reply) = desk.session.groups.joined.take()
        {
            if reply.joined {
                return Next::GoTo(reply.group);
            }
            self.waits = Some(fill(w.join_asked, &[("name", &reply.name)]));
        }
        note(ui, w.join_what);
        hinted_field(ui, w.join_link, w.join_link_hint, &mut self.link);
        hinted_field(ui, w.join_greeting, w.join_greeting_hint, &mut self.greeting);
        problem(ui, &self.asked.problem);
        if let Some(waits) = &self.waits {
            ui.label(waits);
        }
        let is_ready = !self.link.trim().is_empty() && !self.asked.is_busy();
        if main_button(ui, w.join_join, is_ready).clicked() {
            match link_in(&self.link) {
                Some(link) => {
                    let asked = desk.session.join_group(link, self.greeting.trim());
                    self.asked.try_begin(desk.env.words, asked);
                }
                None => w.join_no_link.clone_into(&mut self.asked.problem),
            }
        }
        Next::Stay
    }
}

#[cfg(test)]
mod tests {
    use super::link_in;

    #[test]
    fn a_link_is_found_at_the_end_of_an_address() {
        let link = "abcdefghijklmnopqrst-_";
        assert_eq!(link_in(link), Some(link));
        assert_eq!(link_in(&format!(" https://chat.example.org/#/join/{link}/ ")), Some(link));
        assert_eq!(link_in("https://chat.example.org/"), None);
    }
}
