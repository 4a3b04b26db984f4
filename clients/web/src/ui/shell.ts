// The page of somebody who is logged in: list and conversation side by side, or one of them on a phone. It draws what
// the client holds, whenever the client says that something changed.

import { t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import type { Peer } from "../store/entries.js";
import { unreadOf } from "../store/talks.js";
import { Banner } from "./banner.js";
import { personCard } from "./card.js";
import { conversationMenu } from "./conversation.js";
import { renderDialogs } from "./dialog.js";
import { h } from "./dom.js";
import { groupInfo } from "./groupinfo.js";
import { joinGroup, newGroup } from "./groups.js";
import { icon } from "./icons.js";
import type { Choice } from "./menu.js";
import { openMenu } from "./menu.js";
import { ownProfile } from "./profile.js";
import { goTo, joinLink, peerOfAddress } from "./route.js";
import { settings } from "./settings.js";
import type { Leaving } from "./settings.js";
import { Sidebar } from "./sidebar.js";
import { TalkView } from "./talk.js";

/** How often it is asked who of those in view is online. */
const PRESENCE_MS = 25_000;

export class Shell {
  private readonly banner: Banner;
  private readonly sidebar: Sidebar;
  private readonly place = h("div", { class: "place" });
  private readonly body: HTMLElement;
  private talk: TalkView | undefined;
  private drawn = false;
  private asked = false;
  private online = false;
  private readonly end = new AbortController();

  constructor(
    root: HTMLElement,
    private readonly client: Client,
    actions: Leaving,
  ) {
    this.banner = new Banner(client);
    this.sidebar = new Sidebar(
      client,
      {
        make: (anchor) => this.make(anchor),
        settings: () => settings(client, actions),
        profile: () => ownProfile(client),
        options: (peer, anchor, at) => this.options(peer, anchor, at),
      },
      () => this.changed(),
    );
    this.body = h("div", { class: "shell" }, this.sidebar.element, this.place);
    const skip = h("a", { class: "skip", href: "#message" }, t("skip.toMessage"));
    skip.addEventListener("click", (event) => {
      event.preventDefault();
      document.getElementById("message")?.focus();
    });
    root.replaceChildren(skip, this.banner.element, this.body);
    const { signal } = this.end;
    window.addEventListener("hashchange", () => this.open(), { signal });
    for (const name of ["focus", "blur"]) window.addEventListener(name, () => this.looked(), { signal });
    document.addEventListener("visibilitychange", () => this.visible(), { signal });
    window.addEventListener("online", () => client.link.nudge(), { signal });
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    // The address of the open conversation is there already, so that choosing it again changes nothing but the focus.
    this.sidebar.element.addEventListener("click", (event) => {
      if ((event.target as Element).closest("a[aria-current]")) this.talk?.placed();
    });
    const poll = window.setInterval(() => this.askAround(), PRESENCE_MS);
    signal.addEventListener("abort", () => window.clearInterval(poll));
    this.open();
  }

  destroy(): void {
    this.end.abort();
    this.banner.end();
    for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  }

  /** Draws soon, once for all that changed in between. */
  changed(): void {
    if (this.asked || this.end.signal.aborted) return;
    this.asked = true;
    const draw = () => {
      this.asked = false;
      if (!this.end.signal.aborted) this.render();
    };
    // A page that nobody sees gets no frames, and still has a title.
    if (document.visibilityState === "visible") requestAnimationFrame(draw);
    else setTimeout(draw, 200);
  }

  private open(): void {
    const followed = location.hash.startsWith("#/join/") ? joinLink(location.hash) : undefined;
    if (followed !== undefined) {
      // Going back must not ask again.
      history.replaceState(null, "", "#/");
      joinGroup(this.client, followed);
    }
    const peer = peerOfAddress(location.hash);
    if (!this.drawn || peer !== this.talk?.peer) {
      this.drawn = true;
      this.talk = peer === undefined ? undefined : this.opened(peer);
      this.place.replaceChildren(this.talk?.element ?? this.nothing());
      this.body.classList.toggle("open", this.talk !== undefined);
    }
    if (peer !== undefined) this.sidebar.opened();
    this.client.reading.open(peer);
    this.render();
    this.talk?.placed();
    this.askWhoIsOnline();
  }

  private opened(peer: Peer): TalkView {
    const view = new TalkView(this.client, peer, {
      back: () => goTo(undefined),
      about: (about) => this.about(about),
      options: (about, anchor) => this.options(about, anchor),
      looked: () => this.looked(),
    });
    this.client.threads.open(peer);
    return view;
  }

  private about(peer: Peer): void {
    if (peer === this.client.me) ownProfile(this.client);
    else if (peer < 0n) groupInfo(this.client, peer);
    else personCard(this.client, peer);
  }

  private make(anchor: HTMLElement): void {
    openMenu(anchor, t("list.new"), [
      { label: t("group.new"), icon: "addGroup", then: () => newGroup(this.client) },
      { label: t("join.title"), icon: "join", then: () => joinGroup(this.client) },
    ]);
  }

  private options(peer: Peer, anchor: HTMLElement, at?: { x: number; y: number }): void {
    const known = peer > 0n || (peer < 0n && this.client.groups.get(peer) !== undefined);
    const about: Choice[] = known ? [{ label: t(peer < 0n ? "group.info" : "card.title"), icon: peer < 0n ? "group" : "person", then: () => this.about(peer) }] : [];
    conversationMenu(this.client, peer, anchor, about, at);
  }

  private nothing(): HTMLElement {
    return h("main", { class: "nothing" }, h("span", { class: "mark" }, icon("talk")), h("h1", {}, t("talk.none")), h("p", {}, t("talk.noneHint")));
  }

  private render(): void {
    const online = this.client.link.state.kind === "online";
    if (online && !this.online) {
      this.sidebar.linked();
      this.askWhoIsOnline();
    }
    this.online = online;
    this.banner.render();
    this.sidebar.render(this.talk?.peer);
    this.talk?.render();
    renderDialogs();
    this.looked();
    // Of what is muted no notice is made.
    const unread = [...this.client.talks.values()].reduce((sum, talk) => sum + (talk.muted ? 0 : unreadOf(talk)), 0);
    document.title = unread > 0 ? `(${unread}) longlink` : "longlink";
  }

  /** Whether the person sees the newest message now. */
  private looked(): void {
    const here = document.visibilityState === "visible" && document.hasFocus();
    this.client.reading.look(here && this.talk !== undefined && this.talk.thread.isAtEnd());
  }

  private visible(): void {
    this.looked();
    if (document.visibilityState !== "visible") return;
    // A page that slept may have a dead link and not know it.
    this.client.link.nudge();
    this.askWhoIsOnline();
    this.changed();
  }

  /** Who is there, and who is new. */
  private askAround(): void {
    this.askWhoIsOnline();
    if (document.visibilityState === "visible" && this.online) this.sidebar.refresh();
  }

  private askWhoIsOnline(): void {
    if (document.visibilityState !== "visible" || this.client.link.state.kind !== "online") return;
    const peer = this.talk?.peer;
    const users = this.sidebar.inView();
    if (peer !== undefined && peer > 0n) users.unshift(peer);
    void this.client.people.refresh(users);
    // What is pushed on a link is asked for by HTTP.
    if (this.client.link.state.via === "http") {
      void this.client.presence.refresh();
      void this.client.contacts.refresh();
      void this.client.conversations.refresh();
    }
    this.client.reading.countSoon();
  }

  /** Escape leaves the conversation for the list. */
  private key(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    const row = this.sidebar.element.querySelector<HTMLElement>(".rows a[aria-current]") ?? this.sidebar.element.querySelector<HTMLElement>("input");
    if (getComputedStyle(this.sidebar.element).visibility === "hidden") goTo(undefined);
    else row?.focus();
  }
}
