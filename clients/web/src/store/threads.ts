// The conversations that are open or were lately, each with the run of entries that is in memory.

import { Lost, commands } from "../wire/commands.js";
import type { Ask } from "./ask.js";
import { itemOf } from "./entries.js";
import type { Item, Peer } from "./entries.js";
import { Thread } from "./thread.js";

/** So many are kept in memory; the one that was not opened for longest goes. */
const THREADS_MAX = 8;
const PAGE = 50;

export class Threads {
  private readonly all = new Map<Peer, Thread>();

  constructor(
    private readonly ask: Ask,
    private readonly changed: () => void,
  ) {}

  get(peer: Peer): Thread | undefined {
    return this.all.get(peer);
  }

  open(peer: Peer): Thread {
    const thread = this.all.get(peer) ?? new Thread();
    // Taken out and put in again, it is the last one to go.
    this.all.delete(peer);
    this.all.set(peer, thread);
    thread.trim();
    for (const oldest of this.all.keys()) {
      if (this.all.size <= THREADS_MAX) break;
      this.all.delete(oldest);
    }
    if (!thread.loaded) void this.readOlder(peer);
    return thread;
  }

  add(peer: Peer, item: Item): void {
    this.all.get(peer)?.add(item);
  }

  startOver(): void {
    for (const peer of this.all.keys()) this.all.set(peer, new Thread());
  }

  /** There is a link again: what could not be read is read now. */
  linked(): void {
    for (const [peer, thread] of this.all) {
      thread.loading = false;
      if (!thread.loaded) void this.readOlder(peer);
    }
  }

  /** Reads a page above what there is (E14). */
  async readOlder(peer: Peer): Promise<void> {
    const thread = this.all.get(peer);
    if (!thread || thread.loading || !thread.more) return;
    thread.loading = true;
    thread.failed = false;
    this.changed();
    try {
      const before = thread.items[0]?.queueId ?? 0n;
      const { entries, more } = await this.ask(commands.history, { peer, before, limit: PAGE });
      thread.older(entries.map(itemOf), more);
    } catch (error) {
      if (!(error instanceof Lost)) thread.failed = true;
    }
    thread.loading = false;
    this.changed();
  }
}
