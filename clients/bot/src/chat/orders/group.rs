//! What is asked about the open group: who may what in it, who comes in and who goes.

use longlink_client::pb;

use super::{Done, Orders, Outcome};
use crate::chat::line::{OfGroup, Rule};
use crate::chat::names::in_words;
use crate::clock::now_ms;
use crate::text::one_line;

impl Orders {
    pub(in crate::chat) async fn of_group(self, group: i64, order: OfGroup) -> Outcome {
        let client = &self.client;
        let done = match order {
            OfGroup::About => return self.about(group).await,
            OfGroup::Requests => return self.requests(group).await,
            OfGroup::Link { renew } => client.group_link(group, renew).await.map(Some),
            OfGroup::Name(name) => {
                let change = pb::GroupChangeRequest { group, name: Some(name), ..Default::default() };
                client.group_change(change).await.map(|()| None)
            }
            OfGroup::Picture(hash) => {
                let change = pb::GroupChangeRequest { group, picture: Some(hash), ..Default::default() };
                client.group_change(change).await.map(|()| None)
            }
            OfGroup::Rule(rule) => {
                // Rules are replaced as a whole.
                let rules = Some(changed(self.group_now(group).await?.rules.unwrap_or_default(), rule));
                client.group_change(pb::GroupChangeRequest { group, rules, ..Default::default() }).await.map(|()| None)
            }
            OfGroup::Remove(people) => client.group_remove(group, self.people(&people).await?).await.map(|()| None),
            OfGroup::Role { people, role } => {
                client.group_role(group, self.people(&people).await?, role).await.map(|()| None)
            }
            OfGroup::Mute { people, for_ms } => {
                client.group_mute(group, self.people(&people).await?, for_ms).await.map(|()| None)
            }
            OfGroup::Dissolve => {
                client.group_dissolve(group).await.map_err(|error| in_words(&error))?;
                return Ok(Done::Left(format!("you ended {}", self.names.borrow().peer(group))));
            }
            OfGroup::Answer { name, accept } => {
                let user = self.people(&[name]).await?.first().copied().unwrap_or_default();
                client.group_answer(group, user, accept).await.map(|()| None)
            }
        };
        let line = done.map_err(|error| in_words(&error))?;
        Ok(Done::Lines(line.unwrap_or_else(|| "done".to_owned())))
    }

    pub(in crate::chat) async fn join(self, link: String, greeting: String) -> Outcome {
        let reply = self.client.group_join(link, greeting).await.map_err(|error| in_words(&error))?;
        let group = pb::Group { id: reply.group, name: reply.name.clone(), ..Default::default() };
        self.names.borrow_mut().learn_groups(&[group]);
        if reply.joined {
            self.open_peer(reply.group, false).await
        } else {
            Ok(Done::Lines(format!("the admins of #{} were asked to let you in", one_line(&reply.name))))
        }
    }

    async fn group_now(&self, group: i64) -> Result<pb::Group, String> {
        let groups = self.groups_now().await?;
        groups.into_iter().find(|it| it.id == group).ok_or_else(|| "you are not in this group any more".to_owned())
    }

    async fn about(&self, group: i64) -> Outcome {
        let about = self.group_now(group).await?;
        let (members, page) = self.members(group).await?;
        self.names.borrow_mut().learn_users(&members);
        let names = self.names.borrow();
        let called = |users: &[i64]| users.iter().map(|user| names.user(*user)).collect::<Vec<_>>().join(", ");
        let rules = about.rules.unwrap_or_default();
        let who = |only_admins: bool| if only_admins { "admins" } else { "members" };
        let joining = match rules.join() {
            pb::GroupJoin::Closed => "closed",
            pb::GroupJoin::Open => "open",
            pb::GroupJoin::Approval => "approval",
        };
        let mut lines = vec![
            format!("{}, number {group}, {} members", names.peer(group), about.member_count),
            format!("owner: {}", names.user(about.owner)),
        ];
        if !page.admins.is_empty() {
            lines.push(format!("admins: {}", called(&page.admins)));
        }
        let muted: Vec<i64> =
            page.muted.iter().filter(|muted| is_muted(muted.until_ms)).map(|muted| muted.user).collect();
        if !muted.is_empty() {
            lines.push(format!("muted: {}", called(&muted)));
        }
        lines.push(format!(
            "joining: {joining}, inviting: {}, writing: {}, mentioning all: {}",
            who(rules.only_admins_invite),
            who(rules.only_admins_write),
            who(!rules.members_mention_all)
        ));
        if is_muted(about.muted_until_ms) {
            lines.push("you may not write here now".to_owned());
        }
        Ok(Done::Lines(lines.join("\n")))
    }

    async fn requests(&self, group: i64) -> Outcome {
        let (requests, more) = self.client.group_requests(group, 0).await.map_err(|error| in_words(&error))?;
        let mut lines: Vec<String> = requests.iter().map(|request| self.request_line(request)).collect();
        if more {
            lines.push("and more".to_owned());
        }
        Ok(Done::Lines(if lines.is_empty() { "nobody asks to join".to_owned() } else { lines.join("\n") }))
    }

    /// Who asks to join, and what they say to it.
    pub(in crate::chat) fn request_line(&self, request: &pb::GroupRequest) -> String {
        let user = request.user.clone().unwrap_or_default();
        self.names.borrow_mut().learn_users(std::slice::from_ref(&user));
        let name = self.names.borrow().user(user.id);
        match &*request.greeting {
            "" => format!("{name} asks to join"),
            greeting => format!("{name} asks to join: {}", one_line(greeting)),
        }
    }
}

/// Until further notice, or until a time that is not over.
fn is_muted(until_ms: i64) -> bool {
    until_ms < 0 || until_ms > now_ms()
}

fn changed(mut rules: pb::GroupRules, rule: Rule) -> pb::GroupRules {
    match rule {
        Rule::Join(join) => rules.set_join(join),
        Rule::OnlyAdminsInvite(only) => rules.only_admins_invite = only,
        Rule::OnlyAdminsWrite(only) => rules.only_admins_write = only,
        Rule::MembersMentionAll(may) => rules.members_mention_all = may,
    }
    rules
}
