// The list: conversations with what was said last, contacts, people, and finding all of them.

import { ContactState } from "../gen/longlink/v1/people_pb.js";
import { count, t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import { EVERYONE } from "../store/entries.js";
import type { Peer, UserId } from "../store/entries.js";
import { avatar, face } from "./avatar.js";
import { ContactList } from "./contacts.js";
import { Kept, h, reconcile, setText } from "./dom.js";
import { icon } from "./icons.js";
import { ownName, peerName } from "./names.js";
import { Search } from "./search.js";
import { TalkRows } from "./talkrows.js";

/** So many people are found at once. */
const FIRST_PAGE = 50;
/** So near to the end of the list older conversations are read. */
const END_PX = 300;

export interface SidebarActions {
  make(anchor: HTMLElement): void;
  settings(): void;
  profile(): void;
  options(peer: Peer, anchor: HTMLElement, at: { x: number; y: number }): void;
}

type Tab = "talks" | "contacts";

export class Sidebar {
  readonly element: HTMLElement;
  private readonly search: Search;
  private readonly rows: TalkRows;
  private readonly contacts: ContactList;
  private readonly talks = h("ul", { class: "rows" });
  private readonly people = h("ul", { class: "rows" });
  private readonly peopleTitle = h("h2", {});
  private readonly peopleNote = h("p", { class: "note" });
  private readonly more: HTMLButtonElement;
  private readonly lists: HTMLElement;
  private readonly status = h("span", { class: "status" });
  private readonly ownName = h("strong", { dir: "auto" });
  private readonly ownSign = h("button", { type: "button", class: "own-sign", "aria-label": t("profile.title"), title: t("profile.title") });
  private readonly sign = new Kept<HTMLElement>();
  private readonly asks = h("span", { class: "badge", hidden: true });
  private readonly tabs: Record<Tab, HTMLButtonElement>;
  private tab: Tab = "talks";

  constructor(
    private readonly client: Client,
    actions: SidebarActions,
    private readonly changed: () => void,
  ) {
    this.search = new Search(client.people, changed);
    this.rows = new TalkRows(client);
    this.contacts = new ContactList(client);
    this.more = h("button", { type: "button", class: "quiet", onClick: () => void this.search.showMore() }, t("list.more"));
    const tab = (of: Tab, label: string, ...more: Node[]) =>
      h("button", { type: "button", role: "tab", "aria-selected": "false", id: `tab-${of}`, onClick: () => this.show(of) }, label, ...more);
    this.tabs = { talks: tab("talks", t("list.conversations")), contacts: tab("contacts", t("contact.all"), this.asks) };
    this.ownSign.addEventListener("click", actions.profile);
    const own = h("div", { class: "own" }, this.ownName, this.status);
    const make = h("button", { type: "button", class: "tool", "aria-label": t("list.new"), title: t("list.new"), "aria-haspopup": "menu", "aria-expanded": "false" }, icon("plus"));
    make.addEventListener("click", () => actions.make(make));
    const gear = h("button", { type: "button", class: "tool", "aria-label": t("settings"), title: t("settings"), onClick: actions.settings }, icon("gear"));
    this.lists = h("div", { class: "lists", role: "tabpanel", "aria-labelledby": "tab-talks" }, this.talks, this.peopleTitle, this.people, this.peopleNote, this.more);
    this.contacts.element.setAttribute("role", "tabpanel");
    this.contacts.element.setAttribute("aria-labelledby", "tab-contacts");
    this.element = h(
      "nav",
      { class: "sidebar", "aria-label": t("list.label"), onKeydown: (event: KeyboardEvent) => this.walk(event) },
      h("header", {}, this.ownSign, own, make, gear),
      this.search.element,
      h("div", { class: "tabs", role: "tablist" }, this.tabs.talks, this.tabs.contacts),
      this.lists,
      this.contacts.element,
    );
    this.lists.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.talks.addEventListener("contextmenu", (event) => {
      const link = (event.target as Element).closest("a");
      const peer = link ? this.rows.peerOf(link) : undefined;
      if (!link || peer === undefined) return;
      event.preventDefault();
      actions.options(peer, link, { x: event.clientX, y: event.clientY });
    });
  }

  /** Whom the person sees here, so that it is asked who of them is online. */
  inView(): UserId[] {
    const shown = [...this.client.list().map(({ peer }) => peer), ...this.search.users].filter((peer) => peer > 0n);
    return [...new Set(shown)].slice(0, 100);
  }

  render(current: Peer | undefined): void {
    const { client, search, tab } = this;
    this.renderOwn();
    this.renderStatus();
    for (const [of, button] of Object.entries(this.tabs)) button.setAttribute("aria-selected", String(of === tab));
    this.lists.hidden = tab !== "talks";
    this.contacts.element.hidden = tab !== "contacts";
    const asking = client.contacts.in(ContactState.ASKS).length;
    this.asks.hidden = asking === 0;
    setText(this.asks, String(asking));
    this.asks.setAttribute("aria-label", count("contact.asking", asking));
    const wanted = search.query.toLocaleLowerCase();
    if (tab === "contacts") {
      this.contacts.render(current, wanted);
      return;
    }
    // With those to whom something was written that is not sent yet, and with everyone, who is always there.
    const peers = new Set([...client.list().map((talk) => talk.peer), ...client.outbox.items.map((unsent) => unsent.peer), EVERYONE]);
    // With contacts to whom nothing was said yet, when one looks for them.
    if (wanted) for (const { user } of client.contacts.in(ContactState.CONTACT)) peers.add(user);
    const listed = [...peers].filter((peer) => [peerName(client, peer), peer > 0n ? (client.people.get(peer)?.name ?? "") : ""].some((name) => name.toLocaleLowerCase().includes(wanted)));
    const shown = new Set(listed);
    reconcile(this.talks, listed.map((peer) => this.rows.talk(peer, current, search.listed)));
    const others = search.users.filter((user) => !shown.has(user) && user !== client.me);
    reconcile(this.people, others.map((user) => this.rows.person(user, current, search.listed)));
    this.rows.sweep();
    setText(this.peopleTitle, t(search.query ? "list.found" : "list.people"));
    this.peopleTitle.hidden = others.length === 0;
    this.more.hidden = !search.more;
    const note = this.note(listed.length + others.length, others.length);
    setText(this.peopleNote, note);
    this.peopleNote.hidden = note === "";
  }

  private note(found: number, people: number): string {
    const { query, listed, busy } = this.search;
    if (busy) return "";
    if (listed === false && people === 0) return query && found === 0 ? `${t("list.none")}. ${t("list.wholeName")}` : t("list.wholeName");
    if (query) return found === 0 ? t("list.none") : "";
    return listed && people === 0 && this.client.list().length === 0 ? t("list.nobody") : "";
  }

  private renderOwn(): void {
    const { client } = this;
    setText(this.ownName, ownName(client, client.me));
    reconcile(this.ownSign, [this.sign.get("own", face(client, client.me), () => avatar(client, client.me, "medium"))]);
    this.sign.sweep();
  }

  private renderStatus(): void {
    const { state } = this.client.link;
    const http = state.kind === "online" && state.via === "http";
    const key = state.kind === "online" ? (http ? "status.http" : "status.online") : state.kind === "ended" ? "status.away" : "status.connecting";
    this.status.dataset["kind"] = http ? "http" : state.kind;
    this.status.title = http ? t("status.httpWhy") : "";
    setText(this.status, t(key));
  }

  private show(tab: Tab): void {
    this.tab = tab;
    this.changed();
  }

  private scrolled(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.lists;
    if (scrollHeight - scrollTop - clientHeight < END_PX) void this.client.conversations.older();
  }

  /** Up and down go from row to row, from the search field too; left and right from tab to tab. */
  private walk(event: KeyboardEvent): void {
    const focused = document.activeElement;
    const onTab = focused?.getAttribute("role") === "tab";
    if (onTab && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
      this.show(this.tab === "talks" ? "contacts" : "talks");
      this.tabs[this.tab].focus();
      event.preventDefault();
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const links = [...this.element.querySelectorAll<HTMLElement>(".lists:not([hidden]) .rows a")];
    const at = links.indexOf(focused as HTMLElement);
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
    if (next < 0) this.search.focus();
    else links[next]?.focus();
  }

  /** A conversation was opened: what was searched for is found. */
  opened(): void {
    if (this.search.query) this.search.clear();
  }

  /** There is a link: people can be asked for. */
  linked(): void {
    void this.search.refresh();
  }

  /** Asks again, unless more than the first page is shown. */
  refresh(): void {
    if (this.search.users.length <= FIRST_PAGE) void this.search.refresh();
  }
}
