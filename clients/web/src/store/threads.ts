// The conversations that are open or were lately, each with the run of entries that is in memory.

import { Lost, commands } from "../wire/commands.js";
import type { Ask } from "./ask.js";
import { itemOf } from "./entries.js";
import type { Amendment, Item, Peer } from "./entries.js";
import { ITEMS_MAX, Thread } from "./thread.js";

/** So many are kept in memory; the one that was not opened for longest goes. */
const THREADS_MAX = 8;
const PAGE = 50;
/** On the way to an old entry. */
const LONG_PAGE = 500;

export class Threads {
  private readonly all = new Map<Peer, Thread>();
  private readonly asked = new Set<bigint>();

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

  amend(peer: Peer, amendment: Amendment): void {
    this.all.get(peer)?.amend(amendment);
  }

  /** The runs are void: another log, or one of which something between is gone. */
  startOver(): void {
    for (const peer of this.all.keys()) this.all.set(peer, new Thread());
  }

  /** There is a link again: what could not be read is read now. */
  linked(): void {
    this.asked.clear();
    for (const [peer, thread] of this.all) {
      thread.loading = false;
      if (!thread.loaded) void this.readOlder(peer);
    }
  }

  /** Reads a page above what there is (E14). */
  async readOlder(peer: Peer, limit = PAGE): Promise<void> {
    const thread = this.all.get(peer);
    if (!thread || thread.loading || !thread.more) return;
    thread.loading = true;
    thread.failed = false;
    this.changed();
    try {
      const before = thread.items[0]?.queueId ?? 0n;
      const { entries, more } = await this.ask(commands.history, { peer, before, limit });
      thread.older(entries.map(itemOf), more);
    } catch (error) {
      if (!(error instanceof Lost)) thread.failed = true;
    }
    thread.loading = false;
    this.changed();
  }

  /** Reads until this entry is in the run; false if it is not to be had. */
  async reach(peer: Peer, queueId: bigint): Promise<boolean> {
    const thread = this.all.get(peer);
    if (!thread) return false;
    const missing = () => thread.more && (thread.items[0]?.queueId ?? queueId + 1n) > queueId;
    while (missing() && thread.items.length < ITEMS_MAX) {
      const before = thread.items.length;
      await this.readOlder(peer, LONG_PAGE);
      if (thread.items.length === before) break;
    }
    return thread.items.some((item) => item.queueId === queueId);
  }

  /** What another entry answers: from the run, or read by itself. Nothing while it is not known. */
  quoted(peer: Peer, queueId: bigint): { item: Item | undefined } | undefined {
    const thread = this.all.get(peer);
    if (!thread) return undefined;
    if (thread.knows(queueId)) return { item: thread.get(queueId) };
    if (thread.loaded && !this.asked.has(queueId)) void this.readQuoted(peer, thread, queueId);
    return undefined;
  }

  private async readQuoted(peer: Peer, thread: Thread, queueId: bigint): Promise<void> {
    this.asked.add(queueId);
    try {
      const { entries } = await this.ask(commands.history, { peer, before: queueId + 1n, limit: 1 });
      thread.quote(queueId, entries.map(itemOf).find((item) => item.queueId === queueId));
      this.changed();
    } catch (error) {
      // Without a link it is asked for at the next one.
      if (!(error instanceof Lost)) thread.quote(queueId, undefined);
    }
  }
}
