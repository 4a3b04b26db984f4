//! What a typed line means. Pure.

/// A line as it was meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    Nothing,
    /// A message to the current peer.
    Say(String),
    To(String),
    History(u32),
    Who,
    Users(Vec<String>),
    Groups,
    GroupNew {
        name: String,
        people: Vec<String>,
    },
    Invite(Vec<String>),
    Leave,
    Read,
    Help,
    Quit,
    /// What is wrong with it.
    Wrong(String),
}

pub(super) const HELP: &str = "\
/to NAME          write to a user; /to #group to a group, /to all to everyone
/history [N]      the last N messages here (20)
/read             who has read up to where here
/who              the people of this group
/users NAME ...   whether there are such users
/groups           your groups
/group new NAME PEOPLE ...   make a group; \"two words\" in quotes
/invite PEOPLE ...           bring people into this group
/leave            leave this group
/quit             leave; so does Ctrl-D
//text            a message that begins with /";

/// The commands, for completion.
pub(super) const COMMANDS: &[&str] =
    &["/to ", "/history", "/read", "/who", "/users ", "/groups", "/group new ", "/invite ", "/leave", "/help", "/quit"];

pub(super) fn parse(line: &str) -> Line {
    let line = line.trim_end_matches(['\r', '\n']);
    if line.trim().is_empty() {
        return Line::Nothing;
    }
    match line.strip_prefix('/') {
        None => Line::Say(line.to_owned()),
        Some(said) if said.starts_with('/') => Line::Say(said.to_owned()),
        Some(command) => match words(command) {
            Ok(words) => of_words(&words),
            Err(wrong) => Line::Wrong(wrong),
        },
    }
}

fn of_words(words: &[String]) -> Line {
    let Some((command, rest)) = words.split_first() else {
        return Line::Wrong("/help tells what there is".to_owned());
    };
    match (command.as_str(), rest) {
        ("to", [peer]) => Line::To(peer.clone()),
        ("to", _) => Line::Wrong("to whom? /to NAME, /to #group or /to all".to_owned()),
        ("history", []) => Line::History(HISTORY_DEFAULT),
        ("history", [count]) => match count.parse() {
            Ok(count @ 1..=HISTORY_MAX) => Line::History(count),
            Ok(_) | Err(_) => Line::Wrong(format!("how many? /history 1 to /history {HISTORY_MAX}")),
        },
        ("who", []) => Line::Who,
        ("users", [_, ..]) => Line::Users(rest.to_vec()),
        ("users", []) => Line::Wrong("who? /users NAME ...; /who lists the people of a group".to_owned()),
        ("groups", []) => Line::Groups,
        ("group", [new, name, people @ ..]) if new == "new" => {
            Line::GroupNew { name: name.trim_start_matches('#').to_owned(), people: people.to_vec() }
        }
        ("group", _) => Line::Wrong("which group? /group new NAME PEOPLE ...".to_owned()),
        ("invite", [_, ..]) => Line::Invite(rest.to_vec()),
        ("invite", []) => Line::Wrong("whom? /invite PEOPLE ...".to_owned()),
        ("leave", []) => Line::Leave,
        ("read", []) => Line::Read,
        ("help", _) => Line::Help,
        ("quit" | "exit", []) => Line::Quit,
        (other, _) => Line::Wrong(format!("cannot make sense of /{other} here; /help tells what there is")),
    }
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
