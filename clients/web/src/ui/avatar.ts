// A round sign for somebody: initials on a colour that stays the same for the same number.

import { EVERYONE } from "../store/entries.js";
import type { Peer } from "../store/entries.js";
import { h } from "./dom.js";
import { initials } from "./format.js";
import { icon } from "./icons.js";

const COLOURS = 10;

export function avatar(peer: Peer, name: string, size: "small" | "medium" | "large", online = false): HTMLElement {
  const sign = peer === EVERYONE ? icon("everyone") : peer < 0n ? icon("group") : initials(name);
  const number = Number((peer < 0n ? -peer : peer) % BigInt(COLOURS));
  const han = typeof sign === "string" && /\p{Script=Han}/u.test(sign);
  const colour = peer === EVERYONE ? "everyone" : `colour-${number}`;
  // The name stands beside it, so that a screen reader needs none of this.
  return h(
    "span",
    { class: `avatar ${size} ${colour}${peer <= 0n ? " square" : ""}${han ? " han" : ""}`, "aria-hidden": "true" },
    sign,
    online && h("span", { class: "presence" }),
  );
}
