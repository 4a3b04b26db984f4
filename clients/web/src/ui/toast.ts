// A short word at the foot of the page about what was just done, or could not be.

import { h } from "./dom.js";
import { failureText } from "./names.js";
import type { About } from "./names.js";

const SHOWN_MS = 5_000;

export function toast(text: string): void {
  for (const before of document.querySelectorAll(".toast")) before.remove();
  const element = h("div", { class: "toast", popover: "manual", role: "status" }, text);
  document.body.append(element);
  // Above an open dialog, too.
  element.showPopover();
  setTimeout(() => element.remove(), SHOWN_MS);
}

/** Tells when something could not be done; gives whether it could. */
export async function attempt(run: Promise<unknown>, about?: About): Promise<boolean> {
  try {
    await run;
    return true;
  } catch (error) {
    toast(failureText(error, about));
    return false;
  }
}
