// The list: conversations with what was said last, people, and finding both.

import { count, t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import { EVERYONE } from "../store/entries.js";
import type { Peer, UserId } from "../store/entries.js";
import { UNREAD_MAX } from "../store/talks.js";
import { avatar } from "./avatar.js";
import { Kept, h, reconcile, setText } from "./dom.js";
import { fullTime, shortTime } from "./format.js";
import { icon } from "./icons.js";
import { peerName, preview } from "./names.js";
import { addressOf } from "./route.js";
import { Search } from "./search.js";

/** So many people are found at once. */
const FIRST_PAGE = 50;

export interface SidebarActions {
  newGroup(): void;
  settings(): void;
}

export class Sidebar {
  readonly element: HTMLElement;
  private readonly search: Search;
  private readonly talks = h("ul", { class: "rows" });
  private readonly people = h("ul", { class: "rows" });
  private readonly peopleTitle = h("h2", {});
  private readonly peopleNote = h("p", { class: "note" });
  private readonly more: HTMLButtonElement;
  private readonly status = h("span", { class: "status" });
  private readonly rows = new Kept<HTMLLIElement>();

  constructor(
    private readonly client: Client,
    actions: SidebarActions,
    changed: () => void,
  ) {
    this.search = new Search(client.people, changed);
    this.more = h("button", { type: "button", class: "quiet", onClick: () => void this.search.showMore() }, t("list.more"));
    const own = h("div", { class: "own" }, h("strong", {}, client.session.name), this.status);
    const tool = (name: "addGroup" | "gear", label: string, then: () => void) =>
      h("button", { type: "button", class: "tool", "aria-label": label, title: label, onClick: then }, icon(name));
    this.element = h(
      "nav",
      { class: "sidebar", "aria-label": t("list.label"), onKeydown: (event: KeyboardEvent) => this.walk(event) },
      h(
        "header",
        {},
        avatar(client.me, client.session.name, "medium"),
        own,
        tool("addGroup", t("group.new"), actions.newGroup),
        tool("gear", t("settings"), actions.settings),
      ),
      this.search.element,
      h("div", { class: "lists" }, h("h2", { class: "hidden" }, t("list.conversations")), this.talks, this.peopleTitle, this.people, this.peopleNote, this.more),
    );
  }

  /** Whom the person sees here, so that it is asked who of them is online. */
  inView(): UserId[] {
    const shown = [...this.client.talks.keys(), ...this.search.users].filter((peer) => peer > 0n);
    return [...new Set(shown)].slice(0, 100);
  }

  render(current: Peer | undefined): void {
    const { client, search } = this;
    this.renderStatus();
    const wanted = search.query.toLocaleLowerCase();
    // With those to whom something was written that is not sent yet, and with everyone, who is always there.
    const peers = new Set([...client.list().map((talk) => talk.peer), ...client.outbox.items.map((unsent) => unsent.peer), EVERYONE]);
    const listed = [...peers].filter((peer) => peerName(client, peer).toLocaleLowerCase().includes(wanted));
    const shown = new Set(listed);
    reconcile(this.talks, listed.map((peer) => this.talk(peer, current)));
    const others = search.users.filter((user) => !shown.has(user) && user !== client.me);
    reconcile(this.people, others.map((user) => this.person(user, current)));
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
    return listed && people === 0 && this.client.talks.size === 0 ? t("list.nobody") : "";
  }

  private renderStatus(): void {
    const { state } = this.client.link;
    const http = state.kind === "online" && state.via === "http";
    const key = state.kind === "online" ? (http ? "status.http" : "status.online") : state.kind === "ended" ? "status.away" : "status.connecting";
    this.status.dataset["kind"] = http ? "http" : state.kind;
    this.status.title = http ? t("status.httpWhy") : "";
    setText(this.status, t(key));
  }

  private talk(peer: Peer, current: Peer | undefined): HTMLLIElement {
    const { client } = this;
    const talk = client.talks.get(peer);
    const unsent = client.outbox.of(peer).at(-1);
    if (!talk && !unsent) return this.person(peer, current);
    const name = peerName(client, peer);
    const online = peer > 0n && client.people.isOnline(peer);
    const typing = client.typers.in(peer).length > 0;
    const text = typing ? t("talk.typingShort") : unsent ? t("list.you", { text: unsent.text.replace(/\s+/g, " ") }) : preview(client, peer, talk!.last);
    const sentAtMs = unsent?.writtenAtMs ?? talk!.last.sentAtMs;
    const time = shortTime(sentAtMs);
    const failed = unsent?.refused !== undefined;
    const number = talk?.unread.length ?? 0;
    const sign = [name, online, typing, text, time, number, failed, peer === current].join("\u0000");
    return this.rows.get(`t${peer}`, sign, (before) =>
      this.row(before, peer, peer === current, [
        avatar(peer, name, "medium", online),
        h("span", { class: "name", dir: "auto" }, name, online && h("span", { class: "hidden" }, ` (${t("peer.online")})`)),
        h("time", { datetime: new Date(sentAtMs).toISOString(), title: fullTime(sentAtMs) }, time),
        h("span", { class: `preview${typing ? " typing" : ""}`, dir: "auto" }, text),
        failed && h("span", { class: "badge failed", title: t("state.failed") }, "!", h("span", { class: "hidden" }, t("state.failed"))),
        !failed && number > 0 && h("span", { class: "badge", "aria-label": count("unread", number) }, number >= UNREAD_MAX ? `${UNREAD_MAX - 1}+` : String(number)),
      ]),
    );
  }

  private person(peer: Peer, current: Peer | undefined): HTMLLIElement {
    const name = peerName(this.client, peer);
    const online = this.client.people.isOnline(peer);
    const hint = peer === EVERYONE ? t("peer.everyoneHint") : online ? t("peer.online") : t("peer.offline");
    const told = peer === EVERYONE || this.search.listed;
    return this.rows.get(`p${peer}`, [name, online, told, peer === current].join("\u0000"), (before) =>
      this.row(before, peer, peer === current, [
        avatar(peer, name, "medium", online),
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

  /** Up and down go from row to row, from the search field too. */
  private walk(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const links = [...this.element.querySelectorAll<HTMLElement>(".rows a")];
    const at = links.indexOf(document.activeElement as HTMLElement);
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
