// A dialog over the page. The browser's own keeps the focus inside and closes with Escape.

import { t } from "../i18n/words.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { failureText } from "./names.js";
import type { About } from "./names.js";

export interface Dialog {
  element: HTMLDialogElement;
  title: HTMLElement;
  close(): void;
}

/** Of those that are open: how each is drawn anew when something changed. */
const renderers = new Map<HTMLDialogElement, () => void>();

/** Something changed: dialogs that show it are drawn anew. */
export function renderDialogs(): void {
  for (const render of renderers.values()) render();
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
    const dialog = openDialog(title, [h("p", {}, text), buttons], { closed: () => resolve(agreed) });
  });
}

export interface DialogOptions {
  /** Called once, however it is closed. */
  closed?(): void;
  /** Called at once, and whenever something changed. */
  render?(): void;
  class?: string;
}

export function openDialog(title: string, content: Node[], options: DialogOptions = {}): Dialog {
  const id = `dialog-${Math.random().toString(36).slice(2)}`;
  const close = () => element.close();
  const shut = h("button", { type: "button", class: "tool", "aria-label": t("dialog.close"), title: t("dialog.close"), onClick: close }, icon("close"));
  const heading = h("h2", { id, dir: "auto" }, title);
  const element = h("dialog", { "aria-labelledby": id, class: options.class }, h("header", {}, heading, shut), h("div", { class: "content" }, ...content));
  let pressedBeside = false;
  // A click on the dialog itself and on nothing in it is one beside it; one that began inside, such as choosing text, is none.
  element.addEventListener("pointerdown", (event) => (pressedBeside = event.target === element));
  element.addEventListener("click", (event) => {
    if (event.target === element && pressedBeside) close();
  });
  element.addEventListener("close", (event) => {
    if (event.target !== element) return;
    renderers.delete(element);
    element.remove();
    options.closed?.();
  });
  document.body.append(element);
  element.showModal();
  if (options.render) {
    renderers.set(element, options.render);
    options.render();
  }
  return { element, title: heading, close };
}

/** A form with one button, which tells why it did not work. What `run` gives is said when it did. */
export function action(label: string, run: () => Promise<string | void>, about?: About, kind = "primary") {
  const problem = h("p", { class: "problem", role: "alert" });
  const done = h("p", { class: "done", role: "status" });
  const submit = h("button", { type: "submit", class: kind }, label);
  const form = h("form", {}, problem, done, submit);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    problem.textContent = "";
    done.textContent = "";
    submit.disabled = true;
    run()
      .then((said) => (done.textContent = said ?? ""))
      .catch((error: unknown) => (problem.textContent = failureText(error, about)))
      .finally(() => (submit.disabled = false));
  });
  return { form, submit, problem };
}

/** A field with its label. */
export function labelled<E extends HTMLElement>(label: string, field: E, hint = ""): E & { readonly row: HTMLElement } {
  field.id ||= `field-${Math.random().toString(36).slice(2)}`;
  const row = h("label", { for: field.id }, h("span", { class: "label" }, label, hint !== "" && h("small", {}, hint)), h("span", { class: "field" }, field));
  return Object.assign(field, { row });
}

/** A switch with its label. */
export function toggle(label: string, on: boolean, changed: (on: boolean) => void | Promise<unknown>): HTMLElement {
  const box = h("input", { type: "checkbox", role: "switch" });
  box.checked = on;
  box.addEventListener("change", () => {
    box.disabled = true;
    Promise.resolve(changed(box.checked)).finally(() => (box.disabled = false));
  });
  return h("label", { class: "toggle" }, h("span", {}, label), box);
}
