//! How entries read on the screen.

use longlink_client::pb;
use prost::Message;

use super::names::{Names, group_event};
use super::paint::Paint;
use super::said::Said;
use super::talks::peer_of;
use crate::text::{ago, indented, one_line, shortened};

/// What a line is made with.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) names: &'a Names,
    pub(super) said: &'a Said,
    pub(super) paint: Paint,
    pub(super) terminal: bool,
}

/// Shows an entry as a line. For a script it is really one, and says where it was said.
pub(super) fn entry(entry: &pb::Entry, view: View<'_>) -> String {
    let View { names, paint, terminal, .. } = view;
    let peer = peer_of(names.me, entry);
    let place = match peer {
        ..=0 => format!("{} ", paint.bold(&names.peer(peer))),
        1.. => String::new(),
    };
    if let Some(news) = news(entry, view) {
        return format!("{place}{}", paint.dim(&news));
    }
    let who = paint.of(entry.from, &names.user(entry.from));
    // A person sees whom from the prompt.
    let whom = match peer {
        1.. if entry.from == names.me && !terminal => format!(" → {}", names.peer(peer)),
        _ => String::new(),
    };
    let answer = match entry.reply_to {
        1.. => format!(" (answering {})", quoted(entry.reply_to, view.said)),
        _ => String::new(),
    };
    let notice = if mentions(entry, names.me) { format!(" {}", paint.bold("(mentions you)")) } else { String::new() };
    let changed = if entry.changed_by > 0 && !is_recalled(entry) { " (changed)" } else { "" };
    format!("{place}{who}{whom}{answer}{notice}: {}{}", content(entry, terminal), paint.dim(changed))
}

/// Shows an entry of earlier, with its age and its number.
pub(super) fn past_entry(past: &pb::Entry, now_ms: i64, view: View<'_>) -> String {
    let age = format!("({}, {})", ago(past.sent_at_ms, now_ms), past.queue_id);
    format!("{} {}", entry(past, view), view.paint.dim(&age))
}

/// Shows a conversation in the list of them: what is unread, and what was said last.
pub(super) fn conversation(talk: &pb::Conversation, now_ms: i64, view: View<'_>) -> String {
    let settings = talk.settings.unwrap_or_default();
    let mut about = Vec::new();
    if talk.unread > 0 {
        let more = if talk.unread >= UNREAD_MAX { " and more" } else { "" };
        about.push(format!("{}{more} unread", talk.unread));
    }
    if talk.mentions > 0 {
        about.push(format!("{} mention you", talk.mentions));
    }
    about.extend(settings.pinned.then(|| "pinned".to_owned()));
    about.extend(settings.muted.then(|| "quiet".to_owned()));
    let about = if about.is_empty() { String::new() } else { format!(" ({})", about.join(", ")) };
    let name = view.paint.bold(&view.names.peer(talk.peer));
    let last = match &talk.last {
        Some(last) => {
            let said = match news(last, view) {
                Some(news) => news,
                None => format!("{}: {}", view.names.user(last.from), beginning(last)),
            };
            format!(": {said} {}", view.paint.dim(&format!("({})", ago(last.sent_at_ms, now_ms))))
        }
        None => String::new(),
    };
    format!("{name}{about}{last}")
}

/// Whether it is meant to come to this user's notice.
pub(super) fn mentions(entry: &pb::Entry, me: i64) -> bool {
    entry.from != me && (entry.mentions.contains(&me) || entry.mentions.contains(&0))
}

/// A message by its beginning, or by its number if it was not shown.
pub(super) fn quoted(queue_id: i64, said: &Said) -> String {
    said.get(queue_id).map_or_else(|| queue_id.to_string(), |shown| format!("“{}”", shown.text))
}

fn is_recalled(entry: &pb::Entry) -> bool {
    entry.content_type == pb::ContentType::Recall as u32
}

fn content(entry: &pb::Entry, terminal: bool) -> String {
    if is_recalled(entry) {
        return "(taken back)".to_owned();
    }
    content_of(entry.content_type, &entry.content, terminal)
}

/// What an entry changes, if it is one that changes another: its place, and how it reads now.
pub(super) fn change_of(entry: &pb::Entry) -> Option<(i64, Option<String>)> {
    if entry.changed_by > 0 {
        // It is one that was changed itself.
        return None;
    }
    if is_recalled(entry) {
        return pb::Recall::decode(entry.content.clone()).ok().map(|recall| (recall.queue_id, None));
    }
    let is_edit = entry.content_type == pb::ContentType::Edit as u32;
    let edit = is_edit.then(|| pb::Edit::decode(entry.content.clone()).ok()).flatten()?;
    Some((edit.queue_id, Some(content_of(edit.content_type, &edit.content, false))))
}

/// Whether it is one that nobody has to read: it tells of a group, a recall or an edit.
pub(super) fn is_quiet(entry: &pb::Entry) -> bool {
    let quiet = [pb::ContentType::GroupEvent, pb::ContentType::Recall, pb::ContentType::Edit];
    quiet.iter().any(|quiet| *quiet as u32 == entry.content_type)
}

fn content_of(content_type: u32, content: &[u8], terminal: bool) -> String {
    let is = |of: pb::ContentType| of as u32 == content_type;
    if is(pb::ContentType::Text) {
        let text = String::from_utf8_lossy(content);
        return if terminal { indented(&text, "    ") } else { one_line(&text) };
    }
    if let (true, Ok(media)) = (is(pb::ContentType::Picture) || is(pb::ContentType::File), pb::Media::decode(content)) {
        let what = if is(pb::ContentType::Picture) { "picture" } else { "file" };
        let caption = if media.caption.is_empty() { String::new() } else { format!(" {}", one_line(&media.caption)) };
        let name = if media.name.is_empty() { String::new() } else { format!(" {}", one_line(&media.name)) };
        return format!("({what}{name}, {} bytes, {}){caption}", media.size, one_line(&media.hash));
    }
    format!("({} bytes of type {content_type})", content.len())
}

