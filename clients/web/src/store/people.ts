// Who people are: their profiles, as far as they are known here, and finding them (PROTOCOL.md, "People").

import { Code } from "../gen/longlink/v1/numbers_pb.js";
import { Sex } from "../gen/longlink/v1/people_pb.js";
import type { User } from "../gen/longlink/v1/people_pb.js";
import type { Clock } from "../link/clock.js";
import { Refused, commands } from "../wire/commands.js";
import type { Ask } from "./ask.js";
import type { Named } from "./database.js";
import type { Peer, UserId } from "./entries.js";
import type { Keeper } from "./keeper.js";

const ASKED_MAX = 100;
/** Names that are wanted in the same moment are asked for together. */
const GATHER_MS = 20;

export interface Found {
  users: UserId[];
  more: boolean;
  /** False where the server does not list people: then only a whole name finds somebody. */
  listed: boolean;
}

export interface Profile {
  sex: Sex;
  bio: string;
}

export class People {
  private readonly names = new Map<Peer, Named>();
  private readonly profiles = new Map<UserId, Profile>();
  private readonly wanted = new Set<UserId>();
  private gathering = false;
  /** Whether the server lists people, once that is known. */
  listed: boolean | undefined;

  constructor(
    private readonly ask: Ask,
    private readonly keeper: Keeper,
    private readonly clock: Clock,
    /** Who was told of, with whether they are online. */
    private readonly seen: (users: User[]) => void,
    private readonly changed: () => void,
  ) {}

  /** What is known of somebody or of a group; if nothing is, it is asked for, and `changed` tells when it is there. */
  get(peer: Peer): Named | undefined {
    const named = this.names.get(peer);
    if (named === undefined && peer > 0n) this.want(peer);
    return named;
  }

  /** What they say of themselves, once it was told on this page. */
  profile(user: UserId): Profile | undefined {
    return this.profiles.get(user);
  }

  remember(named: Named[], keep = true): void {
    const fresh = named
      .map((one) => ({ ...this.names.get(one.id), ...one }))
      .filter((one) => JSON.stringify({ ...one, id: 0 }) !== JSON.stringify({ ...this.names.get(one.id), id: 0 }));
    for (const one of fresh) this.names.set(one.id, one);
    if (fresh.length === 0) return;
    if (keep) void this.keeper.keep({ names: fresh });
    this.changed();
  }

  /** What one calls these people; who is not among them is called by their own name. */
  alias(aliases: Map<UserId, string>): void {
    const known = [...this.names.values()].filter(({ id, alias }) => id > 0n && (alias ?? "") !== (aliases.get(id) ?? ""));
    this.remember(known.map(({ id, name }) => ({ id, name, alias: aliases.get(id) ?? "" })));
  }

  /** Asks again for these, and for those that could not be asked for. */
  async refresh(users: UserId[]): Promise<void> {
    const ids = [...new Set([...this.wanted, ...users])].slice(0, ASKED_MAX);
    if (ids.length === 0) return;
    for (const id of ids) this.wanted.delete(id);
    try {
      this.take((await this.ask(commands.users, { ids })).users);
    } catch {
      // Asked again at the next look.
    }
  }

  /** Those whose names begin so. */
  async find(prefix: string, after = ""): Promise<Found> {
    try {
      const { users, more } = await this.ask(commands.findUsers, { prefix, after, limit: 50 });
      this.listed = true;
      this.take(users);
      return { users: users.map((user) => user.id), more, listed: true };
    } catch (error) {
      const unlisted = error instanceof Refused && (error.code === Code.NOT_ALLOWED || error.code === Code.UNKNOWN_COMMAND);
      if (!unlisted) throw error;
      this.listed = false;
    }
    const users = prefix.trim() ? (await this.ask(commands.users, { names: [prefix.trim()] })).users : [];
    this.take(users);
    return { users: users.map((user) => user.id), more: false, listed: false };
  }

  take(users: User[]): void {
    let moved = false;
    for (const { id, sex, bio } of users) {
      const before = this.profiles.get(id);
      moved ||= before?.sex !== sex || before.bio !== bio;
      this.profiles.set(id, { sex, bio });
    }
    this.seen(users);
    this.remember(users.map(({ id, name, nickname, avatar, deleted }) => ({ id, name, nickname, picture: avatar, deleted })));
    if (moved) this.changed();
  }

  private want(user: UserId): void {
    if (this.wanted.has(user)) return;
    this.wanted.add(user);
    if (this.gathering) return;
    this.gathering = true;
    this.clock.after(GATHER_MS, () => {
      this.gathering = false;
      void this.refresh([]);
    });
  }
}
