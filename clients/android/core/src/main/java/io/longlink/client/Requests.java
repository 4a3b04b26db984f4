package io.longlink.client;

import io.longlink.v1.BlockListReply;
import io.longlink.v1.BlockListRequest;
import io.longlink.v1.BlockReply;
import io.longlink.v1.BlockRequest;
import io.longlink.v1.ChangePasswordReply;
import io.longlink.v1.ChangePasswordRequest;
import io.longlink.v1.Command;
import io.longlink.v1.ContactAnswerReply;
import io.longlink.v1.ContactAnswerRequest;
import io.longlink.v1.ContactListReply;
import io.longlink.v1.ContactListRequest;
import io.longlink.v1.ContactRemoveReply;
import io.longlink.v1.ContactRemoveRequest;
import io.longlink.v1.ContactSetReply;
import io.longlink.v1.ContactSetRequest;
import io.longlink.v1.ConversationSetReply;
import io.longlink.v1.ConversationSetRequest;
import io.longlink.v1.ConversationsReply;
import io.longlink.v1.ConversationsRequest;
import io.longlink.v1.DeleteAccountReply;
import io.longlink.v1.DeleteAccountRequest;
import io.longlink.v1.EditReply;
import io.longlink.v1.EditRequest;
import io.longlink.v1.FindUsersReply;
import io.longlink.v1.FindUsersRequest;
import io.longlink.v1.GroupAnswerReply;
import io.longlink.v1.GroupAnswerRequest;
import io.longlink.v1.GroupChangeReply;
import io.longlink.v1.GroupChangeRequest;
import io.longlink.v1.GroupCreateReply;
import io.longlink.v1.GroupCreateRequest;
import io.longlink.v1.GroupDissolveReply;
import io.longlink.v1.GroupDissolveRequest;
import io.longlink.v1.GroupInviteReply;
import io.longlink.v1.GroupInviteRequest;
import io.longlink.v1.GroupJoinReply;
import io.longlink.v1.GroupJoinRequest;
import io.longlink.v1.GroupLeaveReply;
import io.longlink.v1.GroupLeaveRequest;
import io.longlink.v1.GroupLinkReply;
import io.longlink.v1.GroupLinkRequest;
import io.longlink.v1.GroupListReply;
import io.longlink.v1.GroupListRequest;
import io.longlink.v1.GroupMembersReply;
import io.longlink.v1.GroupMembersRequest;
import io.longlink.v1.GroupMuteReply;
import io.longlink.v1.GroupMuteRequest;
import io.longlink.v1.GroupRemoveReply;
import io.longlink.v1.GroupRemoveRequest;
import io.longlink.v1.GroupRequestsReply;
import io.longlink.v1.GroupRequestsRequest;
import io.longlink.v1.GroupRoleReply;
import io.longlink.v1.GroupRoleRequest;
import io.longlink.v1.HelloReply;
import io.longlink.v1.HelloRequest;
import io.longlink.v1.HistoryReply;
import io.longlink.v1.HistoryRequest;
import io.longlink.v1.LogOutReply;
import io.longlink.v1.LogOutRequest;
import io.longlink.v1.MarkDeliveredReply;
import io.longlink.v1.MarkDeliveredRequest;
import io.longlink.v1.MarkReadReply;
import io.longlink.v1.MarkReadRequest;
import io.longlink.v1.PresenceReply;
import io.longlink.v1.PresenceRequest;
import io.longlink.v1.ProfileSetReply;
import io.longlink.v1.ProfileSetRequest;
import io.longlink.v1.ReadMarksReply;
import io.longlink.v1.ReadMarksRequest;
import io.longlink.v1.ReadersReply;
import io.longlink.v1.ReadersRequest;
import io.longlink.v1.RecallReply;
import io.longlink.v1.RecallRequest;
import io.longlink.v1.RegisterReply;
import io.longlink.v1.RegisterRequest;
import io.longlink.v1.SendReply;
import io.longlink.v1.SendRequest;
import io.longlink.v1.SyncReply;
import io.longlink.v1.SyncRequest;
import io.longlink.v1.TypingReply;
import io.longlink.v1.TypingRequest;
import io.longlink.v1.UsersReply;
import io.longlink.v1.UsersRequest;

/** Every request of the protocol; a test holds them to {@code numbers.proto}. */
public final class Requests {
    /** Log in, and say where to resume. */
    public static final Request<HelloRequest, HelloReply> HELLO =
            new Request<>(Command.COMMAND_HELLO, HelloRequest.parser(), HelloReply.parser());

    /** Make an account. */
    public static final Request<RegisterRequest, RegisterReply> REGISTER =
            new Request<>(Command.COMMAND_REGISTER, RegisterRequest.parser(), RegisterReply.parser());

    /** End this device's login; its token is worth nothing afterwards. */
    public static final Request<LogOutRequest, LogOutReply> LOG_OUT =
            new Request<>(Command.COMMAND_LOG_OUT, LogOutRequest.parser(), LogOutReply.parser());

