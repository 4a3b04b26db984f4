//! Lines about people: contacts, blocks, profiles, who is there. Pure.

use longlink_client::pb;

use super::{Line, wrong};

#[derive(Clone, Debug, PartialEq)]
pub(in crate::chat) enum OfPeople {
    Contacts,
    Ask {
        name: String,
        greeting: String,
    },
    /// What one calls a contact, and a note about them.
    Call {
        name: String,
        alias: String,
        remark: String,
    },
    Answer {
        name: String,
        accept: bool,
    },
    Remove(String),
    Block {
        name: String,
        blocked: bool,
    },
    Blocked,
    Online,
    Find(String),
    /// Somebody's, or the own one.
    Profile(Option<String>),
    ProfileSet(pb::ProfileSetRequest),
}

/// Reads a command; `None` if it is about something else.
pub(super) fn parse(command: &str, rest: &[String]) -> Option<Line> {
    let of = |order| Line::OfPeople(order);
    let line = match (command, rest) {
        ("contacts", []) => of(OfPeople::Contacts),
        ("contact", [verb, name, more @ ..]) => contact(verb, name.clone(), more),
        ("contact", _) => wrong(CONTACT),
        ("block", [name]) => of(OfPeople::Block { name: name.clone(), blocked: true }),
        ("unblock", [name]) => of(OfPeople::Block { name: name.clone(), blocked: false }),
        ("block" | "unblock", _) => wrong("whom? /block NAME, /unblock NAME"),
        ("blocked", []) => of(OfPeople::Blocked),
        ("online", []) => of(OfPeople::Online),
        ("find", [prefix]) => of(OfPeople::Find(prefix.clone())),
        ("find", _) => wrong("whom? /find and how the name begins"),
        ("profile", []) => of(OfPeople::Profile(None)),
        ("profile", [name]) => of(OfPeople::Profile(Some(name.clone()))),
        ("profile", [what, value @ ..]) => profile(what, &value.join(" ")),
        _ => return None,
    };
    Some(line)
}

fn contact(verb: &str, name: String, more: &[String]) -> Line {
    let order = match (verb, more) {
        ("add", greeting) => OfPeople::Ask { name, greeting: greeting.join(" ") },
        ("accept", []) => OfPeople::Answer { name, accept: true },
        ("decline", []) => OfPeople::Answer { name, accept: false },
        ("remove", []) => OfPeople::Remove(name),
        ("call", [alias, remark @ ..]) => OfPeople::Call { name, alias: alias.clone(), remark: remark.join(" ") },
        _ => return wrong(CONTACT),
    };
    Line::OfPeople(order)
}

fn profile(what: &str, value: &str) -> Line {
    let mut change = pb::ProfileSetRequest::default();
    match (what, value) {
        ("nickname", text) => change.nickname = Some(text.to_owned()),
        ("bio", text) => change.bio = Some(text.to_owned()),
        ("avatar", hash) => change.avatar = Some(hash.to_owned()),
        ("sex", "male") => change.set_sex(pb::Sex::Male),
        ("sex", "female") => change.set_sex(pb::Sex::Female),
        ("sex", "other") => change.set_sex(pb::Sex::Other),
        ("sex", "unspecified") => change.set_sex(pb::Sex::Unspecified),
        ("presence", "hidden") => change.presence_hidden = Some(true),
        ("presence", "shown") => change.presence_hidden = Some(false),
        _ => return wrong(PROFILE),
    }
    Line::OfPeople(OfPeople::ProfileSet(change))
}

const CONTACT: &str = "what? /contact add NAME GREETING, /contact accept NAME, /contact decline NAME, \
    /contact remove NAME, /contact call NAME ALIAS REMARK";
const PROFILE: &str = "what? /profile nickname TEXT, /profile bio TEXT, /profile avatar HASH, \
    /profile sex male|female|other|unspecified, /profile presence hidden|shown";

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn a_greeting_and_a_remark_may_be_of_many_words() {
        let ask = OfPeople::Ask { name: "bob b".into(), greeting: "it is me".into() };
        assert_eq!(parse("/contact add \"bob b\" it is me"), Line::OfPeople(ask));
        let call = OfPeople::Call { name: "bob".into(), alias: "Bobby".into(), remark: "met in Rome".into() };
        assert_eq!(parse("/contact call bob Bobby met in Rome"), Line::OfPeople(call));
        for line in ["/contact", "/contact add", "/contact accept bob now", "/contact call bob", "/block", "/find"] {
            assert!(matches!(parse(line), Line::Wrong(_)), "{line}");
        }
    }

    #[test]
    fn of_a_profile_one_thing_is_changed_at_a_time() {
        let change = |change| Line::OfPeople(OfPeople::ProfileSet(change));
        let bio = pb::ProfileSetRequest { bio: Some("writes much".into()), ..Default::default() };
        assert_eq!(parse("/profile bio writes much"), change(bio));
        let none = pb::ProfileSetRequest { nickname: Some(String::new()), ..Default::default() };
        assert_eq!(parse("/profile nickname \"\""), change(none));
        let hidden = pb::ProfileSetRequest { presence_hidden: Some(true), ..Default::default() };
        assert_eq!(parse("/profile presence hidden"), change(hidden));
        assert!(matches!(parse("/profile sex maybe"), Line::Wrong(_)));
    }
}
