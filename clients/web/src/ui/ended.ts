// What is shown when the link has ended for good: why, in words, and a way back.

import { CloseReason } from "../gen/longlink/v1/numbers_pb.js";
import { t } from "../i18n/words.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { codeText } from "./names.js";

export function showEnd(root: HTMLElement, why: { reason: CloseReason } | { code: number }): void {
  const replaced = "reason" in why && why.reason === CloseReason.REPLACED;
  const words = "code" in why ? codeText(why.code, "hello") : replaced ? t("ended.replacedWhy") : t("ended.stoppedWhy", { reason: why.reason });
  const again = h("button", { type: "button", class: "primary", onClick: () => location.reload() }, t(replaced ? "ended.useHere" : "ended.again"));
  root.replaceChildren(
    h("main", { class: "entrance" }, h("div", { class: "card ended", role: "alert" }, h("span", { class: "mark" }, icon("link")), h("h1", {}, t(replaced ? "ended.replaced" : "ended.stopped")), h("p", {}, words), again)),
  );
  again.focus();
}
