//! What is asked about people: contacts, blocks, profiles, who is there.

use longlink_client::pb;

use super::{Done, Orders, Outcome};
use crate::chat::line::OfPeople;
use crate::chat::names::{in_words, look_up};
use crate::clock::now_ms;
use crate::text::{ago, one_line};

impl Orders {
    pub(in crate::chat) async fn of_people(self, order: OfPeople) -> Outcome {
        match order {
            OfPeople::Contacts => self.contacts().await,
            OfPeople::Ask { name, greeting } => {
                let user = self.user(&name).await?;
                let request = pb::ContactSetRequest { user, greeting, ..self.as_called(user).await? };
                self.contact_set(request).await
            }
            OfPeople::Call { name, alias, remark } => {
                let user = self.user(&name).await?;
                self.contact_set(pb::ContactSetRequest { user, alias, remark, ..Default::default() }).await
            }
            OfPeople::Answer { name, accept } => {
                let user = self.user(&name).await?;
                let contact = self.client.contact_answer(user, accept).await.map_err(|error| in_words(&error))?;
                let lines = if accept { self.contact_line(&contact) } else { "declined".to_owned() };
                Ok(Done::Lines(lines))
            }
            OfPeople::Remove(name) => {
                let user = self.user(&name).await?;
                self.client.contact_remove(user).await.map_err(|error| in_words(&error))?;
                Ok(Done::Lines(format!("{} is no contact of yours any more", self.names.borrow().user(user))))
            }
            OfPeople::Block { name, blocked } => {
                let user = self.user(&name).await?;
                self.client.block(user, blocked).await.map_err(|error| in_words(&error))?;
                let name = self.names.borrow().user(user);
                let now =
                    if blocked { "nothing passes between you and" } else { "messages pass again between you and" };
                Ok(Done::Lines(format!("{now} {name}")))
            }
            OfPeople::Blocked => self.blocked().await,
            OfPeople::Online => self.online().await,
            OfPeople::Find(prefix) => {
                let (users, more) = self.client.find_users(prefix, "").await.map_err(|error| in_words(&error))?;
                Ok(Done::Lines(self.list_of(&users, more, "nobody is called so")))
            }
            OfPeople::Profile(None) => {
                let reply = self.client.profile_set(pb::ProfileSetRequest::default()).await;
                self.own_profile(&reply.map_err(|error| in_words(&error))?)
            }
            OfPeople::Profile(Some(name)) => {
                let users = self.client.users_by_name(vec![name.clone()]).await.map_err(|error| in_words(&error))?;
                let user = users.first().ok_or_else(|| format!("there is no user {}", one_line(&name)))?;
                Ok(Done::Lines(profile(user)))
            }
            OfPeople::ProfileSet(change) => {
                let reply = self.client.profile_set(change).await;
                self.own_profile(&reply.map_err(|error| in_words(&error))?)
            }
        }
    }

    async fn contact_set(&self, request: pb::ContactSetRequest) -> Outcome {
        let contact = self.client.contact_set(request).await.map_err(|error| in_words(&error))?;
        Ok(Done::Lines(self.contact_line(&contact)))
    }

    /// What somebody is called already: to ask them is not to call them otherwise.
    async fn as_called(&self, user: i64) -> Result<pb::ContactSetRequest, String> {
        let (contacts, _) = self.client.contacts(user - 1).await.map_err(|error| in_words(&error))?;
        let mut known = contacts.into_iter().filter(|contact| contact.user.as_ref().is_some_and(|it| it.id == user));
        let known = known.next().unwrap_or_default();
        Ok(pb::ContactSetRequest { alias: known.alias, remark: known.remark, ..Default::default() })
    }

    async fn contacts(&self) -> Outcome {
        let mut contacts: Vec<pb::Contact> = Vec::new();
        let mut more = true;
        while more && contacts.len() < LISTED_MAX {
            let after = contacts.last().and_then(|contact| contact.user.as_ref()).map_or(0, |user| user.id);
            let (page, there_are_more) = self.client.contacts(after).await.map_err(|error| in_words(&error))?;
            more = there_are_more && !page.is_empty();
            contacts.extend(page);
        }
        // Those who wait for an answer are what one looks for.
        contacts.sort_by_key(|contact| contact.state() != pb::ContactState::Asks);
        let mut lines: Vec<String> = contacts.iter().map(|contact| self.contact_line(contact)).collect();
        if more {
            lines.push("and more".to_owned());
        }
        Ok(Done::Lines(if lines.is_empty() { "you have no contacts yet".to_owned() } else { lines.join("\n") }))
    }

