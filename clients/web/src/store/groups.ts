// The groups of this person: which there are, who is in them, and changing that.

import type { User } from "../gen/longlink/v1/people_pb.js";
import { commands } from "../wire/commands.js";
import type { Ask } from "./ask.js";
import type { Content, Peer, UserId } from "./entries.js";
import type { People } from "./people.js";

export interface Group {
  id: Peer;
  name: string;
  owner: UserId;
  memberCount: number;
}

export class Groups {
  private readonly all = new Map<Peer, Group>();
  /** Whether the list was read, so that a group that is not in it is one that was left. */
  private known = false;
  private asking = false;
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

  startOver(): void {
    this.all.clear();
    this.known = false;
  }

  /** Reads the list. What is asked for meanwhile is asked for once more. */
  async refresh(): Promise<void> {
    this.again = true;
    if (this.asking) return;
    this.asking = true;
    try {
      while (this.again) {
        this.again = false;
        const { groups } = await this.ask(commands.groupList, {});
        this.all.clear();
        for (const { id, name, owner, memberCount } of groups) this.all.set(id, { id, name, owner, memberCount });
        this.known = true;
        this.people.remember(groups.map(({ id, name }) => ({ id, name })));
        this.changed();
      }
    } catch {
      // Read again at the next login.
    } finally {
      this.asking = false;
    }
  }

  /** What happened to a group, told by an entry to it. */
  happened(group: Peer, content: Content): void {
    if (content.kind !== "event") return;
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
  }

  async leave(group: Peer): Promise<void> {
    await this.ask(commands.groupLeave, { group });
    await this.refresh();
  }

  /** The first thousand; enough to look at. */
  async members(group: Peer): Promise<{ members: User[]; more: boolean }> {
    const { members, more } = await this.ask(commands.groupMembers, { group });
    this.people.remember(members.map(({ id, name }) => ({ id, name })));
    return { members, more };
  }
}
