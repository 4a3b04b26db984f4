// The list that helps to name somebody of the group while one writes: opened by an @, walked with the arrow keys.

import { t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import { ALL } from "../store/entries.js";
import type { Peer, UserId } from "../store/entries.js";
import { names, typedMention, withMention } from "../store/mentions.js";
import { avatar } from "./avatar.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { ownName, userName } from "./names.js";

const SHOWN_MAX = 6;
/** So many can be named in one message. */
const NAMED_MAX = 100;

interface Suggestion {
  user: UserId;
  name: string;
}

export class Mentions {
  readonly element = h("ul", { class: "suggestions", role: "listbox", id: "suggestions", hidden: true, "aria-label": t("mention.label") });
  private members: UserId[] = [];
  private shown: Suggestion[] = [];
  private at = 0;
  /** Who was picked, by the name that stands in the text. */
  private readonly picked = new Map<string, UserId>();

  constructor(
    private readonly client: Client,
    private readonly peer: Peer,
    private readonly input: HTMLTextAreaElement,
    private readonly typed: () => void,
  ) {
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", this.element.id);
    input.addEventListener("blur", () => this.close());
    input.addEventListener("click", () => this.look());
  }

  /** Whom this text names. */
  in(text: string): UserId[] {
    const named = [...this.picked].filter(([name]) => names(text, name)).map(([, user]) => user);
    return [...new Set(named)].slice(0, NAMED_MAX);
  }

  clear(): void {
    this.picked.clear();
    this.close();
  }

  /** The text or the cursor has moved. */
  look(): void {
    const typed = this.typedNow();
    if (!typed) {
      this.close();
      return;
    }
    if (this.members.length === 0) void this.read();
    const wanted = typed.prefix.toLocaleLowerCase();
    const all = this.client.groups.mayMentionAll(this.peer) ? [{ user: ALL, name: t("mention.all") }] : [];
    const people = this.members.filter((user) => user !== this.client.me).map((user) => ({ user, name: ownName(this.client, user) }));
    const fits = ({ user, name }: Suggestion) => [name, user > 0n ? userName(this.client, user) : "all"].some((known) => known.toLocaleLowerCase().startsWith(wanted));
    this.shown = [...all, ...people].filter(fits).slice(0, SHOWN_MAX);
    this.at = 0;
    this.draw();
  }

  /** True when the key was for the list. */
  key(event: KeyboardEvent): boolean {
    if (this.element.hidden) return false;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this.at = (this.at + (event.key === "ArrowDown" ? 1 : this.shown.length - 1)) % this.shown.length;
      this.draw();
    } else if (event.key === "Enter" || event.key === "Tab") {
      this.pick(this.shown[this.at]!);
    } else if (event.key === "Escape") {
      this.close();
    } else {
      return false;
    }
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  private typedNow() {
    return this.peer < 0n && this.input.selectionStart === this.input.selectionEnd ? typedMention(this.input.value, this.input.selectionStart) : undefined;
  }

  private async read(): Promise<void> {
    try {
      this.members = (await this.client.groups.members(this.peer)).map(({ user }) => user);
      if (this.members.length > 0 && this.typedNow()) this.look();
    } catch {
      // Without a link nobody is suggested.
    }
  }

  private pick({ user, name }: Suggestion): void {
    const typed = this.typedNow();
    if (!typed) return;
    const { text, cursor } = withMention(this.input.value, this.input.selectionStart, typed.at, name);
    this.input.value = text;
    this.input.setSelectionRange(cursor, cursor);
    this.picked.set(name, user);
    this.close();
    this.typed();
  }

  private close(): void {
    this.element.hidden = true;
    this.input.removeAttribute("aria-activedescendant");
  }

  private draw(): void {
    if (this.shown.length === 0) {
      this.close();
      return;
    }
    const rows = this.shown.map((suggestion, at) => {
      const { user, name } = suggestion;
      const own = user > 0n && userName(this.client, user) !== name ? userName(this.client, user) : "";
      const sign = user === ALL ? h("span", { class: "avatar small everyone" }, icon("group")) : avatar(this.client, user, "small");
      const row = h("li", { role: "option", id: `suggestion-${at}`, "aria-selected": String(at === this.at) }, sign, h("span", { class: "name", dir: "auto" }, user === ALL ? t("mention.allLong") : name), own && h("span", { class: "preview" }, own));
      // Not a click: the field must not lose the focus before.
      row.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        this.pick(suggestion);
      });
      return row;
    });
    this.element.replaceChildren(...rows);
    this.element.hidden = false;
    this.input.setAttribute("aria-activedescendant", `suggestion-${this.at}`);
  }
}
