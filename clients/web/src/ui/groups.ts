// The dialogs by which one comes into groups: making one, and joining one by its link.

import { t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import { newId } from "../store/ids.js";
import { action, labelled, openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { Picker } from "./picker.js";
import { goTo, joinLink } from "./route.js";

export function newGroup(client: Client): void {
  // The dialog's own, so that trying again after a broken connection does not make a second group.
  const id = newId();
  const name = labelled(t("group.name"), h("input", { maxlength: 64, required: true, autocomplete: "off", dir: "auto" }));
  const picker = new Picker(client, () => false, () => {});
  const { form, submit } = action(t("group.create"), async () => {
    const group = await client.groups.create(name.value.trim(), picker.chosen, id);
    dialog.close();
    goTo(group);
  });
  submit.disabled = true;
  name.addEventListener("input", () => (submit.disabled = name.value.trim() === ""));
  form.prepend(name.row, h("span", { class: "label" }, t("group.add")), picker.element);
  const dialog = openDialog(t("group.new"), [form]);
  name.focus();
}

/** Asks for the link, or joins by the one that was followed. */
export function joinGroup(client: Client, followed = ""): void {
  const link = labelled(t("join.link"), h("input", { required: true, autocomplete: "off", spellcheck: "false", value: followed }), t("join.linkHint"));
  const greeting = labelled(t("join.greeting"), h("input", { maxlength: 60, autocomplete: "off", dir: "auto" }), t("join.greetingHint"));
  const { form, problem } = action(
    t("join.join"),
    async () => {
      const wanted = joinLink(link.value);
      if (wanted === undefined) {
        problem.textContent = t("join.noLink");
        return;
      }
      const { group, name, joined } = await client.groups.join(wanted, greeting.value.trim());
      if (!joined) return t("join.asked", { name });
      dialog.close();
      goTo(group);
      return;
    },
    "join",
  );
  form.prepend(h("p", { class: "note" }, t("join.what")), link.row, greeting.row);
  const dialog = openDialog(t("join.title"), [form]);
  (followed ? greeting : link).focus();
}
