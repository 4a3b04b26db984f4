//! What of an item is shown in its bubble: its words, what it answers, whom it names, and how far it has come.

use longlink_desktop_core::model::{ALL, Content, Delivery, Download, Item, Peer, Quoted, Session, Thread};

use super::bubble::Shown;
use super::media::Media;
use crate::views::env::Env;
use crate::views::names::{content_text, own_name, user_name};
use crate::words::{EN, ZH, count, fill};

/// An item as its bubble shows it. `is_first` of a run of messages by one person.
pub fn shown(session: &Session, env: &Env, thread: &Thread, item: &Item, is_first: bool) -> Shown {
    let is_mine = item.from == session.me;
    let peer = thread.peer;
    let mut time = env.dates.clock(item.sent_at_ms);
    if item.changed_by > 0 && !item.is_recalled() {
        time = format!("{}  {time}", env.words.talk.edited);
    }
    Shown {
        is_mine,
        author: (peer <= 0 && !is_mine && is_first).then(|| user_name(session, env, item.from)),
        quote: quote_of(session, env, thread, item),
        text: text_of(session, env, peer, item),
        mentioned: mentioned(session, env, item),
        mentions_me: !is_mine && item.mentions(session.me),
        is_faint: matches!(item.content, Content::Recalled | Content::Other(_)),
        media: media_of(session, item),
        time,
        state: (is_mine && !item.is_recalled()).then(|| state_of(session, env, thread, item)),
    }
}

/// The words in the bubble.
pub fn text_of(session: &Session, env: &Env, peer: Peer, item: &Item) -> String {
    match &item.content {
        Content::Text(text) => text.clone(),
        Content::Upload(upload) => upload.media.caption.clone(),
        // In a group an admin may have done it.
        Content::Recalled if item.from == session.me && peer >= 0 => env.words.talk.recalled_by_you.to_owned(),
        Content::Recalled => env.words.talk.recalled.to_owned(),
        Content::Other(kind) => fill(env.words.talk.unknown_type, &[("type", &kind.to_string())]),
        Content::Event(_) => String::new(),
    }
}

fn quote_of(session: &Session, env: &Env, thread: &Thread, item: &Item) -> Option<(String, String)> {
    if item.reply_to <= 0 || item.is_recalled() {
        return None;
    }
    Some(match thread.quoted(item.reply_to) {
        Some(Quoted::Here(quoted)) => {
            let who = if quoted.from == session.me {
                env.words.talk.you.to_owned()
            } else {
                user_name(session, env, quoted.from)
            };
            (who, content_text(env, &quoted.content))
        }
        Some(Quoted::Gone) => (String::new(), env.words.talk.quote_gone.to_owned()),
        Some(Quoted::Asked) | None => (String::new(), "…".to_owned()),
    })
}

/// The names by which it mentions people. All members are named in the language of who writes.
fn mentioned(session: &Session, env: &Env, item: &Item) -> Vec<String> {
    let mut names = Vec::new();
    for user in &item.mentions {
        if *user == ALL {
            names.extend([EN.act.mention_all, ZH.act.mention_all].map(str::to_owned));
            continue;
        }
        names.push(own_name(session, env, *user));
        names.extend(session.people.get(*user).map(|known| known.name.clone()));
    }
    names
}

fn media_of(session: &Session, item: &Item) -> Option<Media> {
    let Content::Upload(upload) = &item.content else { return None };
    let media = &upload.media;
    let download = session.media.of(&media.hash);
    let up = session.outbox.progress(&item.client_msg_id);
    let is_uploading = !item.is_kept() && !matches!(item.delivery, Delivery::Failed(_));
    let down = match download {
        Some(Download::Loading(progress)) => Some(*progress),
        _ => None,
    };
    Some(Media {
        is_picture: upload.is_picture,
        hash: media.hash.clone(),
        name: media.name.clone(),
        size: u64::try_from(media.size).unwrap_or(0),
        width: media.width,
        height: media.height,
        progress: if is_uploading { up } else { down },
        is_uploading,
        is_gone: matches!(download, Some(Download::Failed { is_gone: true })),
    })
}

fn state_of(session: &Session, env: &Env, thread: &Thread, item: &Item) -> (&'static str, String) {
    let w = &env.words.act;
    match &item.delivery {
        Delivery::Uploading | Delivery::Sending => ("🕓", w.state_waiting.to_owned()),
        Delivery::Failed(_) => ("!", w.state_failed.to_owned()),
        Delivery::Kept if thread.peer < 0 => {
            let read = thread.counts.get(&item.queue_id).map_or(0, |count| count.read);
            if read == 0 {
                ("✔", w.state_kept.to_owned())
            } else {
                ("👀", count(u64::from(read), w.read_by_one, w.read_by_other))
            }
        }
        Delivery::Kept if thread.peer == session.me || thread.peer == 0 => ("✔", w.state_kept.to_owned()),
        Delivery::Kept if thread.read_by_peer >= item.queue_id => ("✔✔ •", w.state_read.to_owned()),
        Delivery::Kept if thread.delivered_to_peer >= item.queue_id => ("✔✔", w.state_delivered.to_owned()),
        Delivery::Kept => ("✔", w.state_kept.to_owned()),
    }
}
