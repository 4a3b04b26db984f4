//! How entries read on the screen.

use longlink_client::pb;

use super::names::{Names, group_event};
use super::paint::Paint;
use super::talks::peer_of;
use crate::text::{ago, indented, one_line};

/// Shows an entry as a line. For a script it is really one, and says where it was said.
pub(super) fn entry(entry: &pb::Entry, names: &Names, paint: Paint, terminal: bool) -> String {
    let peer = peer_of(names.me, entry);
    let place = match peer {
        ..=0 => format!("{} ", paint.bold(&names.peer(peer))),
        1.. => String::new(),
    };
    if let Some(event) = group_event(entry) {
        return format!("{place}{}", paint.dim(&group_news(entry.from, &event, names)));
    }
    let who = paint.of(entry.from, &names.user(entry.from));
    // A person sees whom from the prompt.
    let whom = match peer {
        1.. if entry.from == names.me && !terminal => format!(" → {}", names.peer(peer)),
        _ => String::new(),
    };
    format!("{place}{who}{whom}: {}", content(entry, terminal))
}

/// Shows an entry of earlier, with its age.
pub(super) fn past_entry(past: &pb::Entry, now_ms: i64, names: &Names, paint: Paint, terminal: bool) -> String {
    let age = format!("({})", ago(past.sent_at_ms, now_ms));
    format!("{} {}", entry(past, names, paint, terminal), paint.dim(&age))
}

fn content(entry: &pb::Entry, terminal: bool) -> String {
    if entry.content_type != pb::ContentType::Text as u32 {
        return format!("({} bytes of type {})", entry.content.len(), entry.content_type);
    }
    let text = String::from_utf8_lossy(&entry.content);
    if terminal { indented(&text, "    ") } else { one_line(&text) }
}

/// What an entry says, for a line that tells of it elsewhere.
pub(super) fn preview(entry: &pb::Entry, names: &Names) -> String {
    match group_event(entry) {
        Some(event) => group_news(entry.from, &event, names),
        None => content(entry, false),
    }
}

fn group_news(from: i64, event: &pb::GroupEvent, names: &Names) -> String {
    let whom: Vec<String> = event.users.iter().filter(|user| **user != from).map(|user| names.user(*user)).collect();
    let whom = whom.join(", ");
    let who = names.user(from);
    match event.kind() {
        pb::GroupEventKind::Created if whom.is_empty() => format!("{who} made this group"),
        pb::GroupEventKind::Created => format!("{who} made this group with {whom}"),
        pb::GroupEventKind::Joined if whom.is_empty() => format!("{who} came in"),
        pb::GroupEventKind::Joined => format!("{who} brought in {whom}"),
        pb::GroupEventKind::Left if whom.is_empty() => format!("{who} left"),
        pb::GroupEventKind::Left => format!("{whom} left"),
        pb::GroupEventKind::Removed => format!("{who} put out {whom}"),
        pb::GroupEventKind::Renamed => format!("{who} renamed this group to {}", event.name),
        pb::GroupEventKind::AdminsMade => format!("{who} made {whom} an admin"),
        pb::GroupEventKind::AdminsEnded => format!("{whom} is an admin no more"),
        pb::GroupEventKind::HandedOver => format!("{who} handed this group over to {whom}"),
        pb::GroupEventKind::Muted => format!("{who} muted {whom}"),
        pb::GroupEventKind::Unmuted => format!("{who} let {whom} write again"),
        pb::GroupEventKind::Dissolved => format!("{who} ended this group"),
        pb::GroupEventKind::PictureChanged | pb::GroupEventKind::RulesChanged | pb::GroupEventKind::Unspecified => {
            format!("{who} changed this group")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;

    fn names() -> Names {
        let mut names = Names::default();
        names.logged_in(7);
        names.learn_users(&[
            pb::User { id: 3, name: "bob".into(), ..Default::default() },
            pb::User { id: 4, name: "eve".into(), ..Default::default() },
        ]);
        names.learn_groups(&[pb::Group { id: -2, name: "cats".into(), ..Default::default() }]);
        names
    }

    fn said(from: i64, to: i64, text: &str) -> pb::Entry {
        let content = text.to_owned().into();
        pb::Entry { from, to, content_type: pb::ContentType::Text as u32, content, ..Default::default() }
    }

    #[test]
    fn a_line_tells_who_said_it_and_where() {
        let shown = |from, to| entry(&said(from, to, "hi"), &names(), Paint::new(false), false);
        assert_eq!(shown(3, 7), "bob: hi");
        assert_eq!(shown(7, 3), "you → bob: hi");
        assert_eq!(shown(3, -2), "#cats bob: hi");
        assert_eq!(shown(7, -2), "#cats you: hi");
        assert_eq!(shown(3, 0), "all bob: hi");
        assert_eq!(shown(9, -9), "#-9 user 9: hi");
    }

    #[test]
    fn a_script_gets_one_line_and_a_person_several() {
        let entry_ = said(3, 7, "one\n\x1b[31mtwo");
        assert_eq!(entry(&entry_, &names(), Paint::new(false), false), "bob: one⏎␛[31mtwo");
        assert_eq!(entry(&entry_, &names(), Paint::new(false), true), "bob: one\n    ␛[31mtwo");
    }

    #[test]
    fn what_happens_to_a_group_is_told_in_words() {
        let told = |kind: pb::GroupEventKind, users: Vec<i64>| {
            let event = pb::GroupEvent { kind: kind.into(), users, ..Default::default() };
            let content_type = pb::ContentType::GroupEvent as u32;
            let entry_ = pb::Entry { content_type, content: event.encode_to_vec().into(), ..said(3, -2, "") };
            entry(&entry_, &names(), Paint::new(false), false)
        };
        assert_eq!(told(pb::GroupEventKind::Created, vec![3, 7]), "#cats bob made this group with you");
        assert_eq!(told(pb::GroupEventKind::Joined, vec![4]), "#cats bob brought in eve");
        assert_eq!(told(pb::GroupEventKind::Left, vec![3]), "#cats bob left");
    }

    #[test]
    fn the_preview_of_what_happened_to_a_group_is_the_news() {
        let event = pb::GroupEvent { kind: pb::GroupEventKind::Left.into(), users: vec![3], ..Default::default() };
        let content_type = pb::ContentType::GroupEvent as u32;
        let left =
            pb::Entry { from: 3, to: -2, content_type, content: event.encode_to_vec().into(), ..Default::default() };
        assert_eq!(preview(&left, &names()), "bob left");
        assert_eq!(preview(&said(3, 7, "a\nb"), &names()), one_line("a\nb"));
    }
}
