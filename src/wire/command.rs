//! The command table: every request there is, declared once. Each door reads it from here.

use bytes::{Buf, Bytes};
use prost::Message;

use super::code::{Code, Refused};
use super::pb;
pub use super::pb::Command;
use super::sample::SampleRequest;

/// Who may ask for a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Also a link that is not logged in.
    Anyone,
    /// Only a link that is logged in.
    User,
}

/// A row of the command table.
#[derive(Clone, Copy, Debug)]
pub struct CommandInfo {
    pub command: Command,
    /// Its name in logs and paths.
    pub name: &'static str,
    /// The names of its messages.
    pub request: &'static str,
    pub reply: &'static str,
    pub who: Who,
}

/// A message that asks, and knows by what it is answered.
pub trait Ask: Message + Default {
    const COMMAND: Command;
    type Reply: Reply;
}

/// A message that answers: its first two fields are a code and a message.
pub trait Reply: Message + Default {
    fn outcome(&self) -> Result<(), Refused>;
}

macro_rules! commands {
    ($( $command:ident $name:literal $request:ident => $reply:ident, $who:ident; )*) => {
        /// A request that could be read.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Request {
            $( $command(pb::$request), )*
            /// What a sample app of Mars asks. No row of the table: it has doors, names and an answer's shape of its own.
            MarsSample(SampleRequest),
        }

        /// All requests, by ascending number.
        pub const COMMANDS: &[CommandInfo] = &[
            $( CommandInfo {
                command: Command::$command,
                name: $name,
                request: stringify!($request),
                reply: stringify!($reply),
                who: Who::$who,
            }, )*
        ];

        impl Request {
            fn read(command: Command, body: impl Buf) -> Option<Result<Self, prost::DecodeError>> {
                $( if command == Command::$command {
                    return Some(pb::$request::decode(body).map(Self::$command));
                } )*
                None
            }

            /// What it is called in logs.
            pub fn name(&self) -> &'static str {
                match self {
                    $( Self::$command(_) => $name, )*
                    Self::MarsSample(_) => "mars_sample",
                }
            }
        }

        $(
            impl Ask for pb::$request {
                const COMMAND: Command = Command::$command;
                type Reply = pb::$reply;
            }

            impl Reply for pb::$reply {
                fn outcome(&self) -> Result<(), Refused> {
                    match self.code() {
                        // A code of a newer server reads as OK from `code()`, so look at the number itself.
                        Code::Ok if self.code == 0 => Ok(()),
                        Code::Ok => Err(Refused::new(Code::Internal, format!("code {}: {}", self.code, self.message))),
                        code => Err(Refused::new(code, self.message.clone())),
                    }
                }
            }
        )*
    };
}

