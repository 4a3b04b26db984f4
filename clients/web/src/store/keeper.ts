// Writes down what changed, in order, many changes in one transaction. What belongs together goes in by one call and
// is in one transaction.

import type { Change, Database, Named, Place, Unsent } from "./database.js";
import { TakenOver } from "./database.js";
import type { Talk } from "./talks.js";

export interface KeeperEvents {
  /** Another tab has the account now; nothing more is written. */
  takenOver(): void;
  /** The browser does not keep what it is given. */
  failed(error: unknown): void;
}

export class Keeper {
  private place: Place | undefined;
  private startOver = false;
  private forgetNames = false;
  private readonly talks = new Map<bigint, Talk>();
  private readonly put = new Map<string, Unsent>();
  private readonly removed = new Set<string>();
  private readonly names = new Map<bigint, Named>();
  private waiting: (() => void)[] = [];
  private writing = false;
  private ended = false;

  constructor(
    private readonly database: Database,
    private readonly events: KeeperEvents,
  ) {}

  /** Takes the change; resolves when it is written, or cannot be. */
  keep(change: Change): Promise<void> {
    if (change.startOver) {
      this.startOver = true;
      this.talks.clear();
    }
    if (change.forgetNames) {
      this.forgetNames = true;
      this.names.clear();
    }
    if (change.place) this.place = { ...change.place };
    for (const talk of change.talks ?? []) this.talks.set(talk.peer, talk);
    for (const unsent of change.put ?? []) {
      this.put.set(unsent.clientMsgId, { ...unsent });
      this.removed.delete(unsent.clientMsgId);
    }
    for (const id of change.remove ?? []) {
      this.put.delete(id);
      this.removed.add(id);
    }
    for (const named of change.names ?? []) this.names.set(named.id, named);
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      if (!this.writing) void this.write();
    });
  }

  /** Writes nothing more. */
  end(): void {
    this.ended = true;
  }

  private async write(): Promise<void> {
    this.writing = true;
    while (this.waiting.length > 0) {
      const waiting = this.waiting;
      this.waiting = [];
      try {
        if (!this.ended) await this.database.write(this.takeAll());
      } catch (error) {
        this.ended = true;
        if (error instanceof TakenOver) this.events.takenOver();
        else this.events.failed(error);
      }
      for (const resolve of waiting) resolve();
    }
    this.writing = false;
  }

  private takeAll(): Change {
    const change: Change = {
      talks: [...this.talks.values()],
      put: [...this.put.values()],
      remove: [...this.removed],
      names: [...this.names.values()],
      startOver: this.startOver,
      forgetNames: this.forgetNames,
    };
    if (this.place) change.place = this.place;
    this.place = undefined;
    this.startOver = false;
    this.forgetNames = false;
    for (const all of [this.talks, this.put, this.removed, this.names]) all.clear();
    return change;
  }
}
