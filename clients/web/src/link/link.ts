// The one that keeps a link: it connects, logs in, and comes back, as PROTOCOL.md says under "Coming back" (B1 to B6).
// Over which transport is decided here; what comes over it goes to the desk.

import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { HelloReply } from "../gen/longlink/v1/link_pb.js";
import { CloseReason } from "../gen/longlink/v1/numbers_pb.js";
import { Lost, Refused, decodeReply, encodeRequest, isFinal } from "../wire/commands.js";
import type { Row } from "../wire/commands.js";
import { every } from "./clock.js";
import type { Clock } from "./clock.js";
import type { Fetch } from "./http.js";
import { LongPollTransport } from "./longpoll.js";
import { PROVEN_MS, Pause } from "./pause.js";
import { Unopened } from "./transport.js";
import type { End, Hello, Pushes, Transport, Via } from "./transport.js";
import type { Upload } from "./upload.js";
import { WebSocketTransport } from "./websocket.js";
import type { Socket } from "./websocket.js";

/** So many WebSockets must have failed to open, with HTTP working, before HTTP alone is taken. */
const BLOCKED_TRIES = 2;
/** On HTTP alone, a WebSocket is tried again after so long. */
const RETRY_WEBSOCKET_MS = 120_000;
const REACHABLE_MS = 5_000;
/** The link over HTTP ended to make room for a WebSocket. */
const SWITCHED = "switched";

export type LinkState =
  | { kind: "connecting" }
  | { kind: "online"; via: Via }
  /** Away until the next try. */
  | { kind: "pausing"; retryInMs: number; why: string }
  /** Not coming back by itself. */
  | { kind: "ended"; why: { reason: CloseReason } | { code: number } };

/** What the link is for: it knows what to present, and takes what comes. */
export interface Desk extends Pushes {
  hello(): Hello;
  /** Takes the reply; gives the cursor behind which entries are to come (E8). */
  loggedIn(reply: HelloReply): bigint;
  stateChanged(state: LinkState): void;
}

export interface World {
  clock: Clock;
  connect: () => Socket;
  fetch: Fetch;
  upload: Upload;
}

export class Link {
  state: LinkState = { kind: "connecting" };

  private readonly pause: Pause;
  private transport: Transport | undefined;
  private stopped = false;
  private blocked = 0;
  private switching = false;
  private triedWebSocketAt = -Infinity;
  private wake: (() => void) | undefined;

  constructor(
    private readonly world: World,
    private readonly desk: Desk,
  ) {
    this.pause = new Pause(world.clock);
  }

  start(): void {
    void this.live();
  }

  stop(): void {
    this.stopped = true;
    this.transport?.close();
    this.wake?.();
  }

  /** There may be a network again, or somebody looks again: waits no longer (B3), and sees whether the link lives. */
  nudge(): void {
    // What failed before says nothing about the network that is there now.
    this.pause.reset();
    this.wake?.();
    if (this.state.kind !== "online") return;
    if (this.transport?.via === "http") void this.tryWebSocket(this.transport);
    else this.transport?.probe();
  }

  /** Asks; fails with `Lost` when there is no link, or no answer, and with `Refused`. */
  async ask<Q extends DescMessage, R extends DescMessage>(row: Row<Q, R>, init: MessageInitShape<Q>): Promise<MessageShape<R>> {
    if (!this.transport || this.state.kind !== "online") throw new Lost("there is no link");
    const body = await this.transport.request(row.command, row.name, encodeRequest(row.request, init));
    return decodeReply(row.reply, body);
  }

  private async live(): Promise<void> {
    while (!this.stopped) {
      this.set({ kind: "connecting" });
      const why = await this.once();
      this.transport = undefined;
      if (this.stopped) return;
      if (why === SWITCHED) continue;
      if (typeof why !== "string") {
        this.stopped = true;
        this.set({ kind: "ended", why });
        return;
      }
      const retryInMs = this.pause.next();
      this.set({ kind: "pausing", retryInMs, why });
      await this.sleep(retryInMs);
    }
  }

  /** The life of one link: a reason to come back in words for the developer, or one not to. */
  private async once(): Promise<string | { reason: CloseReason } | { code: number }> {
    const { clock } = this.world;
    const overdue = clock.now() - this.triedWebSocketAt > RETRY_WEBSOCKET_MS;
    const transport = this.blocked >= BLOCKED_TRIES && !overdue ? this.overHttp() : this.overWebSocket();
    this.transport = transport;
    let reply: HelloReply;
    try {
      reply = await transport.open(this.desk.hello());
    } catch (error) {
      transport.close();
      if (error instanceof Refused) return error.temporary ? error.message : { code: error.code };
      // One that opens and then says nothing is as good as none.
      if (error instanceof Unopened || error instanceof Lost) await this.learnFrom(transport.via);
      return String(error);
    }
    if (transport.via === "websocket") this.blocked = 0;
    const since = clock.now();
    const cursor = this.desk.loggedIn(reply);
    this.set({ kind: "online", via: transport.via });
    let off = () => {};
    if (transport instanceof LongPollTransport) {
      transport.listen(cursor);
      off = every(clock, RETRY_WEBSOCKET_MS, () => void this.tryWebSocket(transport));
    }
    const end: End = await transport.ended;
    off();
    if (clock.now() - since >= PROVEN_MS) this.pause.reset();
    if (this.switching) {
      this.switching = false;
      return SWITCHED;
    }
    return isFinal(end.reason) ? { reason: end.reason } : end.message;
  }

  private overWebSocket(): Transport {
    this.triedWebSocketAt = this.world.clock.now();
    return new WebSocketTransport(this.world.connect, this.desk, this.world.clock);
  }

  private overHttp(): Transport {
    return new LongPollTransport(this.world.fetch, this.desk, this.world.clock);
  }

  /** A connection could not be made: is the server away, or are only WebSockets kept from it? */
  private async learnFrom(via: Via): Promise<void> {
    if (via === "http" || !(await this.reachable())) this.blocked = 0;
    else this.blocked += 1;
  }

  private async reachable(): Promise<boolean> {
    const own = new AbortController();
    const off = this.world.clock.after(REACHABLE_MS, () => own.abort());
    try {
      return (await this.world.fetch("/healthz", { cache: "no-store", signal: own.signal })).status === 200;
    } catch {
      return false;
    } finally {
      off();
    }
  }

  /** If a WebSocket opens again, the link over HTTP makes room for one. */
  private async tryWebSocket(current: Transport): Promise<void> {
    this.triedWebSocketAt = this.world.clock.now();
    const opened = await new Promise<boolean>((resolve) => {
      let socket: Socket;
      try {
        socket = this.world.connect();
      } catch {
        resolve(false);
        return;
      }
      socket.onopen = () => {
        resolve(true);
        socket.close();
      };
      socket.onclose = () => resolve(false);
    });
    if (this.transport !== current || this.state.kind !== "online") return;
    if (opened) {
      this.blocked = 0;
      this.switching = true;
      current.close();
    }
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const off = this.world.clock.after(ms, () => this.wake?.());
      this.wake = () => {
        off();
        this.wake = undefined;
        resolve();
      };
    });
  }

  private set(state: LinkState): void {
    this.state = state;
    this.desk.stateChanged(state);
  }
}
