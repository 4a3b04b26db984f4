// The groups of this person: which there are, what they may in each, who is in them, and changing that.

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { GroupChangeRequestSchema, GroupJoinReply, GroupRequest, GroupRules, Group as Told } from "../gen/longlink/v1/group_pb.js";
import { GroupRole } from "../gen/longlink/v1/group_pb.js";
import { commands } from "../wire/commands.js";
import type { Ask } from "./ask.js";
import type { Content, Peer, UserId } from "./entries.js";
import type { People } from "./people.js";

/** Five thousand members, the most that a group has by default. */
const PAGES_MAX = 5;

export interface Group {
  id: Peer;
  name: string;
  owner: UserId;
  memberCount: number;
  joinedAt: bigint;
  picture: string;
  role: GroupRole;
  rules: Pick<GroupRules, "join" | "onlyAdminsInvite" | "onlyAdminsWrite" | "membersMentionAll">;
  /** Until then this person may not write. -1: until further notice. 0: they may. */
  mutedUntilMs: number;
}

export interface Member {
  user: UserId;
  role: GroupRole;
  /** As with a group. */
  mutedUntilMs: number;
}

const NO_RULES = { join: 0, onlyAdminsInvite: false, onlyAdminsWrite: false, membersMentionAll: false };

export class Groups {
  private readonly all = new Map<Peer, Group>();
  private readonly memberLists = new Map<Peer, Promise<Member[]>>();
  /** Who asks to join, as far as it was told on this link. */
  private readonly asking = new Map<Peer, Map<UserId, GroupRequest>>();
  /** Whether the list was read, so that a group that is not in it is one that was left. */
  private known = false;
  private reading = false;
  private again = false;

  constructor(
    private readonly ask: Ask,
    private readonly people: People,
    private readonly changed: () => void,
  ) {}

  get(peer: Peer): Group | undefined {
    return this.all.get(peer);
  }

  /** Whether one was a member and is none any more. */
  isLeft(peer: Peer): boolean {
    return this.known && peer < 0n && !this.all.has(peer);
  }

  isAdmin(peer: Peer): boolean {
    return (this.get(peer)?.role ?? GroupRole.MEMBER) !== GroupRole.MEMBER;
  }

  mayInvite(peer: Peer): boolean {
    return this.isAdmin(peer) || this.get(peer)?.rules.onlyAdminsInvite === false;
  }

  mayMentionAll(peer: Peer): boolean {
    return this.isAdmin(peer) || this.get(peer)?.rules.membersMentionAll === true;
  }

  /** Why this person cannot write there now, if they cannot. */
  silence(peer: Peer, nowMs: number): "admins" | "muted" | undefined {
    const group = this.get(peer);
    if (!group) return undefined;
    if (group.mutedUntilMs < 0 || group.mutedUntilMs > nowMs) return "muted";
    return group.rules.onlyAdminsWrite && !this.isAdmin(peer) ? "admins" : undefined;
  }

  startOver(): void {
    this.all.clear();
    this.memberLists.clear();
    this.asking.clear();
    this.known = false;
  }

  /** Reads the list. What is asked for meanwhile is asked for once more. */
  async refresh(): Promise<void> {
    this.again = true;
    if (this.reading) return;
    this.reading = true;
    try {
      while (this.again) {
        this.again = false;
        const { groups } = await this.ask(commands.groupList, {});
        this.all.clear();
        this.known = true;
        this.take(groups);
        this.changed();
      }
    } catch {
      // Read again at the next login.
    } finally {
      this.reading = false;
    }
  }

  take(groups: Told[]): void {
    for (const { id, name, owner, memberCount, joinedAt, picture, role, rules, mutedUntilMs } of groups) {
      this.all.set(id, { id, name, owner, memberCount, joinedAt, picture, role, rules: rules ?? NO_RULES, mutedUntilMs: Number(mutedUntilMs) });
    }
    this.people.remember(groups.map(({ id, name, picture }) => ({ id, name, picture })));
  }

  /** What happened to a group, told by an entry to it. */
  happened(group: Peer, content: Content): void {
    if (content.kind !== "event") return;
    this.memberLists.delete(group);
    if (content.name) this.people.remember([{ id: group, name: content.name }]);
    if (this.known) void this.refresh();
  }

