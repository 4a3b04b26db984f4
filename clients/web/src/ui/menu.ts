// A menu at a button or at the pointer. The browser's own popover closes it with Escape and by a click beside it.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import type { Icon } from "./icons.js";

export interface Choice {
  label: string;
  icon: Icon;
  danger?: boolean;
  then(): void;
}

/** So far from the edges it stays. */
const EDGE_PX = 8;

export function openMenu(anchor: HTMLElement, label: string, choices: Choice[], at?: { x: number; y: number }): void {
  const buttons = choices.map((choice) => {
    const button = h("button", { type: "button", role: "menuitem", class: choice.danger ? "danger-text" : undefined }, icon(choice.icon), choice.label);
    button.addEventListener("click", () => {
      menu.hidePopover();
      choice.then();
    });
    return button;
  });
  const menu = h("div", { class: "menu", popover: "auto", role: "menu", "aria-label": label }, ...buttons);
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Tab") menu.hidePopover();
    // It closes the menu, and is not to leave the conversation besides.
    if (event.key === "Escape") event.stopPropagation();
    if (step === undefined) return;
    event.preventDefault();
    const from = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons.at((from + step) % buttons.length)?.focus();
  });
  menu.addEventListener("toggle", (event) => {
    if ((event as ToggleEvent).newState === "open") return;
    const inside = menu.contains(document.activeElement) || document.activeElement === document.body;
    menu.remove();
    anchor.setAttribute("aria-expanded", "false");
    if (inside) anchor.focus({ preventScroll: true });
  });
  // What is beside an open dialog cannot be used, also when it is shown above it.
  (anchor.closest("dialog") ?? document.body).append(menu);
  anchor.setAttribute("aria-expanded", "true");
  menu.showPopover();
  place(menu, anchor.getBoundingClientRect(), at);
  buttons[0]?.focus({ preventScroll: true });
}

function place(menu: HTMLElement, anchor: DOMRect, at: { x: number; y: number } | undefined): void {
  const { width, height } = menu.getBoundingClientRect();
  const { innerWidth, innerHeight } = window;
  const below = at?.y ?? anchor.bottom + 4;
  const above = (at?.y ?? anchor.top - 4) - height;
  const left = at?.x ?? (anchor.left + width < innerWidth - EDGE_PX ? anchor.left : anchor.right - width);
  const top = below + height < innerHeight - EDGE_PX ? below : above;
  menu.style.left = `${Math.max(EDGE_PX, Math.min(left, innerWidth - width - EDGE_PX))}px`;
  menu.style.top = `${Math.max(EDGE_PX, Math.min(top, innerHeight - height - EDGE_PX))}px`;
}
