// What is not sent yet: kept before it goes, in order, under its own name, and files before their messages.

import { fromBinary } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { test } from "node:test";
import { MediaSchema } from "../src/gen/longlink/v1/chat_pb.js";
import { Code, ContentType } from "../src/gen/longlink/v1/numbers_pb.js";
import { CalledOff, uploaded } from "../src/link/upload.js";
import type { Ask } from "../src/store/ask.js";
import type { Attachment } from "../src/store/database.js";
import { TakenOver } from "../src/store/database.js";
import type { Item } from "../src/store/entries.js";
import { Keeper } from "../src/store/keeper.js";
import { OF_ANOTHER_LOG, Outbox } from "../src/store/outbox.js";
import type { SendFile } from "../src/store/outbox.js";
import { fold } from "../src/store/talks.js";
import { Lost, Refused } from "../src/wire/commands.js";
import { TestClock, TestDatabase, item, settle } from "./support.js";

const ME = 1n;

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

interface Upload {
  file: Blob;
  progress(part: number): void;
  done(hash: string): void;
  fail(error: Error): void;
}

/** An outbox, with the sends that reach the server and the answers in the test's hands. */
function outbox() {
  const database = new TestDatabase();
  const clock = new TestClock();
  const sends: { to: bigint; clientMsgId: string; contentType: number; content: Uint8Array; text: string; answer(reply: object | Error): void }[] = [];
  const ask = ((_row: unknown, init: { to: bigint; clientMsgId: string; contentType: number; content: Uint8Array }) =>
    new Promise((resolve, reject) => {
      const answer = (reply: object | Error) => (reply instanceof Error ? reject(reply) : resolve(reply));
      sends.push({ ...init, text: new TextDecoder().decode(init.content), answer });
    })) as unknown as Ask;
  const kept: string[] = [];
  const keeper = new Keeper(database, { takenOver: () => assert.fail(), failed: () => assert.fail() });
  const uploads: Upload[] = [];
  const sendFile: SendFile = (file, progress, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new CalledOff()));
      uploads.push({ file, progress, done: (hash) => resolve({ hash, size: file.size, mime: "" }), fail: reject });
    });
  const events = { kept: (peer: bigint, { queueId }: Item) => kept.push(`${peer}:${queueId}`), uploaded() {}, changed() {} };
  const box = new Outbox(ME, ask, keeper, clock, sendFile, events);
  const ok = (queueId: bigint) => ({ queueId, sentAtMs: 0n });
  return { database, clock, sends, uploads, kept, box, ok };
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

test("what gets lost while the link lives is sent again after a pause", async () => {
  const { clock, sends, kept, box, ok } = outbox();
  box.setOnline(true);
  void box.add(2n, "hello", 0);
  await settle();
  sends[0]!.answer(new Lost());
  await settle();
  assert.equal(sends.length, 1);
  await clock.pass(1_000);
  assert.equal(sends[1]!.clientMsgId, sends[0]!.clientMsgId);
  sends[1]!.answer(ok(10n));
  await settle();
  assert.deepEqual(kept, ["2:10"]);
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

const HASH = "0f".repeat(32);
const photo = (bytes = 3): Attachment => {
  const file = new Blob([new Uint8Array(bytes)], { type: "image/png" });
  return { picture: true, hash: "", name: "p.png", mimeType: "image/png", size: file.size, width: 2, height: 1, preview: new Uint8Array(0), caption: "", file };
};

test("a file is uploaded before its message, and what was written behind it does not wait", async () => {
  const { database, sends, uploads, kept, box, ok } = outbox();
  box.setOnline(true);
  void box.add(2n, "look", 0, { media: photo() });
  void box.add(2n, "behind", 0);
  await settle();
  assert.deepEqual([uploads.length, sends.map(({ text }) => text)], [1, ["behind"]]);
  uploads[0]!.progress(0.5);
  assert.equal(box.progress(box.items[0]!.clientMsgId), 0.5);
  sends[0]!.answer(ok(10n));
  uploads[0]!.done(HASH);
  await settle();
  assert.deepEqual([sends[1]!.contentType, kept], [ContentType.PICTURE, ["2:10"]]);
  const { hash, caption, size, width } = fromBinary(MediaSchema, sends[1]!.content);
  assert.deepEqual([hash, caption, size, width], [HASH, "look", 3n, 2]);
  const unsent = database.changes.flatMap(({ put = [] }) => put).filter(({ media }) => media);
  assert.deepEqual(unsent.map(({ media }) => [media!.hash, media!.file !== undefined]), [["", true], [HASH, false]], "the bytes are kept for as long as they are needed");
  sends[1]!.answer(ok(11n));
  await settle();
  assert.deepEqual([kept, box.items], [["2:10", "2:11"], []]);
});

test("two files go at once, a third waits its turn", async () => {
  const { uploads, box } = outbox();
  box.setOnline(true);
  for (let at = 0; at < 3; at += 1) void box.add(2n, "", 0, { media: photo(at + 1) });
  await settle();
  assert.deepEqual(uploads.map(({ file }) => file.size), [1, 2]);
  uploads[1]!.done(HASH);
  await settle();
  assert.deepEqual(uploads.map(({ file }) => file.size), [1, 2, 3]);
});

test("an upload that broke off is tried again after a pause, and after a new link", async () => {
  const { clock, uploads, box } = outbox();
  box.setOnline(true);
  void box.add(2n, "", 0, { media: photo() });
  await settle();
  uploads[0]!.fail(new Lost());
  await settle();
  assert.equal(uploads.length, 1);
  await clock.pass(1_000);
  assert.equal(uploads.length, 2);
  box.setOnline(false);
  uploads[1]!.fail(new Lost());
  await settle();
  box.setOnline(true);
  await settle();
  assert.equal(uploads.length, 3);
});

test("a file that is refused for good says why, may be tried again, and is called off by deleting it", async () => {
  const { sends, uploads, box } = outbox();
  box.setOnline(true);
  void box.add(2n, "", 0, { media: photo() });
  await settle();
  uploads[0]!.fail(new Refused(Code.TOO_LARGE, ""));
  await settle();
  assert.equal(box.items[0]!.refused, Code.TOO_LARGE);
  box.retry(box.items[0]!.clientMsgId);
  await settle();
  assert.equal(uploads.length, 2);
  box.discard(box.items[0]!.clientMsgId);
  await settle();
  assert.deepEqual([box.items, sends], [[], []]);
});

test("the answer to an upload is its hash, or a refusal by its code or its status", async () => {
  const sending = { path: "/files", file: new Blob([]), token: "t", progress() {}, signal: new AbortController().signal };
  const answered = (status: number, text: string) => uploaded(() => Promise.resolve({ status, text }), sending);
  assert.equal((await answered(200, JSON.stringify({ hash: HASH, size: 3, mime: "image/png" }))).hash, HASH);
  for (const [status, text, code] of [
    [413, '{"code":"CODE_TOO_LARGE","message":"too large"}', Code.TOO_LARGE],
    [413, "<html>", Code.TOO_LARGE],
    [200, '{"code":5,"message":"no"}', Code.NOT_ALLOWED],
    [200, '{"hash":"../etc"}', Code.INTERNAL],
    [503, "", Code.OVERLOADED],
  ] as const) {
    await assert.rejects(answered(status, text), (error) => error instanceof Refused && error.code === code, `${status} ${text}`);
  }
});
