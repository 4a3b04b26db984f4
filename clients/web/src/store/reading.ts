// Who has read how far, and what has arrived: telling the server what this person has seen and what this device has, and
// keeping what it tells (PROTOCOL.md, "Receipts and typing").

import type { Clock } from "../link/clock.js";
import type { Via } from "../link/transport.js";
import { commands } from "../wire/commands.js";
import type { Ask } from "./ask.js";
import type { Peer, UserId } from "./entries.js";
import { read } from "./talks.js";
import type { Talk } from "./talks.js";
import type { Threads } from "./threads.js";

/** What arrives within this time is told of together. */
const GATHER_MS = 1_000;
/** So many can be asked for at once. */
const COUNTED_MAX = 100;

export class Reading {
  /** The conversation that is open, and whether the person looks at its end now. */
  private current: Peer | undefined;
  private looking = false;
  private via: Via | undefined;
  /** Up to where the server was told, on this link. */
  private readonly told = new Map<Peer, bigint>();
  private readonly toAsk: Peer[] = [];
  private asking = false;
  /** Up to where the server was told that everything is here. */
  private delivered = 0n;
  private toDeliver = 0n;
  private counting = false;

  constructor(
    private readonly me: UserId,
    private readonly ask: Ask,
    private readonly clock: Clock,
    private readonly threads: Threads,
    private readonly talks: Map<Peer, Talk>,
    private readonly keep: (talk: Talk) => void,
    /** The server has to count what is unread. */
    private readonly recount: () => void,
    private readonly changed: () => void,
  ) {}

  open(peer: Peer | undefined): void {
    this.current = peer;
    if (peer !== undefined) this.want(peer);
    this.tell();
  }

  look(looking: boolean): void {
    this.looking = looking;
    this.tell();
  }

  linked(via: Via, cursor: bigint): void {
    this.via = via;
    // Logging in with a cursor said that much.
    this.delivered = cursor;
    this.told.clear();
    this.toAsk.length = 0;
    if (this.current !== undefined) this.want(this.current);
    this.tell();
  }

  /** Something new stands in this conversation. */
  came(talk: Talk): void {
    if (talk.peer !== this.current) return;
    this.tell();
    this.countSoon();
  }

  /** A page of the inbox has come. By HTTP nobody tells who has read, so it is asked for. */
  synced(): void {
    if (this.via === "http" && this.current !== undefined) this.want(this.current);
  }

  /** This device has everything up to there, on its disk. By HTTP asking for more says so. */
  arrived(cursor: bigint): void {
    if (this.via !== "websocket" || cursor <= this.delivered || cursor <= this.toDeliver) return;
    const waiting = this.toDeliver > this.delivered;
    this.toDeliver = cursor;
    if (waiting) return;
    this.clock.after(GATHER_MS, () => {
      const upTo = this.toDeliver;
      this.delivered = upTo;
      this.ask(commands.markDelivered, { upTo }).catch(() => {
        // The next login says it.
      });
    });
  }

  receipt(reader: UserId, peer: Peer, upTo: bigint, deliveredUpTo = 0n): void {
    if (reader === this.me) {
      const talk = this.talks.get(peer);
      const after = talk && read(talk, upTo);
      if (!after || after === talk) return;
      this.talks.set(peer, after);
      this.keep(after);
      if (after.counted.unread > 0) this.recount();
    } else if (peer < 0n) {
      if (peer === this.current) this.countSoon();
      return;
    } else if (!this.threads.get(peer)?.mark(reader, upTo, deliveredUpTo)) {
      return;
    }
    this.changed();
  }

  /** How many have read one's own latest messages of the open group: asked for once, for all that happens meanwhile. */
  countSoon(): void {
    if (this.counting || this.current === undefined || this.current >= 0n) return;
    this.counting = true;
    this.clock.after(GATHER_MS, () => {
      this.counting = false;
      void this.count();
    });
  }

  /** Who has read this one of a group. */
  async readersOf(group: Peer, queueId: bigint): Promise<{ readers: UserId[]; more: boolean; read: number; members: number }> {
    const { counts, readers, more } = await this.ask(commands.readers, { group, queueIds: [queueId] });
    return { readers, more, read: counts[0]?.read ?? readers.length, members: counts[0]?.members ?? readers.length };
  }

  private async count(): Promise<void> {
    const group = this.current;
    const thread = group !== undefined && group < 0n ? this.threads.get(group) : undefined;
    if (group === undefined || !thread?.loaded || this.via === undefined) return;
    const own = thread.items.filter(({ from, content }) => from === this.me && content.kind !== "event" && content.kind !== "recalled");
    const queueIds = own.slice(-COUNTED_MAX).map(({ queueId }) => queueId);
    if (queueIds.length === 0) return;
    try {
      const { counts } = await this.ask(commands.readers, { group, queueIds });
      for (const { queueId, read, members } of counts) thread.counts.set(queueId, { read, members });
      this.changed();
    } catch {
      // The next receipt or look asks again.
    }
  }

  private want(peer: Peer): void {
    if (peer < 0n) this.countSoon();
    if (!this.toAsk.includes(peer)) this.toAsk.push(peer);
    if (!this.asking) void this.learn();
  }

  private async learn(): Promise<void> {
    this.asking = true;
    for (let peer = this.toAsk.shift(); peer !== undefined; peer = this.toAsk.shift()) {
      try {
        const { marks } = await this.ask(commands.readMarks, { peer });
        for (const { reader, upTo, deliveredUpTo } of marks) this.receipt(reader, peer, upTo, deliveredUpTo);
      } catch {
        // Without an answer the marks stay as they were; the next link asks again.
      }
    }
    this.asking = false;
  }

  /** What is before the person's eyes has been read. */
  private tell(): void {
    const peer = this.current;
    const talk = peer === undefined ? undefined : this.talks.get(peer);
    if (!talk?.last || !this.looking || !this.threads.get(talk.peer)?.loaded) return;
    const upTo = talk.last.queueId;
    this.receipt(this.me, talk.peer, upTo);
    if (this.via === undefined || (this.told.get(talk.peer) ?? 0n) >= upTo) return;
    this.told.set(talk.peer, upTo);
    this.ask(commands.markRead, { peer: talk.peer, upTo }).catch(() => {
      if (this.told.get(talk.peer) === upTo) this.told.delete(talk.peer);
    });
  }
}
