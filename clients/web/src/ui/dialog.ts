// A dialog over the page. The browser's own keeps the focus inside and closes with Escape.

import { t } from "../i18n/words.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";

export interface Dialog {
  element: HTMLDialogElement;
  close(): void;
}

/** Asks whether to go on with what cannot be taken back. */
export function confirmDialog(title: string, text: string, yes: string): Promise<boolean> {
  return new Promise((resolve) => {
    let agreed = false;
    const agree = () => {
      agreed = true;
      dialog.close();
    };
    const buttons = h(
      "div",
      { class: "buttons" },
      h("button", { type: "button", class: "quiet", onClick: () => dialog.close() }, t("dialog.cancel")),
      h("button", { type: "button", class: "danger", onClick: agree }, yes),
    );
    const dialog = openDialog(title, [h("p", {}, text), buttons], () => resolve(agreed));
  });
}

/** Opens it; `closed` is called once, however it is closed. */
export function openDialog(title: string, content: Node[], closed: () => void = () => {}): Dialog {
  const id = `dialog-${Math.random().toString(36).slice(2)}`;
  const close = () => element.close();
  const shut = h("button", { type: "button", class: "tool", "aria-label": t("dialog.close"), title: t("dialog.close"), onClick: close }, icon("close"));
  const element = h("dialog", { "aria-labelledby": id }, h("header", {}, h("h2", { id }, title), shut), h("div", { class: "content" }, ...content));
  element.addEventListener("click", (event) => {
    // A click on the dialog itself and on nothing in it is one beside it.
    if (event.target === element) close();
  });
  element.addEventListener("close", () => {
    element.remove();
    closed();
  });
  document.body.append(element);
  element.showModal();
  return { element, close };
}
