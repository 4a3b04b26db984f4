//! What happens to groups, as far as it says who is in one.

use super::pb::GroupEventKind;

/// What an event makes of the users that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moves {
    /// They are members from this entry on.
    In,
    /// This entry is the last that they see.
    Out,
    /// It is about something else than who is in the group.
    Nobody,
}

impl GroupEventKind {
    /// Who comes or goes by an event of this kind (PROTOCOL.md, G1 and G2).
    pub const fn moves(self) -> Moves {
        match self {
            Self::Created | Self::Joined => Moves::In,
            Self::Left | Self::Removed | Self::Dissolved => Moves::Out,
            Self::Unspecified
            | Self::Renamed
            | Self::PictureChanged
            | Self::RulesChanged
            | Self::AdminsMade
            | Self::AdminsEnded
            | Self::HandedOver
            | Self::Muted
            | Self::Unmuted => Moves::Nobody,
        }
    }
}
