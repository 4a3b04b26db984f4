//! Naming people while one writes: what is being typed behind an @, and who it may be.

use longlink_desktop_core::model::{ALL, Peer, Session, UserId};

use crate::views::env::Env;
use crate::views::names::{own_name, user_name};

const SHOWN_MAX: usize = 6;
/// No name is longer than this in bytes.
const NAME_MAX: usize = 64;

/// Somebody who can be named.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub user: UserId,
    /// As it stands in the text.
    pub name: String,
    /// As the list shows it.
    pub shown: String,
}

/// The beginning of a name at the end of this word, and where its @ is. An @ in the midst of a word is an address of mail,
/// except behind Han characters, which have no spaces.
pub fn typed(word: &str) -> Option<(usize, &str)> {
    let at = word.rfind('@')?;
    let before = word.get(..at)?.chars().next_back();
    if before.is_some_and(|c| (c.is_alphanumeric() || "_.".contains(c)) && !is_han(c)) {
        return None;
    }
    let prefix = word.get(at + 1..)?;
    (prefix.len() <= NAME_MAX).then_some((at, prefix))
}

fn is_han(c: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&c)
        || ('\u{f900}'..='\u{faff}').contains(&c)
        || ('\u{20000}'..='\u{3ffff}').contains(&c)
}

/// Who of this group is meant by the beginning of a name.
pub fn candidates(session: &Session, env: &Env, group: Peer, prefix: &str) -> Vec<Candidate> {
    if group >= 0 {
        return Vec::new();
    }
    let wanted = prefix.to_lowercase();
    let fits = |name: &str| name.to_lowercase().starts_with(&wanted);
    let mut found = Vec::new();
    let w = &env.words.act;
    if session.groups.may_mention_all(group) && (fits(w.mention_all) || fits("all")) {
        let (name, shown) = (w.mention_all.to_owned(), w.mention_all_long.to_owned());
        found.push(Candidate { user: ALL, name, shown });
    }
    for member in session.groups.members(group).map_or(&[][..], |members| members.all.as_slice()) {
        if found.len() >= SHOWN_MAX {
            break;
        }
        let (name, called) = (own_name(session, env, member.user), user_name(session, env, member.user));
        if member.user != session.me && (fits(&name) || fits(&called)) {
            let shown = if name == called { name.clone() } else { format!("{name} ({called})") };
            found.push(Candidate { user: member.user, name, shown });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::typed;

    #[test]
    fn a_name_begins_behind_an_at_sign_that_is_no_mail_address() {
        assert_eq!(typed("@an"), Some((0, "an")));
        assert_eq!(typed("你好@an"), Some((6, "an")));
        assert_eq!(typed("a@an"), None);
        assert_eq!(typed("an"), None);
        assert_eq!(typed("(@"), Some((1, "")));
    }
}
