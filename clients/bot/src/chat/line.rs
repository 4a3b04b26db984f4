//! What a typed line means. Pure.

mod group;
mod message;
mod people;

pub(super) use group::{OfGroup, Rule};
pub(super) use message::{OfMessages, Which};
pub(super) use people::OfPeople;

/// A line as it was meant.
#[derive(Debug, PartialEq)]
pub(super) enum Line {
    Nothing,
    /// A message to the current peer.
    Say(String),
    To(String),
    Chats,
    History(u32),
    Who,
    Users(Vec<String>),
    Groups,
    GroupNew {
        name: String,
        people: Vec<String>,
    },
    Join {
        link: String,
        greeting: String,
    },
    Invite(Vec<String>),
    Leave,
    Read,
    OfMessages(OfMessages),
    OfPeople(OfPeople),
    OfGroup(OfGroup),
    Help,
    Quit,
    /// What is wrong with it.
    Wrong(String),
}

pub(super) const HELP: &str = "\
/to NAME          write to a user; /to #group to a group, /to all to everyone
/chats            your conversations, and what is unread in them
/history [N]      the last N messages here (20), with their numbers
/reply N TEXT     answer message number N, or the last one: /reply last TEXT
/edit N TEXT      change a message of yours; /recall N takes one back
@name in a group  is to this member's notice; @all to everybody's
/read             who has read up to where here; /read N who has read message N
/pin  /unpin      keep this conversation at the top, or not
/quiet  /loud     make no notice of what is said here, or do
/who              the people of this group
/users NAME ...   whether there are such users; /find and how the name begins
/profile [NAME]   what somebody tells of themselves; /profile nickname, bio ... sets yours
/contacts         your contacts, and who asks to be one; /online who of them is there
/contact add NAME GREETING   ask somebody; also accept, decline, remove, call NAME ALIAS
/block NAME       let nothing pass between you; /unblock, /blocked
/groups           your groups; /group tells about this one
/group new NAME PEOPLE ...   make a group; \"two words\" in quotes
/group name|picture|joining|inviting|writing|mentioning|end   change this one
/invite PEOPLE ...           bring people into this group; /remove puts them out
/admin PEOPLE ... make members admins; /member ends that, /owner NAME hands over
/mute [10m] PEOPLE ...       let them not write here, for a time; /unmute
/link [new]       what to give people to /join LINK this group by
/requests         who asks to join this group; /accept NAME, /decline NAME
/leave            leave this group
/quit             leave; so does Ctrl-D
//text            a message that begins with /";

/// The commands, for completion.
pub(super) const COMMANDS: &[&str] = &[
    "/to ",
    "/chats",
    "/history",
    "/reply ",
    "/edit ",
    "/recall ",
    "/read",
    "/pin",
    "/unpin",
    "/quiet",
    "/loud",
    "/who",
    "/users ",
    "/find ",
    "/profile",
    "/contacts",
    "/contact ",
    "/online",
    "/blocked",
    "/block ",
    "/unblock ",
    "/groups",
    "/group",
    "/invite ",
    "/remove ",
    "/admin ",
    "/member ",
    "/owner ",
    "/mute ",
    "/unmute ",
    "/link",
    "/join ",
    "/requests",
    "/accept ",
    "/decline ",
    "/leave",
    "/help",
    "/quit",
];

pub(super) fn parse(line: &str) -> Line {
    let line = line.trim_end_matches(['\r', '\n']);
    if line.trim().is_empty() {
        return Line::Nothing;
    }
    match line.strip_prefix('/') {
        None => Line::Say(line.to_owned()),
        Some(said) if said.starts_with('/') => Line::Say(said.to_owned()),
        Some(command) => of_command(command),
    }
}