/// What an entry says, for a line that tells of it elsewhere.
pub(super) fn preview(entry: &pb::Entry, view: View<'_>) -> String {
    news(entry, view).unwrap_or_else(|| content(entry, false))
}

/// The beginning of what an entry says, to know it again by.
pub(super) fn beginning(entry: &pb::Entry) -> String {
    shortened(&content(entry, false), BEGINNING_MAX)
}

/// What happened, if the entry tells that instead of being a message.
fn news(entry: &pb::Entry, view: View<'_>) -> Option<String> {
    let View { names, said, .. } = view;
    if let Some(event) = group_event(entry) {
        return Some(group_news(entry.from, &event, names));
    }
    let (queue_id, now) = change_of(entry)?;
    let who = names.user(entry.from);
    let of = match said.get(queue_id) {
        Some(shown) if shown.from != entry.from => format!(" of {}", names.user(shown.from)),
        Some(_) | None => String::new(),
    };
    let which = quoted(queue_id, said);
    Some(match now {
        Some(now) => format!("{who} changed {which} to: {now}"),
        None => format!("{who} took back {which}{of}"),
    })
}

/// The server counts no further.
const UNREAD_MAX: u32 = 1000;
/// So many characters tell which message is meant.
const BEGINNING_MAX: usize = 40;

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
    use crate::chat::said::Shown;

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

    /// As a script sees it, which has seen message 5 of bob.
    fn line(shown: &pb::Entry) -> String {
        let mut said = Said::default();
        said.show(5, Shown { peer: -2, from: 3, text: "first".into() });
        entry(shown, View { names: &names(), said: &said, paint: Paint::new(false), terminal: false })
    }

    #[test]
    fn an_answer_shows_what_it_answers_and_that_it_is_to_ones_notice() {
        let answer = pb::Entry { reply_to: 5, mentions: vec![7], ..said(4, -2, "yes") };
        assert_eq!(line(&answer), "#cats eve (answering “first”) (mentions you): yes");
        let of_older = pb::Entry { reply_to: 2, mentions: vec![3], ..said(4, -2, "no") };
        assert_eq!(line(&of_older), "#cats eve (answering 2): no");
        assert_eq!(line(&pb::Entry { mentions: vec![0], ..said(4, -2, "all!") }), "#cats eve (mentions you): all!");
    }

    #[test]
    fn what_was_changed_or_taken_back_is_told_live_and_marked_in_history() {
        let written = |content_type: pb::ContentType, content: Vec<u8>| pb::Entry {
            content_type: content_type as u32,
            content: content.into(),
            ..said(3, -2, "")
        };
        let edit = pb::Edit { queue_id: 5, content_type: 1, content: "1st".into() }.encode_to_vec();
        assert_eq!(line(&written(pb::ContentType::Edit, edit)), "#cats bob changed “first” to: 1st");
        let recall = |queue_id| written(pb::ContentType::Recall, pb::Recall { queue_id }.encode_to_vec());
        assert_eq!(line(&recall(5)), "#cats bob took back “first”");
        assert_eq!(line(&pb::Entry { from: 4, ..recall(5) }), "#cats eve took back “first” of bob");
        assert_eq!(line(&recall(2)), "#cats bob took back 2");
        assert_eq!(line(&pb::Entry { changed_by: 9, ..said(3, -2, "1st") }), "#cats bob: 1st (changed)");
        let recalled = pb::Entry { changed_by: 9, ..written(pb::ContentType::Recall, Vec::new()) };
        assert_eq!(line(&recalled), "#cats bob: (taken back)");
    }

    #[test]
    fn an_upload_is_shown_by_what_it_is() {
        let media = pb::Media {
            hash: "ab".into(),
            name: "a\nb.png".into(),
            size: 9,
            caption: "see".into(),
            ..Default::default()
        };
        let content = media.encode_to_vec().into();
        let picture = pb::Entry { content_type: pb::ContentType::Picture as u32, content, ..said(3, 7, "") };
        assert_eq!(line(&picture), "bob: (picture a⏎b.png, 9 bytes, ab) see");
    }

    #[test]
    fn a_line_tells_who_said_it_and_where() {
        let shown = |from, to| line(&said(from, to, "hi"));
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
        assert_eq!(line(&entry_), "bob: one⏎␛[31mtwo");
        let (names, said) = (names(), Said::default());
        let view = View { names: &names, said: &said, paint: Paint::new(false), terminal: true };
        assert_eq!(entry(&entry_, view), "bob: one\n    ␛[31mtwo");
    }

    #[test]
    fn what_happens_to_a_group_is_told_in_words() {
        let told = |kind: pb::GroupEventKind, users: Vec<i64>| {
            let event = pb::GroupEvent { kind: kind.into(), users, ..Default::default() };
            let content_type = pb::ContentType::GroupEvent as u32;
            let entry_ = pb::Entry { content_type, content: event.encode_to_vec().into(), ..said(3, -2, "") };
            line(&entry_)
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
        let (names, shown) = (names(), Said::default());
        let view = View { names: &names, said: &shown, paint: Paint::new(false), terminal: false };
        assert_eq!(preview(&left, view), "bob left");
        assert_eq!(preview(&said(3, 7, "a\nb"), view), one_line("a\nb"));
    }
}