commands! {
    Hello           "hello"            HelloRequest           => HelloReply,           Anyone;
    Register        "register"         RegisterRequest        => RegisterReply,        Anyone;
    LogOut          "log_out"          LogOutRequest          => LogOutReply,          User;
    ChangePassword  "change_password"  ChangePasswordRequest  => ChangePasswordReply,  User;
    DeleteAccount   "delete_account"   DeleteAccountRequest   => DeleteAccountReply,   User;
    Send            "send"             SendRequest            => SendReply,            User;
    Sync            "sync"             SyncRequest            => SyncReply,            User;
    History         "history"          HistoryRequest         => HistoryReply,         User;
    MarkRead        "mark_read"        MarkReadRequest        => MarkReadReply,        User;
    ReadMarks       "read_marks"       ReadMarksRequest       => ReadMarksReply,       User;
    Typing          "typing"           TypingRequest          => TypingReply,          User;
    MarkDelivered   "mark_delivered"   MarkDeliveredRequest   => MarkDeliveredReply,   User;
    Readers         "readers"          ReadersRequest         => ReadersReply,         User;
    Recall          "recall"           RecallRequest          => RecallReply,          User;
    Edit            "edit"             EditRequest            => EditReply,            User;
    GroupCreate     "group_create"     GroupCreateRequest     => GroupCreateReply,     User;
    GroupInvite     "group_invite"     GroupInviteRequest     => GroupInviteReply,     User;
    GroupLeave      "group_leave"      GroupLeaveRequest      => GroupLeaveReply,      User;
    GroupList       "group_list"       GroupListRequest       => GroupListReply,       User;
    GroupMembers    "group_members"    GroupMembersRequest    => GroupMembersReply,    User;
    GroupChange     "group_change"     GroupChangeRequest     => GroupChangeReply,     User;
    GroupRemove     "group_remove"     GroupRemoveRequest     => GroupRemoveReply,     User;
    GroupRole       "group_role"       GroupRoleRequest       => GroupRoleReply,       User;
    GroupMute       "group_mute"       GroupMuteRequest       => GroupMuteReply,       User;
    GroupDissolve   "group_dissolve"   GroupDissolveRequest   => GroupDissolveReply,   User;
    Users           "users"            UsersRequest           => UsersReply,           User;
    FindUsers       "find_users"       FindUsersRequest       => FindUsersReply,       User;
    ProfileSet      "profile_set"      ProfileSetRequest      => ProfileSetReply,      User;
    Presence        "presence"         PresenceRequest        => PresenceReply,        User;
    ContactSet      "contact_set"      ContactSetRequest      => ContactSetReply,      User;
    ContactAnswer   "contact_answer"   ContactAnswerRequest   => ContactAnswerReply,   User;
    ContactRemove   "contact_remove"   ContactRemoveRequest   => ContactRemoveReply,   User;
    ContactList     "contact_list"     ContactListRequest     => ContactListReply,     User;
    Block           "block"            BlockRequest           => BlockReply,           User;
    BlockList       "block_list"       BlockListRequest       => BlockListReply,       User;
    GroupLink       "group_link"       GroupLinkRequest       => GroupLinkReply,       User;
    GroupJoin       "group_join"       GroupJoinRequest       => GroupJoinReply,       User;
    GroupRequests   "group_requests"   GroupRequestsRequest   => GroupRequestsReply,   User;
    GroupAnswer     "group_answer"     GroupAnswerRequest     => GroupAnswerReply,     User;
    Conversations   "conversations"    ConversationsRequest   => ConversationsReply,   User;
    ConversationSet "conversation_set" ConversationSetRequest => ConversationSetReply, User;
}

/// Who may ask for a command; `None` if no request has it.
pub fn who_may(cmd_id: u32) -> Option<Who> {
    COMMANDS.iter().find(|row| row.command as u32 == cmd_id).map(|row| row.who)
}

impl Request {
    /// Reads the body of a frame. Every failure is a code that the asker gets.
    pub fn decode(cmd_id: u32, body: Bytes) -> Result<Self, Refused> {
        let unknown = || Refused::new(Code::UnknownCommand, format!("no request has command {cmd_id}"));
        let Some(command) = i32::try_from(cmd_id).ok().and_then(|number| Command::try_from(number).ok()) else {
            return SampleRequest::decode(cmd_id, body).map(Self::MarsSample).ok_or_else(unknown);
        };
        match Self::read(command, body) {
            Some(Ok(request)) => Ok(request),
            Some(Err(error)) => Err(Refused::new(Code::BadRequest, format!("cannot read the body: {error}"))),
            None => Err(unknown()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_reads_as_any_reply() {
        let refused = Refused::new(Code::NotFound, "no such user");
        let reply = pb::SendReply::decode(refused.encode()).unwrap();
        assert_eq!(reply.outcome(), Err(refused));
        assert_eq!(pb::SendReply::default().outcome(), Ok(()));
    }

    #[test]
    fn a_code_from_the_future_is_not_taken_for_ok() {
        let reply = pb::SendReply { code: 177, ..Default::default() };
        assert_eq!(reply.outcome().unwrap_err().code, Code::Internal);
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_a_code() {
        let unknown = Request::decode(10_002, Bytes::new()).unwrap_err();
        assert_eq!(unknown.code, Code::UnknownCommand);
        let push = Request::decode(Command::PushEntries as u32, Bytes::new()).unwrap_err();
        assert_eq!(push.code, Code::UnknownCommand);
        let garbage = Request::decode(Command::Send as u32, Bytes::from_static(b"\xff\xff")).unwrap_err();
        assert_eq!(garbage.code, Code::BadRequest);
    }

    #[test]
    fn commands_stand_in_ascending_order_and_outside_the_numbers_of_mars() {
        let numbers: Vec<i32> = COMMANDS.iter().map(|row| row.command as i32).collect();
        assert!(numbers.is_sorted());
        assert!(numbers.iter().all(|number| (100..10_000).contains(number)));
    }
}
