// What was written and is not known to be kept by the server. Each is stored under its client_msg_id before it is sent,
// and goes out again, in order and under the same one, until a reply says what became of it (B4, E2, E3). A file is
// uploaded before its message is sent; what was written behind it does not wait for that.

import { create, toBinary } from "@bufbuild/protobuf";
import { MediaSchema } from "../gen/longlink/v1/chat_pb.js";
import { Code, ContentType } from "../gen/longlink/v1/numbers_pb.js";
import type { Clock } from "../link/clock.js";
import { Pause } from "../link/pause.js";
import { CalledOff } from "../link/upload.js";
import type { Uploaded } from "../link/upload.js";
import { Refused, commands } from "../wire/commands.js";
import type { Ask } from "./ask.js";
import type { Attachment, Unsent } from "./database.js";
import type { Content, Item, Peer } from "./entries.js";
import { newId } from "./ids.js";
import type { Keeper } from "./keeper.js";

/** The mark of what was written for a log that is no more: its numbers may mean other people now. */
export const OF_ANOTHER_LOG = -1;
/** So many files are uploaded at once. */
const UPLOADS_MAX = 2;

export interface OutboxEvents {
  /** It is in the log, there. What is kept of that must no longer hold it as unsent. */
  kept(peer: Peer, item: Item): void;
  /** The server has this file now, by this name. */
  uploaded(hash: string, file: Blob): void;
  changed(): void;
}

/** Sends a file; fails as a request does, and with `CalledOff`. */
export type SendFile = (file: Blob, progress: (part: number) => void, signal: AbortSignal) => Promise<Uploaded>;

export class Outbox {
  /** In the order in which they were written. */
  items: Unsent[] = [];
  /** Not on the disk yet: not to be sent yet. */
  private readonly unkept = new Set<string>();
  private readonly busy = new Set<Peer>();
  private readonly uploading = new Map<string, { part: number; own: AbortController }>();
  private online = false;

  constructor(
    private readonly me: bigint,
    private readonly ask: Ask,
    private readonly keeper: Keeper,
    private readonly clock: Clock,
    private readonly sendFile: SendFile,
    private readonly events: OutboxEvents,
  ) {}

  of(peer: Peer): Unsent[] {
    return this.items.filter((item) => item.peer === peer);
  }

  async add(peer: Peer, text: string, writtenAtMs: number, more: Pick<Unsent, "media" | "replyTo" | "mentions"> = {}): Promise<void> {
    const order = (this.items.at(-1)?.order ?? 0) + 1;
    const unsent: Unsent = { clientMsgId: newId(), peer, text, order, writtenAtMs, ...more };
    this.items.push(unsent);
    this.unkept.add(unsent.clientMsgId);
    this.events.changed();
    await this.keeper.keep({ put: [unsent] });
    this.unkept.delete(unsent.clientMsgId);
    void this.send(peer);
    this.upload();
  }

  /** How much of its file the server has, from 0 to 1; nothing when it is not being uploaded. */
  progress(clientMsgId: string): number | undefined {
    return this.uploading.get(clientMsgId)?.part;
  }

  /** There is a link (again), or there is none. */
  setOnline(online: boolean): void {
    this.online = online;
    if (!online) return;
    for (const peer of new Set(this.items.map((item) => item.peer))) void this.send(peer);
    this.upload();
  }

  retry(clientMsgId: string): void {
    const unsent = this.items.find((item) => item.clientMsgId === clientMsgId);
    if (!unsent) return;
    delete unsent.refused;
    void this.keeper.keep({ put: [unsent] });
    this.events.changed();
    void this.send(unsent.peer);
    this.upload();
  }

  discard(clientMsgId: string): void {
    this.drop(clientMsgId);
    void this.keeper.keep({ remove: [clientMsgId] });
    this.events.changed();
  }