    /** Change the own password, which ends the logins of all other devices. */
    public static final Request<ChangePasswordRequest, ChangePasswordReply> CHANGE_PASSWORD =
            new Request<>(Command.COMMAND_CHANGE_PASSWORD, ChangePasswordRequest.parser(), ChangePasswordReply.parser());

    /** Erase the own account. */
    public static final Request<DeleteAccountRequest, DeleteAccountReply> DELETE_ACCOUNT =
            new Request<>(Command.COMMAND_DELETE_ACCOUNT, DeleteAccountRequest.parser(), DeleteAccountReply.parser());

    /** Write to a peer. */
    public static final Request<SendRequest, SendReply> SEND =
            new Request<>(Command.COMMAND_SEND, SendRequest.parser(), SendReply.parser());

    /** Read the own inbox after a cursor, a page at a time. */
    public static final Request<SyncRequest, SyncReply> SYNC =
            new Request<>(Command.COMMAND_SYNC, SyncRequest.parser(), SyncReply.parser());

    /** Read backwards in what was said with one peer, a page at a time. */
    public static final Request<HistoryRequest, HistoryReply> HISTORY =
            new Request<>(Command.COMMAND_HISTORY, HistoryRequest.parser(), HistoryReply.parser());

    /** Say up to where one has read. */
    public static final Request<MarkReadRequest, MarkReadReply> MARK_READ =
            new Request<>(Command.COMMAND_MARK_READ, MarkReadRequest.parser(), MarkReadReply.parser());

    /** Ask up to where the people of a conversation have read. */
    public static final Request<ReadMarksRequest, ReadMarksReply> READ_MARKS =
            new Request<>(Command.COMMAND_READ_MARKS, ReadMarksRequest.parser(), ReadMarksReply.parser());

    /** Say that one is writing. */
    public static final Request<TypingRequest, TypingReply> TYPING =
            new Request<>(Command.COMMAND_TYPING, TypingRequest.parser(), TypingReply.parser());

    /** Say up to where this device has everything. */
    public static final Request<MarkDeliveredRequest, MarkDeliveredReply> MARK_DELIVERED =
            new Request<>(Command.COMMAND_MARK_DELIVERED, MarkDeliveredRequest.parser(), MarkDeliveredReply.parser());

    /** Ask how many have read messages of a group, and who. */
    public static final Request<ReadersRequest, ReadersReply> READERS =
            new Request<>(Command.COMMAND_READERS, ReadersRequest.parser(), ReadersReply.parser());

    /** Take a message back. */
    public static final Request<RecallRequest, RecallReply> RECALL =
            new Request<>(Command.COMMAND_RECALL, RecallRequest.parser(), RecallReply.parser());

    /** Change a message. */
    public static final Request<EditRequest, EditReply> EDIT =
            new Request<>(Command.COMMAND_EDIT, EditRequest.parser(), EditReply.parser());

    /** Make a group. */
    public static final Request<GroupCreateRequest, GroupCreateReply> GROUP_CREATE =
            new Request<>(Command.COMMAND_GROUP_CREATE, GroupCreateRequest.parser(), GroupCreateReply.parser());

    /** Bring people into a group. */
    public static final Request<GroupInviteRequest, GroupInviteReply> GROUP_INVITE =
            new Request<>(Command.COMMAND_GROUP_INVITE, GroupInviteRequest.parser(), GroupInviteReply.parser());

    /** Leave a group. */
    public static final Request<GroupLeaveRequest, GroupLeaveReply> GROUP_LEAVE =
            new Request<>(Command.COMMAND_GROUP_LEAVE, GroupLeaveRequest.parser(), GroupLeaveReply.parser());

    /** List the own groups. */
    public static final Request<GroupListRequest, GroupListReply> GROUP_LIST =
            new Request<>(Command.COMMAND_GROUP_LIST, GroupListRequest.parser(), GroupListReply.parser());

    /** List the people of a group, a page at a time. */
    public static final Request<GroupMembersRequest, GroupMembersReply> GROUP_MEMBERS =
            new Request<>(Command.COMMAND_GROUP_MEMBERS, GroupMembersRequest.parser(), GroupMembersReply.parser());

    /** Change a group's name, picture or rules. */
    public static final Request<GroupChangeRequest, GroupChangeReply> GROUP_CHANGE =
            new Request<>(Command.COMMAND_GROUP_CHANGE, GroupChangeRequest.parser(), GroupChangeReply.parser());

    /** Put people out of a group. */
    public static final Request<GroupRemoveRequest, GroupRemoveReply> GROUP_REMOVE =
            new Request<>(Command.COMMAND_GROUP_REMOVE, GroupRemoveRequest.parser(), GroupRemoveReply.parser());

    /** Make members admins, or admins members, or hand the group over. */
    public static final Request<GroupRoleRequest, GroupRoleReply> GROUP_ROLE =
            new Request<>(Command.COMMAND_GROUP_ROLE, GroupRoleRequest.parser(), GroupRoleReply.parser());

