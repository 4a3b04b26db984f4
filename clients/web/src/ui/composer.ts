// Where one writes: a message, an answer to one, or a change of one. Enter sends, Shift and Enter makes a new line; what
// is not sent yet is kept as a draft for as long as the page is there.

import { t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import type { Item, Peer } from "../store/entries.js";
import { attach } from "./attach.js";
import { h } from "./dom.js";
import { fullTime } from "./format.js";
import { icon } from "./icons.js";
import { Mentions } from "./mention.js";
import { contentText, failureText, peerName, userName } from "./names.js";
import { chooseFiles } from "./picture.js";

/** Above and below the text. */
const BORDERS_PX = 2;
/** The server takes 65536 bytes of text. */
const TEXT_BYTES_MAX = 65_536;

const drafts = new Map<Peer, string>();

/** What the text is for, besides being a message of its own. */
type Purpose = { kind: "reply" | "edit"; item: Item };

export class Composer {
  readonly element: HTMLElement;
  private readonly input: HTMLTextAreaElement;
  private readonly button: HTMLButtonElement;
  private readonly clip: HTMLButtonElement;
  private readonly form: HTMLFormElement;
  private readonly strip = h("div", { class: "strip", hidden: true });
  private readonly problem = h("p", { class: "problem", role: "alert" });
  private readonly shut = h("p", { class: "left", role: "status" });
  private readonly mentions: Mentions;
  private purpose: Purpose | undefined;
  private busy = false;

  constructor(
    private readonly client: Client,
    private readonly peer: Peer,
    private readonly sent: () => void,
    /** The latest message that this person may change. */
    private readonly latest: () => Item | undefined,
  ) {
    const label = t("talk.writeTo", { name: peerName(client, peer) });
    this.input = h("textarea", { rows: 1, id: "message", placeholder: t("talk.write"), "aria-label": label, enterkeyhint: "send", dir: "auto" });
    this.button = h("button", { type: "submit", class: "send", "aria-label": t("talk.send"), title: t("talk.send") }, icon("send"));
    this.clip = h("button", { type: "button", class: "tool", "aria-label": t("attach.choose"), title: t("attach.choose") }, icon("clip"));
    this.clip.addEventListener("click", () => void chooseFiles("", true).then((files) => this.attach(files)));
    this.mentions = new Mentions(client, peer, this.input, () => this.typed());
    this.input.value = drafts.get(peer) ?? "";
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      this.attach(files);
    });
    this.form = h("form", { class: "composer" }, this.clip, this.input, this.button);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.element = h("footer", {}, this.mentions.element, this.problem, this.strip, this.form, this.shut);
  }

  /** It has its place on the page now. */
  placed(): void {
    this.fit();
  }

  focus(): void {
    this.input.focus({ preventScroll: true });
  }

  /** The next message answers this one. */
  reply(item: Item): void {
    if (this.purpose?.kind === "edit") this.leave();
    this.begin({ kind: "reply", item });
  }

  /** The text of this message is changed. */
  edit(item: Item): void {
    if (item.content.kind !== "text") return;
    if (this.purpose?.kind !== "edit") drafts.set(this.peer, this.input.value);
    this.input.value = item.content.text;
    this.begin({ kind: "edit", item });
    this.input.setSelectionRange(this.input.value.length, this.input.value.length);
  }

  attach(files: File[]): void {
    if (files.length === 0 || this.form.hidden) return;
    const { purpose } = this;
    const replyTo = purpose?.kind === "reply" ? purpose.item.queueId : 0n;
    void attach(this.client, this.peer, files, replyTo, () => {
      if (purpose === this.purpose && purpose?.kind === "reply") this.leave();
      this.sent();
      this.focus();
    });
  }

  render(): void {
    const shut = this.shutText();
    this.shut.hidden = shut === "";
    this.shut.textContent = shut;
    this.form.hidden = shut !== "";
    this.strip.hidden = shut !== "" || this.purpose === undefined;
    this.button.disabled = this.busy || this.input.value.trim() === "";
  }

  private shutText(): string {
    const { client, peer } = this;
    if (client.groups.isLeft(peer)) return t("group.left");
    if (client.people.get(peer)?.deleted) return t("talk.deleted");
    const silence = client.groups.silence(peer, Date.now());
    if (silence === "admins") return t("talk.onlyAdmins");
    if (silence !== "muted") return "";
    const until = client.groups.get(peer)!.mutedUntilMs;
    return until < 0 ? t("talk.mutedForGood") : t("talk.muted", { time: fullTime(until) });
  }

  private begin(purpose: Purpose): void {
    this.purpose = purpose;
    const { kind, item } = purpose;
    const title = kind === "edit" ? t("talk.editing") : t("talk.replying", { name: userName(this.client, item.from) });
    const label = t("dialog.cancel");
    this.strip.replaceChildren(
      icon(kind),
      h("div", {}, h("strong", {}, title), h("span", { class: "quoted", dir: "auto" }, contentText(item.content))),
      h("button", { type: "button", class: "tool", "aria-label": label, title: label, onClick: () => this.leave() }, icon("close")),
    );
    this.problem.textContent = "";
    this.clip.hidden = kind === "edit";
    this.fit();
    this.render();
    this.focus();
  }

  /** Neither an answer nor a change any more. */
  private leave(): void {
    if (this.purpose?.kind === "edit") this.input.value = drafts.get(this.peer) ?? "";
    this.purpose = undefined;
    this.problem.textContent = "";
    this.clip.hidden = false;
    this.fit();
    this.render();
    this.focus();
  }

  private typed(): void {
    const editing = this.purpose?.kind === "edit";
    if (!editing) drafts.set(this.peer, this.input.value);
    if (this.input.value.trim() !== "" && !editing) this.client.typers.say(this.peer);
    if (!editing) this.mentions.look();
    this.fit();
    this.render();
  }

  private key(event: KeyboardEvent): void {
    // While a word is being put together (as in Chinese), Enter ends the word.
    if (event.isComposing || event.keyCode === 229 || this.mentions.key(event)) return;
    if (event.key === "Escape" && this.purpose) {
      event.preventDefault();
      event.stopPropagation();
      this.leave();
    } else if (event.key === "ArrowUp" && this.input.value === "" && !this.purpose) {
      const latest = this.latest();
      if (!latest) return;
      event.preventDefault();
      this.edit(latest);
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    }
  }

  private submit(): void {
    const text = this.input.value.trim();
    if (text === "" || this.busy) return;
    const { purpose } = this;
    if (new TextEncoder().encode(text).length > TEXT_BYTES_MAX) {
      this.problem.textContent = t("fail.12");
      return;
    }
    if (purpose?.kind === "edit") {
      void this.change(purpose.item, text);
      return;
    }
    const replyTo = purpose?.kind === "reply" ? purpose.item.queueId : 0n;
    const mentions = this.mentions.in(text);
    this.input.value = "";
    drafts.delete(this.peer);
    this.mentions.clear();
    this.client.typers.sent();
    void this.client.outbox.add(this.peer, text, Date.now(), { replyTo, mentions });
    this.leave();
    this.sent();
  }

  private async change(item: Item, text: string): Promise<void> {
    if (item.content.kind === "text" && item.content.text === text) {
      this.leave();
      return;
    }
    this.busy = true;
    this.problem.textContent = "";
    this.render();
    try {
      await this.client.changing.edit(this.peer, item, text);
      this.leave();
    } catch (error) {
      this.problem.textContent = failureText(error, "edit");
    } finally {
      this.busy = false;
      this.render();
    }
  }

  /** As high as what is in it, up to what the style sheet allows. */
  private fit(): void {
    this.input.style.height = "auto";
    // Without a place on the page it has no height yet.
    if (this.input.scrollHeight > 0) this.input.style.height = `${this.input.scrollHeight + BORDERS_PX}px`;
  }
}
