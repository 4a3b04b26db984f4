// One message on the page: a bubble with what it answers, its content, time and state. Text is text; addresses in it
// become links, and names of people who are mentioned are marked.

import { count, t } from "../i18n/words.js";
import { mentionParts } from "../store/mentions.js";
import { h } from "./dom.js";
import { clockTime, fullTime } from "./format.js";
import { icon } from "./icons.js";
import { partsOf } from "./links.js";

export type MessageState = "theirs" | "waiting" | "kept" | "delivered" | "read" | "failed";

export interface MessageView {
  /** 0: it is not in the log yet. */
  queueId: bigint;
  text: string;
  /** Names that are mentioned in the text. */
  mentioned: string[];
  /** Among them is who looks at this. */
  toMe: boolean;
  recalled: boolean;
  edited: boolean;
  media: (() => HTMLElement) | undefined;
  /** What it answers. */
  quote: { author: string; text: string; jump: () => void } | undefined;
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
  /** What one can do with it. */
  menu: ((anchor: HTMLElement, at?: { x: number; y: number }) => void) | undefined;
}

export function messageElement(view: MessageView): HTMLLIElement {
  const { mine, state, recalled } = view;
  const time = h("time", { datetime: new Date(view.sentAtMs).toISOString(), title: fullTime(view.sentAtMs) }, clockTime(view.sentAtMs));
  const words = recalled ? [icon("recall"), view.text] : textNodes(view.text, view.mentioned);
  const bubble = h(
    "div",
    { class: `bubble${recalled ? " recalled" : ""}${view.media ? " with-media" : ""}${view.toMe ? " to-me" : ""}` },
    view.author !== undefined && h("span", { class: "author", dir: "auto" }, view.author),
    view.quote && quoteElement(view.quote),
    view.media?.(),
    view.text !== "" && h("span", { class: "text", dir: "auto" }, ...words),
    h("span", { class: "meta" }, view.edited && !recalled && h("span", { class: "edited" }, t("talk.edited")), time, mine && !recalled && stateMark(view)),
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
  const act = view.menu && actButton(view.menu);
  if (act && view.menu) {
    const { menu } = view;
    // A long press; with a mouse there is the button, and the browser's own menu is wanted.
    bubble.addEventListener("contextmenu", (event) => {
      if (!("pointerType" in event) || event.pointerType !== "touch" || (event.target as Element).closest("a")) return;
      event.preventDefault();
      menu(act, { x: event.clientX, y: event.clientY });
    });
  }
  return h("li", { class: classes.filter(Boolean).join(" "), "data-id": view.queueId > 0n && view.queueId }, view.avatar?.(), h("div", { class: "stack" }, bubble, problem), act);
}

function actButton(menu: (anchor: HTMLElement) => void): HTMLButtonElement {
  const button = h("button", { type: "button", class: "act", "aria-label": t("talk.act"), title: t("talk.act"), "aria-haspopup": "menu", "aria-expanded": "false" }, icon("more"));
  button.addEventListener("click", () => menu(button));
  return button;
}

function quoteElement({ author, text, jump }: NonNullable<MessageView["quote"]>): HTMLElement {
  return h(
    "button",
    { type: "button", class: "quote", title: t("talk.toQuoted"), onClick: jump },
    author !== "" && h("strong", { dir: "auto" }, author),
    h("span", { class: "quoted", dir: "auto" }, text),
  );
}

function stateMark({ state, readers }: MessageView): HTMLElement {
  const shown = state === "theirs" ? "kept" : state;
  const label = shown === "read" && readers > 0 ? count("readBy", readers) : t(`state.${shown}`);
  // Arrived looks as read does, in another colour, as people know it.
  return h("span", { class: `state ${shown}`, title: label }, icon(shown === "delivered" ? "read" : shown), readers > 0 && h("span", { "aria-hidden": "true" }, String(readers)), h("span", { class: "hidden" }, label));
}

function textNodes(text: string, mentioned: string[]): (Node | string)[] {
  return partsOf(text).flatMap(({ text: shown, href }) => {
    if (href !== undefined) return [h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, shown)];
    return mentionParts(shown, mentioned).map((part) => (part.mention ? h("span", { class: "mention" }, part.text) : part.text));
  });
}