  /** It came back by another way, so it is in the log; whoever calls keeps that. */
  drop(clientMsgId: string): boolean {
    this.uploading.get(clientMsgId)?.own.abort();
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
        // By HTTP a request may get lost while the link lives: then there is no new link that would send it again.
        if (!(await this.sendOne(next)) && !this.online) return;
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
    const first = this.items.find((item) => item.peer === peer && item.refused === undefined && item.media?.hash !== "");
    return this.online && first && !this.unkept.has(first.clientMsgId) ? first : undefined;
  }

  /** False: no answer came, or none that says anything of the message. */
  private async sendOne(unsent: Unsent): Promise<boolean> {
    const { clientMsgId, peer, text, media, replyTo = 0n, mentions = [] } = unsent;
    try {
      const reply = await this.ask(commands.send, { to: peer, clientMsgId, replyTo, mentions, ...encoded(text, media) });
      this.drop(clientMsgId);
      const { queueId } = reply;
      const content = contentOf(text, media);
      this.events.kept(peer, { queueId, from: this.me, clientMsgId, content, sentAtMs: Number(reply.sentAtMs), replyTo, mentions, changedBy: 0n });
    } catch (error) {
      if (!(error instanceof Refused)) return false;
      return this.refused(unsent, error);
    }
    return true;
  }

  /** False: nothing is wrong with the message, the login has ended, which is told by the link's end. */
  private async refused(unsent: Unsent, { code, temporary }: Refused): Promise<boolean> {
    if (code === Code.NOT_LOGGED_IN || code === Code.BAD_TOKEN) return false;
    if (!temporary && this.items.includes(unsent)) {
      unsent.refused = code;
      await this.keeper.keep({ put: [unsent] });
    }
    this.events.changed();
    return true;
  }

  /** Uploads what waits for that, oldest first, a few at once. */
  private upload(): void {
    const waits = ({ clientMsgId, media, refused }: Unsent) =>
      media?.file && media.hash === "" && refused === undefined && !this.unkept.has(clientMsgId) && !this.uploading.has(clientMsgId);
    while (this.online && this.uploading.size < UPLOADS_MAX) {
      const next = this.items.find(waits);
      if (!next) return;
      void this.uploadOne(next);
    }
  }

  private async uploadOne(unsent: Unsent): Promise<void> {
    const { clientMsgId } = unsent;
    const { file, ...media } = unsent.media!;
    const running = { part: 0, own: new AbortController() };
    const pause = new Pause(this.clock);
    this.uploading.set(clientMsgId, running);
    this.events.changed();
    const progress = (part: number) => {
      running.part = part;
      this.events.changed();
    };
    const goesOn = () => this.online && this.items.includes(unsent) && unsent.refused === undefined;
    while (goesOn()) {
      try {
        const { hash } = await this.sendFile(file!, progress, running.own.signal);
        if (!this.items.includes(unsent)) break;
        unsent.media = { ...media, hash };
        this.events.uploaded(hash, file!);
        await this.keeper.keep({ put: [unsent] });
        break;
      } catch (error) {
        if (error instanceof CalledOff) break;
        if (error instanceof Refused) await this.refused(unsent, error);
        // A broken connection may be this request's alone, with the link unharmed.
        if (goesOn()) await new Promise<void>((resolve) => this.clock.after(pause.next(), resolve));
      }
    }
    this.uploading.delete(clientMsgId);
    this.events.changed();
    void this.send(unsent.peer);
    this.upload();
  }
}

function contentOf(text: string, media: Attachment | undefined): Content {
  if (!media) return { kind: "text", text };
  const { file: _, ...upload } = media;
  return { kind: "media", ...upload, caption: text };
}

function encoded(text: string, media: Attachment | undefined): { contentType: number; content: Uint8Array } {
  if (!media) return { contentType: ContentType.TEXT, content: new TextEncoder().encode(text) };
  const { picture, hash, name, mimeType, size, width, height, preview } = media;
  const message = create(MediaSchema, { hash, name, mimeType, size: BigInt(size), width, height, preview, caption: text });
  return { contentType: picture ? ContentType.PICTURE : ContentType.FILE, content: toBinary(MediaSchema, message) };
}
