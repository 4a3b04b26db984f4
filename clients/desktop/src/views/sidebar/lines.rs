//! What the lines of the lists say.

use longlink_desktop_core::model::{EVERYONE, Peer, Session, UserId, item_of};

use super::row::Line;
use crate::views::env::Env;
use crate::views::names::{content_text, peer_name, picture_of, presence_text, preview};
use crate::words::fill;

/// A conversation with its last word.
pub fn of_talk(session: &Session, env: &Env, peer: Peer) -> Line {
    let Some(talk) = session.talks.get(peer) else { return of_person(session, env, peer) };
    let unsent = session.outbox.last_to(peer);
    if talk.last.is_none() && unsent.is_none() && talk.draft.is_empty() {
        return Line { is_pinned: talk.is_pinned, is_muted: talk.is_muted, ..of_person(session, env, peer) };
    }
    let w = env.words;
    let is_open = session.thread.as_ref().is_some_and(|thread| thread.peer == peer);
    let is_typing = session.typing.is_any(peer);
    let (mut text, mut at) = match (&unsent, &talk.last) {
        (Some(unsent), _) => {
            let said = content_text(env, &item_of(unsent, session.me).content);
            (fill(w.list.you, &[("text", &said)]), unsent.written_at_ms)
        }
        (None, Some(last)) => (preview(session, env, peer, last), last.sent_at_ms),
        (None, None) => (String::new(), 0),
    };
    let mut is_lively = false;
    if is_typing {
        text = w.talk.typing_short.to_owned();
        is_lively = true;
    } else if !talk.draft.is_empty() && !is_open {
        text = fill(w.list.draft, &[("text", &talk.draft)]);
        is_lively = true;
        at = at.max(0);
    }
    Line {
        text,
        is_lively,
        time: if at > 0 { env.dates.short(at, env.now_ms) } else { String::new() },
        unread: talk.unread(),
        is_mentioned: talk.mentions() > 0,
        is_pinned: talk.is_pinned,
        is_muted: talk.is_muted,
        is_failed: unsent.is_some_and(|unsent| unsent.failure.is_some()),
        ..face(session, env, peer)
    }
}

/// Somebody with whom nothing was said yet, or whose words do not matter here.
pub fn of_person(session: &Session, env: &Env, peer: Peer) -> Line {
    let text =
        if peer == EVERYONE { env.words.peer.everyone_hint.to_owned() } else { presence_text(session, env, peer) };
    Line { text, ..face(session, env, peer) }
}

/// Somebody who wants something, with what they say.
pub fn of_asking(session: &Session, env: &Env, user: UserId, words: String) -> Line {
    Line { text: words, ..face(session, env, user) }
}

fn face(session: &Session, env: &Env, peer: Peer) -> Line {
    Line {
        peer,
        name: peer_name(session, env, peer),
        picture: picture_of(session, peer).to_owned(),
        is_online: peer > 0 && session.presence.is_online(peer),
        is_current: session.thread.as_ref().is_some_and(|thread| thread.peer == peer),
        ..Line::default()
    }
}
