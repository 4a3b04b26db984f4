// Who is writing just now: shown for a few seconds, never kept (PROTOCOL.md, S3).

import type { Clock } from "../link/clock.js";
import { commands } from "../wire/commands.js";
import type { Ask } from "./ask.js";
import type { Peer, UserId } from "./entries.js";

/** So long it is shown. */
const SHOWN_MS = 5_000;
/** While somebody goes on, it is said so often. */
const SAID_MS = 3_000;

export class Typing {
  private readonly shown = new Map<Peer, Map<UserId, () => void>>();
  private saidTo: Peer | undefined;
  private saidAt = -Infinity;

  constructor(
    private readonly me: UserId,
    private readonly ask: Ask,
    private readonly clock: Clock,
    private readonly changed: () => void,
  ) {}

  in(peer: Peer): UserId[] {
    return [...(this.shown.get(peer)?.keys() ?? [])];
  }

  heard(user: UserId, peer: Peer): void {
    if (user === this.me) return;
    const users = this.shown.get(peer) ?? new Map<UserId, () => void>();
    this.shown.set(peer, users);
    users.get(user)?.();
    users.set(user, this.clock.after(SHOWN_MS, () => this.forget(user, peer)));
    this.changed();
  }

  /** What was being written is there. */
  wrote(user: UserId, peer: Peer): void {
    this.shown.get(peer)?.get(user)?.();
    this.forget(user, peer);
  }

  /** The person here is writing. To everyone it is not said. */
  say(peer: Peer): void {
    const now = this.clock.now();
    if (peer === 0n || (this.saidTo === peer && now - this.saidAt < SAID_MS)) return;
    this.saidTo = peer;
    this.saidAt = now;
    this.ask(commands.typing, { peer }).catch(() => {
      // Nothing is lost by it.
    });
  }

  /** What was being written here was sent: the next letter is news again. */
  sent(): void {
    this.saidAt = -Infinity;
  }

  private forget(user: UserId, peer: Peer): void {
    if (this.shown.get(peer)?.delete(user)) this.changed();
  }
}
