// The conversation that is open: its head, its messages, and where one writes.

import { count, t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import { EVERYONE } from "../store/entries.js";
import type { Peer } from "../store/entries.js";
import { avatar } from "./avatar.js";
import { Composer } from "./composer.js";
import { Kept, h, reconcile, setText } from "./dom.js";
import { icon } from "./icons.js";
import { peerName, userName } from "./names.js";
import { ThreadView } from "./thread.js";

export interface TalkActions {
  back(): void;
  groupInfo(group: Peer): void;
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

  constructor(
    private readonly client: Client,
    readonly peer: Peer,
    actions: TalkActions,
  ) {
    const talk = client.talks.get(peer);
    this.thread = new ThreadView(client, peer, talk && talk.unread.length > 0 ? talk.mark : undefined, actions.looked);
    this.composer = new Composer(client, peer, () => this.thread.toEnd(false));
    const back = h("button", { type: "button", class: "tool back", "aria-label": t("talk.back"), title: t("talk.back"), onClick: actions.back }, icon("back"));
    this.info = h("button", { type: "button", class: "tool", "aria-label": t("group.info"), title: t("group.info"), onClick: () => actions.groupInfo(peer) }, icon("info"));
    const head = h("header", {}, back, this.signBox, h("div", { class: "who" }, this.name, this.about), this.info);
    this.element = h("main", { class: "talk" }, head, this.thread.element, this.composer.element);
  }

  /** It has its place on the page now. Ready for writing, where that does not bring a keyboard up over everything. */
  placed(): void {
    this.composer.placed();
    if (matchMedia("(hover: hover)").matches) this.composer.focus();
  }

  render(): void {
    const { client, peer } = this;
    const name = peerName(client, peer);
    const online = peer > 0n && client.people.isOnline(peer);
    setText(this.name, name);
    setText(this.about, this.aboutText(online));
    this.about.classList.toggle("online", online || client.typers.in(peer).length > 0);
    reconcile(this.signBox, [this.sign.get("sign", `${name}${online}`, () => avatar(peer, name, "medium", online))]);
    this.sign.sweep();
    this.info.hidden = peer >= 0n || !client.groups.get(peer);
    this.composer.render();
    this.thread.render();
  }

  private aboutText(online: boolean): string {
    const { client, peer } = this;
    const typing = client.typers.in(peer);
    if (typing.length > 0) return typing.length === 1 && peer < 0n ? t("talk.typing1", { a: userName(client, typing[0]!) }) : t("talk.typingShort");
    if (peer === EVERYONE) return t("peer.everyoneHint");
    if (peer < 0n) {
      const group = client.groups.get(peer);
      return group ? count("members", group.memberCount) : client.groups.isLeft(peer) ? t("group.left") : "";
    }
    if (client.people.listed === false) return "";
    return t(online ? "peer.online" : "peer.offline");
  }
}
