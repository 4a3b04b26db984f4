// The field above the list, and the people that are found by it. With nothing in it, it finds everybody.

import { t } from "../i18n/words.js";
import type { UserId } from "../store/entries.js";
import type { People } from "../store/people.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

/** A pause in typing, after which it is asked. */
const SETTLED_MS = 200;

export class Search {
  readonly element: HTMLElement;
  query = "";
  users: UserId[] = [];
  more = false;
  /** False where only whole names find people; nothing while it is not known. */
  listed: boolean | undefined;
  busy = false;
  private readonly input: HTMLInputElement;
  private timer: number | undefined;
  private round = 0;

  constructor(
    private readonly people: People,
    private readonly changed: () => void,
    label = t("list.search"),
  ) {
    this.input = h("input", { type: "search", placeholder: label, "aria-label": label, autocomplete: "off", spellcheck: "false", enterkeyhint: "search" });
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.input.value === "") return;
      event.preventDefault();
      event.stopPropagation();
      this.input.value = "";
      this.typed();
    });
    this.element = h("div", { class: "search", role: "search" }, icon("search"), this.input);
  }

  focus(): void {
    this.input.focus();
  }

  clear(): void {
    this.input.value = "";
    this.typed();
  }

  async refresh(): Promise<void> {
    this.round += 1;
    const round = this.round;
    this.busy = true;
    try {
      const found = await this.people.find(this.query);
      if (round !== this.round) return;
      this.users = found.users;
      this.more = found.more;
      this.listed = found.listed;
      if (!found.listed) this.input.placeholder = t("list.searchWhole");
    } catch {
      // Without a link it is asked again when there is one.
    } finally {
      if (round === this.round) this.busy = false;
    }
    this.changed();
  }

  async showMore(): Promise<void> {
    const last = this.users.at(-1);
    const after = last === undefined ? undefined : this.people.get(last)?.name;
    if (after === undefined) return;
    const round = this.round;
    try {
      const found = await this.people.find(this.query, after);
      if (round !== this.round) return;
      this.users = [...this.users, ...found.users];
      this.more = found.more;
    } catch {
      // The button is still there.
    }
    this.changed();
  }

  private typed(): void {
    this.query = this.input.value.trim();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.refresh(), SETTLED_MS);
    this.changed();
  }
}
