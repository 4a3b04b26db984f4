// The link over a WebSocket (PROTOCOL.md, W): one frame a message. It sees to sequences, to the heartbeat, and to
// finding out that nobody is there any more. It does not come back: that is link.ts.

import { fromBinary } from "@bufbuild/protobuf";
import { ConversationPushSchema, EntriesPushSchema, ReceiptPushSchema, TypingPushSchema } from "../gen/longlink/v1/chat_pb.js";
import { GroupRequestPushSchema } from "../gen/longlink/v1/group_pb.js";
import { ClosingPushSchema } from "../gen/longlink/v1/link_pb.js";
import type { HelloReply } from "../gen/longlink/v1/link_pb.js";
import { CloseReason, Command } from "../gen/longlink/v1/numbers_pb.js";
import { ContactPushSchema, PresencePushSchema } from "../gen/longlink/v1/people_pb.js";
import { Lost, commands, decodeReply, encodeRequest } from "../wire/commands.js";
import { SEQ_NOOP, SEQ_PUSH, SEQ_REQUEST_MAX, encodeFrame, frameOfMessage } from "../wire/frame.js";
import type { Frame } from "../wire/frame.js";
import type { Clock } from "./clock.js";
import { every } from "./clock.js";
import { Unopened } from "./transport.js";
import type { End, Hello, Pushes, Transport } from "./transport.js";

export const SUBPROTOCOL = "longlink.v1";
const CLIENT_VERSION = 1;
const OPEN_MS = 10_000;
/** Without an echo for so long the link is dead (B6). */
const ECHO_MS = 8_000;
/** Having heard nothing for so long after a request, too (L11). */
const SILENCE_MS = 12_000;

