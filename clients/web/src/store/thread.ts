// What of one conversation is in memory: an unbroken run of entries that ends with the newest. It grows downwards by
// what comes, and upwards by reading history.

import type { Item } from "./entries.js";

/** Beyond so many, the oldest are let go and read again when they are wanted. */
const ITEMS_MAX = 3_000;

export class Thread {
  /** Ascending. */
  items: Item[] = [];
  /** Whether there are older ones than the first. */
  more = true;
  /** Whether the newest were read once; until then what comes is left for that. */
  loaded = false;
  loading = false;
  /** The server refused to show it. */
  failed = false;
  /** Up to where each of the others has read. */
  readonly marks = new Map<bigint, bigint>();

  /** Takes a page of history: descending, older than all there is. */
  older(page: Item[], more: boolean): void {
    const first = this.items[0]?.queueId;
    const fresh = page.filter((item) => first === undefined || item.queueId < first).reverse();
    this.items = [...fresh, ...this.items];
    this.more = more;
    this.loaded = true;
  }

  /** Takes one that was pushed or written. True when it is news here. */
  add(item: Item): boolean {
    if (!this.loaded) return false;
    const first = this.items[0]?.queueId;
    // Older than the run, with a hole between: history will bring it.
    if (this.more && first !== undefined && item.queueId < first) return false;
    let at = this.items.length;
    while (at > 0 && this.items[at - 1]!.queueId > item.queueId) at -= 1;
    if (at > 0 && this.items[at - 1]!.queueId === item.queueId) return false;
    this.items.splice(at, 0, item);
    return true;
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
}
