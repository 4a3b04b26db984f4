// What a link is made of: something that logs in, carries requests, brings pushes, and ends.

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ConversationPush, Entry, ReceiptPush, TypingPush } from "../gen/longlink/v1/chat_pb.js";
import type { GroupRequestPush } from "../gen/longlink/v1/group_pb.js";
import type { HelloReply, HelloRequestSchema } from "../gen/longlink/v1/link_pb.js";
import type { CloseReason } from "../gen/longlink/v1/numbers_pb.js";
import type { ContactPush, PresencePush } from "../gen/longlink/v1/people_pb.js";

export type Via = "websocket" | "http";

export type Hello = MessageInitShape<typeof HelloRequestSchema>;

/** How a link ended. `message` is for the developer. */
export interface End {
  reason: CloseReason;
  message: string;
}

/** What comes unasked. */
export interface Pushes {
  /** In ascending order. `cursor` is up to where everything is here now. */
  entries(entries: Entry[], cursor: bigint): void;
  receipt(push: ReceiptPush): void;
  typing(push: TypingPush): void;
  presenceOf(push: PresencePush): void;
  contact(push: ContactPush): void;
  conversation(push: ConversationPush): void;
  groupRequest(push: GroupRequestPush): void;
}

export interface Transport {
  readonly via: Via;
  /** Connects and logs in. It fails with `Refused`, with `Unopened`, or with `Lost`. */
  open(hello: Hello): Promise<HelloReply>;
  /** Asks; fails with `Lost` when no answer came. Only after `open`. */
  request(command: number, name: string, body: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
  /** Looks whether the other side is still there. */
  probe(): void;
  /** Settles once, however it ends, also by `close`. */
  readonly ended: Promise<End>;
  close(): void;
}

/** The connection could not be made at all. */
export class Unopened extends Error {}
