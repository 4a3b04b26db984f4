// What the page makes of the inbox: the list, the threads, and what is not sent yet.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Code } from "../src/gen/longlink/v1/numbers_pb.js";
import type { Ask } from "../src/store/ask.js";
import type { Change, Database } from "../src/store/database.js";
import { TakenOver } from "../src/store/database.js";
import { peerOf } from "../src/store/entries.js";
import type { Item } from "../src/store/entries.js";
import { Keeper } from "../src/store/keeper.js";
import { OF_ANOTHER_LOG, Outbox } from "../src/store/outbox.js";
import { UNREAD_MAX, fold, read, sorted } from "../src/store/talks.js";
import { Thread } from "../src/store/thread.js";
import { Lost, Refused } from "../src/wire/commands.js";
import { TestClock, settle } from "./support.js";

const ME = 1n;
const item = (queueId: bigint, from = 2n, text = `text ${queueId}`): Item => ({ queueId, from, clientMsgId: `c${queueId}`, content: { kind: "text", text }, sentAtMs: 0 });

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
  assert.deepEqual(talk.unread, [5n, 7n]);
  assert.equal(fold(talk, 2n, item(6n), ME).last.queueId, 7n);
  assert.deepEqual(fold(talk, 2n, item(6n), ME).unread, [5n, 6n, 7n]);
});

test("one's own are not unread, and who writes has read what was there", () => {
  const talk = fold(fold(undefined, 2n, item(5n), ME), 2n, item(6n, ME), ME);
  assert.deepEqual(talk.unread, []);
  assert.deepEqual(fold(talk, 2n, item(8n), ME).unread, [8n]);
});

test("a read mark takes away what it covers, and never goes back", () => {
  const talk = fold(fold(undefined, 2n, item(5n), ME), 2n, item(7n), ME);
  const marked = read(talk, 5n);
  assert.deepEqual(marked.unread, [7n]);
  assert.equal(read(marked, 3n), marked);
  assert.deepEqual(fold(marked, 2n, item(4n), ME).unread, [7n]);
});

test("unread entries are bounded, the newest counting", () => {
  let talk = fold(undefined, 2n, item(1n), ME);
  for (let id = 2n; id <= 250n; id += 1n) talk = fold(talk, 2n, item(id), ME);
  assert.equal(talk.unread.length, UNREAD_MAX);
  assert.equal(read(talk, 249n).unread.length, 1);
});

test("the list has the newest first, and little of a long text", () => {
  const talks = [fold(undefined, 2n, item(5n), ME), fold(undefined, 3n, item(9n, 3n, "😀".repeat(500)), ME)];
  assert.deepEqual(sorted(talks).map((talk) => talk.peer), [3n, 2n]);
  const { content } = sorted(talks)[0]!.last;
  assert.ok(content.kind === "text" && content.text.length < 200 && !/[\ud800-\udbff]$/.test(content.text));
});

test("a thread is an unbroken run: pages above it, news below it, each once", () => {
  const thread = new Thread();
  assert.equal(thread.add(item(20n)), false, "before the first page it is left to that");
  thread.older([item(20n), item(18n)], true);
  assert.equal(thread.add(item(20n)), false);
  assert.equal(thread.add(item(5n)), false, "there may be others between");
  assert.equal(thread.add(item(22n)), true);
  assert.equal(thread.add(item(21n)), true);
  thread.older([item(18n), item(17n), item(5n)], false);
  assert.deepEqual(thread.items.map(({ queueId }) => queueId), [5n, 17n, 18n, 20n, 21n, 22n]);
  assert.equal(thread.add(item(3n)), true, "with nothing older there is no hole");
});

/** A database that notes what it is given, and writes when told. */
class TestDatabase implements Database {
  changes: Change[] = [];
  failure: Error | undefined;
  private open: (() => void)[] = [];
  held = false;

  load = () => Promise.reject(new Error("not asked for here"));
  close() {}
  async write(change: Change): Promise<void> {
    if (this.held) await new Promise<void>((resolve) => this.open.push(resolve));
    if (this.failure) throw this.failure;
    this.changes.push(change);
  }
  release(): void {
    this.held = false;
    for (const open of this.open.splice(0)) open();
  }
}

test("changes that come while one is written go together, and void ones are left out", async () => {
  const database = new TestDatabase();
  const keeper = new Keeper(database, { takenOver: () => assert.fail(), failed: () => assert.fail() });
  database.held = true;
  const talk = fold(undefined, 2n, item(5n), ME);
  void keeper.keep({ place: { epoch: "e", cursor: 5n }, talks: [talk] });
  void keeper.keep({ place: { epoch: "e", cursor: 6n }, talks: [talk] });
  void keeper.keep({ startOver: true, place: { epoch: "f", cursor: 0n } });
  const last = keeper.keep({ place: { epoch: "f", cursor: 1n }, talks: [{ ...talk, peer: 3n }] });
  database.release();
  await last;
  assert.equal(database.changes.length, 2);
  const [, second] = database.changes;
  assert.deepEqual(second!.place, { epoch: "f", cursor: 1n });
  assert.deepEqual([second!.startOver, second!.talks!.map(({ peer }) => peer)], [true, [3n]]);
});

