// Names that nobody else gives.

/** 128 random bits. Not `randomUUID`, which pages have only over HTTPS and on this machine. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
