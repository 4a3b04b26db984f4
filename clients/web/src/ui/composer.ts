// Where one writes. Enter sends, Shift and Enter makes a new line; what is not sent yet is kept as a draft for as long
// as the page is there.

import { t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import type { Peer } from "../store/entries.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { peerName } from "./names.js";

/** Above and below the text. */
const BORDERS_PX = 2;

const drafts = new Map<Peer, string>();

export class Composer {
  readonly element: HTMLElement;
  private readonly input: HTMLTextAreaElement;
  private readonly button: HTMLButtonElement;
  private readonly left = h("p", { class: "left" }, t("group.left"));

  constructor(
    private readonly client: Client,
    private readonly peer: Peer,
    private readonly sent: () => void,
  ) {
    const label = t("talk.writeTo", { name: peerName(client, peer) });
    this.input = h("textarea", { rows: 1, id: "message", placeholder: t("talk.write"), "aria-label": label, enterkeyhint: "send", dir: "auto" });
    this.button = h("button", { type: "submit", class: "send", "aria-label": t("talk.send"), title: t("talk.send") }, icon("send"));
    this.input.value = drafts.get(peer) ?? "";
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    const form = h("form", { class: "composer" }, this.input, this.button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.element = h("footer", {}, form, this.left);
  }

  /** It has its place on the page now. */
  placed(): void {
    this.fit();
  }

  focus(): void {
    this.input.focus({ preventScroll: true });
  }

  render(): void {
    const left = this.client.groups.isLeft(this.peer);
    this.left.hidden = !left;
    this.element.firstElementChild!.toggleAttribute("hidden", left);
    this.button.disabled = this.input.value.trim() === "";
  }

  private typed(): void {
    drafts.set(this.peer, this.input.value);
    if (this.input.value.trim() !== "") this.client.typers.say(this.peer);
    this.fit();
    this.render();
  }

  private key(event: KeyboardEvent): void {
    // While a word is being put together (as in Chinese), Enter ends the word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.submit();
  }

  private submit(): void {
    const text = this.input.value.trim();
    if (text === "") return;
    this.input.value = "";
    drafts.delete(this.peer);
    this.client.typers.sent();
    void this.client.outbox.add(this.peer, text, Date.now());
    this.fit();
    this.render();
    this.input.focus();
    this.sent();
  }

  /** As high as what is in it, up to what the style sheet allows. */
  private fit(): void {
    this.input.style.height = "auto";
    // Without a place on the page it has no height yet.
    if (this.input.scrollHeight > 0) this.input.style.height = `${this.input.scrollHeight + BORDERS_PX}px`;
  }
}
