// Changing what one has written, and taking it back. Both need a link; a retry of the same change goes under the same
// name, so that it is done once.

import { Code, ContentType } from "../gen/longlink/v1/numbers_pb.js";
import { Lost, Refused, commands } from "../wire/commands.js";
import type { Ask } from "./ask.js";
import type { Amendment, Item, Peer } from "./entries.js";
import { newId } from "./ids.js";

export class Changing {
  /** Messages older than this were refused as too late: no use in offering it for older ones. */
  private editMs = Infinity;
  private recallMs = Infinity;
  /** The name of a change that has no answer yet, by what it is. */
  private readonly names = new Map<string, string>();

  constructor(
    private readonly ask: Ask,
    private readonly done: (peer: Peer, amendment: Amendment) => void,
  ) {}

  mayEdit(item: Item, me: bigint, nowMs: number): boolean {
    return item.from === me && item.content.kind === "text" && nowMs - item.sentAtMs < this.editMs;
  }

  mayRecall(item: Item, me: bigint, admin: boolean, nowMs: number): boolean {
    if (item.content.kind === "event" || item.content.kind === "recalled") return false;
    return admin || (item.from === me && nowMs - item.sentAtMs < this.recallMs);
  }

  async edit(peer: Peer, item: Item, text: string): Promise<void> {
    const change = `edit ${item.queueId} ${text}`;
    const content = new TextEncoder().encode(text);
    const { queueId } = await this.named(change, (clientMsgId) =>
      this.ask(commands.edit, { peer, queueId: item.queueId, clientMsgId, contentType: ContentType.TEXT, content }),
    ).catch((error: unknown) => {
      if (late(error)) this.editMs = Math.min(this.editMs, Date.now() - item.sentAtMs);
      throw error;
    });
    this.done(peer, { target: item.queueId, by: queueId, content: { kind: "text", text } });
  }

  async recall(peer: Peer, item: Item): Promise<void> {
    const { queueId } = await this.named(`recall ${item.queueId}`, (clientMsgId) => this.ask(commands.recall, { peer, queueId: item.queueId, clientMsgId })).catch(
      (error: unknown) => {
        if (late(error)) this.recallMs = Math.min(this.recallMs, Date.now() - item.sentAtMs);
        throw error;
      },
    );
    this.done(peer, { target: item.queueId, by: queueId, content: { kind: "recalled" } });
  }

  /** Keeps the name for the next try while nothing is known of what became of this one. */
  private async named<T>(change: string, run: (clientMsgId: string) => Promise<T>): Promise<T> {
    const name = this.names.get(change) ?? newId();
    this.names.set(change, name);
    try {
      const reply = await run(name);
      this.names.delete(change);
      return reply;
    } catch (error) {
      if (!(error instanceof Lost) && !(error instanceof Refused && error.temporary)) this.names.delete(change);
      throw error;
    }
  }
}

function late(error: unknown): boolean {
  return error instanceof Refused && error.code === Code.TOO_LATE;
}
