// What of an entry is shown in its bubble: its text, what it answers, whom it names, and how far it has come.

import { t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import type { Unsent } from "../store/database.js";
import { ALL } from "../store/entries.js";
import type { Item, Peer, UserId } from "../store/entries.js";
import type { Thread } from "../store/thread.js";
import type { Sending } from "./media.js";
import type { MessageState } from "./message.js";
import { contentText, ownName, userName } from "./names.js";

/** What is shown as a bubble, sent or not. */
export interface Shown {
  key: string;
  item: Item;
  from: UserId;
  sentAtMs: number;
  state: MessageState;
  readers: number;
  refused: number | undefined;
  sending: Sending | undefined;
}

/** All members are named in the language of who writes. */
const ALL_NAMES = ["all", "所有人"];

export function shownText(client: Client, peer: Peer, { content, from }: Item): string {
  switch (content.kind) {
    case "text":
      return content.text;
    case "media":
      return content.caption;
    case "recalled":
      // In a group an admin may have done it.
      return from === client.me && peer >= 0n ? t("talk.recalledByYou") : t("talk.recalled");
    case "other":
      return t("talk.unknownType", { type: content.type });
    case "event":
      return "";
  }
}

export function mentionedNames(client: Client, item: Item): string[] {
  return item.mentions.flatMap((user) => (user === ALL ? ALL_NAMES : [ownName(client, user), client.people.get(user)?.name ?? ""]));
}

/** What it answers, as far as it is known. */
export function quoteOf(client: Client, peer: Peer, item: Item): { author: string; text: string } | undefined {
  if (item.replyTo <= 0n || item.content.kind === "recalled") return undefined;
  const known = client.threads.quoted(peer, item.replyTo);
  if (!known) return { author: "", text: "…" };
  if (!known.item) return { author: "", text: t("talk.quoteGone") };
  const { from, content } = known.item;
  return { author: from === client.me ? t("talk.you") : userName(client, from), text: contentText(content) };
}

export function stateOf(client: Client, peer: Peer, thread: Thread, item: Item): { state: MessageState; readers: number } {
  if (item.from !== client.me) return { state: "theirs", readers: 0 };
  if (peer < 0n) {
    const readers = thread.counts.get(item.queueId)?.read ?? 0;
    return { state: readers > 0 ? "read" : "kept", readers };
  }
  const mark = peer === client.me ? undefined : thread.marks.get(peer);
  const state = !mark ? "kept" : mark.read >= item.queueId ? "read" : mark.delivered >= item.queueId ? "delivered" : "kept";
  return { state, readers: 0 };
}

/** What is not sent yet, as if it were. */
export function unsentItem(client: Client, { clientMsgId, text, media, writtenAtMs, replyTo = 0n, mentions = [] }: Unsent): Item {
  const content = media ? { kind: "media" as const, ...media, caption: text } : { kind: "text" as const, text };
  return { queueId: 0n, from: client.me, clientMsgId, content, sentAtMs: writtenAtMs, replyTo, mentions, changedBy: 0n };
}