  /** With the same `clientMsgId`, a second try finds the group that the first one made (G4). */
  async create(name: string, members: UserId[], clientMsgId: string): Promise<Peer> {
    const { group } = await this.ask(commands.groupCreate, { name, members, clientMsgId });
    this.people.remember([{ id: group, name }]);
    await this.refresh();
    return group;
  }

  async invite(group: Peer, members: UserId[]): Promise<void> {
    await this.ask(commands.groupInvite, { group, members });
    this.memberLists.delete(group);
  }

  async leave(group: Peer): Promise<void> {
    await this.ask(commands.groupLeave, { group });
    await this.refresh();
  }

  async change(group: Peer, change: Omit<MessageInitShape<typeof GroupChangeRequestSchema>, "group" | "$typeName">): Promise<void> {
    await this.ask(commands.groupChange, { group, ...change });
    await this.refresh();
  }

  async remove(group: Peer, user: UserId): Promise<void> {
    await this.ask(commands.groupRemove, { group, members: [user] });
    await this.moved(group);
  }

  async setRole(group: Peer, user: UserId, role: GroupRole): Promise<void> {
    await this.ask(commands.groupRole, { group, members: [user], role });
    await this.moved(group);
  }

  /** 0: they may write again. -1: until further notice. */
  async mute(group: Peer, user: UserId, forMs: number): Promise<void> {
    await this.ask(commands.groupMute, { group, members: [user], forMs: BigInt(forMs) });
    await this.moved(group);
  }

  async dissolve(group: Peer): Promise<void> {
    await this.ask(commands.groupDissolve, { group });
    await this.refresh();
  }

  /** What is given to people so that they can join. */
  async link(group: Peer, renew: boolean): Promise<string> {
    return (await this.ask(commands.groupLink, { group, renew })).link;
  }

  async join(link: string, greeting: string): Promise<GroupJoinReply> {
    const reply = await this.ask(commands.groupJoin, { link, greeting });
    this.people.remember([{ id: reply.group, name: reply.name }]);
    if (reply.joined) await this.refresh();
    return reply;
  }

  /** Who asks to join: the first page, and who asked since. */
  async requests(group: Peer): Promise<GroupRequest[]> {
    const { requests } = await this.ask(commands.groupRequests, { group });
    this.asking.set(group, new Map(requests.flatMap((request) => (request.user ? [[request.user.id, request] as const] : []))));
    this.people.take(requests.flatMap(({ user }) => user ?? []));
    this.changed();
    return requests;
  }

  /** How many are known to ask. */
  asks(group: Peer): number {
    return this.asking.get(group)?.size ?? 0;
  }

  asked(group: Peer, request: GroupRequest | undefined): void {
    if (!request?.user) return;
    const known = this.asking.get(group) ?? new Map<UserId, GroupRequest>();
    this.asking.set(group, known.set(request.user.id, request));
    this.people.take([request.user]);
    this.changed();
  }

  async answer(group: Peer, user: UserId, accept: boolean): Promise<void> {
    await this.ask(commands.groupAnswer, { group, user, accept });
    this.asking.get(group)?.delete(user);
    this.memberLists.delete(group);
    this.changed();
  }

  /** All members with what they are, kept until something happens to the group. */
  members(group: Peer): Promise<Member[]> {
    const known = this.memberLists.get(group);
    if (known) return known;
    const read = this.readMembers(group);
    this.memberLists.set(group, read);
    read.catch(() => this.memberLists.get(group) === read && this.memberLists.delete(group));
    return read;
  }

  private async readMembers(group: Peer): Promise<Member[]> {
    const members: Member[] = [];
    for (let page = 0, after = 0n, more = true; more && page < PAGES_MAX; page += 1) {
      const reply = await this.ask(commands.groupMembers, { group, after });
      this.people.take(reply.members);
      const admins = new Set(reply.admins);
      const muted = new Map(reply.muted.map(({ user, untilMs }) => [user, Number(untilMs)]));
      for (const { id } of reply.members) {
        const role = id === reply.owner ? GroupRole.OWNER : admins.has(id) ? GroupRole.ADMIN : GroupRole.MEMBER;
        members.push({ user: id, role, mutedUntilMs: muted.get(id) ?? 0 });
      }
      after = reply.members.at(-1)?.id ?? after;
      more = reply.more && reply.members.length > 0;
    }
    return members;
  }

  private async moved(group: Peer): Promise<void> {
    this.memberLists.delete(group);
    await this.refresh();
  }
}
