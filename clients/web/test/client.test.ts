// The whole client but for its looks: what comes over the link, what is kept of it in one step, and what starts over.

import { create, toBinary } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { test } from "node:test";
import { EditSchema, EntriesPushSchema, ReceiptPushSchema, RecallSchema } from "../src/gen/longlink/v1/chat_pb.js";
import { ResumeOutcome } from "../src/gen/longlink/v1/link_pb.js";
import { Code, Command, ContentType } from "../src/gen/longlink/v1/numbers_pb.js";
import { OF_ANOTHER_LOG } from "../src/store/outbox.js";
import { commands } from "../src/wire/commands.js";
import { unreadOf } from "../src/store/talks.js";
import { Profile, settle } from "./support.js";

const text = (queueId: bigint, from: bigint, to: bigint, clientMsgId = `c${queueId}`) => ({
  queueId,
  from,
  to,
  clientMsgId,
  contentType: ContentType.TEXT,
  content: new TextEncoder().encode(`text ${queueId}`),
});

test("a new page asks for the list in one call, the next one goes on where it was, and each entry counts once", async () => {
  const profile = new Profile();
  const first = await profile.page();
  first.socket().onopen!();
  await settle();
  assert.equal(first.socket().asked(commands.hello)[0]!.resume, undefined, "and not for all that was ever written");
  await first.socket().reply(commands.hello, { userId: 1n, epoch: "e", resumed: ResumeOutcome.LIVE, head: 2n });
  const last = text(2n, 4n, 1n);
  await first.socket().reply(commands.conversations, { conversations: [{ peer: 4n, unread: 12, last, who: { case: "user", value: { id: 4n, name: "dora" } } }] });
  first.socket().push(Command.PUSH_ENTRIES, EntriesPushSchema, { entries: [text(3n, 2n, 1n), text(5n, 2n, 1n)] });
  first.socket().push(Command.PUSH_ENTRIES, EntriesPushSchema, { entries: [text(5n, 2n, 1n), text(6n, 3n, 0n)] });
  await settle();
  assert.deepEqual(first.client.list().map((talk) => [talk.peer, unreadOf(talk)]), [[0n, 1], [2n, 2], [4n, 12]]);
  assert.equal(first.client.people.get(4n)!.name, "dora");

  const second = await profile.page();
  assert.deepEqual(second.client.list().map(({ peer }) => peer), [0n, 2n, 4n], "the list is there before any link");
  second.socket().onopen!();
  await settle();
  const { resume } = second.socket().asked(commands.hello)[0]!;
  assert.deepEqual([resume!.epoch, resume!.cursor], ["e", 6n]);
});

test("cursor and list go to the disk in one step", async () => {
  const profile = new Profile();
  const { socket } = await profile.page();
  await socket().welcome({ resumed: ResumeOutcome.START_OVER });
  for (let id = 1n; id <= 20n; id += 1n) socket().push(Command.PUSH_ENTRIES, EntriesPushSchema, { entries: [text(id, 2n, 1n)] });
  await settle();
  let cursor = 0n;
  for (const change of profile.changes) {
    if (change.place && change.place.cursor > cursor) {
      cursor = change.place.cursor;
      assert.equal(change.talks!.find(({ peer }) => peer === 2n)!.last!.queueId, cursor, "neither is ahead of the other");
    }
  }
  assert.equal(cursor, 20n);
});

test("what was sent and not answered is sent by the next page, or is found in the inbox", async () => {
  const profile = new Profile();
  const first = await profile.page();
  await first.socket().welcome({ resumed: ResumeOutcome.START_OVER });
  for (const words of ["one", "two"]) void first.client.outbox.add(2n, words, 0);
  await settle();
  const sent = first.socket().asked(commands.send)[0]!.clientMsgId;

  const second = await profile.page();
  assert.deepEqual(second.client.outbox.of(2n).map((unsent) => unsent.text), ["one", "two"]);
  await second.socket().welcome();
  // The first had reached the log: it comes with the inbox, and its answer is a repetition.
  second.socket().push(Command.PUSH_ENTRIES, EntriesPushSchema, { entries: [text(7n, 1n, 2n, sent)] });
  await settle();
  assert.deepEqual(second.client.outbox.of(2n).map((unsent) => unsent.text), ["two"]);
  await second.socket().reply(commands.send, { queueId: 7n, duplicate: true });
  assert.deepEqual(second.socket().asked(commands.send).map(({ clientMsgId }) => clientMsgId === sent), [true, false]);
  await second.socket().reply(commands.send, { queueId: 9n });
  assert.deepEqual([profile.saved.unsent, second.client.list()[0]!.last!.queueId], [[], 9n]);
  assert.equal(profile.saved.place.cursor, 7n, "a reply never moves the cursor");
});

