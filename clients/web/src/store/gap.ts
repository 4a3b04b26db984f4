// Where the log no longer has everything: what was before its first kept place is gone, but for what happened to groups
// (PROTOCOL.md, `kept_from`). Pure.

import type { Item, Peer } from "./entries.js";

/** Whether something is missing between these two that stand one behind the other. */
export function gapBetween(before: Item | undefined, after: Item, keptFrom: bigint): boolean {
  return before !== undefined && before.queueId < keptFrom && after.queueId >= keptFrom;
}

/** Whether something may be missing before the oldest there is. `joinedAt`: a group is seen from there on; `spoken`: it is
 * known that something was said. */
export function gapAbove(peer: Peer, oldest: Item | undefined, keptFrom: bigint, joinedAt: bigint, spoken: boolean): boolean {
  if (keptFrom <= 1n || (oldest && oldest.queueId < keptFrom)) return false;
  if (peer < 0n && joinedAt >= keptFrom) return false;
  return oldest !== undefined || spoken;
}
