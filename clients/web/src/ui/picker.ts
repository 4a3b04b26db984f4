// Choosing people: those chosen as chips, those found below, each with a box to tick.

import { ContactState } from "../gen/longlink/v1/people_pb.js";
import { t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import type { UserId } from "../store/entries.js";
import { avatar, face } from "./avatar.js";
import { Kept, h, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { userName } from "./names.js";
import { Search } from "./search.js";

/** So many can be named in one request. */
const CHOSEN_MAX = 100;

export class Picker {
  readonly element: HTMLElement;
  readonly chosen: UserId[] = [];
  private readonly search: Search;
  private readonly chips = h("ul", { class: "chips" });
  private readonly found = h("ul", { class: "rows picks" });
  private readonly rows = new Kept<HTMLLIElement>();

  constructor(
    private readonly client: Client,
    private readonly without: (user: UserId) => boolean,
    private readonly changed: () => void,
  ) {
    this.search = new Search(client.people, () => this.render(), t("group.addHint"));
    this.element = h("div", { class: "picker" }, this.chips, this.search.element, this.found);
    void this.search.refresh();
    this.render();
  }

  private toggle(user: UserId): void {
    const at = this.chosen.indexOf(user);
    if (at >= 0) this.chosen.splice(at, 1);
    else if (this.chosen.length < CHOSEN_MAX) this.chosen.push(user);
    this.render();
    this.changed();
  }

  render(): void {
    const { client } = this;
    const chips = this.chosen.map((user) => {
      const name = userName(client, user);
      const label = t("group.remove", { name });
      return this.rows.get(`c${user}`, name, () =>
        h("li", {}, name, h("button", { type: "button", "aria-label": label, title: label, onClick: () => this.toggle(user) }, icon("close"))),
      );
    });
    const wanted = this.search.query.toLocaleLowerCase();
    const contacts = client.contacts.in(ContactState.CONTACT).map(({ user }) => user);
    const known = [...contacts, ...client.talks.keys()].filter((peer) => peer > 0n && userName(client, peer).toLocaleLowerCase().includes(wanted));
    const users = [...new Set([...known, ...this.search.users])];
    const rows = users.filter((user) => user !== client.me && !this.without(user)).map((user) => this.row(user));
    reconcile(this.chips, chips);
    reconcile(this.found, rows);
    this.rows.sweep();
  }

  private row(user: UserId): HTMLLIElement {
    const name = userName(this.client, user);
    const row = this.rows.get(`f${user}`, name + face(this.client, user), () => {
      const box = h("input", { type: "checkbox", onChange: () => this.toggle(user) });
      return h("li", {}, h("label", {}, box, avatar(this.client, user, "small"), h("span", { class: "name", dir: "auto" }, name)));
    });
    row.querySelector("input")!.checked = this.chosen.includes(user);
    return row;
  }
}