    /// How one stands with somebody, and what one calls them.
    pub(in crate::chat) fn contact_line(&self, contact: &pb::Contact) -> String {
        let user = contact.user.clone().unwrap_or_default();
        self.names.borrow_mut().learn_users(std::slice::from_ref(&user));
        let name = self.names.borrow().user(user.id);
        let called = match (&*contact.alias, &*contact.remark) {
            ("", "") => String::new(),
            (alias, "") => format!(" ({})", one_line(alias)),
            ("", remark) => format!(" ({})", one_line(remark)),
            (alias, remark) => format!(" ({}, {})", one_line(alias), one_line(remark)),
        };
        match contact.state() {
            pb::ContactState::None => format!("{name}{called} is no contact of yours"),
            pb::ContactState::Contact if user.online => format!("{name}{called} is a contact of yours, online"),
            pb::ContactState::Contact => format!("{name}{called} is a contact of yours"),
            pb::ContactState::Asked => format!("{name}{called} has not answered yet whether to be a contact"),
            pb::ContactState::Asks if contact.greeting.is_empty() => format!("{name}{called} asks to be a contact"),
            pb::ContactState::Asks => {
                format!("{name}{called} asks to be a contact: {}", one_line(&contact.greeting))
            }
        }
    }

    async fn blocked(&self) -> Outcome {
        let (users, more) = self.client.blocked(0).await.map_err(|error| in_words(&error))?;
        Ok(Done::Lines(self.list_of(&users, more, "you have blocked nobody")))
    }

    async fn online(&self) -> Outcome {
        let reply = self.client.presence(Vec::new()).await.map_err(|error| in_words(&error))?;
        look_up(&self.client, &self.names, reply.states.iter().map(|state| state.user).collect()).await;
        let (names, now) = (self.names.borrow(), now_ms());
        let mut states = reply.states;
        states.sort_by_key(|state| !state.online);
        let lines: Vec<String> = states.iter().map(|state| presence(state, &names.user(state.user), now)).collect();
        let nobody = "no contact of yours lets it be seen".to_owned();
        Ok(Done::Lines(if lines.is_empty() { nobody } else { lines.join("\n") }))
    }

    fn own_profile(&self, reply: &pb::ProfileSetReply) -> Outcome {
        let hidden = if reply.presence_hidden { "\nnobody sees when you are online" } else { "" };
        Ok(Done::Lines(format!("{}{hidden}", profile(&reply.user.clone().unwrap_or_default()))))
    }

    fn list_of(&self, users: &[pb::User], more: bool, nobody: &str) -> String {
        self.names.borrow_mut().learn_users(users);
        let names = self.names.borrow();
        let mut listed: Vec<String> = users.iter().map(|user| names.user(user.id)).collect();
        if more {
            listed.push("and more".to_owned());
        }
        if listed.is_empty() { nobody.to_owned() } else { listed.join(", ") }
    }

    async fn user(&self, name: &str) -> Result<i64, String> {
        self.people(&[name.to_owned()]).await?.first().copied().ok_or_else(|| "there is nobody".to_owned())
    }
}

/// Whether somebody is there, and else since when not.
pub(in crate::chat) fn presence(state: &pb::Presence, name: &str, now_ms: i64) -> String {
    match (state.online, state.last_seen_at_ms) {
        (true, _) => format!("{name} is online"),
        (false, 0) => format!("{name} is offline"),
        (false, seen) => format!("{name} is offline, last seen {}", ago(seen, now_ms)),
    }
}

fn profile(user: &pb::User) -> String {
    if user.deleted {
        return format!("user {} has erased the account", user.id);
    }
    let sex = match user.sex() {
        pb::Sex::Unspecified => String::new(),
        pb::Sex::Male => "male".to_owned(),
        pb::Sex::Female => "female".to_owned(),
        pb::Sex::Other => "other".to_owned(),
    };
    let told = [("nickname", &user.nickname), ("sex", &sex), ("bio", &user.bio), ("avatar", &user.avatar)];
    let told = told.iter().filter(|(_, value)| !value.is_empty());
    let lines = told.map(|(what, value)| format!("\n{what}: {}", one_line(value)));
    format!("{} is user {}{}", one_line(&user.name), user.id, lines.collect::<String>())
}

/// More are no use on a terminal.
const LISTED_MAX: usize = 2000;
