// What people, groups, failures and happenings are called on the page.

import { GroupEventKind } from "../gen/longlink/v1/group_pb.js";
import { count, has, t } from "../i18n/words.js";
import type { Key } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import { EVERYONE } from "../store/entries.js";
import type { Content, Item, Peer, UserId } from "../store/entries.js";
import { OF_ANOTHER_LOG } from "../store/outbox.js";
import { Refused } from "../wire/commands.js";
import { fullTime } from "./format.js";

export function peerName(client: Client, peer: Peer): string {
  if (peer === EVERYONE) return t("peer.everyone");
  if (peer === client.me) return t("peer.self", { name: ownName(client, peer) });
  if (peer > 0n) return userName(client, peer);
  return client.people.get(peer)?.name || t("peer.unknownGroup", { id: String(-peer) });
}

/** What this person calls them, or what they call themselves. */
export function userName(client: Client, user: UserId): string {
  return client.people.get(user)?.alias || ownName(client, user);
}

/** What they call themselves: what others see, too. */
export function ownName(client: Client, user: UserId): string {
  const known = client.people.get(user);
  if (known?.deleted) return t("peer.deleted");
  return known?.nickname || known?.name || (user === client.me ? client.session.name : t("peer.unknown", { id: String(user) }));
}

/** What stands in a conversation without bubbles: what happened to a group. */
export function eventText(client: Client, from: UserId, content: Content & { kind: "event" }): string {
  const subject = (user: UserId) => (user === client.me ? t("event.you") : userName(client, user));
  const object = (users: UserId[]) => {
    // The person themselves first: whoever else came, that is what it is about.
    const ordered = [...users].sort((a, b) => Number(b === client.me) - Number(a === client.me));
    const names = ordered.map((user) => (user === client.me ? t("event.youObject") : userName(client, user)));
    const [a = "", b = ""] = names;
    if (names.length <= 1) return a;
    return names.length === 2 ? t("event.and", { a, b }) : count("event.andMore", names.length - 1, { a });
  };
  const { event, users, name, untilMs } = content;
  const who = subject(from);
  const whom = object(users);
  const alone = users.length === 1 && users[0] === from;
  switch (event) {
    case GroupEventKind.CREATED:
      return t("event.created", { who, name });
    case GroupEventKind.JOINED:
      return alone ? t("event.joinedSelf", { who }) : t("event.joined", { who, whom });
    case GroupEventKind.LEFT:
      return t("event.left", { whom: users.length === 1 ? subject(users[0]!) : whom });
    case GroupEventKind.REMOVED:
      return t("event.removed", { who, whom });
    case GroupEventKind.RENAMED:
      return t("event.renamed", { who, name });
    case GroupEventKind.PICTURE_CHANGED:
      return t("event.picture", { who });
    case GroupEventKind.RULES_CHANGED:
      return t("event.rules", { who });
    case GroupEventKind.ADMINS_MADE:
      return t("event.adminsMade", { who, whom });
    case GroupEventKind.ADMINS_ENDED:
      return alone ? t("event.adminEndedSelf", { who }) : t("event.adminsEnded", { who, whom });
    case GroupEventKind.HANDED_OVER:
      return t("event.handedOver", { who, whom });
    case GroupEventKind.MUTED:
      return untilMs < 0 ? t("event.mutedForGood", { who, whom }) : t("event.muted", { who, whom, time: fullTime(untilMs) });
    case GroupEventKind.UNMUTED:
      return t("event.unmuted", { who, whom });
    case GroupEventKind.DISSOLVED:
      return t("event.dissolved", { who });
    default:
      return t("event.other");
  }
}

/** An entry's content in one line. */
export function contentText(content: Content): string {
  switch (content.kind) {
    case "text":
      return content.text.replace(/\s+/g, " ");
    case "media":
      return t(content.picture ? "media.pictureLine" : "media.fileLine", { text: content.caption.replace(/\s+/g, " ") || content.name }).trim();
    case "recalled":
      return t("talk.recalled");
    case "other":
      return t("talk.unknownType", { type: content.type });
    case "event":
      return t("event.other");
  }
}

/** An entry in one line, for the list. */
export function preview(client: Client, peer: Peer, item: Item): string {
  const { content, from } = item;
  if (content.kind === "event") return eventText(client, from, content);
  if (content.kind === "recalled" && peer < 0n) return t("list.from", { name: userName(client, from), text: t("talk.recalled") });
  if (content.kind === "recalled") return from === client.me ? t("talk.recalledByYou") : t("talk.recalledBy", { name: userName(client, from) });
  const text = contentText(content);
  if (from === client.me && peer !== client.me) return t("list.you", { text });
  return peer > 0n ? text : t("list.from", { name: userName(client, from), text });
}

/** What was tried, where that makes for better words. */
export type About = "send" | "register" | "hello" | "upload" | "password" | "erase" | "profile" | "contact" | "join" | "edit";

/** A refusal in words. */
export function codeText(code: number, about?: About): string {
  if (code === OF_ANOTHER_LOG) return t("fail.anotherLog");
  if (about === "hello" && code === 5) return t("fail.devices");
  for (const key of [`fail.${about}${code}`, `fail.${code}`]) if (has(key)) return t(key as Key);
  return t(code >= 100 && code <= 199 ? "fail.temporary" : "fail.final", { code });
}

export function failureText(error: unknown, about?: About): string {
  return error instanceof Refused ? codeText(error.code, about) : t("fail.lost");
}