/** The part of a browser's WebSocket that is used. */
export interface Socket {
  binaryType: string;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  send(bytes: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

interface Waiting {
  since: number;
  resolve(body: Uint8Array): void;
  reject(error: Error): void;
}

export class WebSocketTransport implements Transport {
  readonly via = "websocket";
  readonly ended: Promise<End>;

  private socket: Socket | undefined;
  private seq = 0;
  private readonly waiting = new Map<number, Waiting>();
  private lastHeard = 0;
  private probing: (() => void) | undefined;
  private readonly calledOff: (() => void)[] = [];
  private finish!: (end: End) => void;
  private end: End | undefined;

  constructor(
    private readonly connect: () => Socket,
    private readonly pushes: Pushes,
    private readonly clock: Clock,
  ) {
    this.ended = new Promise((resolve) => (this.finish = resolve));
  }

  async open(hello: Hello): Promise<HelloReply> {
    await this.opened();
    const body = await this.request(commands.hello.command, commands.hello.name, encodeRequest(commands.hello.request, hello));
    const reply = decodeReply(commands.hello.reply, body);
    if (reply.heartbeatIntervalMs > 0) {
      this.calledOff.push(every(this.clock, reply.heartbeatIntervalMs, () => this.probe()));
    }
    return reply;
  }

  private opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (message: string) => {
        this.give(CloseReason.GONE, message);
        reject(new Unopened(message));
      };
      let socket: Socket;
      try {
        socket = this.connect();
      } catch (error) {
        fail(String(error));
        return;
      }
      this.socket = socket;
      const slow = this.clock.after(OPEN_MS, () => fail("no connection in time"));
      socket.binaryType = "arraybuffer";
      socket.onclose = () => {
        slow();
        fail("the connection was refused");
      };
      socket.onopen = () => {
        slow();
        this.lastHeard = this.clock.now();
        socket.onclose = () => this.give(CloseReason.GONE, "the connection ended");
        this.calledOff.push(every(this.clock, 1_000, () => this.watch()));
        resolve();
      };
      socket.onmessage = (event) => this.heard(event.data);
    });
  }

  request(command: number, _name: string, body: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.end || !this.socket) {
        reject(new Lost("the link has ended"));
        return;
      }
      this.seq = this.seq >= SEQ_REQUEST_MAX ? 1 : this.seq + 1;
      this.waiting.set(this.seq, { since: this.clock.now(), resolve, reject });
      this.say(command, this.seq, body);
    });
  }

  probe(): void {
    if (this.end || !this.socket || this.probing) return;
    this.probing = this.clock.after(ECHO_MS, () => this.give(CloseReason.GONE, `no echo of a noop for ${ECHO_MS} ms`));
    this.say(Command.NOOP, SEQ_NOOP, new Uint8Array(0));
  }

  close(): void {
    this.give(CloseReason.GONE, "closed here");
  }

  private say(cmdId: number, seq: number, body: Uint8Array): void {
    this.socket?.send(encodeFrame({ clientVersion: CLIENT_VERSION, cmdId, seq, body }));
  }

  private heard(data: unknown): void {
    if (this.end) return;
    const frame = data instanceof ArrayBuffer ? frameOfMessage(new Uint8Array(data)) : undefined;
    if (!frame) {
      this.give(CloseReason.BAD_FRAME, "the server sent a message that is no frame");
      return;
    }
    this.lastHeard = this.clock.now();
    try {
      this.take(frame);
    } catch (error) {
      this.give(CloseReason.GONE, `command ${frame.cmdId} with a body that cannot be read: ${String(error)}`);
    }
  }

  private take(frame: Frame): void {
    if (frame.cmdId === Command.NOOP) {
      this.probing?.();
      this.probing = undefined;
    } else if (frame.seq === SEQ_PUSH) {
      this.push(frame);
    } else {
      const waiting = this.waiting.get(frame.seq);
      this.waiting.delete(frame.seq);
      // The message's buffer is this frame's alone, so that the body may be kept as it is.
      waiting?.resolve(frame.body);
    }
  }

  private push(frame: Frame): void {
    switch (frame.cmdId) {
      case Command.PUSH_ENTRIES: {
        const { entries } = fromBinary(EntriesPushSchema, frame.body);
        const last = entries.at(-1);
        if (last) this.pushes.entries(entries, last.queueId);
        break;
      }
      case Command.PUSH_RECEIPT:
        this.pushes.receipt(fromBinary(ReceiptPushSchema, frame.body));
        break;
      case Command.PUSH_TYPING:
        this.pushes.typing(fromBinary(TypingPushSchema, frame.body));
        break;
      case Command.PUSH_PRESENCE:
        this.pushes.presenceOf(fromBinary(PresencePushSchema, frame.body));
        break;
      case Command.PUSH_CONTACT:
        this.pushes.contact(fromBinary(ContactPushSchema, frame.body));
        break;
      case Command.PUSH_CONVERSATION:
        this.pushes.conversation(fromBinary(ConversationPushSchema, frame.body));
        break;
      case Command.PUSH_GROUP_REQUEST:
        this.pushes.groupRequest(fromBinary(GroupRequestPushSchema, frame.body));
        break;
      case Command.PUSH_CLOSING: {
        const { reason, message } = fromBinary(ClosingPushSchema, frame.body);
        this.give(reason, message);
        break;
      }
      // A push that is not known is passed over (V3).
    }
  }

  private watch(): void {
    const oldest = this.waiting.values().next().value;
    if (oldest && this.clock.now() - Math.max(oldest.since, this.lastHeard) > SILENCE_MS) {
      this.give(CloseReason.GONE, `nothing was heard for ${SILENCE_MS} ms after a request`);
    }
  }

  private give(reason: CloseReason, message: string): void {
    if (this.end) return;
    this.end = { reason, message };
    this.probing?.();
    for (const off of this.calledOff) off();
    for (const waiting of this.waiting.values()) waiting.reject(new Lost(message));
    this.waiting.clear();
    this.socket?.close();
    this.finish(this.end);
  }
}