test("another epoch drops what was kept, and what was not sent waits for the person", async () => {
  const profile = new Profile();
  const first = await profile.page();
  await first.socket().welcome({ resumed: ResumeOutcome.START_OVER });
  first.socket().push(Command.PUSH_ENTRIES, EntriesPushSchema, { entries: [text(50n, 2n, 1n)] });
  first.socket().onclose!();
  await settle();
  void first.client.outbox.add(2n, "unsent", 0);
  await settle();

  const second = await profile.page();
  await second.socket().welcome({ epoch: "f", resumed: ResumeOutcome.START_OVER });
  assert.deepEqual([second.client.list(), profile.saved.talks, profile.saved.place], [[], [], { epoch: "f", cursor: 0n }]);
  assert.equal(second.socket().asked(commands.send).length, 0);
  assert.equal(profile.saved.unsent[0]!.refused, OF_ANOTHER_LOG);
  second.socket().push(Command.PUSH_ENTRIES, EntriesPushSchema, { entries: [text(2n, 3n, 1n)] });
  await settle();
  assert.deepEqual(second.client.list().map(({ peer }) => peer), [3n]);
  second.client.outbox.retry(profile.saved.unsent[0]!.clientMsgId);
  await settle();
  assert.equal(second.socket().asked(commands.send).length, 1);
});

test("a conversation is told as read once its end was seen, and not before", async () => {
  const { client, socket } = await new Profile().page();
  await socket().welcome({ resumed: ResumeOutcome.START_OVER });
  socket().push(Command.PUSH_ENTRIES, EntriesPushSchema, { entries: [text(3n, 2n, 1n)] });
  await settle();
  client.threads.open(2n);
  client.reading.open(2n);
  client.reading.look(true);
  await settle();
  assert.equal(socket().asked(commands.markRead).length, 0, "nothing of it is shown yet");
  await socket().reply(commands.history, { entries: [text(3n, 2n, 1n)] });
  client.reading.look(true);
  await settle();
  assert.deepEqual(socket().asked(commands.markRead).map(({ peer, upTo }) => [peer, upTo]), [[2n, 3n]]);
  client.reading.look(false);
  socket().push(Command.PUSH_ENTRIES, EntriesPushSchema, { entries: [text(4n, 2n, 1n)] });
  await settle();
  assert.equal(socket().asked(commands.markRead).length, 1);
  assert.equal(unreadOf(client.talks.get(2n)!), 1);
  client.reading.look(true);
  await settle();
  assert.equal(unreadOf(client.talks.get(2n)!), 0);
});

test("what was read on another device is not unread here, and the rest is counted by the server", async () => {
  const { client, clock, socket } = await new Profile().page();
  await socket().welcome({ resumed: ResumeOutcome.LIVE, head: 4n });
  await socket().reply(commands.conversations, { conversations: [{ peer: 2n, unread: 2, last: text(4n, 2n, 1n) }] });
  socket().push(Command.PUSH_RECEIPT, ReceiptPushSchema, { reader: 1n, peer: 2n, upTo: 3n });
  const before = socket().asked(commands.conversations).length;
  await clock.pass(1_000);
  assert.equal(socket().asked(commands.conversations).length, before + 1);
  await socket().reply(commands.conversations, { conversations: [{ peer: 2n, unread: 1, readUpTo: 3n, last: text(4n, 2n, 1n) }] });
  assert.equal(unreadOf(client.talks.get(2n)!), 1);
  socket().push(Command.PUSH_RECEIPT, ReceiptPushSchema, { reader: 1n, peer: 2n, upTo: 4n });
  assert.equal(unreadOf(client.talks.get(2n)!), 0);
});

test("when the log is told from its beginning, nothing of it is news", async () => {
  const profile = new Profile();
  profile.saved.place = { epoch: "old", cursor: 90n };
  const { client, clock, socket } = await profile.page();
  await socket().welcome({ resumed: ResumeOutcome.START_OVER, head: 5n });
  socket().push(Command.PUSH_ENTRIES, EntriesPushSchema, { entries: [text(3n, 2n, 1n), text(5n, 2n, 1n)] });
  socket().push(Command.PUSH_ENTRIES, EntriesPushSchema, { entries: [text(6n, 2n, 1n)] });
  await clock.pass(1_000);
  assert.equal(unreadOf(client.talks.get(2n)!), 1);
});

test("what has arrived is told once it is on the disk, for many entries in one word", async () => {
  const { clock, socket } = await new Profile().page();
  await socket().welcome({ resumed: ResumeOutcome.LIVE });
  for (let id = 1n; id <= 5n; id += 1n) socket().push(Command.PUSH_ENTRIES, EntriesPushSchema, { entries: [text(id, 2n, 1n)] });
  assert.equal(socket().asked(commands.markDelivered).length, 0);
  await clock.pass(1_500);
  assert.deepEqual(socket().asked(commands.markDelivered).map(({ upTo }) => upTo), [5n]);
});

