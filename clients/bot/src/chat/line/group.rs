//! Lines about the open group, and about coming into one. Pure.

use longlink_client::pb;

use super::{Line, wrong};

/// What to do in the open group.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::chat) enum OfGroup {
    About,
    Name(String),
    Picture(String),
    Rule(Rule),
    Remove(Vec<String>),
    Role { people: Vec<String>, role: pb::GroupRole },
    Mute { people: Vec<String>, for_ms: i64 },
    Dissolve,
    Link { renew: bool },
    Requests,
    Answer { name: String, accept: bool },
}

/// One of a group's rules, as it is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::chat) enum Rule {
    Join(pb::GroupJoin),
    OnlyAdminsInvite(bool),
    OnlyAdminsWrite(bool),
    MembersMentionAll(bool),
}

/// Reads a command; `None` if it is about something else.
pub(super) fn parse(command: &str, rest: &[String]) -> Option<Line> {
    let of = |order| Line::OfGroup(order);
    let line = match (command, rest) {
        ("group", [new, name, people @ ..]) if new == "new" => {
            Line::GroupNew { name: name.trim_start_matches('#').to_owned(), people: people.to_vec() }
        }
        ("group", []) => of(OfGroup::About),
        ("group", [what, value @ ..]) => group(what, &value.join(" ")),
        ("invite", [_, ..]) => Line::Invite(rest.to_vec()),
        ("remove", [_, ..]) => of(OfGroup::Remove(rest.to_vec())),
        ("admin", [_, ..]) => of(OfGroup::Role { people: rest.to_vec(), role: pb::GroupRole::Admin }),
        ("member", [_, ..]) => of(OfGroup::Role { people: rest.to_vec(), role: pb::GroupRole::Member }),
        ("owner", [_]) => of(OfGroup::Role { people: rest.to_vec(), role: pb::GroupRole::Owner }),
        ("mute", [first, people @ ..]) => mute(first, people),
        ("unmute", [_, ..]) => of(OfGroup::Mute { people: rest.to_vec(), for_ms: 0 }),
        ("invite" | "remove" | "admin" | "member" | "owner" | "mute" | "unmute", _) => {
            wrong(&format!("whom? /{command} PEOPLE ..."))
        }
        ("link", []) => of(OfGroup::Link { renew: false }),
        ("link", [new]) if new == "new" => of(OfGroup::Link { renew: true }),
        ("join", [link, greeting @ ..]) => Line::Join { link: link.clone(), greeting: greeting.join(" ") },
        ("join", []) => wrong("which group? /join LINK GREETING"),
        ("requests", []) => of(OfGroup::Requests),
        ("accept", [name]) => of(OfGroup::Answer { name: name.clone(), accept: true }),
        ("decline", [name]) => of(OfGroup::Answer { name: name.clone(), accept: false }),
        ("accept" | "decline", _) => wrong(&format!("whom? /{command} NAME, of those whom /requests shows")),
        ("leave", []) => Line::Leave,
        _ => return None,
    };
    Some(line)
}

fn group(what: &str, value: &str) -> Line {
    let order = match (what, value) {
        ("name", "") => return wrong(GROUP),
        ("name", name) => OfGroup::Name(name.trim_start_matches('#').to_owned()),
        ("picture", hash) => OfGroup::Picture(hash.to_owned()),
        ("end", "") => OfGroup::Dissolve,
        ("joining", "closed") => OfGroup::Rule(Rule::Join(pb::GroupJoin::Closed)),
        ("joining", "open") => OfGroup::Rule(Rule::Join(pb::GroupJoin::Open)),
        ("joining", "approval") => OfGroup::Rule(Rule::Join(pb::GroupJoin::Approval)),
        ("inviting", "admins") => OfGroup::Rule(Rule::OnlyAdminsInvite(true)),
        ("inviting", "members") => OfGroup::Rule(Rule::OnlyAdminsInvite(false)),
        ("writing", "admins") => OfGroup::Rule(Rule::OnlyAdminsWrite(true)),
        ("writing", "members") => OfGroup::Rule(Rule::OnlyAdminsWrite(false)),
        ("mentioning", "admins") => OfGroup::Rule(Rule::MembersMentionAll(false)),
        ("mentioning", "members") => OfGroup::Rule(Rule::MembersMentionAll(true)),
        _ => return wrong(GROUP),
    };
    Line::OfGroup(order)
}

/// A time may stand before the people.
fn mute(first: &str, people: &[String]) -> Line {
    let timed = longlink_bot::span::span(first).ok().filter(|_| !people.is_empty());
    let order = match timed {
        Some(time) => {
            let for_ms = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
            OfGroup::Mute { people: people.to_vec(), for_ms }
        }
        None => OfGroup::Mute { people: [&[first.to_owned()], people].concat(), for_ms: -1 },
    };
    Line::OfGroup(order)
}

const GROUP: &str = "what? /group, /group new NAME PEOPLE ..., /group name NAME, /group picture HASH, \
    /group joining closed|open|approval, /group inviting|writing|mentioning admins|members, /group end";

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn people_are_muted_for_a_time_or_until_further_notice() {
        let mute = |people: &[&str], for_ms| {
            let people = people.iter().map(|name| (*name).to_owned()).collect();
            Line::OfGroup(OfGroup::Mute { people, for_ms })
        };
        assert_eq!(parse("/mute 10m bob eve"), mute(&["bob", "eve"], 600_000));
        assert_eq!(parse("/mute bob"), mute(&["bob"], -1));
        assert_eq!(parse("/mute 7"), mute(&["7"], -1), "somebody may be called so");
        assert_eq!(parse("/unmute bob"), mute(&["bob"], 0));
    }

    #[test]
    fn rules_are_said_in_words() {
        let rule = |rule| Line::OfGroup(OfGroup::Rule(rule));
        assert_eq!(parse("/group joining approval"), rule(Rule::Join(pb::GroupJoin::Approval)));
        assert_eq!(parse("/group writing admins"), rule(Rule::OnlyAdminsWrite(true)));
        assert_eq!(parse("/group mentioning members"), rule(Rule::MembersMentionAll(true)));
        assert_eq!(parse("/group name #our cats"), Line::OfGroup(OfGroup::Name("our cats".into())));
        for line in ["/group cats", "/group name", "/group writing nobody", "/group end now", "/owner a b", "/link old"]
        {
            assert!(matches!(parse(line), Line::Wrong(_)), "{line}");
        }
    }
}