fn of_command(text: &str) -> Line {
    let (command, behind) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    // What is said may have quotes of its own.
    let rest = if SAYING.contains(&command) {
        behind.split_whitespace().map(str::to_owned).collect()
    } else {
        match words(behind) {
            Ok(words) => words,
            Err(why) => return Line::Wrong(why),
        }
    };
    message::parse(command, &rest, behind)
        .or_else(|| people::parse(command, &rest))
        .or_else(|| group::parse(command, &rest))
        .unwrap_or_else(|| of_words(command, &rest))
}

/// Behind these stands a message.
const SAYING: [&str; 2] = ["reply", "edit"];

fn of_words(command: &str, rest: &[String]) -> Line {
    match (command, rest) {
        ("", _) => wrong("/help tells what there is"),
        ("to", [peer]) => Line::To(peer.clone()),
        ("to", _) => wrong("to whom? /to NAME, /to #group or /to all"),
        ("chats", []) => Line::Chats,
        ("history", []) => Line::History(HISTORY_DEFAULT),
        ("history", [count]) => match count.parse() {
            Ok(count @ 1..=HISTORY_MAX) => Line::History(count),
            Ok(_) | Err(_) => Line::Wrong(format!("how many? /history 1 to /history {HISTORY_MAX}")),
        },
        ("who", []) => Line::Who,
        ("users", [_, ..]) => Line::Users(rest.to_vec()),
        ("users", []) => wrong("who? /users NAME ...; /who lists the people of a group"),
        ("groups", []) => Line::Groups,
        ("read", []) => Line::Read,
        ("help", _) => Line::Help,
        ("quit" | "exit", []) => Line::Quit,
        (other, _) => Line::Wrong(format!("cannot make sense of /{other} here; /help tells what there is")),
    }
}

fn wrong(why: &str) -> Line {
    Line::Wrong(why.to_owned())
}

/// Splits at white space, but not within double quotes.
fn words(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            c if c.is_whitespace() && !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    if quoted {
        return Err("a quote is not closed".to_owned());
    }
    words.extend(word);
    Ok(words)
}

const HISTORY_DEFAULT: u32 = 20;
/// The most that the server gives at once.
const HISTORY_MAX: u32 = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_begin_with_a_slash_is_said_as_it_is() {
        assert_eq!(parse("hello /to \"you\n"), Line::Say("hello /to \"you".into()));
        assert_eq!(parse("  set in"), Line::Say("  set in".into()));
        assert_eq!(parse("//shrug"), Line::Say("/shrug".into()));
        assert_eq!(parse("  \r\n"), Line::Nothing);
    }

    #[test]
    fn commands_take_words_and_quoted_words() {
        assert_eq!(parse("/to anna"), Line::To("anna".into()));
        assert_eq!(parse("/to \"anna b\""), Line::To("anna b".into()));
        assert_eq!(parse("/history"), Line::History(20));
        assert_eq!(parse("/history 5"), Line::History(5));
        let people = vec!["anna".to_owned(), "bob".to_owned()];
        assert_eq!(parse("/group new \"#our cats\" anna bob"), Line::GroupNew { name: "our cats".into(), people });
    }

    #[test]
    fn what_makes_no_sense_is_answered_with_how_to_say_it() {
        for line in [
            "/",
            "/to",
            "/to a b",
            "/history 0",
            "/history 1001",
            "/frobnicate",
            "/group cats",
            "/to \"anna",
            "/quit now",
        ] {
            assert!(matches!(parse(line), Line::Wrong(_)), "{line}");
        }
    }

    #[test]
    fn every_command_that_is_completed_is_understood_and_helped_with() {
        for command in COMMANDS {
            let word = command.trim();
            assert!(HELP.contains(word) || word == "/help", "{word}");
            let line = parse(&format!("{word} x"));
            let bare = parse(word);
            let unknown = |line: &Line| matches!(line, Line::Wrong(wrong) if wrong.starts_with("cannot"));
            assert!(!unknown(&line) || !unknown(&bare), "{word}");
        }
    }
}