    /** Forbid members to write, for a time or until further notice, or allow it again. */
    public static final Request<GroupMuteRequest, GroupMuteReply> GROUP_MUTE =
            new Request<>(Command.COMMAND_GROUP_MUTE, GroupMuteRequest.parser(), GroupMuteReply.parser());

    /** End a group for everybody. */
    public static final Request<GroupDissolveRequest, GroupDissolveReply> GROUP_DISSOLVE =
            new Request<>(Command.COMMAND_GROUP_DISSOLVE, GroupDissolveRequest.parser(), GroupDissolveReply.parser());

    /** Names of users, by id or by name. */
    public static final Request<UsersRequest, UsersReply> USERS =
            new Request<>(Command.COMMAND_USERS, UsersRequest.parser(), UsersReply.parser());

    /** Look for people by how their names begin, a page at a time. */
    public static final Request<FindUsersRequest, FindUsersReply> FIND_USERS =
            new Request<>(Command.COMMAND_FIND_USERS, FindUsersRequest.parser(), FindUsersReply.parser());

    /** Change the own profile. */
    public static final Request<ProfileSetRequest, ProfileSetReply> PROFILE_SET =
            new Request<>(Command.COMMAND_PROFILE_SET, ProfileSetRequest.parser(), ProfileSetReply.parser());

    /** Ask who of the own contacts is online, and when others were. */
    public static final Request<PresenceRequest, PresenceReply> PRESENCE =
            new Request<>(Command.COMMAND_PRESENCE, PresenceRequest.parser(), PresenceReply.parser());

    /** Ask somebody to be a contact, or change what one calls them. */
    public static final Request<ContactSetRequest, ContactSetReply> CONTACT_SET =
            new Request<>(Command.COMMAND_CONTACT_SET, ContactSetRequest.parser(), ContactSetReply.parser());

    /** Accept or decline who asks to be a contact. */
    public static final Request<ContactAnswerRequest, ContactAnswerReply> CONTACT_ANSWER =
            new Request<>(Command.COMMAND_CONTACT_ANSWER, ContactAnswerRequest.parser(), ContactAnswerReply.parser());

    /** End being contacts, or take back having asked. */
    public static final Request<ContactRemoveRequest, ContactRemoveReply> CONTACT_REMOVE =
            new Request<>(Command.COMMAND_CONTACT_REMOVE, ContactRemoveRequest.parser(), ContactRemoveReply.parser());

    /** List contacts and those who ask or were asked, a page at a time. */
    public static final Request<ContactListRequest, ContactListReply> CONTACT_LIST =
            new Request<>(Command.COMMAND_CONTACT_LIST, ContactListRequest.parser(), ContactListReply.parser());

    /** Let no more messages pass between oneself and a user, or let them pass again. */
    public static final Request<BlockRequest, BlockReply> BLOCK =
            new Request<>(Command.COMMAND_BLOCK, BlockRequest.parser(), BlockReply.parser());

    /** List whom one has blocked, a page at a time. */
    public static final Request<BlockListRequest, BlockListReply> BLOCK_LIST =
            new Request<>(Command.COMMAND_BLOCK_LIST, BlockListRequest.parser(), BlockListReply.parser());

    /** Get a link by which people join a group, or end the one there was. */
    public static final Request<GroupLinkRequest, GroupLinkReply> GROUP_LINK =
            new Request<>(Command.COMMAND_GROUP_LINK, GroupLinkRequest.parser(), GroupLinkReply.parser());

    /** Join a group by a link, or ask to. */
    public static final Request<GroupJoinRequest, GroupJoinReply> GROUP_JOIN =
            new Request<>(Command.COMMAND_GROUP_JOIN, GroupJoinRequest.parser(), GroupJoinReply.parser());

    /** List who asks to join a group, a page at a time. */
    public static final Request<GroupRequestsRequest, GroupRequestsReply> GROUP_REQUESTS =
            new Request<>(Command.COMMAND_GROUP_REQUESTS, GroupRequestsRequest.parser(), GroupRequestsReply.parser());

    /** Accept or decline who asks to join a group. */
    public static final Request<GroupAnswerRequest, GroupAnswerReply> GROUP_ANSWER =
            new Request<>(Command.COMMAND_GROUP_ANSWER, GroupAnswerRequest.parser(), GroupAnswerReply.parser());

    /** List the own conversations, the latest first, with unread counts, a page at a time. */
    public static final Request<ConversationsRequest, ConversationsReply> CONVERSATIONS =
            new Request<>(Command.COMMAND_CONVERSATIONS, ConversationsRequest.parser(), ConversationsReply.parser());

    /** Pin or mute a conversation, for oneself. */
    public static final Request<ConversationSetRequest, ConversationSetReply> CONVERSATION_SET =
            new Request<>(Command.COMMAND_CONVERSATION_SET, ConversationSetRequest.parser(), ConversationSetReply.parser());

    private Requests() {}
}
