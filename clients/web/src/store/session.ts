// Who is logged in at this browser. The token is kept, the password never; the device's name stays the same for as
// long as the browser keeps it, since a token is good on its own device alone.

import { newId } from "./ids.js";

export interface Session {
  userId: bigint;
  name: string;
  token: string;
  deviceId: string;
}

const SESSION = "longlink.session";
const DEVICE = "longlink.device";

export function deviceId(): string {
  const kept = read(DEVICE);
  if (kept) return kept;
  const fresh = newId();
  write(DEVICE, fresh);
  return fresh;
}

export function loadSession(): Session | undefined {
  try {
    const kept = JSON.parse(read(SESSION) ?? "null") as Record<string, unknown> | null;
    if (!kept || typeof kept["token"] !== "string" || typeof kept["name"] !== "string") return undefined;
    return { userId: BigInt(String(kept["userId"])), name: kept["name"], token: kept["token"], deviceId: deviceId() };
  } catch {
    return undefined;
  }
}

export function saveSession({ userId, name, token }: Session): void {
  write(SESSION, JSON.stringify({ userId: String(userId), name, token }));
}

export function forgetSession(): void {
  write(SESSION, undefined);
}

/** The browser's small store, or nothing where it is shut. */
export function read(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

export function write(key: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Then it lasts as long as the page.
  }
}
