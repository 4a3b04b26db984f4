// Somebody's card: who they are, what they are to this person, and what can be done about that.

import { ContactState, Sex } from "../gen/longlink/v1/people_pb.js";
import { t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import type { UserId } from "../store/entries.js";
import { avatar } from "./avatar.js";
import { conversationToggles } from "./conversation.js";
import { action, confirmDialog, labelled, openDialog } from "./dialog.js";
import type { Dialog } from "./dialog.js";
import { Kept, h, reconcile } from "./dom.js";
import { agoText } from "./format.js";
import { icon } from "./icons.js";
import { ownName, userName } from "./names.js";
import { goTo } from "./route.js";
import { attempt } from "./toast.js";

/** The line about somebody's being here; empty where it is not to be known. */
export function presenceText(client: Client, user: UserId): string {
  const seen = client.presence.of(user);
  if (!seen) return "";
  if (seen.online) return t("peer.online");
  return seen.lastSeenAtMs > 0 ? agoText(seen.lastSeenAtMs) : t("peer.offline");
}

export function personCard(client: Client, user: UserId): void {
  const kept = new Kept<HTMLElement>();
  const body = h("div", { class: "card-body" });
  let blocked: boolean | undefined;
  const render = () => {
    const known = client.people.get(user);
    const profile = client.people.profile(user);
    const contact = client.contacts.get(user);
    const parts = [
      kept.get("head", [known?.name, known?.nickname, known?.alias, known?.picture, presenceText(client, user), profile?.sex, profile?.bio].join("\u0000"), () => head(client, user)),
      kept.get("actions", String(contact?.state), () => actions(client, user, contact?.state ?? ContactState.NONE, contact?.greeting ?? "", () => dialog?.close())),
      contact?.state === ContactState.CONTACT && kept.get("notes", "", () => notes(client, user)),
      kept.get("talk", `${client.talks.get(user)?.pinned}${client.talks.get(user)?.muted}`, () => conversationToggles(client, user)),
      kept.get("block", `${blocked}${contact?.state}`, () => dangers(client, user, contact?.state === ContactState.CONTACT, blocked, (now) => (blocked = now))),
    ];
    reconcile(body, parts.filter((part) => part instanceof Node));
    kept.sweep();
  };
  let dialog: Dialog | undefined;
  dialog = openDialog(t("card.title"), [body], { render, class: "person" });
  void client.people.refresh([user]);
  void client.contacts
    .blocks()
    .then((all) => {
      blocked = all.has(user);
      render();
    })
    .catch(() => {});
}

const SEXES = { [Sex.MALE]: "sex.male", [Sex.FEMALE]: "sex.female", [Sex.OTHER]: "sex.other" } as const;

function head(client: Client, user: UserId): HTMLElement {
  const name = userName(client, user);
  const own = ownName(client, user);
  const login = client.people.get(user)?.name ?? "";
  const { sex = Sex.UNSPECIFIED, bio = "" } = client.people.profile(user) ?? {};
  const sexKey = (SEXES as Record<number, (typeof SEXES)[keyof typeof SEXES] | undefined>)[sex];
  const others = [own !== name && own, login !== name && login !== own && `@${login}`, sexKey && t(sexKey)].filter(Boolean).join(" · ");
  const online = client.presence.isOnline(user);
  return h(
    "div",
    { class: "card-head" },
    avatar(client, user, "large", online),
    h("div", {}, h("strong", { dir: "auto" }, name), others !== "" && h("span", { class: "note", dir: "auto" }, others), h("span", { class: online ? "online" : "note" }, presenceText(client, user))),
    bio !== "" && h("p", { class: "bio", dir: "auto" }, bio),
  );
}

function actions(client: Client, user: UserId, state: ContactState, greeting: string, close: () => void): HTMLElement {
  const write = () => {
    close();
    goTo(user);
  };
  const button = (label: string, then: () => void, kind = "primary") => h("button", { type: "button", class: kind, onClick: then }, label);
  const rows: (HTMLElement | false)[] = [];
  if (state === ContactState.ASKS) {
    rows.push(h("p", { class: "notice", dir: "auto" }, greeting ? t("contact.asksSaying", { text: greeting }) : t("contact.asks")));
    rows.push(
      h("div", { class: "buttons" }, button(t("contact.decline"), () => void attempt(client.contacts.answer(user, false), "contact"), "quiet"), button(t("contact.accept"), () => void attempt(client.contacts.answer(user, true), "contact"))),
    );
  } else if (state === ContactState.ASKED) {
    rows.push(h("p", { class: "notice" }, t("contact.asked")));
    rows.push(h("div", { class: "buttons" }, button(t("contact.takeBack"), () => void attempt(client.contacts.remove(user)), "quiet"), button(t("card.write"), write)));
  } else if (state === ContactState.CONTACT) {
    rows.push(h("div", { class: "buttons" }, button(t("card.write"), write)));
  } else {
    const words = labelled(t("contact.greeting"), h("input", { maxlength: 60, autocomplete: "off", dir: "auto" }), t("contact.greetingHint"));
    const { form } = action(t("contact.ask"), () => client.contacts.invite(user, words.value.trim()), "contact", "quiet");
    form.prepend(words.row);
    rows.push(h("div", { class: "buttons" }, button(t("card.write"), write)), h("details", {}, h("summary", {}, t("contact.add")), form));
  }
  return h("div", { class: "card-actions" }, ...rows);
}

function notes(client: Client, user: UserId): HTMLElement {
  const known = client.contacts.get(user);
  const alias = labelled(t("contact.alias"), h("input", { maxlength: 64, autocomplete: "off", dir: "auto", value: known?.alias }), t("contact.onlyYou"));
  const remark = labelled(t("contact.remark"), h("textarea", { rows: 2, maxlength: 500, dir: "auto" }), t("contact.onlyYou"));
  remark.value = known?.remark ?? "";
  const { form } = action(t("dialog.save"), async () => {
    await client.contacts.note(user, alias.value.trim(), remark.value.trim());
    return t("dialog.saved");
  }, "contact", "quiet");
  form.prepend(alias.row, remark.row);
  return form;
}

function dangers(client: Client, user: UserId, contact: boolean, blocked: boolean | undefined, told: (blocked: boolean) => void): HTMLElement {
  const name = userName(client, user);
  const remove = async () => {
    if (await confirmDialog(t("contact.remove"), t("contact.removeSure", { name }), t("contact.remove"))) await attempt(client.contacts.remove(user));
  };
  const block = async () => {
    if (!blocked && !(await confirmDialog(t("block.block"), t("block.sure", { name }), t("block.block")))) return;
    if (await attempt(client.contacts.block(user, !blocked))) told(!blocked);
  };
  return h(
    "div",
    { class: "buttons" },
    contact && h("button", { type: "button", class: "danger", onClick: remove }, t("contact.remove")),
    blocked !== undefined && h("button", { type: "button", class: blocked ? "quiet" : "danger", onClick: block }, icon("block"), t(blocked ? "block.end" : "block.block")),
  );
}
