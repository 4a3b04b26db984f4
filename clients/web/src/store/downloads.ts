// Files that were downloaded, as long as the page is there and they are not too many. What broke off in the midst goes on
// where it was.

import type { Fetch } from "../link/http.js";

/** So much is kept in memory; what was not looked at for longest goes. */
const BYTES_MAX = 96 * 1_048_576;
/** Only these are shown as what they say they are; everything else is bytes to be saved. */
const SHOWN = ["image/png", "image/jpeg", "image/gif", "image/webp"];

export type Download =
  /** From 0 to 1. */
  | { kind: "loading"; part: number }
  /** `gone`: the server has it no more, so that trying again is no use. */
  | { kind: "failed"; gone: boolean }
  | { kind: "here"; blob: Blob; url: string };

export class Downloads {
  private readonly states = new Map<string, Download>();
  /** What had come of those that broke off. */
  private readonly begun = new Map<string, Uint8Array<ArrayBuffer>[]>();
  private readonly running = new Map<string, AbortController>();

  constructor(
    private readonly fetch: Fetch,
    private readonly token: () => string,
    private readonly changed: () => void,
  ) {}

  of(hash: string): Download | undefined {
    return this.states.get(hash);
  }

  /** It is here already, because it was sent from here. */
  put(hash: string, file: Blob): void {
    if (this.states.get(hash)?.kind === "here") return;
    const type = SHOWN.includes(file.type) ? file.type : "application/octet-stream";
    const blob = file.type === type ? file : file.slice(0, file.size, type);
    this.states.set(hash, { kind: "here", blob, url: URL.createObjectURL(blob) });
    this.trim(hash);
    this.changed();
  }

  /** Asks for it; resolves when it is here, with nothing if it did not come. */
  async get(hash: string, size: number): Promise<Blob | undefined> {
    const state = this.states.get(hash);
    if (state?.kind === "here") {
      // Taken out and put in again, it is the last one to go.
      this.states.delete(hash);
      this.states.set(hash, state);
      return state.blob;
    }
    if (this.running.has(hash)) return undefined;
    const own = new AbortController();
    this.running.set(hash, own);
    try {
      const file = await this.read(hash, size, own.signal);
      if (file) this.put(hash, file);
      return file;
    } catch {
      if (own.signal.aborted) this.states.delete(hash);
      else this.states.set(hash, { kind: "failed", gone: false });
      return undefined;
    } finally {
      this.running.delete(hash);
      this.changed();
    }
  }

  callOff(hash: string): void {
    this.running.get(hash)?.abort();
  }

  /** The page is given to somebody else: nothing of it stays. */
  forget(): void {
    for (const own of this.running.values()) own.abort();
    for (const state of this.states.values()) if (state.kind === "here") URL.revokeObjectURL(state.url);
    this.states.clear();
    this.begun.clear();
  }

  private async read(hash: string, size: number, signal: AbortSignal): Promise<Blob | undefined> {
    let chunks = this.begun.get(hash) ?? [];
    const had = lengthOf(chunks);
    this.tell(hash, had, size);
    const headers: Record<string, string> = { Authorization: `Bearer ${this.token()}` };
    if (had > 0) headers["Range"] = `bytes=${had}-`;
    const response = await this.fetch(`/files/${hash}`, { headers, signal, credentials: "omit" });
    if (response.status === 404 || response.status === 410) {
      this.states.set(hash, { kind: "failed", gone: true });
      return undefined;
    }
    if ((response.status !== 200 && response.status !== 206) || !response.body) throw new Error(`status ${response.status} to a file`);
    if (response.status === 200) chunks = [];
    this.begun.set(hash, chunks);
    const reader = response.body.getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      chunks.push(piece.value as Uint8Array<ArrayBuffer>);
      this.tell(hash, lengthOf(chunks), size);
    }
    this.begun.delete(hash);
    return new Blob(chunks, { type: response.headers.get("Content-Type")?.split(";")[0] ?? "" });
  }

  private tell(hash: string, loaded: number, size: number): void {
    this.states.set(hash, { kind: "loading", part: size > 0 ? Math.min(1, loaded / size) : 0 });
    this.changed();
  }

  private trim(latest: string): void {
    const sizes = [...this.states].map(([hash, state]) => ({ hash, state, size: state.kind === "here" ? state.blob.size : 0 }));
    let sum = sizes.reduce((all, { size }) => all + size, 0);
    for (const { hash, state, size } of sizes) {
      if (sum <= BYTES_MAX) return;
      if (hash === latest || state.kind !== "here") continue;
      URL.revokeObjectURL(state.url);
      this.states.delete(hash);
      sum -= size;
    }
  }
}

function lengthOf(chunks: Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}
