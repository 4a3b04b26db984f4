// What the tests put in the place of the world: a clock that moves when told, a socket and a server in memory.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import type { Clock } from "../src/link/clock.js";
import type { Fetch } from "../src/link/http.js";
import type { Socket } from "../src/link/websocket.js";
import { Client } from "../src/store/client.js";
import { NOTHING } from "../src/store/database.js";
import type { Change, Database, Saved } from "../src/store/database.js";
import type { Item } from "../src/store/entries.js";
import { commands } from "../src/wire/commands.js";
import type { Row } from "../src/wire/commands.js";
import { SEQ_NOOP, encodeFrame, frameOfMessage } from "../src/wire/frame.js";
import type { Frame } from "../src/wire/frame.js";

/** Lets everything that is ready happen, without time passing. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await new Promise((done) => setImmediate(done));
}

export class TestClock implements Clock {
  chance = 0.5;
  private time = 0;
  private timers: { at: number; then: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, then: () => void): () => void {
    const timer = { at: this.time + ms, then };
    this.timers.push(timer);
    return () => (this.timers = this.timers.filter((other) => other !== timer));
  }

  random(): number {
    return this.chance;
  }

  /** Lets time pass; whatever is due happens in its order. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (;;) {
      const due = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.timers = this.timers.filter((other) => other !== due);
      this.time = Math.max(this.time, due.at);
      due.then();
      await settle();
    }
    this.time = end;
  }
}

/** A database that notes what it is given, and writes when told. */
export class TestDatabase implements Database {
  changes: Change[] = [];
  failure: Error | undefined;
  private open: (() => void)[] = [];
  held = false;

  load = () => Promise.reject(new Error("not asked for here"));
  close() {}
  erase = () => Promise.reject(new Error("not asked for here"));
  async write(change: Change): Promise<void> {
    if (this.held) await new Promise<void>((resolve) => this.open.push(resolve));
    if (this.failure) throw this.failure;
    this.changes.push(change);
  }
  release(): void {
    this.held = false;
    for (const open of this.open.splice(0)) open();
  }
}

/** A text that somebody wrote, as the page holds it. */
export const item = (queueId: bigint, from = 2n, text = `text ${queueId}`): Item => ({
  queueId,
  from,
  clientMsgId: `c${queueId}`,
  content: { kind: "text", text },
  sentAtMs: 0,
  replyTo: 0n,
  mentions: [],
  changedBy: 0n,
});

/** A WebSocket whose other end is the test. */
export class TestSocket implements Socket {
  binaryType = "";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: Frame[] = [];
  closed = false;
  /** Whether noops are answered. */
  alive = true;

  send(bytes: Uint8Array<ArrayBuffer>): void {
    const frame = frameOfMessage(bytes)!;
    this.sent.push(frame);
    if (frame.seq === SEQ_NOOP && this.alive) this.say({ ...frame, body: new Uint8Array(0) });
  }

  close(): void {
    this.closed = true;
  }

  /** The server's word. */
  say(frame: Frame): void {
    this.onmessage?.({ data: encodeFrame(frame).buffer });
  }

  push<M extends DescMessage>(cmdId: number, schema: M, init: MessageInitShape<M>): void {
    this.say({ clientVersion: 1, cmdId, seq: 0, body: toBinary(schema, create(schema, init)) });
  }

  /** The requests of this kind so far. */
  asked<Q extends DescMessage, R extends DescMessage>(row: Row<Q, R>): MessageShape<Q>[] {
    return this.frames(row).map((frame) => fromBinary(row.request, frame.body));
  }

  /** Answers the latest request of this kind. */
  async reply<Q extends DescMessage, R extends DescMessage>(row: Row<Q, R>, init: MessageInitShape<R>): Promise<void> {
    const { seq } = this.frames(row).at(-1)!;
    this.say({ clientVersion: 1, cmdId: row.command, seq, body: toBinary(row.reply, create(row.reply, init)) });
    await settle();
  }

  /** Opens, and takes the login. */
  async welcome(init: MessageInitShape<(typeof commands)["hello"]["reply"]> = {}): Promise<void> {
    this.onopen?.();
    await settle();
    await this.reply(commands.hello, { userId: 1n, userName: "me", epoch: "e", heartbeatIntervalMs: 240_000, ...init });
  }

  private frames(row: { command: number }): Frame[] {
    return this.sent.filter((frame) => frame.cmdId === row.command);
  }
}

/** A browser profile: what is written to it is there for the next page. */
export class Profile {
  saved: Saved = structuredClone(NOTHING);
  readonly changes: Change[] = [];

  database(): Database {
    return {
      load: async () => structuredClone(this.saved),
      write: async (given) => {
        const change = structuredClone(given);
        this.changes.push(change);
        const { saved } = this;
        if (change.startOver) saved.talks = [];
        for (const talk of change.talks ?? []) saved.talks = [...saved.talks.filter(({ peer }) => peer !== talk.peer), talk];
        if (change.place) saved.place = change.place;
        const gone = new Set([...(change.remove ?? []), ...(change.put ?? []).map(({ clientMsgId }) => clientMsgId)]);
        saved.unsent = [...saved.unsent.filter(({ clientMsgId }) => !gone.has(clientMsgId)), ...(change.put ?? [])];
      },
      close: () => {},
      erase: async () => {
        this.saved = structuredClone(NOTHING);
      },
    };
  }

  /** A page that opens in this profile. */
  async page(fetch: Fetch = () => Promise.reject(new Error("no HTTP here"))) {
    const clock = new TestClock();
    const sockets: TestSocket[] = [];
    const connect = () => {
      const socket = new TestSocket();
      sockets.push(socket);
      return socket;
    };
    const session = { userId: 1n, name: "me", token: "token", deviceId: "device" };
    const client = new Client(session, this.database(), { clock, connect, fetch, upload: () => Promise.reject(new Error("no uploads here")) }, { changed() {}, token() {}, takenOver: () => assert.fail() });
    await client.start();
    await settle();
    return { client, clock, sockets, socket: () => sockets.at(-1)! };
  }
}
