// A picture or a file in a message: shown from its preview at once, then from what was downloaded, or from what is being
// uploaded. What others sent is only ever shown as a picture or saved as a file, never opened as a page.

import { t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import type { Download } from "../store/downloads.js";
import type { Upload } from "../store/entries.js";
import { openDialog } from "./dialog.js";
import { h } from "./dom.js";
import { sizeText } from "./format.js";
import { icon } from "./icons.js";
import { toast } from "./toast.js";

/** Larger pictures are loaded when they are asked for. */
const LOADED_BYTES_MAX = 4 * 1_048_576;
const SIDE_PX = 320;
/** So tall and so wide at least, so that there is something to press. */
const LEAST_PX = 90;

/** A file that is not sent yet: how far it is, and how to call it off. */
export interface Sending {
  file: Blob | undefined;
  part: number | undefined;
  callOff(): void;
}

export function mediaElement(client: Client, media: Upload, sending: Sending | undefined): HTMLElement {
  return media.picture ? pictureElement(client, media, sending) : fileElement(client, media, sending);
}

/** All that changes how it looks while it is there. */
export function mediaSign(client: Client, media: Upload, sending: Sending | undefined): string {
  const state = client.downloads.of(media.hash);
  const loaded = state?.kind === "loading" ? Math.round(state.part * 50) : state?.kind === "here" ? state.url : state?.kind === "failed" ? `failed${state.gone}` : "";
  return [media.hash, loaded, sending?.part === undefined ? "" : Math.round(sending.part * 50)].join(" ");
}

function pictureElement(client: Client, media: Upload, sending: Sending | undefined): HTMLElement {
  const state = client.downloads.of(media.hash);
  const { width, height } = fitted(media);
  const url = state?.kind === "here" ? state.url : sending?.file ? ownUrl(sending.file) : undefined;
  const source = url ?? previewUrl(media);
  const image = source !== undefined && h("img", { src: source, alt: media.caption || media.name, draggable: "false", class: url ? "" : "blurred" });
  const box = h("button", { type: "button", class: "picture", "aria-label": t("media.open", { name: media.name || t("media.picture") }) }, image);
  box.style.width = `${width}px`;
  box.style.aspectRatio = `${width} / ${height}`;
  const over = overlay(media, state, sending);
  if (over) box.append(over);
  if (!image && !over) box.append(icon("picture"));
  box.addEventListener("click", () => {
    if (sending) return;
    if (state?.kind === "here") view(client, media);
    else void client.downloads.get(media.hash, media.size);
  });
  if (!sending && media.hash && state === undefined && media.size <= LOADED_BYTES_MAX) whenSeen(box, () => void client.downloads.get(media.hash, media.size));
  return sending?.part !== undefined ? h("span", { class: "sending" }, box, stop(sending.callOff, "media.cancel")) : box;
}

/** What stands over a picture that is not there in full. */
function overlay({ size }: Upload, state: Download | undefined, sending: Sending | undefined): HTMLElement | undefined {
  if (sending) return sending.part === undefined ? undefined : ring(sending.part);
  if (state?.kind === "loading") return ring(state.part);
  if (state?.kind === "failed") return h("span", { class: "over" }, icon(state.gone ? "failed" : "download"), t(state.gone ? "media.gone" : "media.again"));
  if (state === undefined && size > LOADED_BYTES_MAX) return h("span", { class: "over" }, icon("download"), sizeText(size));
  return undefined;
}

function fileElement(client: Client, media: Upload, sending: Sending | undefined): HTMLElement {
  const state = client.downloads.of(media.hash);
  const loading = state?.kind === "loading";
  const part = sending?.part ?? (loading ? state.part : undefined);
  const gone = state?.kind === "failed" && state.gone;
  const about =
    part !== undefined ? t("media.part", { part: Math.round(part * 100), size: sizeText(media.size) })
    : gone ? t("media.gone")
    : state?.kind === "failed" ? t("media.again")
    : sizeText(media.size);
  const name = h("span", { class: "file-name", dir: "auto" }, media.name || t("media.file"));
  const words = h("span", { class: "file-words" }, name, h("span", { class: "file-about" }, about));
  const button = h("button", { type: "button", class: "file", disabled: gone || sending !== undefined, "aria-label": sending ? undefined : t("media.save", { name: media.name || t("media.file") }) }, h("span", { class: "file-sign" }, part !== undefined ? ring(part) : icon(sending ? "file" : "download")), words);
  button.addEventListener("click", () => void save(client, media));
  const callOff = sending && part !== undefined ? stop(sending.callOff, "media.cancel") : loading ? stop(() => client.downloads.callOff(media.hash), "media.stop") : undefined;
  return h("span", { class: "file-row" }, button, callOff);
}

function stop(callOff: () => void, key: "media.cancel" | "media.stop"): HTMLElement {
  return h("button", { type: "button", class: "tool stop", "aria-label": t(key), title: t(key), onClick: callOff }, icon("close"));
}

function ring(part: number): HTMLElement {
  const percent = Math.round(part * 100);
  const element = h("span", { class: "ring", role: "progressbar", "aria-valuenow": percent, "aria-valuemin": 0, "aria-valuemax": 100, "aria-label": t("media.progress") });
  element.style.setProperty("--part", `${percent}%`);
  return element;
}

/** Gives it to the person under its name, as bytes and nothing else. */
export async function save(client: Client, media: Upload): Promise<void> {
  const blob = await client.downloads.get(media.hash, media.size);
  if (!blob) {
    const state = client.downloads.of(media.hash);
    if (state?.kind === "failed") toast(t(state.gone ? "media.gone" : "media.notLoaded"));
    return;
  }
  const url = URL.createObjectURL(new Blob([blob], { type: "application/octet-stream" }));
  h("a", { href: url, download: media.name || "file" }).click();
  // The browser has begun to save it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function view(client: Client, media: Upload): void {
  const state = client.downloads.of(media.hash);
  if (state?.kind !== "here") return;
  const image = h("img", { src: state.url, alt: media.caption || media.name });
  const keep = h("button", { type: "button", class: "quiet", onClick: () => void save(client, media) }, icon("download"), t("media.saveShort"), h("span", { class: "note" }, sizeText(media.size)));
  openDialog(media.name || t("media.picture"), [image, media.caption !== "" && h("p", { dir: "auto" }, media.caption), keep].filter((node) => node instanceof Node), { class: "viewer" });
}

/** As large as it is shown: within a square, and not smaller than one can press. */
function fitted({ width, height }: Upload): { width: number; height: number } {
  if (width <= 0 || height <= 0) return { width: 220, height: 165 };
  const scale = Math.min(1, SIDE_PX / Math.max(width, height));
  const bound = (side: number) => Math.max(LEAST_PX, Math.min(SIDE_PX, Math.round(side * scale)));
  return { width: bound(width), height: bound(height) };
}

const urls = new WeakMap<object, string>();

function ownUrl(blob: Blob): string {
  const known = urls.get(blob);
  if (known !== undefined) return known;
  const url = URL.createObjectURL(blob);
  urls.set(blob, url);
  return url;
}

function previewUrl({ preview }: Upload): string | undefined {
  if (preview.length === 0) return undefined;
  const known = urls.get(preview);
  if (known !== undefined) return known;
  const webp = preview[0] === 0x52 && preview[1] === 0x49;
  const url = URL.createObjectURL(new Blob([preview], { type: webp ? "image/webp" : "image/jpeg" }));
  urls.set(preview, url);
  return url;
}

const waiting = new WeakMap<Element, () => void>();
const eyes = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) {
    if (!isIntersecting) continue;
    eyes.unobserve(target);
    waiting.get(target)?.();
  }
});

function whenSeen(element: Element, then: () => void): void {
  waiting.set(element, then);
  eyes.observe(element);
}
