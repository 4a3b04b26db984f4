// Who has read how far: telling the server what this person has seen, and keeping what it tells (PROTOCOL.md, S1, S2).

import type { Via } from "../link/transport.js";
import { commands } from "../wire/commands.js";
import type { Ask } from "./ask.js";
import type { Peer, UserId } from "./entries.js";
import { read } from "./talks.js";
import type { Talk } from "./talks.js";
import type { Threads } from "./threads.js";

export class Reading {
  /** The conversation that is open, and whether the person looks at its end now. */
  private current: Peer | undefined;
  private looking = false;
  private via: Via | undefined;
  /** Up to where the server was told, on this link. */
  private readonly told = new Map<Peer, bigint>();
  /** Of which conversations the own mark was asked for on this link; others' pushes are not made up for (S5). */
  private readonly asked = new Set<Peer>();
  private readonly toAsk: Peer[] = [];
  private asking = false;

  constructor(
    private readonly me: UserId,
    private readonly ask: Ask,
    private readonly threads: Threads,
    private readonly talks: Map<Peer, Talk>,
    private readonly keep: (talk: Talk) => void,
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

  linked(via: Via): void {
    this.via = via;
    this.asked.clear();
    this.told.clear();
    this.toAsk.length = 0;
    if (this.current !== undefined) this.want(this.current);
    for (const talk of this.talks.values()) this.came(talk);
    this.tell();
  }

  /** Something new stands in this conversation, or it is newly known. */
  came(talk: Talk): void {
    if (talk.unread.length > 0 && !this.asked.has(talk.peer)) this.want(talk.peer);
    if (talk.peer === this.current) this.tell();
  }

  /** A page of the inbox has come. By HTTP nobody tells who has read, so it is asked for. */
  synced(): void {
    if (this.via === "http" && this.current !== undefined) this.want(this.current);
  }

  receipt(reader: UserId, peer: Peer, upTo: bigint): void {
    if (reader === this.me) {
      const talk = this.talks.get(peer);
      const after = talk && read(talk, upTo);
      if (!after || after === talk) return;
      this.talks.set(peer, after);
      this.keep(after);
    } else {
      const marks = this.threads.get(peer)?.marks;
      if (!marks || (marks.get(reader) ?? 0n) >= upTo) return;
      marks.set(reader, upTo);
    }
    this.changed();
  }

  private want(peer: Peer): void {
    this.asked.add(peer);
    if (!this.toAsk.includes(peer)) this.toAsk.push(peer);
    if (!this.asking) void this.learn();
  }

  private async learn(): Promise<void> {
    this.asking = true;
    for (let peer = this.toAsk.shift(); peer !== undefined; peer = this.toAsk.shift()) {
      try {
        const { marks } = await this.ask(commands.readMarks, { peer });
        for (const { reader, upTo } of marks) this.receipt(reader, peer, upTo);
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
    if (!talk || !this.looking || !this.threads.get(talk.peer)?.loaded) return;
    const upTo = talk.last.queueId;
    this.receipt(this.me, talk.peer, upTo);
    if (this.via === undefined || (this.told.get(talk.peer) ?? 0n) >= upTo) return;
    this.told.set(talk.peer, upTo);
    this.ask(commands.markRead, { peer: talk.peer, upTo }).catch(() => {
      if (this.told.get(talk.peer) === upTo) this.told.delete(talk.peer);
    });
  }
}
