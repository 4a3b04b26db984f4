// A request by HTTP, the short link (PROTOCOL.md, C): protobuf in, protobuf out, the token with each request.

import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { Row } from "../wire/commands.js";
import { Lost, decodeReply, encodeRequest } from "../wire/commands.js";

export type Fetch = (path: string, init: RequestInit) => Promise<Response>;

export async function post(
  fetch: Fetch,
  name: string,
  body: Uint8Array<ArrayBuffer>,
  token: string,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const headers: Record<string, string> = { "Content-Type": "application/octet-stream" };
  if (token) headers["Authorization"] = `Bearer ${token}`;
  // `credentials`: the token is what says who asks, and nothing else is to.
  const init: RequestInit = { method: "POST", headers, body, cache: "no-store", credentials: "omit" };
  if (signal) init.signal = signal;
  let response: Response;
  let bytes: ArrayBuffer;
  try {
    response = await fetch(`/cgi/${name}`, init);
    bytes = await response.arrayBuffer();
  } catch (error) {
    throw new Lost(String(error));
  }
  // Whatever became of it is told with status 200 (C3); another one is from something in between.
  if (response.status !== 200) throw new Lost(`status ${response.status} to ${name}`);
  return new Uint8Array(bytes);
}

/** Asks without a link: to log in, and to register. */
export async function askOnce<Q extends DescMessage, R extends DescMessage>(
  fetch: Fetch,
  row: Row<Q, R>,
  init: MessageInitShape<Q>,
  signal?: AbortSignal,
): Promise<MessageShape<R>> {
  return decodeReply(row.reply, await post(fetch, row.name, encodeRequest(row.request, init), "", signal));
}
