// What of one conversation is in memory: an unbroken run of entries that ends with the newest. It grows downwards by
// what comes, and upwards by reading history.

import { amended } from "./entries.js";
import type { Amendment, Item, UserId } from "./entries.js";

/** Beyond so many, the oldest are let go and read again when they are wanted. */
export const ITEMS_MAX = 3_000;
/** So many quoted entries that are not in the run are kept. */
const QUOTED_MAX = 200;
/** So much of what comes while a page is on its way is kept for when it is here. */
const EARLY_MAX = 200;

export interface Marks {
  read: bigint;
  delivered: bigint;
}

export class Thread {
  /** Ascending. */
  items: Item[] = [];
  /** Whether there are older ones than the first. */
  more = true;
  /** Whether the newest were read once; until then what comes waits for that. */
  loaded = false;
  loading = false;
  /** The server refused to show it. */
  failed = false;
  /** Up to where each of the others has read, and has it on a device. */
  readonly marks = new Map<UserId, Marks>();
  /** Entries that others answer and that are not in the run; nothing where there is none to be seen. */
  readonly quoted = new Map<bigint, Item | undefined>();
  /** In a group: how many have read one's own messages, and of how many. */
  readonly counts = new Map<bigint, { read: number; members: number }>();
  /** What came before the first page, which may have been read before that was written. */
  private early: Item[] = [];
  /** The latest changes, for pages that were read before them and come after. */
  private readonly changes: Amendment[] = [];

  /** Takes a page of history: descending, older than all there is. */
  older(page: Item[], more: boolean): void {
    const first = this.items[0]?.queueId;
    const fresh = page.filter((item) => first === undefined || item.queueId < first).reverse();
    this.items = [...fresh.map((item) => this.upToDate(item)), ...this.items];
    this.more = more;
    this.loaded = true;
    for (const item of this.early.splice(0)) this.add(item);
  }

  /** Takes one that was pushed or written. True when it is news here. */
  add(item: Item): boolean {
    if (!this.loaded) {
      this.early = [...this.early, item].slice(-EARLY_MAX);
      return false;
    }
    const first = this.items[0]?.queueId;
    // Older than the run, with a hole between: history will bring it.
    if (this.more && first !== undefined && item.queueId < first) return false;
    let at = this.items.length;
    while (at > 0 && this.items[at - 1]!.queueId > item.queueId) at -= 1;
    if (at > 0 && this.items[at - 1]!.queueId === item.queueId) return false;
    this.items.splice(at, 0, this.upToDate(item));
    return true;
  }

  /** One of them was changed or taken back. */
  amend(amendment: Amendment): void {
    this.changes.push(amendment);
    if (this.changes.length > EARLY_MAX) this.changes.shift();
    const at = this.place(amendment.target);
    if (at >= 0) this.items[at] = amended(this.items[at]!, amendment);
    const quoted = this.quoted.get(amendment.target);
    if (quoted) this.quoted.set(amendment.target, amended(quoted, amendment));
  }

  /** The entry at this place, if it is here. */
  get(queueId: bigint): Item | undefined {
    const at = this.place(queueId);
    return at >= 0 ? this.items[at] : this.quoted.get(queueId);
  }

  /** Whether it is known what stands there, be it nothing. */
  knows(queueId: bigint): boolean {
    return this.place(queueId) >= 0 || this.quoted.has(queueId) || (this.loaded && !this.more && queueId < (this.items[0]?.queueId ?? 0n));
  }

  quote(queueId: bigint, item: Item | undefined): void {
    this.quoted.set(queueId, item && this.upToDate(item));
    const oldest = this.quoted.keys().next().value;
    if (this.quoted.size > QUOTED_MAX && oldest !== undefined) this.quoted.delete(oldest);
  }

  mark(reader: UserId, read: bigint, delivered: bigint): boolean {
    const before = this.marks.get(reader) ?? { read: 0n, delivered: 0n };
    const after = { read: greater(before.read, read), delivered: greater(before.delivered, delivered) };
    this.marks.set(reader, after);
    return after.read !== before.read || after.delivered !== before.delivered;
  }

  /** Lets the oldest go, when there are too many and nobody looks at them. */
  trim(): void {
    if (this.items.length <= ITEMS_MAX) return;
    this.items = this.items.slice(-ITEMS_MAX / 2);
    this.more = true;
  }

  newest(): bigint {
    return this.items.at(-1)?.queueId ?? 0n;
  }

  private upToDate(item: Item): Item {
    return this.changes.reduce(amended, item);
  }

  private place(queueId: bigint): number {
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.items[middle]!.queueId < queueId) low = middle + 1;
      else high = middle;
    }
    return this.items[low]?.queueId === queueId ? low : -1;
  }
}

function greater(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
