// Sending a file by HTTP. Not with fetch, which does not tell how far it is.

import { Code } from "../gen/longlink/v1/numbers_pb.js";
import { Lost, Refused } from "../wire/commands.js";

/** Called off, by the person. */
export class CalledOff extends Error {}

export interface Sending {
  path: string;
  file: Blob;
  token: string;
  /** From 0 to 1. */
  progress(part: number): void;
  signal: AbortSignal;
}

/** The status and the text of the answer. Fails with `Lost` when there was none, and with `CalledOff`. */
export type Upload = (sending: Sending) => Promise<{ status: number; text: string }>;

export interface Uploaded {
  /** SHA-256, by which it is downloaded. */
  hash: string;
  size: number;
  mime: string;
}

/** What a server that is reached through a browser does. */
export const uploadByXhr: Upload = ({ path, file, token, progress, signal }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const end = () => signal.removeEventListener("abort", stop);
    request.open("POST", path);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.onload = () => {
      end();
      resolve({ status: request.status, text: request.responseText });
    };
    request.onerror = () => {
      end();
      reject(new Lost(`no answer to ${path}`));
    };
    request.onabort = () => {
      end();
      reject(new CalledOff("called off"));
    };
    if (signal.aborted) return reject(new CalledOff("called off"));
    signal.addEventListener("abort", stop);
    request.send(file);
  });

/** Sends it and reads the answer; a refusal is thrown as `Refused`, as that of any command. */
export async function uploaded(upload: Upload, sending: Sending): Promise<Uploaded> {
  const { status, text } = await upload(sending);
  let answer: Record<string, unknown> = {};
  try {
    answer = JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Something in between may answer in its own words.
  }
  const { hash, size, mime } = answer;
  if (status === 200 && typeof hash === "string" && /^[0-9a-f]{64}$/.test(hash)) return { hash, size: Number(size), mime: String(mime ?? "") };
  throw new Refused(codeOf(status, answer["code"]), typeof answer["message"] === "string" ? answer["message"] : `status ${status}`);
}

function codeOf(status: number, code: unknown): number {
  if (typeof code === "number" && code !== Code.OK) return code;
  const named = typeof code === "string" ? (Code as unknown as Record<string, number | undefined>)[code.replace(/^CODE_/, "")] : undefined;
  return named ?? BY_STATUS[status] ?? (status >= 400 && status < 500 ? Code.BAD_REQUEST : Code.INTERNAL);
}

const BY_STATUS: Record<number, Code | undefined> = {
  401: Code.BAD_TOKEN,
  403: Code.NOT_ALLOWED,
  404: Code.UNKNOWN_COMMAND,
  413: Code.TOO_LARGE,
  429: Code.RATE_LIMITED,
  503: Code.OVERLOADED,
  507: Code.STORE_UNAVAILABLE,
};
