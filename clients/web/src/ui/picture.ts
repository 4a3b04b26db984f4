// Pictures that are about to be sent: how large they are, a small one to show until they are there, and a square one for
// who somebody is.

/** A preview's longer side, and the most that it may have in bytes. */
const PREVIEW_PX = 240;
const PREVIEW_BYTES_MAX = 16_384;
const AVATAR_PX = 320;
/** What every browser shows, and what the server takes for an avatar. */
const SHOWN = ["image/png", "image/jpeg", "image/gif", "image/webp"];

export interface Measured {
  width: number;
  height: number;
  preview: Uint8Array<ArrayBuffer>;
}

/** Nothing if it is no picture that can be shown. */
export async function measure(file: Blob): Promise<Measured | undefined> {
  if (!SHOWN.includes(file.type)) return undefined;
  const image = await createImageBitmap(file).catch(() => undefined);
  if (!image) return undefined;
  const { width, height } = image;
  const scale = Math.min(1, PREVIEW_PX / Math.max(width, height));
  let preview: Blob | undefined;
  for (const [part, quality] of [[1, 0.7], [1, 0.4], [0.5, 0.5], [0.25, 0.4]] as const) {
    preview = await drawn(image, width * scale * part, height * scale * part, quality);
    if (preview && preview.size <= PREVIEW_BYTES_MAX) break;
  }
  image.close();
  const fits = preview !== undefined && preview.size <= PREVIEW_BYTES_MAX;
  return { width, height, preview: fits ? new Uint8Array(await preview!.arrayBuffer()) : new Uint8Array(0) };
}

/** The middle of the picture as a square. Nothing if it is no picture. */
export async function square(file: Blob): Promise<Blob | undefined> {
  const image = await createImageBitmap(file).catch(() => undefined);
  if (!image) return undefined;
  const side = Math.min(image.width, image.height);
  const size = Math.min(side, AVATAR_PX);
  const canvas = surface(size, size);
  canvas.getContext("2d")?.drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, size, size);
  image.close();
  return bytesOf(canvas, 0.86);
}

function drawn(image: ImageBitmap, width: number, height: number, quality: number): Promise<Blob | undefined> {
  const canvas = surface(Math.max(1, Math.round(width)), Math.max(1, Math.round(height)));
  const context = canvas.getContext("2d");
  if (context) {
    // What is transparent would be black in a JPEG.
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
  }
  return bytesOf(canvas, quality);
}

function surface(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

function bytesOf(canvas: HTMLCanvasElement, quality: number): Promise<Blob | undefined> {
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(blob ?? undefined), "image/jpeg", quality));
}

/** Asks the person for a file. */
export function chooseFiles(accept: string, several: boolean): Promise<File[]> {
  return new Promise((resolve) => {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = accept;
    input.multiple = several;
    input.addEventListener("change", () => resolve([...(input.files ?? [])]));
    input.addEventListener("cancel", () => resolve([]));
    input.click();
  });
}

export const PICTURES = SHOWN.join(",");