test("a recall and an edit that are pushed change list, thread and disk, and are no entries of their own", async () => {
  const profile = new Profile();
  const { client, socket } = await profile.page();
  await socket().welcome({ resumed: ResumeOutcome.LIVE });
  client.threads.open(2n);
  await settle();
  await socket().reply(commands.history, { entries: [text(4n, 2n, 1n), text(3n, 2n, 1n)] });
  socket().push(Command.PUSH_ENTRIES, EntriesPushSchema, { entries: [text(5n, 2n, 1n)] });
  const change = { queueId: 6n, from: 2n, to: 1n, contentType: ContentType.EDIT, content: toBinary(EditSchema, create(EditSchema, { queueId: 5n, contentType: ContentType.TEXT, content: new TextEncoder().encode("better") })) };
  const taken = { queueId: 7n, from: 2n, to: 1n, contentType: ContentType.RECALL, content: toBinary(RecallSchema, create(RecallSchema, { queueId: 4n })) };
  socket().push(Command.PUSH_ENTRIES, EntriesPushSchema, { entries: [change, taken] });
  await settle();
  const { items } = client.threads.get(2n)!;
  assert.deepEqual(items.map(({ queueId, content }) => [queueId, content.kind]), [[3n, "text"], [4n, "recalled"], [5n, "text"]]);
  assert.deepEqual(profile.saved.talks[0]!.last!.content, { kind: "text", text: "better" });
  assert.deepEqual([profile.saved.place.cursor, unreadOf(client.talks.get(2n)!)], [7n, 1]);
});

test("one's own change holds when the server has said so, and a retry goes under the same name", async () => {
  const { client, socket } = await new Profile().page();
  await socket().welcome({ resumed: ResumeOutcome.LIVE });
  client.threads.open(2n);
  await settle();
  await socket().reply(commands.history, { entries: [text(4n, 1n, 2n)] });
  const [item] = client.threads.get(2n)!.items;
  const first = assert.rejects(client.changing.edit(2n, item!, "better"));
  await settle();
  await socket().reply(commands.edit, { code: Code.OVERLOADED });
  await first;
  const second = client.changing.edit(2n, item!, "better");
  await settle();
  await socket().reply(commands.edit, { queueId: 9n });
  await second;
  const [one, two] = socket().asked(commands.edit);
  assert.equal(one!.clientMsgId, two!.clientMsgId);
  const edited = client.threads.get(2n)!.items[0]!;
  assert.deepEqual([edited.content, edited.changedBy], [{ kind: "text", text: "better" }, 9n]);
  const late = assert.rejects(client.changing.recall(2n, edited));
  await settle();
  await socket().reply(commands.recall, { code: Code.TOO_LATE });
  await late;
  assert.equal(client.changing.mayRecall(edited, 1n, false, Date.now()), false, "what was too late is not offered again");
  assert.equal(client.changing.mayRecall(edited, 1n, true, Date.now()), true, "but to admins");
});

test("after a gap in the log no run of entries is taken for unbroken", async () => {
  const profile = new Profile();
  profile.saved.place = { epoch: "e", cursor: 5n };
  const { client, clock, socket } = await profile.page();
  await socket().welcome({ resumed: ResumeOutcome.CONTINUED, keptFrom: 1n });
  client.threads.open(2n);
  await settle();
  await socket().reply(commands.history, { entries: [text(5n, 2n, 1n)] });
  socket().onclose!();
  await settle();
  await clock.pass(1_000);
  await socket().welcome({ resumed: ResumeOutcome.CONTINUED, keptFrom: 40n });
  assert.deepEqual([client.keptFrom, client.threads.get(2n)!.items], [40n, []]);
  assert.equal(socket().asked(commands.history).length, 1, "it is read anew");
});

test("what an entry answers is read by itself when it is not in the run, once", async () => {
  const { client, socket } = await new Profile().page();
  await socket().welcome({ resumed: ResumeOutcome.LIVE });
  client.threads.open(2n);
  await settle();
  await socket().reply(commands.history, { entries: [{ ...text(90n, 2n, 1n), replyTo: 7n }], more: true });
  assert.equal(client.threads.quoted(2n, 7n), undefined);
  assert.equal(client.threads.quoted(2n, 7n), undefined);
  await settle();
  assert.deepEqual(socket().asked(commands.history).slice(1).map(({ before, limit }) => [before, limit]), [[8n, 1]]);
  await socket().reply(commands.history, { entries: [text(7n, 1n, 2n)], more: true });
  assert.equal(client.threads.quoted(2n, 7n)!.item!.queueId, 7n);
  const reached = client.threads.reach(2n, 7n);
  await settle();
  await socket().reply(commands.history, { entries: [text(8n, 1n, 2n), text(7n, 1n, 2n)] });
  assert.equal(await reached, true);
});

test("people who are not listed are found by their whole name", async () => {
  const { client, socket } = await new Profile().page();
  await socket().welcome();
  const found = client.people.find("Bob ");
  await settle();
  await socket().reply(commands.findUsers, { code: Code.NOT_ALLOWED });
  assert.deepEqual(socket().asked(commands.users).at(-1)!.names, ["Bob"]);
  await socket().reply(commands.users, { users: [{ id: 2n, name: "bob" }] });
  assert.deepEqual(await found, { users: [2n], more: false, listed: false });
});
