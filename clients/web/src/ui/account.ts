// The dialogs about the account itself: its password, whom it has blocked, and its end.

import { t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import { avatar } from "./avatar.js";
import { action, labelled, openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { failureText, userName } from "./names.js";
import { attempt, toast } from "./toast.js";

export function changePassword(client: Client): void {
  const secret = (autocomplete: string) => h("input", { type: "password", required: true, maxlength: 128, autocomplete });
  const before = labelled(t("password.old"), secret("current-password"));
  const after = labelled(t("password.new"), secret("new-password"));
  const again = labelled(t("password.again"), secret("new-password"));
  const { form, problem } = action(
    t("password.change"),
    async () => {
      if (after.value !== again.value) {
        problem.textContent = t("password.differ");
        return;
      }
      await client.profile.changePassword(before.value, after.value);
      dialog.close();
      toast(t("password.changed"));
    },
    "password",
  );
  form.prepend(h("p", { class: "note" }, t("password.others")), before.row, after.row, again.row);
  const dialog = openDialog(t("password.change"), [form]);
  before.focus();
}

export function deleteAccount(client: Client, erased: () => void): void {
  const password = labelled(t("login.password"), h("input", { type: "password", maxlength: 128, autocomplete: "current-password" }));
  const { form } = action(
    t("erase.yes"),
    async () => {
      await client.eraseAccount(password.value);
      dialog.close();
      erased();
    },
    "erase",
    "danger",
  );
  form.prepend(h("p", {}, t("erase.what")), h("p", { class: "notice" }, t("erase.final")), password.row);
  const dialog = openDialog(t("erase.title"), [form]);
}

export function blockedPeople(client: Client): void {
  const list = h("ul", { class: "rows members" });
  const note = h("p", { class: "note", role: "status" }, t("talk.loading"));
  openDialog(t("block.title"), [note, list]);
  const show = async () => {
    try {
      const blocked = [...(await client.contacts.blocks())];
      note.textContent = blocked.length === 0 ? t("block.none") : t("block.what");
      list.hidden = blocked.length === 0;
      list.replaceChildren(
        ...blocked.map((user) => {
          const end = async () => {
            if (await attempt(client.contacts.block(user, false))) await show();
          };
          return h("li", {}, avatar(client, user, "small"), h("span", { class: "name", dir: "auto" }, userName(client, user)), h("button", { type: "button", class: "quiet", onClick: () => void end() }, t("block.end")));
        }),
      );
    } catch (error) {
      note.textContent = failureText(error);
    }
  };
  void show();
}
