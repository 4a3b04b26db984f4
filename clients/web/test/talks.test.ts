// What the page makes of the inbox: the list of conversations, and the threads.

import { create, toBinary } from "@bufbuild/protobuf";
import type { MessageInitShape } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConversationSchema, EditSchema, EntrySchema, MediaSchema, RecallSchema } from "../src/gen/longlink/v1/chat_pb.js";
import { GroupEventKind } from "../src/gen/longlink/v1/group_pb.js";
import { ContentType } from "../src/gen/longlink/v1/numbers_pb.js";
import { amended, amendmentOf, itemOf, mentionsUser, peerOf } from "../src/store/entries.js";
import { amendedTalk, fold, mentionsOf, read, sorted, told, unreadOf } from "../src/store/talks.js";
import type { Talk } from "../src/store/talks.js";
import { Thread } from "../src/store/thread.js";
import type { Content } from "../src/store/entries.js";
import { gapAbove, gapBetween } from "../src/store/gap.js";
import { item } from "./support.js";

const ME = 1n;
const news = (talk: Talk) => talk.news.map(({ queueId }) => queueId);
const conversation = (init: MessageInitShape<typeof ConversationSchema>) => create(ConversationSchema, init);
const bytes = (text: string) => new TextEncoder().encode(text);
const edit = (queueId: bigint, target: bigint, text: string) =>
  create(EntrySchema, { queueId, from: 2n, to: ME, contentType: ContentType.EDIT, content: toBinary(EditSchema, create(EditSchema, { queueId: target, contentType: ContentType.TEXT, content: bytes(text) })) });
const recall = (queueId: bigint, target: bigint) =>
  create(EntrySchema, { queueId, from: 2n, to: ME, contentType: ContentType.RECALL, content: toBinary(RecallSchema, create(RecallSchema, { queueId: target })) });

test("an entry stands in the conversation with the other side, with everyone, or with the group", () => {
  for (const [from, to, peer] of [[1n, 2n, 2n], [2n, 1n, 2n], [1n, 1n, 1n], [2n, 0n, 0n], [2n, -3n, -3n]] as const) {
    assert.equal(peerOf({ from, to }, ME), peer);
  }
});

test("folding an entry twice, or late, changes nothing more", () => {
  let talk = fold(undefined, 2n, item(5n), ME);
  talk = fold(talk, 2n, item(7n), ME);
  const again = fold(fold(talk, 2n, item(5n), ME), 2n, item(7n), ME);
  assert.deepEqual(again, talk);
  assert.deepEqual(news(talk), [5n, 7n]);
  assert.equal(fold(talk, 2n, item(6n), ME).last!.queueId, 7n);
  assert.deepEqual(news(fold(talk, 2n, item(6n), ME)), [5n, 6n, 7n]);
});

test("one's own are not unread, and who writes has read what was there", () => {
  const talk = fold(fold(undefined, 2n, item(5n), ME), 2n, item(6n, ME), ME);
  assert.deepEqual(news(talk), []);
  assert.deepEqual(news(fold(talk, 2n, item(8n), ME)), [8n]);
});

test("a read mark takes away what it covers, and never goes back", () => {
  const talk = fold(fold(undefined, 2n, item(5n), ME), 2n, item(7n), ME);
  const marked = read(talk, 5n);
  assert.deepEqual(news(marked), [7n]);
  assert.equal(read(marked, 3n), marked);
  assert.deepEqual(news(fold(marked, 2n, item(4n), ME)), [7n]);
});

test("unread entries are bounded, the newest counting", () => {
  let talk = fold(undefined, 2n, item(1n), ME);
  for (let id = 2n; id <= 450n; id += 1n) talk = fold(talk, 2n, item(id), ME);
  assert.equal(unreadOf(talk), 200);
  assert.equal(unreadOf(read(talk, 449n)), 1);
});

test("the list has the newest first, and little of a long text", () => {
  const talks = [fold(undefined, 2n, item(5n), ME), fold(undefined, 3n, item(9n, 3n, "😀".repeat(500)), ME)];
  assert.deepEqual(sorted(talks).map((talk) => talk.peer), [3n, 2n]);
  const { content } = sorted(talks)[0]!.last!;
  assert.ok(content.kind === "text" && content.text.length < 200 && !/[\ud800-\udbff]$/.test(content.text));
});

