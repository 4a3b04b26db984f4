// Names, who is online, and finding people (PROTOCOL.md, U1 to U3).

import { Code } from "../gen/longlink/v1/numbers_pb.js";
import type { User } from "../gen/longlink/v1/people_pb.js";
import type { Clock } from "../link/clock.js";
import { Refused, commands } from "../wire/commands.js";
import type { Ask } from "./ask.js";
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

export class People {
  private readonly names = new Map<Peer, string>();
  private readonly online = new Set<UserId>();
  private readonly wanted = new Set<UserId>();
  private gathering = false;
  /** Whether the server lists people, once that is known. */
  listed: boolean | undefined;

  constructor(
    private readonly ask: Ask,
    private readonly keeper: Keeper,
    private readonly clock: Clock,
    private readonly changed: () => void,
  ) {}

  /** The name, if it is known; if not, it is asked for, and `changed` tells when it is there. */
  name(peer: Peer): string | undefined {
    const name = this.names.get(peer);
    if (name === undefined && peer > 0n) this.want(peer);
    return name;
  }

  isOnline(user: UserId): boolean {
    return this.online.has(user);
  }

  /** Without a link nothing is known of who is online. */
  unlinked(): void {
    this.online.clear();
  }

  remember(named: { id: Peer; name: string }[], keep = true): void {
    const fresh = named.filter(({ id, name }) => this.names.get(id) !== name);
    for (const { id, name } of fresh) this.names.set(id, name);
    if (fresh.length === 0) return;
    if (keep) void this.keeper.keep({ names: fresh.map(({ id, name }) => ({ id, name })) });
    this.changed();
  }

  /** Asks again who of these is online, and for the names that could not be asked for. */
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

  private take(users: User[]): void {
    let moved = false;
    for (const { id, online } of users) {
      if (this.online.has(id) === online) continue;
      moved = true;
      if (online) this.online.add(id);
      else this.online.delete(id);
    }
    this.remember(users);
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
