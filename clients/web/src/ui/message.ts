// One message on the page: a bubble with its text, time and state. The text is text; addresses in it become links.

import { count, t } from "../i18n/words.js";
import { h } from "./dom.js";
import { clockTime, fullTime } from "./format.js";
import { icon } from "./icons.js";
import { partsOf } from "./links.js";

export type MessageState = "theirs" | "waiting" | "kept" | "read" | "failed";

export interface MessageView {
  text: string;
  mine: boolean;
  sentAtMs: number;
  state: MessageState;
  /** In a group: how many have read it. */
  readers: number;
  /** Where it stands among those that one person wrote one behind the other. */
  first: boolean;
  last: boolean;
  /** Above the first of somebody else's, where several people write. */
  author: string | undefined;
  avatar: (() => HTMLElement) | undefined;
  /** Why it failed, in words. */
  problem: string;
  /** It came while one was looking. */
  fresh: boolean;
  retry(): void;
  discard(): void;
}

export function messageElement(view: MessageView): HTMLLIElement {
  const { mine, state } = view;
  const bubble = h(
    "div",
    { class: "bubble" },
    view.author !== undefined && h("span", { class: "author", dir: "auto" }, view.author),
    h("span", { class: "text", dir: "auto" }, ...textNodes(view.text)),
    h("span", { class: "meta" }, h("time", { datetime: new Date(view.sentAtMs).toISOString(), title: fullTime(view.sentAtMs) }, clockTime(view.sentAtMs)), mine && stateMark(view)),
  );
  const problem =
    state === "failed" &&
    h(
      "div",
      { class: "failure", role: "alert" },
      h("span", {}, view.problem),
      h("button", { type: "button", onClick: view.retry }, t("state.retry")),
      h("button", { type: "button", onClick: view.discard }, t("state.delete")),
    );
  const classes = ["message", mine ? "mine" : "theirs", state, view.first && "first", view.last && "last", view.fresh && "fresh"];
  return h("li", { class: classes.filter(Boolean).join(" ") }, view.avatar?.(), h("div", { class: "stack" }, bubble, problem));
}

function stateMark({ state, readers }: MessageView): HTMLElement {
  const shown = state === "theirs" ? "kept" : state;
  const label = shown === "read" && readers > 0 ? count("readBy", readers) : t(`state.${shown}`);
  return h("span", { class: `state ${shown}`, title: label }, icon(shown), readers > 0 && h("span", { "aria-hidden": "true" }, String(readers)), h("span", { class: "hidden" }, label));
}

function textNodes(text: string): (Node | string)[] {
  return partsOf(text).map(({ text: shown, href }) =>
    href === undefined ? shown : h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, shown),
  );
}
