//! What people, groups and what happened are called.

use longlink_client::pb::{GroupEvent, GroupEventKind, User};
use longlink_desktop_core::model::{Content, EVERYONE, Item, Peer, Session, UserId};

use super::env::Env;
use crate::words::{count, fill};

/// What a conversation is called.
pub fn peer_name(session: &Session, env: &Env, peer: Peer) -> String {
    let w = &env.words.peer;
    match peer {
        EVERYONE => w.everyone.to_owned(),
        me if me == session.me => fill(w.with_you, &[("name", &own_name(session, env, me))]),
        user if user > 0 => user_name(session, env, user),
        group => match session.groups.get(group) {
            Some(known) if !known.name.is_empty() => known.name.clone(),
            _ => fill(w.unknown_group, &[("id", &group.unsigned_abs().to_string())]),
        },
    }
}

/// What this person calls them, or what they call themselves.
pub fn user_name(session: &Session, env: &Env, user: UserId) -> String {
    match session.contacts.alias(user) {
        Some(alias) if !alias.is_empty() => alias.to_owned(),
        _ => own_name(session, env, user),
    }
}

/// What they call themselves: what others see, too.
pub fn own_name(session: &Session, env: &Env, user: UserId) -> String {
    let w = &env.words.peer;
    match session.people.get(user) {
        Some(known) if known.deleted => w.deleted.to_owned(),
        Some(User { nickname, .. }) if !nickname.is_empty() => nickname.clone(),
        Some(User { name, .. }) if !name.is_empty() => name.clone(),
        _ if user == session.me && !session.name.is_empty() => session.name.clone(),
        _ => fill(w.unknown, &[("id", &user.to_string())]),
    }
}

/// The SHA-256 of somebody's or a group's picture. Empty: none.
pub fn picture_of(session: &Session, peer: Peer) -> &str {
    if peer < 0 {
        return session.groups.get(peer).map_or("", |group| &group.picture);
    }
    session.people.get(peer).map_or("", |user| &user.avatar)
}

/// Whether somebody is here, or when they were. Empty where that is not to be known.
pub fn presence_text(session: &Session, env: &Env, user: UserId) -> String {
    match session.presence.of(user) {
        None => String::new(),
        Some(seen) if seen.is_online => env.words.peer.online.to_owned(),
        Some(seen) if seen.last_seen_at_ms > 0 => env.dates.ago(seen.last_seen_at_ms, env.now_ms),
        Some(_) => env.words.peer.offline.to_owned(),
    }
}

/// What happened to a group, as it stands between the messages.
pub fn event_text(session: &Session, env: &Env, from: UserId, event: &GroupEvent) -> String {
    let w = &env.words.event;
    let who = subject(session, env, from);
    let whom = object(session, env, &event.users);
    let is_alone = event.users.as_slice() == [from];
    let fill = |words: &str| {
        let time = if event.until_ms > 0 { env.dates.full(event.until_ms) } else { String::new() };
        fill(words, &[("who", &who), ("whom", &whom), ("name", &event.name), ("time", &time)])
    };
    match event.kind() {
        GroupEventKind::Created => fill(w.created),
        GroupEventKind::Joined => fill(if is_alone { w.joined_self } else { w.joined }),
        GroupEventKind::Left => {
            let left = match event.users.as_slice() {
                [one] => subject(session, env, *one),
                _ => whom.clone(),
            };
            crate::words::fill(w.left, &[("whom", &left)])
        }
        GroupEventKind::Removed => fill(w.removed),
        GroupEventKind::Renamed => fill(w.renamed),
        GroupEventKind::PictureChanged => fill(w.picture),
        GroupEventKind::RulesChanged => fill(w.rules),
        GroupEventKind::AdminsMade => fill(w.admins_made),
        GroupEventKind::AdminsEnded => fill(if is_alone { w.admin_ended_self } else { w.admins_ended }),
        GroupEventKind::HandedOver => fill(w.handed_over),
        GroupEventKind::Muted => fill(if event.until_ms < 0 { w.muted_for_good } else { w.muted }),
        GroupEventKind::Unmuted => fill(w.unmuted),
        GroupEventKind::Dissolved => fill(w.dissolved),
        GroupEventKind::Unspecified => w.other.to_owned(),
    }
}

fn subject(session: &Session, env: &Env, user: UserId) -> String {
    if user == session.me { env.words.event.you.to_owned() } else { user_name(session, env, user) }
}

/// The person themselves first: whoever else came, that is what it is about.
fn object(session: &Session, env: &Env, users: &[UserId]) -> String {
    let w = &env.words.event;
    let mut ordered = users.to_vec();
    ordered.sort_by_key(|user| *user != session.me);
    let name =
        |user: &UserId| if *user == session.me { w.you_object.to_owned() } else { user_name(session, env, *user) };
    match ordered.as_slice() {
        [] => String::new(),
        [one] => name(one),
        [one, two] => fill(w.and, &[("a", &name(one)), ("b", &name(two))]),
        [first, rest @ ..] => fill(&count(rest.len() as u64, w.and_more_one, w.and_more_other), &[("a", &name(first))]),
    }
}

/// An entry's content in one line.
pub fn content_text(env: &Env, content: &Content) -> String {
    match content {
        Content::Text(text) => in_one_line(text),
        Content::Upload(upload) => {
            let media = &upload.media;
            let said = if media.caption.is_empty() { &media.name } else { &media.caption };
            let words = if upload.is_picture { env.words.media.picture_line } else { env.words.media.file_line };
            fill(words, &[("text", &in_one_line(said))]).trim().to_owned()
        }
        Content::Recalled => env.words.talk.recalled.to_owned(),
        Content::Other(kind) => fill(env.words.talk.unknown_type, &[("type", &kind.to_string())]),
        Content::Event(_) => env.words.event.other.to_owned(),
    }
}

/// An entry in one line, for the list.
pub fn preview(session: &Session, env: &Env, peer: Peer, item: &Item) -> String {
    let w = env.words;
    let from = || user_name(session, env, item.from);
    match &item.content {
        Content::Event(event) => event_text(session, env, item.from, event),
        Content::Recalled if peer < 0 => fill(w.list.from, &[("name", &from()), ("text", w.talk.recalled)]),
        Content::Recalled if item.from == session.me => w.talk.recalled_by_you.to_owned(),
        Content::Recalled => fill(w.talk.recalled_by, &[("name", &from())]),
        content @ (Content::Text(_) | Content::Upload(_) | Content::Other(_)) => {
            let text = content_text(env, content);
            if item.from == session.me && peer != session.me {
                fill(w.list.you, &[("text", &text)])
            } else if peer > 0 {
                text
            } else {
                fill(w.list.from, &[("name", &from()), ("text", &text)])
            }
        }
    }
}

fn in_one_line(text: &str) -> String {
    // A list shows the beginning only; the longest message is not copied for that.
    let mut short = String::new();
    for word in text.split_whitespace() {
        if !short.is_empty() {
            short.push(' ');
        }
        short.push_str(word);
        if short.len() > 400 {
            break;
        }
    }
    short
}
