// What is about to be sent besides text: it is shown with its size before it goes, so that nothing is sent by dropping it
// in the wrong place.

import { count, t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import type { Attachment } from "../store/database.js";
import type { Peer } from "../store/entries.js";
import type { Room } from "../store/limits.js";
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { sizeText } from "./format.js";
import { icon } from "./icons.js";
import { measure } from "./picture.js";

/** So many at once. */
const FILES_MAX = 20;

interface Chosen {
  file: File;
  media: Attachment;
  url: string | undefined;
  /** Why it cannot be sent, in words. */
  problem: string;
}

/** Asks whether to send these, and with which words; `sent` is called when they are on their way. */
export async function attach(client: Client, peer: Peer, files: File[], replyTo: bigint, sent: () => void): Promise<void> {
  const room = await client.limits.get().catch(() => undefined);
  const chosen = await Promise.all(files.slice(0, FILES_MAX).map((file) => prepared(file, room)));
  if (chosen.length === 0) return;
  const fine = () => chosen.filter(({ problem }) => problem === "");
  const limits = room && room.fileSizeMax > 0 ? h("p", { class: "note" }, t("attach.limits", { size: sizeText(room.fileSizeMax), left: sizeText(room.left) })) : undefined;
  const caption = h("input", { maxlength: 1_000, autocomplete: "off", dir: "auto", placeholder: t("attach.caption"), "aria-label": t("attach.caption") });
  const list = h("ul", { class: "attachments" });
  const submit = h("button", { type: "submit", class: "primary" });
  const draw = () => {
    list.replaceChildren(...chosen.map((one) => row(one, () => leaveOut(one))));
    submit.textContent = count("attach.send", fine().length || 1);
    submit.disabled = fine().length === 0;
  };
  const leaveOut = (one: Chosen) => {
    chosen.splice(chosen.indexOf(one), 1);
    release(one);
    if (chosen.length === 0) dialog.close();
    else draw();
  };
  const form = h("form", {}, list, caption, limits, submit);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const now = Date.now();
    fine().forEach(({ media }, at) => {
      void client.outbox.add(peer, at === 0 ? caption.value.trim() : "", now, { media, replyTo: at === 0 ? replyTo : 0n });
    });
    dialog.close();
    sent();
  });
  draw();
  const dialog = openDialog(count("attach.title", chosen.length), [form], { closed: () => chosen.forEach(release) });
  caption.focus();
}

function row({ media, url, problem }: Chosen, leaveOut: () => void): HTMLLIElement {
  const label = t("attach.remove", { name: media.name });
  const sign = url ? h("img", { src: url, alt: "" }) : icon("file");
  return h(
    "li",
    {},
    h("span", { class: "thumb" }, sign),
    h("span", { class: "name", dir: "auto" }, media.name),
    h("span", { class: `preview${problem ? " wrong" : ""}` }, problem || sizeText(media.size)),
    h("button", { type: "button", class: "tool", "aria-label": label, title: label, onClick: leaveOut }, icon("close")),
  );
}

async function prepared(file: File, room: Room | undefined): Promise<Chosen> {
  const measured = await measure(file);
  const { width = 0, height = 0, preview = new Uint8Array(0) } = measured ?? {};
  const url = measured && URL.createObjectURL(file);
  const mimeType = /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(file.type) ? file.type : "application/octet-stream";
  return { file, url, problem: problemOf(file, room), media: { picture: measured !== undefined, hash: "", name: shortName(file.name), mimeType, size: file.size, width, height, preview, caption: "", file } };
}

function problemOf({ size }: File, room: Room | undefined): string {
  if (size === 0) return t("attach.empty");
  if (!room) return "";
  if (room.fileSizeMax === 0) return t("attach.noFiles");
  if (size > room.fileSizeMax) return t("attach.tooLarge", { size: sizeText(size), max: sizeText(room.fileSizeMax) });
  return size > room.left ? t("attach.noRoom", { size: sizeText(size), left: sizeText(room.left) }) : "";
}

function release({ url }: Chosen): void {
  if (url) URL.revokeObjectURL(url);
}

/** At most 255 bytes, with its ending kept; that is how the protocol has it. */
function shortName(name: string): string {
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  const [, stem = name, ending = ""] = /^(.*?)(\.[^.]{1,12})?$/s.exec(name.replace(/[\u0000-\u001f/\\]/g, "_")) ?? [];
  let letters = [...stem];
  while (bytes(letters.join("") + ending) > 255) letters = letters.slice(0, -1);
  return letters.join("") + ending;
}
