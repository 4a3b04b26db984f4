// What people, groups, failures and happenings are called on the page.

import { GroupEventKind } from "../gen/longlink/v1/people_pb.js";
import { count, has, t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import { EVERYONE } from "../store/entries.js";
import type { Content, Item, Peer, UserId } from "../store/entries.js";
import { OF_ANOTHER_LOG } from "../store/outbox.js";
import { Refused } from "../wire/commands.js";

export function peerName(client: Client, peer: Peer): string {
  if (peer === EVERYONE) return t("peer.everyone");
  const name = client.people.name(peer);
  if (peer === client.me) return t("peer.self", { name: name ?? client.session.name });
  return name ?? t(peer < 0n ? "peer.unknownGroup" : "peer.unknown", { id: String(peer < 0n ? -peer : peer) });
}

export function userName(client: Client, user: UserId): string {
  return client.people.name(user) ?? t("peer.unknown", { id: String(user) });
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
  switch (content.event) {
    case GroupEventKind.CREATED:
      return t("event.created", { who: subject(from), name: content.name });
    case GroupEventKind.JOINED:
      return t("event.joined", { who: subject(from), whom: object(content.users) });
    case GroupEventKind.LEFT:
      return t("event.left", { whom: content.users.length === 1 ? subject(content.users[0]!) : object(content.users) });
    default:
      return t("event.other");
  }
}

/** An entry in one line, for the list. */
export function preview(client: Client, peer: Peer, item: Item): string {
  const { content, from } = item;
  if (content.kind === "event") return eventText(client, from, content);
  const text = content.kind === "text" ? content.text.replace(/\s+/g, " ") : t("talk.unknownType", { type: content.type });
  if (from === client.me && peer !== client.me) return t("list.you", { text });
  return peer > 0n ? text : t("list.from", { name: userName(client, from), text });
}

/** A refusal in words; `about` is what was tried, where that makes for better words. */
export function codeText(code: number, about?: "send" | "register" | "hello"): string {
  if (code === OF_ANOTHER_LOG) return t("fail.anotherLog");
  if (about === "hello" && code === 5) return t("fail.devices");
  if (about && has(`fail.${about}${code}`)) return t(`fail.${about}${code}` as "fail.send5");
  if (has(`fail.${code}`)) return t(`fail.${code}` as "fail.1");
  return t(code >= 100 && code <= 199 ? "fail.temporary" : "fail.final", { code });
}

export function failureText(error: unknown, about?: "send" | "register" | "hello"): string {
  return error instanceof Refused ? codeText(error.code, about) : t("fail.lost");
}
