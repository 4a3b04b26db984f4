// The rows of the list: a conversation with its last word, or somebody to whom nothing was said yet.

import { count, t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import { EVERYONE } from "../store/entries.js";
import type { Peer } from "../store/entries.js";
import { UNREAD_SHOWN, mentionsOf, unreadOf } from "../store/talks.js";
import { avatar, face } from "./avatar.js";
import { presenceText } from "./card.js";
import { Kept, h } from "./dom.js";
import { fullTime, shortTime } from "./format.js";
import { icon } from "./icons.js";
import { contentText, peerName, preview } from "./names.js";
import { addressOf, peerOfAddress } from "./route.js";
import { unsentItem } from "./shown.js";

export class TalkRows {
  private readonly rows = new Kept<HTMLLIElement>();

  constructor(private readonly client: Client) {}

  peerOf(link: HTMLAnchorElement): Peer | undefined {
    return peerOfAddress(link.hash);
  }

  sweep(): void {
    this.rows.sweep();
  }

  talk(peer: Peer, current: Peer | undefined, listed: boolean | undefined): HTMLLIElement {
    const { client } = this;
    const talk = client.talks.get(peer);
    const unsent = client.outbox.of(peer).at(-1);
    if (!talk?.last && !unsent) return this.person(peer, current, listed);
    const name = peerName(client, peer);
    const online = peer > 0n && client.presence.isOnline(peer);
    const typing = client.typers.in(peer).length > 0;
    const text = typing ? t("talk.typingShort") : unsent ? t("list.you", { text: contentText(unsentItem(client, unsent).content) }) : preview(client, peer, talk!.last!);
    const sentAtMs = unsent?.writtenAtMs ?? talk!.last!.sentAtMs;
    const time = shortTime(sentAtMs);
    const failed = unsent?.refused !== undefined;
    const number = talk ? unreadOf(talk) : 0;
    const mentioned = talk ? mentionsOf(talk) > 0 : false;
    const { pinned = false, muted = false } = talk ?? {};
    const sign = [name, face(client, peer), online, typing, text, time, number, mentioned, pinned, muted, failed, peer === current].join("\u0000");
    return this.rows.get(`t${peer}`, sign, (before) =>
      this.row(before, peer, peer === current, [
        avatar(client, peer, "medium", online),
        h("span", { class: "name", dir: "auto" }, name, online && h("span", { class: "hidden" }, ` (${t("peer.online")})`), muted && small("mute", t("talk.muted2"))),
        h("time", { datetime: new Date(sentAtMs).toISOString(), title: fullTime(sentAtMs) }, pinned && small("pin", t("talk.pinned")), time),
        h("span", { class: `preview${typing ? " typing" : ""}`, dir: "auto" }, text),
        failed && h("span", { class: "badge failed", title: t("state.failed") }, "!", h("span", { class: "hidden" }, t("state.failed"))),
        !failed && number > 0 && badge(number, mentioned, muted),
      ]),
    );
  }

  person(peer: Peer, current: Peer | undefined, listed: boolean | undefined): HTMLLIElement {
    const { client } = this;
    const name = peerName(client, peer);
    const online = peer > 0n && client.presence.isOnline(peer);
    const hint = peer === EVERYONE ? t("peer.everyoneHint") : presenceText(client, peer) || (listed ? t("peer.offline") : "");
    const told = hint !== "";
    return this.rows.get(`p${peer}`, [name, face(client, peer), online, hint, peer === current].join("\u0000"), (before) =>
      this.row(before, peer, peer === current, [
        avatar(client, peer, "medium", online),
        h("span", { class: "name", dir: "auto" }, name),
        told && h("span", { class: "preview" }, hint),
      ]),
    );
  }

  /** What was there is filled anew, so that it keeps the focus. */
  private row(before: HTMLLIElement | undefined, peer: Peer, current: boolean, parts: (Node | false | undefined)[]): HTMLLIElement {
    const row = before ?? h("li", {}, h("a", { href: addressOf(peer) }));
    const link = row.firstElementChild!;
    link.replaceChildren(...parts.filter((part) => part instanceof Node));
    if (current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    return row;
  }
}

function badge(number: number, mentioned: boolean, muted: boolean): HTMLElement {
  const label = mentioned ? `${count("unread", number)}, ${t("list.mentioned")}` : count("unread", number);
  const shown = number > UNREAD_SHOWN ? `${UNREAD_SHOWN}+` : String(number);
  return h("span", { class: "badges" }, mentioned && h("span", { class: "badge at", "aria-hidden": "true", title: t("list.mentioned") }, "@"), h("span", { class: `badge${muted && !mentioned ? " muted" : ""}`, "aria-label": label }, shown));
}

function small(name: "pin" | "mute", label: string): HTMLElement {
  return h("span", { class: "sign", title: label }, icon(name), h("span", { class: "hidden" }, label));
}
