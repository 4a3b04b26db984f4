// The list of contacts: who asks, who was asked, and who is one, with who is here.

import { ContactState } from "../gen/longlink/v1/people_pb.js";
import { regionTag, t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import type { Known } from "../store/contacts.js";
import type { UserId } from "../store/entries.js";
import { avatar, face } from "./avatar.js";
import { personCard, presenceText } from "./card.js";
import { Kept, h, reconcile, setText } from "./dom.js";
import { userName } from "./names.js";
import { addressOf } from "./route.js";
import { attempt } from "./toast.js";

export class ContactList {
  readonly element: HTMLElement;
  private readonly asks = h("ul", { class: "rows" });
  private readonly all = h("ul", { class: "rows" });
  private readonly asked = h("ul", { class: "rows" });
  private readonly titles = { asks: h("h2", {}), all: h("h2", {}), asked: h("h2", {}) };
  private readonly note = h("p", { class: "note" });
  private readonly rows = new Kept<HTMLLIElement>();

  constructor(private readonly client: Client) {
    const { asks, all, asked } = this.titles;
    this.element = h("div", { class: "lists" }, asks, this.asks, all, this.all, asked, this.asked, this.note);
  }

  render(current: UserId | undefined, wanted: string): void {
    const { contacts } = this.client;
    const order = new Intl.Collator(regionTag());
    const name = ({ user }: Known) => userName(this.client, user);
    const list = (state: ContactState) =>
      contacts
        .in(state)
        .filter((known) => name(known).toLocaleLowerCase().includes(wanted) || (this.client.people.get(known.user)?.name ?? "").toLocaleLowerCase().includes(wanted))
        .sort((a, b) => order.compare(name(a), name(b)));
    const [asks, all, asked] = [list(ContactState.ASKS), list(ContactState.CONTACT), list(ContactState.ASKED)];
    reconcile(this.asks, asks.map((known) => this.ask(known)));
    reconcile(this.all, all.map(({ user }) => this.contact(user, current)));
    reconcile(this.asked, asked.map((known) => this.waiting(known)));
    this.rows.sweep();
    for (const [title, text, count] of [
      [this.titles.asks, t("contact.requests"), asks.length],
      [this.titles.all, t("contact.all"), all.length],
      [this.titles.asked, t("contact.waiting"), asked.length],
    ] as const) {
      setText(title, text);
      title.hidden = count === 0;
    }
    const none = contacts.loaded && asks.length + all.length + asked.length === 0;
    setText(this.note, none ? t(wanted ? "list.none" : "contact.none") : "");
    this.note.hidden = !none;
  }

  private contact(user: UserId, current: UserId | undefined): HTMLLIElement {
    const { client } = this;
    const name = userName(client, user);
    const about = presenceText(client, user);
    const online = client.presence.isOnline(user);
    return this.rows.get(`c${user}`, [name, face(client, user), about, online, user === current].join("\u0000"), () =>
      h(
        "li",
        {},
        h("a", { href: addressOf(user), "aria-current": user === current && "page" }, avatar(client, user, "medium", online), h("span", { class: "name", dir: "auto" }, name), h("span", { class: `preview${online ? " typing" : ""}` }, about)),
      ),
    );
  }

  private ask({ user, greeting }: Known): HTMLLIElement {
    const { client } = this;
    const name = userName(client, user);
    return this.rows.get(`a${user}`, [name, face(client, user), greeting].join("\u0000"), () => {
      const answer = (accept: boolean) => void attempt(client.contacts.answer(user, accept), "contact");
      const card = h("button", { type: "button", class: "who-asks", onClick: () => personCard(client, user) }, avatar(client, user, "medium"), h("span", { class: "name", dir: "auto" }, name), h("span", { class: "preview", dir: "auto" }, greeting || t("contact.asks")));
      const buttons = h(
        "div",
        { class: "buttons" },
        h("button", { type: "button", class: "quiet", onClick: () => answer(false) }, t("contact.decline")),
        h("button", { type: "button", class: "primary", onClick: () => answer(true) }, t("contact.accept")),
      );
      return h("li", { class: "asks" }, card, buttons);
    });
  }

  private waiting({ user }: Known): HTMLLIElement {
    const { client } = this;
    const name = userName(client, user);
    return this.rows.get(`w${user}`, [name, face(client, user)].join("\u0000"), () =>
      h(
        "li",
        { class: "asks" },
        h("button", { type: "button", class: "who-asks", onClick: () => personCard(client, user) }, avatar(client, user, "medium"), h("span", { class: "name", dir: "auto" }, name), h("span", { class: "preview" }, t("contact.asked"))),
      ),
    );
  }
}
