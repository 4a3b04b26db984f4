// The list of conversations, folded out of the inbox entry by entry. Pure: folding an entry twice changes nothing more.

import type { Item, Peer, UserId } from "./entries.js";

/** So many unread entries are counted; one more reads as "99+". */
export const UNREAD_MAX = 100;
/** So much of the last text is kept for the list. */
const PREVIEW_CHARS = 160;

export interface Talk {
  peer: Peer;
  /** The newest entry, its text cut short. */
  last: Item;
  /** The newest entries of others behind the own read mark, ascending, at most `UNREAD_MAX`. */
  unread: bigint[];
  /** Up to here this person has read, as far as is known. */
  mark: bigint;
}

/** The conversation with one more entry in it. */
export function fold(talk: Talk | undefined, peer: Peer, item: Item, me: UserId): Talk {
  const before: Talk = talk ?? { peer, last: item, unread: [], mark: 0n };
  const newest = item.queueId >= before.last.queueId ? cut(item) : before.last;
  const theirs = item.from !== me && item.queueId > before.mark && !before.unread.includes(item.queueId);
  // Who writes has read what was there.
  const mark = item.from === me && item.queueId > before.mark ? item.queueId : before.mark;
  let unread = theirs ? insert(before.unread, item.queueId) : before.unread;
  if (mark > before.mark) unread = unread.filter((id) => id > mark);
  return { peer, last: newest, unread, mark };
}

/** The conversation when it has been read up to there. A mark never goes back (S1). */
export function read(talk: Talk, upTo: bigint): Talk {
  if (upTo <= talk.mark) return talk;
  return { ...talk, mark: upTo, unread: talk.unread.filter((id) => id > upTo) };
}

/** In the order of the list: the newest first. */
export function sorted(talks: Iterable<Talk>): Talk[] {
  return [...talks].sort((a, b) => (a.last.queueId < b.last.queueId ? 1 : -1));
}

function insert(unread: bigint[], id: bigint): bigint[] {
  const all = [...unread, id];
  if (unread.length > 0 && unread[unread.length - 1]! > id) all.sort((a, b) => (a < b ? -1 : 1));
  return all.length > UNREAD_MAX ? all.slice(-UNREAD_MAX) : all;
}

function cut(item: Item): Item {
  if (item.content.kind !== "text" || item.content.text.length <= PREVIEW_CHARS) return item;
  return { ...item, content: { kind: "text", text: [...item.content.text.slice(0, PREVIEW_CHARS)].slice(0, -1).join("") } };
}
