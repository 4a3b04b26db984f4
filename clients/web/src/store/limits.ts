// How large a file may be, and how much room this person has left: told before anything is sent, since a browser that is
// refused in the midst of sending hears nothing but a broken connection.

import type { Clock } from "../link/clock.js";
import type { Fetch } from "../link/http.js";
import { Code } from "../gen/longlink/v1/numbers_pb.js";
import { Lost, Refused } from "../wire/commands.js";

/** So long an answer holds: what is left becomes less by every upload. */
const HOLDS_MS = 20_000;
/** Nobody waits longer to see what they chose. */
const ASKED_MS = 4_000;

export interface Room {
  /** 0: this server takes no files. */
  fileSizeMax: number;
  left: number;
}

export class Limits {
  private known: { room: Room; at: number } | undefined;

  constructor(
    private readonly fetch: Fetch,
    private readonly token: () => string,
    private readonly clock: Clock,
  ) {}

  /** Fails with `Lost` when it cannot be asked. */
  async get(): Promise<Room> {
    if (this.known && this.clock.now() - this.known.at < HOLDS_MS) return this.known.room;
    let answer: Record<string, unknown>;
    try {
      const response = await this.fetch("/files", { headers: { Authorization: `Bearer ${this.token()}` }, cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(ASKED_MS) });
      answer = (await response.json()) as Record<string, unknown>;
    } catch (error) {
      throw new Lost(String(error));
    }
    const [fileSizeMax, used, quota] = ["fileSizeMax", "used", "quota"].map((name) => Number(answer[name]));
    if (!Number.isFinite(fileSizeMax) || !Number.isFinite(used) || !Number.isFinite(quota)) throw new Lost("no limits were told");
    const room = { fileSizeMax: fileSizeMax!, left: Math.max(0, quota! - used!) };
    this.known = { room, at: this.clock.now() };
    return room;
  }

  /** Refuses what the server would refuse. What is not known is for the server to say. */
  async check(size: number): Promise<void> {
    const room = await this.get().catch(() => undefined);
    if (!room) return;
    if (room.fileSizeMax === 0) throw new Refused(Code.NOT_ALLOWED, "this server takes no files");
    if (size > room.fileSizeMax) throw new Refused(Code.TOO_LARGE, `file is ${size} bytes, more than ${room.fileSizeMax}`);
    if (size > room.left) throw new Refused(Code.NOT_ALLOWED, `file is ${size} bytes, and ${room.left} are left`);
  }

  /** Something was uploaded, and there is less room. */
  spent(): void {
    this.known = undefined;
  }
}