test("a tab that was taken over writes nothing more", async () => {
  const database = new TestDatabase();
  let takenOver = 0;
  const keeper = new Keeper(database, { takenOver: () => (takenOver += 1), failed: () => assert.fail() });
  database.failure = new TakenOver();
  await keeper.keep({ remove: ["a"] });
  database.failure = undefined;
  await keeper.keep({ remove: ["b"] });
  assert.deepEqual([takenOver, database.changes.length], [1, 0]);
});

/** An outbox, with the sends that reach the server and the answers in the test's hands. */
function outbox() {
  const database = new TestDatabase();
  const clock = new TestClock();
  const sends: { to: bigint; clientMsgId: string; text: string; answer(reply: object | Error): void }[] = [];
  const ask = ((_row: unknown, init: { to: bigint; clientMsgId: string; content: Uint8Array }) =>
    new Promise((resolve, reject) => {
      const answer = (reply: object | Error) => (reply instanceof Error ? reject(reply) : resolve(reply));
      sends.push({ to: init.to, clientMsgId: init.clientMsgId, text: new TextDecoder().decode(init.content), answer });
    })) as unknown as Ask;
  const kept: string[] = [];
  const keeper = new Keeper(database, { takenOver: () => assert.fail(), failed: () => assert.fail() });
  const box = new Outbox(ME, ask, keeper, clock, { kept: (peer, { queueId }) => kept.push(`${peer}:${queueId}`), changed() {} });
  const ok = (queueId: bigint) => ({ queueId, sentAtMs: 0n });
  return { database, clock, sends, kept, box, ok };
}

test("a message is on the disk before it is sent", async () => {
  const { database, sends, box } = outbox();
  box.setOnline(true);
  database.held = true;
  void box.add(2n, "hello", 0);
  await settle();
  assert.equal(sends.length, 0);
  database.release();
  await settle();
  assert.equal(database.changes[0]!.put![0]!.text, "hello");
  assert.deepEqual(sends.map(({ text }) => text), ["hello"]);
});

test("what has no answer goes out again in order and under its own name", async () => {
  const { sends, kept, box, ok } = outbox();
  box.setOnline(true);
  for (const text of ["a", "b"]) void box.add(2n, text, 0);
  await settle();
  box.setOnline(false);
  sends[0]!.answer(new Lost());
  await settle();
  assert.equal(box.items.length, 2);
  box.setOnline(true);
  await settle();
  sends[1]!.answer(ok(10n));
  await settle();
  sends[2]!.answer(ok(11n));
  await settle();
  assert.deepEqual(sends.map(({ text }) => text), ["a", "a", "b"]);
  assert.equal(sends[0]!.clientMsgId, sends[1]!.clientMsgId);
  assert.deepEqual([kept, box.items.length], [["2:10", "2:11"], 0]);
});

test("a refusal for now is tried again after a pause, and holds up its own conversation alone", async () => {
  const { clock, sends, kept, box, ok } = outbox();
  box.setOnline(true);
  void box.add(0n, "to all", 0);
  void box.add(2n, "to one", 0);
  await settle();
  sends[0]!.answer(new Refused(Code.RATE_LIMITED, ""));
  sends[1]!.answer(ok(10n));
  await settle();
  assert.deepEqual([sends.length, kept], [2, ["2:10"]]);
  await clock.pass(1_000);
  assert.equal(sends[2]!.clientMsgId, sends[0]!.clientMsgId);
});

test("a refusal for good is kept with its reason, lets the next one through, and may be tried again or deleted", async () => {
  const { database, sends, box, ok } = outbox();
  box.setOnline(true);
  for (const text of ["bad", "good"]) void box.add(2n, text, 0);
  await settle();
  sends[0]!.answer(new Refused(Code.NOT_ALLOWED, ""));
  await settle();
  sends[1]!.answer(ok(10n));
  await settle();
  assert.deepEqual(box.items.map(({ text, refused }) => [text, refused]), [["bad", Code.NOT_ALLOWED]]);
  assert.ok(database.changes.some((change) => change.put?.some((unsent) => unsent.refused === Code.NOT_ALLOWED)));
  box.retry(box.items[0]!.clientMsgId);
  await settle();
  assert.equal(sends[2]!.clientMsgId, sends[0]!.clientMsgId);
  sends[2]!.answer(new Refused(Code.NOT_ALLOWED, ""));
  await settle();
  box.discard(box.items[0]!.clientMsgId);
  await settle();
  assert.deepEqual(box.items, []);
  assert.deepEqual(database.changes.at(-1)!.remove!.length, 1);
});

test("what was written for another log does not go out by itself", async () => {
  const { sends, box } = outbox();
  void box.add(2n, "to whom?", 0);
  await settle();
  box.startOver();
  box.setOnline(true);
  await settle();
  assert.deepEqual([sends.length, box.items[0]!.refused], [0, OF_ANOTHER_LOG]);
});
