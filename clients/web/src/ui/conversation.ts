// What a person makes of a conversation for themselves: before all others, and without notice.

import { t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import type { Peer } from "../store/entries.js";
import { toggle } from "./dialog.js";
import { h } from "./dom.js";
import { openMenu } from "./menu.js";
import type { Choice } from "./menu.js";
import { attempt } from "./toast.js";

export function conversationToggles(client: Client, peer: Peer): HTMLElement {
  const talk = client.talks.get(peer);
  return h(
    "div",
    { class: "toggles" },
    toggle(t("talk.pin"), talk?.pinned ?? false, (pinned) => attempt(client.conversations.set(peer, { pinned }))),
    toggle(t("talk.mute"), talk?.muted ?? false, (muted) => attempt(client.conversations.set(peer, { muted }))),
  );
}

export function conversationMenu(client: Client, peer: Peer, anchor: HTMLElement, more: Choice[], at?: { x: number; y: number }): void {
  const { pinned = false, muted = false } = client.talks.get(peer) ?? {};
  const set = (change: { pinned?: boolean; muted?: boolean }) => void attempt(client.conversations.set(peer, change));
  openMenu(
    anchor,
    t("talk.options"),
    [
      ...more,
      { label: t(pinned ? "talk.unpin" : "talk.pin"), icon: "pin", then: () => set({ pinned: !pinned }) },
      { label: t(muted ? "talk.unmute" : "talk.mute"), icon: muted ? "bell" : "mute", then: () => set({ muted: !muted }) },
    ],
    at,
  );
}
