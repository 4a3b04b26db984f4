// What one can do with a message: answer it, copy it, save its file, change it, take it back, see who has read it.

import { count, t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import type { Item, Peer } from "../store/entries.js";
import { avatar } from "./avatar.js";
import { confirmDialog, openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { save } from "./media.js";
import { openMenu } from "./menu.js";
import type { Choice } from "./menu.js";
import { failureText, userName } from "./names.js";
import { attempt, toast } from "./toast.js";

export interface MessageActions {
  reply(item: Item): void;
  edit(item: Item): void;
}

export function messageMenu(client: Client, peer: Peer, item: Item, actions: MessageActions, anchor: HTMLElement, at?: { x: number; y: number }): void {
  const { content } = item;
  const now = Date.now();
  const member = !client.groups.isLeft(peer);
  const text = content.kind === "text" ? content.text : content.kind === "media" ? content.caption : "";
  const choices: (Choice | false)[] = [
    member && content.kind !== "recalled" && { label: t("act.reply"), icon: "reply", then: () => actions.reply(item) },
    text !== "" && { label: t("act.copy"), icon: "copy", then: () => void copy(text) },
    content.kind === "media" && { label: t("act.save"), icon: "download", then: () => void save(client, content) },
    member && client.changing.mayEdit(item, client.me, now) && { label: t("act.edit"), icon: "edit", then: () => actions.edit(item) },
    peer < 0n && item.from === client.me && content.kind !== "recalled" && { label: t("act.readers"), icon: "eye", then: () => void readers(client, peer, item) },
    member && client.changing.mayRecall(item, client.me, peer < 0n && client.groups.isAdmin(peer), now) && { label: t("act.recall"), icon: "recall", danger: true, then: () => void recall(client, peer, item) },
  ];
  const offered = choices.filter((choice) => choice !== false);
  if (offered.length > 0) openMenu(anchor, t("talk.act"), offered, at);
}

async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("act.copied"));
  } catch {
    // Pages have the clipboard only over HTTPS and on this machine.
    toast(t("act.notCopied"));
  }
}

async function recall(client: Client, peer: Peer, item: Item): Promise<void> {
  const text = item.from === client.me ? t("act.recallSure") : t("act.recallOther", { name: userName(client, item.from) });
  if (await confirmDialog(t("act.recall"), text, t("act.recall"))) await attempt(client.changing.recall(peer, item), "edit");
}

async function readers(client: Client, group: Peer, item: Item): Promise<void> {
  const list = h("ul", { class: "rows members" });
  const note = h("p", { class: "note", role: "status" }, t("talk.loading"));
  const dialog = openDialog(t("act.readers"), [note, list]);
  try {
    const { readers: who, read, members, more } = await client.reading.readersOf(group, item.queueId);
    note.textContent = count("act.readOf", read, { members });
    list.replaceChildren(
      ...who.map((user) => h("li", {}, avatar(client, user, "small"), h("span", { class: "name", dir: "auto" }, userName(client, user)))),
      ...(more ? [h("li", {}, t("group.moreMembers"))] : []),
    );
    list.hidden = who.length === 0;
  } catch (error) {
    if (dialog.element.isConnected) note.textContent = failureText(error);
  }
}