test("a thread is an unbroken run: pages above it, news below it, each once", () => {
  const thread = new Thread();
  assert.equal(thread.add(item(20n)), false, "before the first page it waits for that");
  thread.older([item(20n), item(18n)], true);
  assert.equal(thread.add(item(20n)), false);
  assert.equal(thread.add(item(5n)), false, "there may be others between");
  assert.equal(thread.add(item(22n)), true);
  assert.equal(thread.add(item(21n)), true);
  thread.older([item(18n), item(17n), item(5n)], false);
  assert.deepEqual(thread.items.map(({ queueId }) => queueId), [5n, 17n, 18n, 20n, 21n, 22n]);
  assert.equal(thread.add(item(3n)), true, "with nothing older there is no hole");
});


test("what the server counted is unread, what came since comes on top, and nothing counts twice", () => {
  const last = { queueId: 7n, from: 2n, to: ME, contentType: ContentType.TEXT, content: bytes("seven") };
  // It was pushed before the answer came, and once more after it.
  let talk = fold(fold(undefined, 2n, item(7n), ME), 2n, item(8n), ME);
  talk = told(talk, conversation({ peer: 2n, unread: 40, mentions: 2, last, readUpTo: 3n, settings: { pinned: true } }));
  assert.deepEqual([unreadOf(talk), mentionsOf(talk), talk.last!.queueId, talk.pinned, talk.muted], [41, 2, 8n, true, false]);
  talk = fold(fold(talk, 2n, item(7n), ME), 2n, item(8n), ME);
  assert.equal(unreadOf(talk), 41);
  assert.equal(unreadOf(fold(talk, 2n, item(9n), ME)), 42);
  assert.equal(unreadOf(read(talk, 8n)), 0);
  assert.equal(unreadOf(read(talk, 5n)), 41, "in the midst of what was counted only the server can count");
});

test("what was read here is not unread because the server did not know yet", () => {
  const last = { queueId: 7n, from: 2n, to: ME, contentType: ContentType.TEXT, content: bytes("seven") };
  const talk = read(fold(undefined, 2n, item(7n), ME), 7n);
  assert.equal(unreadOf(told(talk, conversation({ peer: 2n, unread: 1, last, readUpTo: 6n }))), 0);
});

test("what tells of a group, and what changes another entry, is not unread", () => {
  const event = { ...item(9n, 3n), content: { kind: "event", event: GroupEventKind.RENAMED, users: [], name: "x", untilMs: 0 } as Content };
  const talk = fold(fold(undefined, -5n, item(8n, 3n), ME), -5n, event, ME);
  assert.deepEqual([news(talk), talk.last!.queueId], [[8n], 9n]);
});

test("who is named, alone or with all, is told so, and nobody names themselves", () => {
  const named = (from: bigint, mentions: bigint[]) => mentionsUser({ ...item(9n, from), mentions }, ME);
  assert.deepEqual([named(2n, [ME]), named(2n, [0n]), named(2n, [3n]), named(ME, [0n])], [true, true, false, false]);
  assert.equal(mentionsOf(fold(undefined, -5n, { ...item(9n), mentions: [3n, ME] }, ME)), 1);
});

test("an edit and a recall change the entry wherever it is held, the latest holding, in whatever order they come", () => {
  const [first, second, gone] = [edit(20n, 5n, "one"), edit(21n, 5n, "two"), recall(22n, 5n)].map((entry) => amendmentOf(entry)!);
  const at = (...amendments: (typeof first)[]) => amendments.reduce((all, amendment) => amended(all, amendment!), item(5n)).content;
  assert.deepEqual(at(first, second), { kind: "text", text: "two" });
  assert.deepEqual(at(second, first), { kind: "text", text: "two" });
  assert.deepEqual(at(gone, second), { kind: "recalled" });
  assert.equal(amended(item(6n), gone!).content.kind, "text", "another one stays as it is");
  const thread = new Thread();
  thread.older([item(7n), item(5n)], true);
  thread.quote(4n, item(4n));
  thread.amend(gone!);
  thread.amend(amendmentOf(recall(23n, 4n))!);
  assert.deepEqual([thread.get(5n)!.content.kind, thread.get(7n)!.content.kind, thread.get(4n)!.content.kind], ["recalled", "text", "recalled"]);
  const talk = fold(undefined, 2n, item(5n), ME);
  assert.deepEqual(amendedTalk(talk, second!).last!.content, { kind: "text", text: "two" });
  assert.equal(amendedTalk(fold(talk, 2n, item(6n), ME), second!).last!.queueId, 6n);
});

