// The dialog with what one can choose, with the account, and with the way out.

import { t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import { blockedPeople, changePassword, deleteAccount } from "./account.js";
import { confirmDialog, openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import type { Icon } from "./icons.js";
import { languageSwitch } from "./login.js";
import { ownProfile } from "./profile.js";
import { setTheme, theme, themes } from "./theme.js";

export interface Leaving {
  redraw(): void;
  logOut(): void;
  /** The account is no more. */
  erased(): void;
}

export function settings(client: Client, actions: Leaving): void {
  const looks = h("div", { class: "choice", role: "group", "aria-label": t("theme") });
  for (const known of themes) {
    const button = h("button", { type: "button", "aria-pressed": String(known === theme()) }, t(`theme.${known}`));
    button.addEventListener("click", () => {
      setTheme(known);
      for (const other of looks.children) other.setAttribute("aria-pressed", String(other === button));
    });
    looks.append(button);
  }
  const out = async () => {
    if (client.outbox.items.length > 0 && !(await confirmDialog(t("logOut"), t("logOut.unsent"), t("logOut")))) return;
    dialog.close();
    actions.logOut();
  };
  const way = (label: string, sign: Icon, then: () => void) => {
    const go = () => {
      dialog.close();
      then();
    };
    return h("button", { type: "button", class: "way", onClick: go }, icon(sign), label);
  };
  const { state } = client.link;
  const overHttp = state.kind === "online" && state.via === "http";
  const dialog = openDialog(t("settings"), [
    ...(overHttp ? [h("p", { class: "notice" }, t("status.httpWhy"))] : []),
    h(
      "div",
      { class: "ways" },
      way(t("profile.title"), "person", () => ownProfile(client)),
      way(t("password.change"), "edit", () => changePassword(client)),
      way(t("block.title"), "block", () => blockedPeople(client)),
      way(t("erase.title"), "trash", () => deleteAccount(client, actions.erased)),
    ),
    h("h3", {}, t("language")),
    languageSwitch(() => {
      dialog.close();
      actions.redraw();
    }),
    h("h3", {}, t("theme")),
    looks,
    h("p", { class: "note" }, t("settings.device")),
    h("button", { type: "button", class: "danger", onClick: out }, t("logOut")),
  ]);
}
