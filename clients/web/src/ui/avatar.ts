// A sign for somebody: their picture, or initials on a colour that stays the same for the same number.

import type { Client } from "../store/client.js";
import { EVERYONE } from "../store/entries.js";
import type { Peer } from "../store/entries.js";
import { h } from "./dom.js";
import { initials } from "./format.js";
import { icon } from "./icons.js";
import { ownName } from "./names.js";

const COLOURS = 10;

export type Size = "small" | "medium" | "large";

export function avatar(client: Client, peer: Peer, size: Size, online = false): HTMLElement {
  const deleted = peer > 0n && client.people.get(peer)?.deleted === true;
  const sign = deleted ? icon("person") : peer === EVERYONE ? icon("everyone") : peer < 0n ? icon("group") : initials(ownName(client, peer));
  const number = Number((peer < 0n ? -peer : peer) % BigInt(COLOURS));
  const han = typeof sign === "string" && /\p{Script=Han}/u.test(sign);
  const colour = peer === EVERYONE || deleted ? "everyone" : `colour-${number}`;
  const picture = pictureOf(client, peer);
  // The name stands beside it, so that a screen reader needs none of this.
  return h(
    "span",
    { class: `avatar ${size} ${colour}${peer <= 0n ? " square" : ""}${han ? " han" : ""}`, "aria-hidden": "true" },
    sign,
    picture !== "" && pictured(picture),
    online && h("span", { class: "presence" }),
  );
}

/** The picture over the initials, which stand there until it has come, and if it does not. */
export function pictured(hash: string): HTMLImageElement {
  const image = h("img", { src: `/avatars/${hash}`, alt: "", decoding: "async", draggable: "false" });
  image.addEventListener("error", () => image.remove());
  return image;
}

export function pictureOf(client: Client, peer: Peer): string {
  const picture = (peer === EVERYONE ? "" : client.people.get(peer)?.picture) ?? "";
  return /^[0-9a-f]{64}$/.test(picture) ? picture : "";
}

/** All that an avatar shows, to tell whether it has to be made anew. */
export function face(client: Client, peer: Peer): string {
  return `${peer > 0n ? ownName(client, peer) : ""}${pictureOf(client, peer)}`;
}
