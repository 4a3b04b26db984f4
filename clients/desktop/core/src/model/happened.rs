//! What happens to groups, as their entries tell it (G1), and what that makes of what is known of them.

use longlink_client::pb::{Group, GroupEvent, GroupEventKind, GroupJoin, GroupRole};

use super::{Groups, Peer, UserId};

impl Groups {
    /// Something happened to a group, told by an entry from this writer. What cannot be known from it the list tells, which
    /// is read again after it.
    pub(crate) fn happened(&mut self, group: Peer, event: &GroupEvent, me: UserId) {
        if let Some(members) = self.members_mut(group) {
            members.is_whole = false;
            members.is_stale = members.is_asking;
        }
        let is_me = event.users.contains(&me);
        match event.kind() {
            GroupEventKind::Left | GroupEventKind::Removed if is_me => return self.end(group),
            GroupEventKind::Dissolved => return self.end(group),
            GroupEventKind::Joined => {
                for user in &event.users {
                    self.answered(group, *user);
                }
            }
            GroupEventKind::Unspecified
            | GroupEventKind::Created
            | GroupEventKind::Left
            | GroupEventKind::Removed
            | GroupEventKind::Renamed
            | GroupEventKind::PictureChanged
            | GroupEventKind::RulesChanged
            | GroupEventKind::AdminsMade
            | GroupEventKind::AdminsEnded
            | GroupEventKind::HandedOver
            | GroupEventKind::Muted
            | GroupEventKind::Unmuted => {}
        }
        let lets_nobody_join = event.rules.unwrap_or_default().join() == GroupJoin::Closed;
        if event.kind() == GroupEventKind::RulesChanged && lets_nobody_join {
            // That ends a link for good (G12).
            self.links.remove(&group);
        }
        let Some(it) = self.all.get_mut(&group) else {
            return;
        };
        let before = it.clone();
        change(it, event, me);
        if *it != before {
            self.dirty.insert(group);
            self.version += 1;
        }
    }
}

/// What an event says of the group for sure, whichever came before.
fn change(group: &mut Group, event: &GroupEvent, me: UserId) {
    let is_me = event.users.contains(&me);
    match event.kind() {
        GroupEventKind::Created | GroupEventKind::Renamed => group.name.clone_from(&event.name),
        GroupEventKind::PictureChanged => group.picture.clone_from(&event.picture),
        GroupEventKind::RulesChanged => group.rules = Some(event.rules.unwrap_or_default()),
        GroupEventKind::AdminsMade if is_me => group.set_role(GroupRole::Admin),
        GroupEventKind::AdminsEnded if is_me => group.set_role(GroupRole::Member),
        GroupEventKind::HandedOver => {
            // Who was it before is an admin then.
            if group.role() == GroupRole::Owner {
                group.set_role(GroupRole::Admin);
            }
            if let Some(owner) = event.users.first() {
                group.owner = *owner;
            }
            if is_me {
                group.set_role(GroupRole::Owner);
                group.muted_until_ms = 0;
            }
        }
        GroupEventKind::Muted if is_me => group.muted_until_ms = event.until_ms,
        GroupEventKind::Unmuted if is_me => group.muted_until_ms = 0,
        GroupEventKind::Unspecified
        | GroupEventKind::Joined
        | GroupEventKind::Left
        | GroupEventKind::Removed
        | GroupEventKind::AdminsMade
        | GroupEventKind::AdminsEnded
        | GroupEventKind::Muted
        | GroupEventKind::Unmuted
        | GroupEventKind::Dissolved => {}
    }
}
