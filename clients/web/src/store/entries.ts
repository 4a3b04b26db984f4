// What an entry is to the person at this page: in which conversation it stands, what there is to show, and what it
// changes in another one.

import { fromBinary } from "@bufbuild/protobuf";
import type { Entry, Media } from "../gen/longlink/v1/chat_pb.js";
import { EditSchema, MediaSchema, RecallSchema } from "../gen/longlink/v1/chat_pb.js";
import { GroupEventSchema } from "../gen/longlink/v1/group_pb.js";
import type { GroupEventKind } from "../gen/longlink/v1/group_pb.js";
import { ContentType } from "../gen/longlink/v1/numbers_pb.js";

/** A user (> 0), everyone (0), or a group (< 0). */
export type Peer = bigint;
export type UserId = bigint;

export const EVERYONE: Peer = 0n;
/** Among the mentions: all members of the group. */
export const ALL: UserId = 0n;

/** Something that was uploaded. */
export interface Upload {
  /** Whether it is shown as a picture, or offered as a file. */
  picture: boolean;
  hash: string;
  name: string;
  mimeType: string;
  size: number;
  /** In pixels. 0: not known. */
  width: number;
  height: number;
  /** A small picture to show meanwhile; it may be empty. */
  preview: Uint8Array<ArrayBuffer>;
  caption: string;
}

export interface GroupChange {
  event: GroupEventKind;
  users: UserId[];
  name: string;
  untilMs: number;
}

export type Content =
  | { kind: "text"; text: string }
  | ({ kind: "media" } & Upload)
  | ({ kind: "event" } & GroupChange)
  /** It was taken back. */
  | { kind: "recalled" }
  /** Of a type that this client does not know (N5). */
  | { kind: "other"; type: number };

/** An entry as it is shown. Plain data, so that it can be kept in the browser's database. */
export interface Item {
  queueId: bigint;
  from: UserId;
  clientMsgId: string;
  content: Content;
  sentAtMs: number;
  /** The entry that it answers. 0: none. */
  replyTo: bigint;
  mentions: UserId[];
  /** The entry that changed it last, or took it back. 0: unchanged. */
  changedBy: bigint;
}

/** What an entry of type RECALL or EDIT does to an earlier one. */
export interface Amendment {
  target: bigint;
  by: bigint;
  content: Content;
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
    replyTo: entry.replyTo,
    mentions: entry.mentions,
    changedBy: entry.changedBy,
  };
}

/** The change of another entry that this one is, if it is one. In history an entry that was taken back has the type
 * RECALL itself, so this is for what is pushed and synced alone. */
export function amendmentOf(entry: Entry): Amendment | undefined {
  try {
    if (entry.contentType === ContentType.RECALL) {
      return { target: fromBinary(RecallSchema, entry.content).queueId, by: entry.queueId, content: { kind: "recalled" } };
    }
    if (entry.contentType === ContentType.EDIT) {
      const { queueId, contentType, content } = fromBinary(EditSchema, entry.content);
      return { target: queueId, by: entry.queueId, content: contentOf(contentType, content) };
    }
  } catch {
    // What cannot be read changes nothing.
    return { target: 0n, by: entry.queueId, content: { kind: "other", type: entry.contentType } };
  }
  return undefined;
}

/** The entry after that; the same one when it is not its, or is older than what it has become. */
export function amended(item: Item, { target, by, content }: Amendment): Item {
  if (item.queueId !== target || by <= item.changedBy || item.content.kind === "recalled") return item;
  return { ...item, content, changedBy: by };
}

export function mentionsUser(item: Item, me: UserId): boolean {
  return item.from !== me && item.mentions.some((user) => user === me || user === ALL);
}

export function contentOf(type: number, bytes: Uint8Array): Content {
  if (type === ContentType.TEXT) return { kind: "text", text: new TextDecoder().decode(bytes) };
  if (type === ContentType.RECALL) return { kind: "recalled" };
  try {
    if (type === ContentType.PICTURE || type === ContentType.FILE) return mediaOf(fromBinary(MediaSchema, bytes), type === ContentType.PICTURE);
    if (type === ContentType.GROUP_EVENT) {
      const event = fromBinary(GroupEventSchema, bytes);
      return { kind: "event", event: event.kind, users: event.users, name: event.name, untilMs: Number(event.untilMs) };
    }
  } catch {
    // Unreadable is shown as unknown, never dropped.
  }
  return { kind: "other", type };
}

function mediaOf(media: Media, picture: boolean): Content {
  const { hash, name, mimeType, width, height, preview, caption } = media;
  return { kind: "media", picture, hash, name, mimeType, size: Number(media.size), width, height, preview: new Uint8Array(preview), caption };
}
