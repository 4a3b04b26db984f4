// The list of conversations: what the server told of each, and what came since, folded in entry by entry. Pure: folding
// an entry twice changes nothing more.

import type { Conversation } from "../gen/longlink/v1/chat_pb.js";
import { amended, itemOf, mentionsUser } from "./entries.js";
import type { Amendment, Item, Peer, UserId } from "./entries.js";

/** So many unread entries are told; one more reads as "99+". */
export const UNREAD_SHOWN = 99;
/** So many that came since are counted one by one. */
const NEWS_MAX = 200;
/** So much of the last text is kept for the list. */
const PREVIEW_CHARS = 160;

/** Unread entries up to a place, as the server counted them. */
export interface Counted {
  unread: number;
  mentions: number;
  upTo: bigint;
}

export interface Talk {
  peer: Peer;
  /** The newest entry, its text cut short; nothing when nothing of it is kept. */
  last: Item | undefined;
  counted: Counted;
  /** The unread entries that came behind what was counted, ascending, at most `NEWS_MAX`. */
  news: { queueId: bigint; mention: boolean }[];
  /** Up to here this person has read, as far as is known. */
  mark: bigint;
  pinned: boolean;
  muted: boolean;
}

export function emptyTalk(peer: Peer): Talk {
  return { peer, last: undefined, counted: { unread: 0, mentions: 0, upTo: 0n }, news: [], mark: 0n, pinned: false, muted: false };
}

export function unreadOf(talk: Talk): number {
  return talk.counted.unread + talk.news.length;
}

export function mentionsOf(talk: Talk): number {
  return talk.counted.mentions + talk.news.filter(({ mention }) => mention).length;
}

/** The conversation with one more entry in it. What tells of a group is not unread. */
export function fold(talk: Talk | undefined, peer: Peer, item: Item, me: UserId): Talk {
  const before = talk ?? emptyTalk(peer);
  const last = before.last && before.last.queueId >= item.queueId ? before.last : cut(item);
  // Who writes has read what was there.
  if (item.from === me && item.content.kind !== "event") return { ...read(before, item.queueId), last };
  const known = item.queueId <= before.mark || item.queueId <= before.counted.upTo || before.news.some(({ queueId }) => queueId === item.queueId);
  if (known || item.from === me || item.content.kind === "event") return { ...before, last };
  return { ...before, last, news: insert(before.news, { queueId: item.queueId, mention: mentionsUser(item, me) }) };
}

/** The conversation when it has been read up to there. A mark never goes back (S1). What lies in the midst of what the
 * server counted is for the server to count anew. */
export function read(talk: Talk, upTo: bigint): Talk {
  if (upTo <= talk.mark) return talk;
  const counted = upTo >= talk.counted.upTo ? { ...talk.counted, unread: 0, mentions: 0 } : talk.counted;
  return { ...talk, mark: upTo, counted, news: talk.news.filter(({ queueId }) => queueId > upTo) };
}

/** The conversation as the server tells it, with what came here that it did not have yet. */
export function told(talk: Talk | undefined, conversation: Conversation): Talk {
  const { peer, unread, mentions, settings, readUpTo } = conversation;
  const before = talk ?? emptyTalk(peer);
  const last = conversation.last && cut(itemOf(conversation.last));
  const upTo = last?.queueId ?? 0n;
  // Read here further than the server knew: what it counted lies before that.
  const read = before.mark >= upTo && before.mark > readUpTo;
  return {
    peer,
    last: before.last && before.last.queueId > upTo ? before.last : last,
    counted: { unread: read ? 0 : unread, mentions: read ? 0 : mentions, upTo },
    news: before.news.filter(({ queueId }) => queueId > upTo),
    mark: before.mark > readUpTo ? before.mark : readUpTo,
    pinned: settings?.pinned ?? false,
    muted: settings?.muted ?? false,
  };
}

/** The same when its last entry was changed or taken back. */
export function amendedTalk(talk: Talk, amendment: Amendment): Talk {
  const last = talk.last && amended(talk.last, amendment);
  return last === talk.last ? talk : { ...talk, last: last && cut(last) };
}

/** In the order of the list: the pinned ones, then the newest first. */
export function sorted(talks: Iterable<Talk>): Talk[] {
  const at = (talk: Talk) => talk.last?.queueId ?? 0n;
  return [...talks].sort((a, b) => Number(b.pinned) - Number(a.pinned) || (at(a) < at(b) ? 1 : -1));
}

function insert(news: Talk["news"], fresh: Talk["news"][number]): Talk["news"] {
  const all = [...news, fresh];
  if (news.length > 0 && news.at(-1)!.queueId > fresh.queueId) all.sort((a, b) => (a.queueId < b.queueId ? -1 : 1));
  return all.length > NEWS_MAX ? all.slice(-NEWS_MAX) : all;
}

function cut(item: Item): Item {
  const { content } = item;
  if (content.kind === "media") return { ...item, content: { ...content, preview: new Uint8Array(0), caption: shortened(content.caption) } };
  if (content.kind === "text") return { ...item, content: { kind: "text", text: shortened(content.text) } };
  return item;
}

function shortened(text: string): string {
  return text.length <= PREVIEW_CHARS ? text : [...text.slice(0, PREVIEW_CHARS)].slice(0, -1).join("");
}
