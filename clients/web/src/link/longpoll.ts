// The same link by HTTP alone, where WebSockets do not get through: requests as short links, and a `sync` that waits
// (C6) in the place of pushes. Only entries come so; what else is pushed on a link is asked for from time to time.

import type { HelloReply } from "../gen/longlink/v1/link_pb.js";
import { CloseReason } from "../gen/longlink/v1/numbers_pb.js";
import { Lost, Refused, commands, decodeReply, encodeRequest } from "../wire/commands.js";
import type { Clock } from "./clock.js";
import { post } from "./http.js";
import type { Fetch } from "./http.js";
import { Unopened } from "./transport.js";
import type { End, Hello, Pushes, Transport } from "./transport.js";

const WAIT_MS = 25_000;
/** The server's wait and what a slow network takes besides. */
const SYNC_MS = WAIT_MS + 12_000;
const REQUEST_MS = 12_000;

export class LongPollTransport implements Transport {
  readonly via = "http";
  readonly ended: Promise<End>;

  private token = "";
  private readonly stop = new AbortController();
  private finish!: (end: End) => void;

  constructor(
    private readonly fetch: Fetch,
    private readonly pushes: Pushes,
    private readonly clock: Clock,
  ) {
    this.ended = new Promise((resolve) => (this.finish = resolve));
  }

  async open(hello: Hello): Promise<HelloReply> {
    let reply: HelloReply;
    try {
      reply = decodeReply(commands.hello.reply, await this.post("hello", encodeRequest(commands.hello.request, hello), REQUEST_MS));
    } catch (error) {
      this.give(CloseReason.GONE, String(error));
      throw error instanceof Lost ? new Unopened(error.message) : error;
    }
    const shown = hello.credential?.case === "token" ? hello.credential.value : "";
    this.token = reply.token || shown;
    return reply;
  }

  /** Begins to ask for entries behind `cursor`. */
  listen(cursor: bigint): void {
    void this.read(cursor);
  }

  request(_command: number, name: string, body: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    return this.post(name, body, REQUEST_MS);
  }

  probe(): void {
    // A request waits all the time, and fails when nobody is there.
  }

  close(): void {
    this.give(CloseReason.GONE, "closed here");
  }

  private async read(after: bigint): Promise<void> {
    const { name, request, reply } = commands.sync;
    while (!this.stop.signal.aborted) {
      try {
        const body = encodeRequest(request, { after, waitMs: WAIT_MS });
        const page = decodeReply(reply, await this.post(name, body, SYNC_MS));
        if (this.stop.signal.aborted) return;
        after = page.cursor > after ? page.cursor : after;
        this.pushes.entries(page.entries, after);
      } catch (error) {
        // A refusal for good is the account's or the token's end, as a closing push would tell it.
        const final = error instanceof Refused && !error.temporary;
        this.give(final ? CloseReason.ACCOUNT_ENDED : CloseReason.GONE, String(error));
        return;
      }
    }
  }

  private async post(name: string, body: Uint8Array<ArrayBuffer>, timeoutMs: number): Promise<Uint8Array> {
    const own = new AbortController();
    const abort = () => own.abort();
    this.stop.signal.addEventListener("abort", abort, { once: true });
    const off = this.clock.after(timeoutMs, abort);
    try {
      if (this.stop.signal.aborted) throw new Lost("the link has ended");
      return await post(this.fetch, name, body, this.token, own.signal);
    } finally {
      off();
      this.stop.signal.removeEventListener("abort", abort);
    }
  }

  private give(reason: CloseReason, message: string): void {
    this.finish({ reason, message });
    this.stop.abort();
  }
}
