// What an entry is to the person at this page: in which conversation it stands, and what there is to show.

import { fromBinary } from "@bufbuild/protobuf";
import type { Entry } from "../gen/longlink/v1/chat_pb.js";
import { ContentType } from "../gen/longlink/v1/numbers_pb.js";
import { GroupEventSchema } from "../gen/longlink/v1/people_pb.js";
import type { GroupEventKind } from "../gen/longlink/v1/people_pb.js";

/** A user (> 0), everyone (0), or a group (< 0). */
export type Peer = bigint;
export type UserId = bigint;

export const EVERYONE: Peer = 0n;

export type Content =
  | { kind: "text"; text: string }
  | { kind: "event"; event: GroupEventKind; users: UserId[]; name: string }
  /** Of a type that this client does not know (N5). */
  | { kind: "other"; type: number };

/** An entry as it is shown. Plain data, so that it can be kept in the browser's database. */
export interface Item {
  queueId: bigint;
  from: UserId;
  clientMsgId: string;
  content: Content;
  sentAtMs: number;
}

export function peerOf(entry: Pick<Entry, "from" | "to">, me: UserId): Peer {
  if (entry.to <= 0n) return entry.to;
  return entry.to === me ? entry.from : entry.to;
}

export function itemOf(entry: Entry): Item {
  return {
    queueId: entry.queueId,
    from: entry.from,
    clientMsgId: entry.clientMsgId,
    content: contentOf(entry.contentType, entry.content),
    sentAtMs: Number(entry.sentAtMs),
  };
}

function contentOf(type: number, bytes: Uint8Array): Content {
  if (type === ContentType.TEXT) return { kind: "text", text: new TextDecoder().decode(bytes) };
  if (type === ContentType.GROUP_EVENT) {
    try {
      const event = fromBinary(GroupEventSchema, bytes);
      return { kind: "event", event: event.kind, users: event.users, name: event.name };
    } catch {
      // Unreadable is shown as unknown, never dropped.
    }
  }
  return { kind: "other", type };
}
