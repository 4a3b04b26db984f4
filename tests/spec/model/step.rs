//! What may happen next: who does what, through which door. Numbers are taken modulo what there is, so that any of them
//! means something, and so that a story that is shortened stays one.

use proptest::prelude::*;

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) by: usize,
    pub(super) door: usize,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    /// To anybody: `about` may be answered, by every third.
    Send {
        to: usize,
        about: usize,
        mentions: usize,
    },
    /// Something that was asked for already is asked for again, under its name.
    Again {
        which: usize,
    },
    Edit {
        which: usize,
    },
    Recall {
        which: usize,
    },
    MarkRead {
        peer: usize,
        which: usize,
    },
    Settings {
        peer: usize,
        flags: usize,
    },
    Profile {
        flags: usize,
    },
    ContactSet {
        user: usize,
        flags: usize,
    },
    ContactAnswer {
        user: usize,
        accept: bool,
    },
    ContactRemove {
        user: usize,
    },
    Block {
        user: usize,
        blocked: bool,
    },
    Create {
        members: usize,
    },
    InGroup {
        group: usize,
        what: InGroup,
    },
    Join {
        group: usize,
        which: usize,
    },
    /// The server stops and starts again, on what it has kept.
    Restart,
}

/// What is done to a group. `members` has a bit for each user.
#[derive(Clone, Debug)]
pub(super) enum InGroup {
    Invite { members: usize },
    Leave,
    Remove { members: usize },
    Role { members: usize, role: usize },
    Mute { members: usize, mute: bool },
    Change { flags: usize },
    Dissolve,
    Link { renew: bool },
    Answer { user: usize, accept: bool },
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    (any_number(), any_number(), what()).prop_map(|(by, door, what)| Step { by, door, what })
}

fn any_number() -> std::ops::Range<usize> {
    0..1000
}

fn what() -> impl Strategy<Value = What> {
    let (n, yes) = (any_number, any::<bool>);
    prop_oneof![
        12 => (n(), n(), n()).prop_map(|(to, about, mentions)| What::Send { to, about, mentions }),
        2 => n().prop_map(|which| What::Again { which }),
        4 => n().prop_map(|which| What::Edit { which }),
        3 => n().prop_map(|which| What::Recall { which }),
        4 => (n(), n()).prop_map(|(peer, which)| What::MarkRead { peer, which }),
        2 => (n(), n()).prop_map(|(peer, flags)| What::Settings { peer, flags }),
        1 => n().prop_map(|flags| What::Profile { flags }),
        4 => (n(), n()).prop_map(|(user, flags)| What::ContactSet { user, flags }),
        3 => (n(), yes()).prop_map(|(user, accept)| What::ContactAnswer { user, accept }),
        1 => n().prop_map(|user| What::ContactRemove { user }),
        2 => (n(), yes()).prop_map(|(user, blocked)| What::Block { user, blocked }),
        2 => n().prop_map(|members| What::Create { members }),
        14 => (n(), in_group()).prop_map(|(group, what)| What::InGroup { group, what }),
        3 => (n(), n()).prop_map(|(group, which)| What::Join { group, which }),
        1 => Just(What::Restart),
    ]
}

fn in_group() -> impl Strategy<Value = InGroup> {
    let (n, yes) = (any_number, any::<bool>);
    prop_oneof![
        4 => n().prop_map(|members| InGroup::Invite { members }),
        2 => Just(InGroup::Leave),
        2 => n().prop_map(|members| InGroup::Remove { members }),
        3 => (n(), n()).prop_map(|(members, role)| InGroup::Role { members, role }),
        2 => (n(), yes()).prop_map(|(members, mute)| InGroup::Mute { members, mute }),
        4 => n().prop_map(|flags| InGroup::Change { flags }),
        1 => Just(InGroup::Dissolve),
        2 => yes().prop_map(|renew| InGroup::Link { renew }),
        2 => (n(), yes()).prop_map(|(user, accept)| InGroup::Answer { user, accept }),
    ]
}
