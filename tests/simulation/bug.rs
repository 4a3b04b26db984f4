//! Planted bugs: what the simulation must find. Each is a fault of the kind that a server could have; they sit in the
//! simulated store, in a transport between the server and its links, or in a setting, and never in the server.

use std::sync::Arc;

use longlink::id::QueueId;
use longlink::store::Entry;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {
    /// A send is answered when it is written, and not when it is synced.
    AnswersBeforeSync,
    /// After a restart nobody knows under which names entries were sent.
    ForgetsNames,
    /// Now and then a reader that catches up is not shown the first entry behind its cursor.
    SkipsAPlace,
    /// Of a larger batch the last entry is not delivered to who is online.
    LosesOnTail,
    /// A batch goes to the log the other way round.
    TurnsBatches,
    /// What a full disk could not take is acknowledged.
    TakesWhatIsFull,
    /// What goes to everyone is pushed twice, now and then.
    TwiceToEveryone,
    /// What was pushed counts as taken, also if the link was dead: who comes back goes on behind it.
    PushedIsTaken,
    /// Who comes back begins two places too early.
    CursorBackwards,
    /// When a peer takes only a part of what is written to it, the last frame of the rest is lost.
    LosesTheRest,
    /// An outbox takes whatever comes.
    BoundlessOutbox,
}

pub(crate) const ALL: [Bug; 11] = [
    Bug::AnswersBeforeSync,
    Bug::ForgetsNames,
    Bug::SkipsAPlace,
    Bug::LosesOnTail,
    Bug::TurnsBatches,
    Bug::TakesWhatIsFull,
    Bug::TwiceToEveryone,
    Bug::PushedIsTaken,
    Bug::CursorBackwards,
    Bug::LosesTheRest,
    Bug::BoundlessOutbox,
];

impl Bug {
    /// What is said of it when it is found, one of these.
    pub(crate) fn told_as(self) -> &'static [&'static str] {
        match self {
            Self::AnswersBeforeSync | Self::TakesWhatIsFull => &["was acknowledged as entry"],
            Self::ForgetsNames => &["was acknowledged as entry", "doubled:"],
            Self::SkipsAPlace => &["skipped:", "lost:", "lost by the old contract", "never has read to the end"],
            Self::LosesOnTail => &["skipped:", "lost:", "lost by the old contract"],
            Self::TurnsBatches => &["reordered:"],
            Self::TwiceToEveryone | Self::CursorBackwards => &["doubled:"],
            Self::PushedIsTaken => &["skipped:"],
            Self::LosesTheRest => &["skipped:"],
            Self::BoundlessOutbox => &["bytes wait in the outbox"],
        }
    }
}

/// Ends the names under which `Bug::ForgetsNames` keeps what it takes for another message.
const FORGOTTEN: char = '\u{1}';

pub(crate) fn other_name(name: &str) -> String {
    format!("{name}{FORGOTTEN}")
}

/// The entry under the name that it was sent with.
pub(crate) fn as_sent(entry: Arc<Entry>) -> Arc<Entry> {
    // Looked for in the encoded bytes, since nearly no entry has it.
    if !entry.encoded.contains(&(FORGOTTEN as u8)) {
        return entry;
    }
    let mut new = entry.to_new().expect("it was encoded here");
    let Some(name) = new.client_msg_id.strip_suffix(FORGOTTEN) else { return entry };
    new.client_msg_id = name.to_owned();
    new.origin = entry.origin;
    Arc::new(Entry::new(QueueId::cursor(entry.queue_id.get()), new))
}

pub(crate) fn shown(entries: Vec<Arc<Entry>>) -> Vec<Arc<Entry>> {
    entries.into_iter().map(as_sent).collect()
}
