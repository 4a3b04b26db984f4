//! Lines about messages and conversations. Pure.

use super::{Line, wrong};

/// What to do with a message, or with the open conversation as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::chat) enum OfMessages {
    Reply {
        to: Which,
        text: String,
    },
    Edit {
        which: Which,
        text: String,
    },
    Recall(Which),
    /// Who has read a message of a group.
    ReadBy(Which),
    Pin(bool),
    Quiet(bool),
}

/// Which message is meant: the last one there is, or the one at this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::chat) enum Which {
    Last,
    At(i64),
}

impl Which {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "last" => Some(Self::Last),
            number => number.parse().ok().filter(|place| *place > 0).map(Self::At),
        }
    }
}

/// Reads `command` with what stands behind it, as it was typed and as words; `None` if it is about something else.
pub(super) fn parse(command: &str, rest: &[String], behind: &str) -> Option<Line> {
    let of = |order| Line::OfMessages(order);
    let line = match (command, rest) {
        ("reply", [which, _, ..]) => match Which::parse(which) {
            Some(to) => of(OfMessages::Reply { to, text: text_behind(behind) }),
            None => wrong(WHICH),
        },
        ("reply", _) => wrong("what? /reply NUMBER TEXT, or /reply last TEXT"),
        ("edit", [which, _, ..]) => match Which::parse(which) {
            Some(which) => of(OfMessages::Edit { which, text: text_behind(behind) }),
            None => wrong(WHICH),
        },
        ("edit", _) => wrong("what? /edit NUMBER TEXT, or /edit last TEXT"),
        ("recall", [which]) => Which::parse(which).map_or_else(|| wrong(WHICH), |which| of(OfMessages::Recall(which))),
        ("recall", _) => wrong("which? /recall NUMBER, or /recall last"),
        ("read", [which]) => Which::parse(which).map_or_else(|| wrong(WHICH), |which| of(OfMessages::ReadBy(which))),
        ("pin", []) => of(OfMessages::Pin(true)),
        ("unpin", []) => of(OfMessages::Pin(false)),
        ("quiet", []) => of(OfMessages::Quiet(true)),
        ("loud", []) => of(OfMessages::Quiet(false)),
        _ => return None,
    };
    Some(line)
}

/// What stands behind the first word, as it was typed.
fn text_behind(text: &str) -> String {
    text.trim_start().split_once(char::is_whitespace).map_or("", |(_, text)| text.trim_start()).to_owned()
}

const WHICH: &str = "which message? its number, as /history shows it, or last";

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn a_message_is_named_by_its_number_or_as_the_last_and_its_text_is_left_alone() {
        let reply = |to, text: &str| Line::OfMessages(OfMessages::Reply { to, text: text.into() });
        assert_eq!(parse("/reply 12 so  \"be it"), reply(Which::At(12), "so  \"be it"));
        assert_eq!(parse("/reply last  yes"), reply(Which::Last, "yes"));
        let edit = OfMessages::Edit { which: Which::At(7), text: "7 it is".into() };
        assert_eq!(parse("/edit 7 7 it is"), Line::OfMessages(edit));
        assert_eq!(parse("/recall last"), Line::OfMessages(OfMessages::Recall(Which::Last)));
        assert_eq!(parse("/read 9"), Line::OfMessages(OfMessages::ReadBy(Which::At(9))));
        for line in ["/reply", "/reply 12", "/reply first x", "/edit -3 x", "/recall 0", "/recall", "/read x", "/pin 3"]
        {
            assert!(matches!(parse(line), Line::Wrong(_)), "{line}");
        }
    }
}
