// The command table: number, name by HTTP, request and reply. And how a reply that is no success is told.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import * as chat from "../gen/longlink/v1/chat_pb.js";
import * as group from "../gen/longlink/v1/group_pb.js";
import * as link from "../gen/longlink/v1/link_pb.js";
import * as people from "../gen/longlink/v1/people_pb.js";
import { CloseReason, Code, Command } from "../gen/longlink/v1/numbers_pb.js";

export interface Row<Q extends DescMessage, R extends DescMessage> {
  readonly command: Command;
  /** The name behind `/cgi/`. */
  readonly name: string;
  readonly request: Q;
  readonly reply: R;
}

function row<Q extends DescMessage, R extends DescMessage>(command: Command, name: string, request: Q, reply: R) {
  return { command, name, request, reply } satisfies Row<Q, R>;
}

export const commands = {
  hello: row(Command.HELLO, "hello", link.HelloRequestSchema, link.HelloReplySchema),
  register: row(Command.REGISTER, "register", link.RegisterRequestSchema, link.RegisterReplySchema),
  logOut: row(Command.LOG_OUT, "log_out", link.LogOutRequestSchema, link.LogOutReplySchema),
  changePassword: row(Command.CHANGE_PASSWORD, "change_password", link.ChangePasswordRequestSchema, link.ChangePasswordReplySchema),
  deleteAccount: row(Command.DELETE_ACCOUNT, "delete_account", link.DeleteAccountRequestSchema, link.DeleteAccountReplySchema),
  send: row(Command.SEND, "send", chat.SendRequestSchema, chat.SendReplySchema),
  sync: row(Command.SYNC, "sync", chat.SyncRequestSchema, chat.SyncReplySchema),
  history: row(Command.HISTORY, "history", chat.HistoryRequestSchema, chat.HistoryReplySchema),
  markRead: row(Command.MARK_READ, "mark_read", chat.MarkReadRequestSchema, chat.MarkReadReplySchema),
  readMarks: row(Command.READ_MARKS, "read_marks", chat.ReadMarksRequestSchema, chat.ReadMarksReplySchema),
  typing: row(Command.TYPING, "typing", chat.TypingRequestSchema, chat.TypingReplySchema),
  markDelivered: row(Command.MARK_DELIVERED, "mark_delivered", chat.MarkDeliveredRequestSchema, chat.MarkDeliveredReplySchema),
  readers: row(Command.READERS, "readers", chat.ReadersRequestSchema, chat.ReadersReplySchema),
  recall: row(Command.RECALL, "recall", chat.RecallRequestSchema, chat.RecallReplySchema),
  edit: row(Command.EDIT, "edit", chat.EditRequestSchema, chat.EditReplySchema),
  groupCreate: row(Command.GROUP_CREATE, "group_create", group.GroupCreateRequestSchema, group.GroupCreateReplySchema),
  groupInvite: row(Command.GROUP_INVITE, "group_invite", group.GroupInviteRequestSchema, group.GroupInviteReplySchema),
  groupLeave: row(Command.GROUP_LEAVE, "group_leave", group.GroupLeaveRequestSchema, group.GroupLeaveReplySchema),
  groupList: row(Command.GROUP_LIST, "group_list", group.GroupListRequestSchema, group.GroupListReplySchema),
  groupMembers: row(Command.GROUP_MEMBERS, "group_members", group.GroupMembersRequestSchema, group.GroupMembersReplySchema),
  groupChange: row(Command.GROUP_CHANGE, "group_change", group.GroupChangeRequestSchema, group.GroupChangeReplySchema),
  groupRemove: row(Command.GROUP_REMOVE, "group_remove", group.GroupRemoveRequestSchema, group.GroupRemoveReplySchema),
  groupRole: row(Command.GROUP_ROLE, "group_role", group.GroupRoleRequestSchema, group.GroupRoleReplySchema),
  groupMute: row(Command.GROUP_MUTE, "group_mute", group.GroupMuteRequestSchema, group.GroupMuteReplySchema),
  groupDissolve: row(Command.GROUP_DISSOLVE, "group_dissolve", group.GroupDissolveRequestSchema, group.GroupDissolveReplySchema),
  groupLink: row(Command.GROUP_LINK, "group_link", group.GroupLinkRequestSchema, group.GroupLinkReplySchema),
  groupJoin: row(Command.GROUP_JOIN, "group_join", group.GroupJoinRequestSchema, group.GroupJoinReplySchema),
  groupRequests: row(Command.GROUP_REQUESTS, "group_requests", group.GroupRequestsRequestSchema, group.GroupRequestsReplySchema),
  groupAnswer: row(Command.GROUP_ANSWER, "group_answer", group.GroupAnswerRequestSchema, group.GroupAnswerReplySchema),
  users: row(Command.USERS, "users", people.UsersRequestSchema, people.UsersReplySchema),
  findUsers: row(Command.FIND_USERS, "find_users", people.FindUsersRequestSchema, people.FindUsersReplySchema),
  profileSet: row(Command.PROFILE_SET, "profile_set", people.ProfileSetRequestSchema, people.ProfileSetReplySchema),
  presence: row(Command.PRESENCE, "presence", people.PresenceRequestSchema, people.PresenceReplySchema),
  contactSet: row(Command.CONTACT_SET, "contact_set", people.ContactSetRequestSchema, people.ContactSetReplySchema),
  contactAnswer: row(Command.CONTACT_ANSWER, "contact_answer", people.ContactAnswerRequestSchema, people.ContactAnswerReplySchema),
  contactRemove: row(Command.CONTACT_REMOVE, "contact_remove", people.ContactRemoveRequestSchema, people.ContactRemoveReplySchema),
  contactList: row(Command.CONTACT_LIST, "contact_list", people.ContactListRequestSchema, people.ContactListReplySchema),
  block: row(Command.BLOCK, "block", people.BlockRequestSchema, people.BlockReplySchema),
  blockList: row(Command.BLOCK_LIST, "block_list", people.BlockListRequestSchema, people.BlockListReplySchema),
  conversations: row(Command.CONVERSATIONS, "conversations", chat.ConversationsRequestSchema, chat.ConversationsReplySchema),
  conversationSet: row(Command.CONVERSATION_SET, "conversation_set", chat.ConversationSetRequestSchema, chat.ConversationSetReplySchema),
} as const;

/** The server said no, for good or for now. */
export class Refused extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message || `refused with code ${code}`);
  }

  /** Whether asking again later may help (N3). */
  get temporary(): boolean {
    return this.code >= 100 && this.code <= 199;
  }
}

/** No answer came, so nothing is known of what became of it. */
export class Lost extends Error {}

/** Whether a link that ended so is not to be made again by itself (N4). */
export function isFinal(reason: CloseReason): boolean {
  return reason >= 200 && reason <= 299;
}

export function encodeRequest<Q extends DescMessage>(schema: Q, init: MessageInitShape<Q>): Uint8Array<ArrayBuffer> {
  return toBinary(schema, create(schema, init)) as Uint8Array<ArrayBuffer>;
}

/** Reads a reply; one with another code than OK is thrown as `Refused` (N2). */
export function decodeReply<R extends DescMessage>(schema: R, body: Uint8Array): MessageShape<R> {
  // Fields 1 and 2 of every reply are these, also when it is nothing but a refusal.
  const refusal = fromBinary(link.RefusalSchema, body);
  if (refusal.code !== Code.OK) throw new Refused(refusal.code, refusal.message);
  return fromBinary(schema, body);
}
