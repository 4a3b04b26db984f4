// What the tests put in the place of the world: a clock that moves when told, a socket and a server in memory.

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { Clock } from "../src/link/clock.js";
import type { Socket } from "../src/link/websocket.js";
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
