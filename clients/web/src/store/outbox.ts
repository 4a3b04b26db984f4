// What was written and is not known to be kept by the server. Each is stored under its client_msg_id before it is sent,
// and goes out again, in order and under the same one, until a reply says what became of it (B4, E2, E3).

import { Code, ContentType } from "../gen/longlink/v1/numbers_pb.js";
import type { Clock } from "../link/clock.js";
import { Pause } from "../link/pause.js";
import { Refused, commands } from "../wire/commands.js";
import type { Ask } from "./ask.js";
import type { Unsent } from "./database.js";
import type { Item, Peer } from "./entries.js";
import { newId } from "./ids.js";
import type { Keeper } from "./keeper.js";

/** The mark of what was written for a log that is no more: its numbers may mean other people now. */
export const OF_ANOTHER_LOG = -1;

export interface OutboxEvents {
  /** It is in the log, there. What is kept of that must no longer hold it as unsent. */
  kept(peer: Peer, item: Item): void;
  changed(): void;
}

export class Outbox {
  /** In the order in which they were written. */
  items: Unsent[] = [];
  /** Not on the disk yet: not to be sent yet. */
  private readonly unkept = new Set<string>();
  private readonly busy = new Set<Peer>();
  private online = false;

  constructor(
    private readonly me: bigint,
    private readonly ask: Ask,
    private readonly keeper: Keeper,
    private readonly clock: Clock,
    private readonly events: OutboxEvents,
  ) {}

  of(peer: Peer): Unsent[] {
    return this.items.filter((item) => item.peer === peer);
  }

  async add(peer: Peer, text: string, writtenAtMs: number): Promise<void> {
    const order = (this.items.at(-1)?.order ?? 0) + 1;
    const unsent: Unsent = { clientMsgId: newId(), peer, text, order, writtenAtMs };
    this.items.push(unsent);
    this.unkept.add(unsent.clientMsgId);
    this.events.changed();
    await this.keeper.keep({ put: [unsent] });
    this.unkept.delete(unsent.clientMsgId);
    void this.send(peer);
  }

  /** There is a link (again), or there is none. */
  setOnline(online: boolean): void {
    this.online = online;
    if (online) for (const peer of new Set(this.items.map((item) => item.peer))) void this.send(peer);
  }

  retry(clientMsgId: string): void {
    const unsent = this.items.find((item) => item.clientMsgId === clientMsgId);
    if (!unsent) return;
    delete unsent.refused;
    void this.keeper.keep({ put: [unsent] });
    this.events.changed();
    void this.send(unsent.peer);
  }

  discard(clientMsgId: string): void {
    this.drop(clientMsgId);
    void this.keeper.keep({ remove: [clientMsgId] });
    this.events.changed();
  }

  /** It came back by another way, so it is in the log; whoever calls keeps that. */
  drop(clientMsgId: string): boolean {
    const before = this.items.length;
    this.items = this.items.filter((item) => item.clientMsgId !== clientMsgId);
    return this.items.length < before;
  }

  /** Nothing goes out by itself that was written for another log. */
  startOver(): Unsent[] {
    for (const unsent of this.items) unsent.refused = OF_ANOTHER_LOG;
    return this.items;
  }

  /** Sends what waits for this peer, one behind the other, so that a refusal for now cannot change their order. */
  private async send(peer: Peer): Promise<void> {
    if (this.busy.has(peer)) return;
    this.busy.add(peer);
    const pause = new Pause(this.clock);
    try {
      for (let next = this.next(peer); next; next = this.next(peer)) {
        if (!(await this.sendOne(next))) return;
        if (this.items.includes(next) && next.refused === undefined) {
          await new Promise<void>((resolve) => this.clock.after(pause.next(), resolve));
        }
      }
    } finally {
      this.busy.delete(peer);
    }
    // One may have become ready between the last look and now.
    if (this.next(peer)) void this.send(peer);
  }

  private next(peer: Peer): Unsent | undefined {
    const first = this.items.find((item) => item.peer === peer && item.refused === undefined);
    return this.online && first && !this.unkept.has(first.clientMsgId) ? first : undefined;
  }

  /** False: there is no link. */
  private async sendOne(unsent: Unsent): Promise<boolean> {
    const { clientMsgId, peer, text } = unsent;
    try {
      const content = new TextEncoder().encode(text);
      const reply = await this.ask(commands.send, { to: peer, clientMsgId, contentType: ContentType.TEXT, content });
      this.drop(clientMsgId);
      const { queueId } = reply;
      const sentAtMs = Number(reply.sentAtMs);
      this.events.kept(peer, { queueId, from: this.me, clientMsgId, content: { kind: "text", text }, sentAtMs });
    } catch (error) {
      if (!(error instanceof Refused)) return false;
      // A login that ended is told by the link's end, and is no fault of the message.
      if (error.code === Code.NOT_LOGGED_IN || error.code === Code.BAD_TOKEN) return false;
      if (!error.temporary) {
        unsent.refused = error.code;
        await this.keeper.keep({ put: [unsent] });
      }
      this.events.changed();
    }
    return true;
  }
}
