//! What is asked of the server besides messages, and what it answers: two enums made of one list.

use longlink_client::{Code, pb};

/// Names a question until its answer is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// Why there is no answer that helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerError {
    /// The server refused it; `message` is for the developer's log.
    Refused { code: Code, message: String },
    /// The link broke over it, or no answer came: it may have been carried out or not.
    Undecided,
    /// There was no link to ask on.
    Away,
    /// A file that goes with it cannot be read or sent; the words are for a log.
    File(String),
}

/// Calls `$made` with the list of all requests, each as `Name Request Reply`.
macro_rules! every_ask {
    ($made:ident) => {
        $made! {
            BlockList BlockListRequest BlockListReply;
            Block BlockRequest BlockReply;
            ChangePassword ChangePasswordRequest ChangePasswordReply;
            ContactAnswer ContactAnswerRequest ContactAnswerReply;
            ContactList ContactListRequest ContactListReply;
            ContactRemove ContactRemoveRequest ContactRemoveReply;
            ContactSet ContactSetRequest ContactSetReply;
            ConversationSet ConversationSetRequest ConversationSetReply;
            Conversations ConversationsRequest ConversationsReply;
            DeleteAccount DeleteAccountRequest DeleteAccountReply;
            Edit EditRequest EditReply;
            FindUsers FindUsersRequest FindUsersReply;
            GroupAnswer GroupAnswerRequest GroupAnswerReply;
            GroupChange GroupChangeRequest GroupChangeReply;
            GroupCreate GroupCreateRequest GroupCreateReply;
            GroupDissolve GroupDissolveRequest GroupDissolveReply;
            GroupInvite GroupInviteRequest GroupInviteReply;
            GroupJoin GroupJoinRequest GroupJoinReply;
            GroupLeave GroupLeaveRequest GroupLeaveReply;
            GroupLink GroupLinkRequest GroupLinkReply;
            GroupList GroupListRequest GroupListReply;
            GroupMembers GroupMembersRequest GroupMembersReply;
            GroupMute GroupMuteRequest GroupMuteReply;
            GroupRemove GroupRemoveRequest GroupRemoveReply;
            GroupRequests GroupRequestsRequest GroupRequestsReply;
            GroupRole GroupRoleRequest GroupRoleReply;
            MarkRead MarkReadRequest MarkReadReply;
            Presence PresenceRequest PresenceReply;
            ProfileSet ProfileSetRequest ProfileSetReply;
            ReadMarks ReadMarksRequest ReadMarksReply;
            Readers ReadersRequest ReadersReply;
            Recall RecallRequest RecallReply;
            Typing TypingRequest TypingReply;
            Users UsersRequest UsersReply;
        }
    };
}
pub(crate) use every_ask;

macro_rules! enums {
    ($($name:ident $request:ident $reply:ident;)*) => {
        /// A request, by its command.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Asking {
            $($name(pb::$request),)*
        }

        /// What the server answered to the [`Asking`] of the same name.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Answered {
            $($name(pb::$reply),)*
        }

        $(impl From<pb::$request> for Asking {
            fn from(request: pb::$request) -> Self {
                Self::$name(request)
            }
        })*
    };
}
every_ask!(enums);
