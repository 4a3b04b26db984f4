// The dialogs about groups: making one, looking at one, bringing people in, leaving.

import { count, t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import type { Peer, UserId } from "../store/entries.js";
import { newId } from "../store/ids.js";
import { avatar } from "./avatar.js";
import { confirmDialog, openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { failureText, userName } from "./names.js";
import { Picker } from "./picker.js";
import { goTo } from "./route.js";

export function newGroup(client: Client): void {
  // The dialog's own, so that trying again after a broken connection does not make a second group.
  const id = newId();
  const name = h("input", { id: "group-name", maxlength: 64, required: true, autocomplete: "off" });
  const picker = new Picker(client, () => false, () => {});
  const { form, submit } = action(t("group.create"), async () => {
    const group = await client.groups.create(name.value.trim(), picker.chosen, id);
    dialog.close();
    goTo(group);
  });
  submit.disabled = true;
  name.addEventListener("input", () => (submit.disabled = name.value.trim() === ""));
  form.prepend(h("label", { for: "group-name" }, h("span", { class: "label" }, t("group.name")), h("span", { class: "field" }, name)), h("span", { class: "label" }, t("group.add")), picker.element);
  const dialog = openDialog(t("group.new"), [form]);
  name.focus();
}

export function groupInfo(client: Client, peer: Peer): void {
  const group = client.groups.get(peer);
  if (!group) return;
  const members = new Set<UserId>();
  const list = h("ul", { class: "rows members" });
  const title = h("h3", {}, t("group.members"));
  const problem = h("p", { class: "problem", role: "alert" });
  const picker = new Picker(client, (user) => members.has(user), () => (submit.disabled = picker.chosen.length === 0));
  const { form, submit } = action(t("group.invite"), async () => {
    await client.groups.invite(peer, picker.chosen);
    picker.chosen.length = 0;
    submit.disabled = true;
    await show();
  });
  submit.disabled = true;
  form.prepend(picker.element);
  const leave = async () => {
    if (!(await confirmDialog(t("group.leave"), t("group.leaveSure", { name: group.name }), t("group.leave")))) return;
    try {
      await client.groups.leave(peer);
      dialog.close();
    } catch (error) {
      problem.textContent = failureText(error);
    }
  };
  const show = async () => {
    try {
      const page = await client.groups.members(peer);
      for (const { id } of page.members) members.add(id);
      title.textContent = count("members", page.more ? group.memberCount : page.members.length);
      const rows = page.members.map(({ id, online }) => {
        const name = id === client.me ? t("peer.self", { name: client.session.name }) : userName(client, id);
        const role = id === group.owner && h("span", { class: "preview" }, t("group.owner"));
        return h("li", {}, avatar(id, userName(client, id), "small", online), h("span", { class: "name", dir: "auto" }, name), role);
      });
      list.replaceChildren(...rows, ...(page.more ? [h("li", {}, t("group.moreMembers"))] : []));
      picker.render();
    } catch (error) {
      problem.textContent = failureText(error);
    }
  };
  const dialog = openDialog(group.name, [
    title,
    list,
    h("details", {}, h("summary", {}, t("group.add")), form),
    problem,
    h("button", { type: "button", class: "danger", onClick: leave }, t("group.leave")),
  ]);
  void show();
}

/** A form with one button, which tells why it did not work. */
function action(label: string, run: () => Promise<void>) {
  const problem = h("p", { class: "problem", role: "alert" });
  const submit = h("button", { type: "submit", class: "primary" }, label);
  const form = h("form", {}, problem, submit);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    problem.textContent = "";
    submit.disabled = true;
    run().catch((error: unknown) => {
      problem.textContent = failureText(error);
      submit.disabled = false;
    });
  });
  return { form, submit };
}
