//! What the server answered, and what is done with it.

use super::{Purpose, Session, Ticket};
use crate::model::{AnswerError, Answered};

impl Session {
    pub(super) fn answered(&mut self, ticket: Ticket, answer: Result<Box<Answered>, AnswerError>) {
        // Of a question that nobody has asked nothing is known.
        let Some(purpose) = self.asks.take(ticket) else {
            return;
        };
        let is_in_background = purpose.is_in_background();
        let (goes_on, outcome) = match answer {
            Ok(answered) => (self.succeeded(ticket, purpose, *answered), Ok(())),
            Err(error) => (self.failed(ticket, purpose, &error), Err(error)),
        };
        if !goes_on && !is_in_background {
            self.asks.end(ticket, outcome);
        }
    }

    /// True when it goes on under the same ticket.
    fn succeeded(&mut self, ticket: Ticket, purpose: Purpose, answered: Answered) -> bool {
        match (purpose, answered) {
            (Purpose::Conversations { before, sets }, Answered::Conversations(reply)) => {
                self.list_answered(before, sets, &reply);
            }
            (Purpose::Recount { peer, sets }, Answered::Conversations(reply)) => self.recounted(peer, sets, &reply),
            (Purpose::Settings { peer }, _) => self.is_set(peer),
            (Purpose::Contacts, Answered::ContactList(reply)) => return self.contacts_answered(ticket, reply),
            (Purpose::Contact { user, is_declined: true }, Answered::ContactAnswer(_)) => self.contact_removed(user),
            (Purpose::Contact { .. }, Answered::ContactAnswer(reply)) => {
                self.contact_told(&reply.contact.unwrap_or_default());
            }
            (Purpose::Contact { .. }, Answered::ContactSet(reply)) => {
                self.contact_told(&reply.contact.unwrap_or_default());
            }
            (Purpose::ContactRemove { user }, _) => self.contact_removed(user),
            (Purpose::Blocks, Answered::BlockList(reply)) => return self.blocks_answered(ticket, &reply),
            (Purpose::Block { user, is_blocked }, _) => self.is_blocked_now(user, is_blocked),
            (Purpose::Users, Answered::Users(reply)) => {
                self.take_users(&reply.users);
                self.want_on();
            }
            (Purpose::FindUsers { query, is_more }, Answered::FindUsers(reply)) => {
                self.found_users(&query, is_more, &reply);
            }
            (Purpose::FindByName { query }, Answered::Users(reply)) => self.found_by_name(&query, &reply),
            (Purpose::Presence { users }, Answered::Presence(reply)) => self.presence.answered(&users, &reply),
            (Purpose::Profile, Answered::ProfileSet(reply)) => self.profile_answered(&reply),
            (Purpose::GroupList, Answered::GroupList(reply)) => self.groups.replace(&reply.groups),
            (Purpose::GroupMembers { group }, Answered::GroupMembers(reply)) => {
                return self.members_answered(ticket, group, &reply);
            }
            (Purpose::GroupRequests { group, is_first }, Answered::GroupRequests(reply)) => {
                return self.requests_answered(ticket, group, is_first, reply);
            }
            (Purpose::GroupLink { group }, Answered::GroupLink(reply)) => self.groups.set_link(group, reply.link),
            (Purpose::GroupJoin, Answered::GroupJoin(reply)) => {
                self.groups.joined = Some(reply);
                self.refresh_groups();
            }
            (Purpose::GroupCreate { change }, Answered::GroupCreate(reply)) => {
                self.change_ids.remove(&change);
                self.groups.made = Some(reply.group);
                self.refresh_groups();
            }
            (Purpose::GroupMoved { group }, _) => self.group_moved(group),
            (Purpose::GroupGone { group }, _) => {
                self.groups.end(group);
                self.refresh_groups();
            }
            (Purpose::GroupAnswer { group, user }, _) => {
                self.groups.answered(group, user);
                self.group_moved(group);
            }
            (Purpose::ReadMarks { peer }, Answered::ReadMarks(reply)) => self.marks_answered(peer, &reply),
            (Purpose::ReadCounts { group }, Answered::Readers(reply)) => self.counts_answered(group, &reply),
            (Purpose::Readers { group, queue_id }, Answered::Readers(reply)) => {
                self.readers_answered(group, queue_id, Some(&reply));
            }
            (Purpose::Change { peer, target, content, change, .. }, Answered::Edit(reply)) => {
                self.change_answered(peer, target, reply.queue_id, content, &change);
            }
            (Purpose::Change { peer, target, content, change, .. }, Answered::Recall(reply)) => {
                self.change_answered(peer, target, reply.queue_id, content, &change);
            }
            // Nothing has to be done, or it is the answer to something else, which the bridge does not give.
            (_, _) => {}
        }
        false
    }

    /// True when it goes on under the same ticket.
    fn failed(&mut self, ticket: Ticket, purpose: Purpose, error: &AnswerError) -> bool {
        match purpose {
            Purpose::Conversations { .. } => self.list_failed(),
            Purpose::Settings { peer } => self.is_not_set(peer),
            Purpose::Contacts => self.contacts.reading.clear(),
            Purpose::Blocks => self.contacts.blocks_reading.clear(),
            Purpose::Users => self.people.forget_asked(),
            Purpose::FindUsers { query, .. } | Purpose::FindByName { query } => {
                return self.find_failed(ticket, &query, error);
            }
            Purpose::GroupMembers { group } => self.groups.members_failed(group),
            Purpose::GroupCreate { change } => self.forget_change(error, &change),
            Purpose::MarkRead { peer, up_to } => {
                // Refused for good, it would be again: the next list tells what the server has.
                if !matches!(error, AnswerError::Refused { code, .. } if !code.is_temporary()) {
                    self.mark_failed(peer, up_to);
                }
            }
            Purpose::Readers { group, queue_id } => self.readers_answered(group, queue_id, None),
            Purpose::Change { content, change, sent_at_ms, .. } => {
                self.change_failed(error, &content, &change, sent_at_ms);
            }
            // The next login, or the person, asks again.
            Purpose::Plain
            | Purpose::Typing
            | Purpose::Recount { .. }
            | Purpose::Contact { .. }
            | Purpose::ContactRemove { .. }
            | Purpose::Block { .. }
            | Purpose::Presence { .. }
            | Purpose::Profile
            | Purpose::Avatar { .. }
            | Purpose::GroupList
            | Purpose::GroupRequests { .. }
            | Purpose::GroupLink { .. }
            | Purpose::GroupJoin
            | Purpose::GroupMoved { .. }
            | Purpose::GroupGone { .. }
            | Purpose::GroupAnswer { .. }
            | Purpose::ReadMarks { .. }
            | Purpose::ReadCounts { .. } => {}
        }
        false
    }
}
