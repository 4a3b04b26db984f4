// The strip above everything that tells when there is no connection, and what happens with what is written meanwhile.

import { t } from "../i18n/words.js";
import type { LinkState } from "../link/link.js";
import type { Client } from "../store/client.js";
import { h, setText } from "./dom.js";
import { secondsLeft } from "./format.js";

/** Next tries that are nearer than this are not counted down: it would be over before it is read. */
const COUNTED_MS = 3_000;

export class Banner {
  readonly element: HTMLElement;
  private readonly words = h("span", {});
  private readonly button: HTMLButtonElement;
  private until = 0;
  private shown: LinkState | undefined;
  private timer: number | undefined;
  private wasOnline = false;

  constructor(private readonly client: Client) {
    this.button = h("button", { type: "button", onClick: () => client.link.nudge() }, t("banner.retryNow"));
    this.element = h("div", { class: "banner", role: "status", hidden: true }, h("span", { class: "spinner" }), this.words, this.button);
  }

  render(): void {
    const { state } = this.client.link;
    // Drawn again for another reason: what counts down here goes on.
    if (state === this.shown && state.kind === "pausing") return;
    this.shown = state;
    if (state.kind === "online") this.wasOnline = true;
    const away = state.kind === "connecting" || state.kind === "pausing";
    this.element.hidden = !away && !this.client.forgetful;
    this.element.classList.toggle("calm", !away);
    this.button.hidden = state.kind !== "pausing";
    window.clearInterval(this.timer);
    if (state.kind === "pausing" && state.retryInMs > COUNTED_MS) {
      this.until = performance.now() + state.retryInMs;
      const tell = () => setText(this.words, t("banner.retryIn", { seconds: secondsLeft(this.until, performance.now()) }));
      tell();
      this.timer = window.setInterval(tell, 1_000);
    } else if (away) {
      setText(this.words, t(this.wasOnline || state.kind === "pausing" ? "banner.reconnecting" : "banner.connecting"));
    } else if (this.client.forgetful) {
      setText(this.words, t("banner.forgetful"));
    }
  }

  end(): void {
    window.clearInterval(this.timer);
  }
}
