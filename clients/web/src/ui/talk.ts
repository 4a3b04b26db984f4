// The conversation that is open: its head, its messages, and where one writes.

import { count, t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import { EVERYONE } from "../store/entries.js";
import type { Item, Peer } from "../store/entries.js";
import { unreadOf } from "../store/talks.js";
import { avatar, face } from "./avatar.js";
import { presenceText } from "./card.js";
import { Composer } from "./composer.js";
import { Kept, h, reconcile, setText } from "./dom.js";
import { icon } from "./icons.js";
import { peerName, userName } from "./names.js";
import { ThreadView } from "./thread.js";

export interface TalkActions {
  back(): void;
  /** Who or what it is. */
  about(peer: Peer): void;
  options(peer: Peer, anchor: HTMLElement): void;
  /** The person has scrolled to the end or away from it. */
  looked(): void;
}

export class TalkView {
  readonly element: HTMLElement;
  readonly thread: ThreadView;
  private readonly composer: Composer;
  private readonly sign = new Kept<HTMLElement>();
  private readonly signBox = h("span", {});
  private readonly name = h("h1", { dir: "auto" });
  private readonly about = h("span", { class: "about", "aria-live": "polite" });
  private readonly info: HTMLButtonElement;
  private readonly marks = h("span", { class: "marks" });

  constructor(
    private readonly client: Client,
    readonly peer: Peer,
    actions: TalkActions,
  ) {
    const talk = client.talks.get(peer);
    this.thread = new ThreadView(client, peer, talk && unreadOf(talk) > 0 ? talk.mark : undefined, actions.looked, {
      reply: (item) => this.composer.reply(item),
      edit: (item) => this.composer.edit(item),
    });
    this.composer = new Composer(client, peer, () => this.thread.toEnd(false), () => this.latest());
    const back = h("button", { type: "button", class: "tool back", "aria-label": t("talk.back"), title: t("talk.back"), onClick: actions.back }, icon("back"));
    const label = t(peer < 0n ? "group.info" : "card.title");
    this.info = h("button", { type: "button", class: "tool", "aria-label": label, title: label, onClick: () => actions.about(peer) }, icon("info"));
    const options = h("button", { type: "button", class: "tool", "aria-label": t("talk.options"), title: t("talk.options"), "aria-haspopup": "menu", "aria-expanded": "false" }, icon("more"));
    options.addEventListener("click", () => actions.options(peer, options));
    const head = h("header", {}, back, this.signBox, h("div", { class: "who" }, h("div", { class: "title" }, this.name, this.marks), this.about), this.info, options);
    const drop = h("div", { class: "drop", hidden: true, "aria-hidden": "true" }, icon("clip"), h("strong", {}, t("attach.drop")));
    this.element = h("main", { class: "talk" }, head, this.thread.element, this.composer.element, drop);
    this.takeDrops(drop);
  }

  /** It has its place on the page now. Ready for writing, where that does not bring a keyboard up over everything. */
  placed(): void {
    this.composer.placed();
    if (matchMedia("(hover: hover)").matches) this.composer.focus();
  }

  render(): void {
    const { client, peer } = this;
    const name = peerName(client, peer);
    const online = peer > 0n && client.presence.isOnline(peer);
    setText(this.name, name);
    setText(this.about, this.aboutText());
    this.about.classList.toggle("online", online || client.typers.in(peer).length > 0);
    reconcile(this.signBox, [this.sign.get("sign", `${face(client, peer)}${online}`, () => avatar(client, peer, "medium", online))]);
    const { pinned = false, muted = false } = client.talks.get(peer) ?? {};
    reconcile(this.marks, [pinned && this.sign.get("pinned", "", () => mark("pin", t("talk.pinned"))), muted && this.sign.get("muted", "", () => mark("mute", t("talk.muted2")))].filter((node) => node instanceof Node));
    this.sign.sweep();
    this.info.hidden = peer === EVERYONE || (peer < 0n && !client.groups.get(peer));
    this.composer.render();
    this.thread.render();
  }

  /** The latest of one's own that may still be changed. */
  private latest(): Item | undefined {
    const { client, peer } = this;
    const now = Date.now();
    return client.threads.get(peer)?.items.findLast((item) => client.changing.mayEdit(item, client.me, now));
  }

  /** What is dropped on the conversation is sent, after a question. */
  private takeDrops(sign: HTMLElement): void {
    let inside = 0;
    const files = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const show = (step: number) => {
      inside = Math.max(0, inside + step);
      sign.hidden = inside === 0;
    };
    this.element.addEventListener("dragenter", (event) => files(event) && show(1));
    this.element.addEventListener("dragleave", (event) => files(event) && show(-1));
    this.element.addEventListener("dragover", (event) => files(event) && event.preventDefault());
    this.element.addEventListener("drop", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      show(-inside);
      this.composer.attach([...(event.dataTransfer?.files ?? [])]);
    });
  }

  private aboutText(): string {
    const { client, peer } = this;
    const typing = client.typers.in(peer);
    if (typing.length > 0) return typing.length === 1 && peer < 0n ? t("talk.typing1", { a: userName(client, typing[0]!) }) : t("talk.typingShort");
    if (peer === EVERYONE) return t("peer.everyoneHint");
    if (peer < 0n) {
      const group = client.groups.get(peer);
      return group ? count("members", group.memberCount) : client.groups.isLeft(peer) ? t("group.left") : "";
    }
    return peer === client.me ? "" : presenceText(client, peer);
  }
}

function mark(name: "pin" | "mute", label: string): HTMLElement {
  return h("span", { title: label }, icon(name), h("span", { class: "hidden" }, label));
}
