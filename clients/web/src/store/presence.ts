// Who is online, and when others were last: of contacts as the server tells it by itself, of others from what it says
// of them by the way, where it lists people (PROTOCOL.md, "People").

import type { Presence as State, PresencePush, User } from "../gen/longlink/v1/people_pb.js";
import { commands } from "../wire/commands.js";
import type { Ask } from "./ask.js";
import type { UserId } from "./entries.js";

const ASKED_MAX = 500;

export interface Seen {
  online: boolean;
  /** 0: not known, or online. */
  lastSeenAtMs: number;
}

export class Presence {
  private readonly states = new Map<UserId, Seen>();
  private epoch: bigint | undefined;

  constructor(
    private readonly ask: Ask,
    private readonly isContact: (user: UserId) => boolean,
    /** Whether the server tells of people who are no contacts. */
    private readonly listed: () => boolean,
    private readonly changed: () => void,
  ) {}

  /** Nothing when it is not to be known. */
  of(user: UserId): Seen | undefined {
    return this.states.get(user);
  }

  isOnline(user: UserId): boolean {
    return this.states.get(user)?.online ?? false;
  }

  /** Without a link nothing is known. */
  unlinked(): void {
    this.states.clear();
  }

  /** Asks for all contacts, or for these. */
  async refresh(users: UserId[] = []): Promise<void> {
    try {
      const { states, epoch } = await this.ask(commands.presence, { users: users.slice(0, ASKED_MAX) });
      this.epoch = epoch;
      // Who does not let it be seen any more is missing.
      for (const user of users) this.states.delete(user);
      this.take(states);
    } catch {
      // Asked again at the next look.
    }
  }

  push({ states, epoch }: PresencePush): void {
    if (this.epoch !== undefined && epoch !== this.epoch) {
      this.states.clear();
      void this.refresh();
    }
    this.epoch = epoch;
    this.take(states);
  }

  /** What is said of people by the way. Of contacts the pushes know better. */
  seen(users: User[]): void {
    let moved = false;
    for (const { id, online } of users) {
      if (this.isContact(id) || !(online || this.listed()) || this.states.get(id)?.online === online) continue;
      this.states.set(id, { online, lastSeenAtMs: 0 });
      moved = true;
    }
    if (moved) this.changed();
  }

  private take(states: State[]): void {
    for (const { user, online, lastSeenAtMs } of states) {
      // Offline without a time is how those are told of who begin to hide (U19): then nothing is to be known.
      if (online || lastSeenAtMs > 0n) this.states.set(user, { online, lastSeenAtMs: Number(lastSeenAtMs) });
      else this.states.delete(user);
    }
    this.changed();
  }
}