test("history shows an entry that was taken back as such, and one that cannot be read changes nothing", () => {
  const shown = itemOf(create(EntrySchema, { queueId: 5n, from: 2n, to: ME, contentType: ContentType.RECALL, changedBy: 9n }));
  assert.deepEqual([shown.content, shown.changedBy], [{ kind: "recalled" }, 9n]);
  const broken = create(EntrySchema, { queueId: 9n, contentType: ContentType.EDIT, content: Uint8Array.of(255) });
  assert.equal(amended(item(5n), amendmentOf(broken)!).content.kind, "text");
});

test("a picture and a file are shown as what they are, and one that cannot be read as unknown", () => {
  const media = create(MediaSchema, { hash: "ab", name: "a.png", mimeType: "image/png", size: 7n, width: 3, height: 4, preview: Uint8Array.of(1), caption: "look" });
  const of = (contentType: number, content: Uint8Array) => itemOf(create(EntrySchema, { queueId: 5n, contentType, content })).content;
  const { kind, ...upload } = of(ContentType.PICTURE, toBinary(MediaSchema, media)) as { kind: string };
  assert.equal(kind, "media");
  assert.deepEqual(upload, { picture: true, hash: "ab", name: "a.png", mimeType: "image/png", size: 7, width: 3, height: 4, preview: Uint8Array.of(1), caption: "look" });
  assert.equal((of(ContentType.FILE, toBinary(MediaSchema, media)) as { picture: boolean }).picture, false);
  assert.deepEqual(of(ContentType.FILE, Uint8Array.of(255)), { kind: "other", type: ContentType.FILE });
});

test("what comes while a page is on its way is not missed, be it an entry or a change", () => {
  const thread = new Thread();
  thread.add(item(9n));
  thread.amend(amendmentOf(recall(10n, 7n))!);
  // It was read before those two were written.
  thread.older([item(8n), item(7n)], true);
  assert.deepEqual(thread.items.map(({ queueId, content }) => [queueId, content.kind]), [[7n, "recalled"], [8n, "text"], [9n, "text"]]);
  thread.amend(amendmentOf(edit(11n, 5n, "better"))!);
  thread.older([item(6n), item(5n)], false);
  assert.deepEqual(thread.items[0]!.content, { kind: "text", text: "better" });
});

test("pinned conversations stand before all others", () => {
  const talks = [fold(undefined, 2n, item(5n), ME), { ...fold(undefined, 3n, item(1n, 3n), ME), pinned: true }, fold(undefined, 4n, item(9n, 4n), ME)];
  assert.deepEqual(sorted(talks).map(({ peer }) => peer), [3n, 4n, 2n]);
});

test("a gap in the log is shown where it is, and not where nothing can be missing", () => {
  const kept = 10n;
  const between = (before: bigint | undefined, after: bigint) => gapBetween(before === undefined ? undefined : item(before), item(after), kept);
  assert.deepEqual([between(undefined, 12n), between(4n, 8n), between(8n, 10n), between(12n, 14n)], [false, false, true, false]);
  const above = (peer: bigint, oldest: bigint | undefined, from: bigint, joinedAt: bigint, spoken: boolean) => gapAbove(peer, oldest === undefined ? undefined : item(oldest), from, joinedAt, spoken);
  assert.equal(above(2n, 12n, 1n, 0n, true), false, "the log has everything");
  assert.equal(above(2n, 12n, kept, 0n, true), true);
  assert.equal(above(2n, undefined, kept, 0n, true), true, "something was said, and nothing of it is kept");
  assert.equal(above(2n, undefined, kept, 0n, false), false, "nothing was ever said, as far as is known");
  assert.equal(above(-2n, 12n, kept, 11n, true), false, "one came in after that");
  assert.equal(above(-2n, 12n, kept, 3n, true), true);
  assert.equal(above(-2n, 4n, kept, 3n, true), false, "then it stands further below");
});

test("a mark of reading or arriving never goes back", () => {
  const thread = new Thread();
  assert.equal(thread.mark(2n, 5n, 7n), true);
  assert.equal(thread.mark(2n, 3n, 6n), false);
  assert.deepEqual(thread.marks.get(2n), { read: 5n, delivered: 7n });
});
