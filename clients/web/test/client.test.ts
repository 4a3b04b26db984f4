// The whole client but for its looks: what comes over the link, what is kept of it in one step, and what starts over.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EntriesPushSchema } from "../src/gen/longlink/v1/chat_pb.js";
import { ResumeOutcome } from "../src/gen/longlink/v1/link_pb.js";
import { Code, Command, ContentType } from "../src/gen/longlink/v1/numbers_pb.js";
import { Client } from "../src/store/client.js";
import { NOTHING } from "../src/store/database.js";
import type { Change, Database, Saved } from "../src/store/database.js";
import { OF_ANOTHER_LOG } from "../src/store/outbox.js";
import { commands } from "../src/wire/commands.js";
import { TestClock, TestSocket, settle } from "./support.js";

/** A browser profile: what is written to it is there for the next page. */
class Profile {
  saved: Saved = structuredClone(NOTHING);
  readonly changes: Change[] = [];

  database(): Database {
    return {
      load: async () => structuredClone(this.saved),
      write: async (given) => {
        const change = structuredClone(given);
        this.changes.push(change);
        const { saved } = this;
        if (change.startOver) saved.talks = [];
        for (const talk of change.talks ?? []) saved.talks = [...saved.talks.filter(({ peer }) => peer !== talk.peer), talk];
        if (change.place) saved.place = change.place;
        const gone = new Set([...(change.remove ?? []), ...(change.put ?? []).map(({ clientMsgId }) => clientMsgId)]);
        saved.unsent = [...saved.unsent.filter(({ clientMsgId }) => !gone.has(clientMsgId)), ...(change.put ?? [])];
      },
      close: () => {},
    };
  }

  /** A page that opens in this profile. */
  async page() {
    const clock = new TestClock();
    const sockets: TestSocket[] = [];
    const connect = () => {
      const socket = new TestSocket();
      sockets.push(socket);
      return socket;
    };
    const fetch = () => Promise.reject(new Error("no HTTP here"));
    const session = { userId: 1n, name: "me", token: "token", deviceId: "device" };
    const client = new Client(session, this.database(), { clock, connect, fetch }, { changed() {}, token() {}, takenOver: () => assert.fail() });
    await client.start();
    await settle();
    return { client, clock, sockets, socket: () => sockets.at(-1)! };
  }
}

const text = (queueId: bigint, from: bigint, to: bigint, clientMsgId = `c${queueId}`) => ({
  queueId,
  from,
  to,
  clientMsgId,
  contentType: ContentType.TEXT,
  content: new TextEncoder().encode(`text ${queueId}`),
});

test("a new page asks for everything, the next one goes on where it was, and each entry counts once", async () => {
  const profile = new Profile();
  const first = await profile.page();
  first.socket().onopen!();
  await settle();
  assert.deepEqual(first.socket().asked(commands.hello)[0]!.resume!.epoch, "");
  await first.socket().reply(commands.hello, { userId: 1n, epoch: "e", resumed: ResumeOutcome.START_OVER });
  first.socket().push(Command.PUSH_ENTRIES, EntriesPushSchema, { entries: [text(3n, 2n, 1n), text(5n, 2n, 1n)] });
  first.socket().push(Command.PUSH_ENTRIES, EntriesPushSchema, { entries: [text(5n, 2n, 1n), text(6n, 3n, 0n)] });
  await settle();
  assert.deepEqual(first.client.list().map(({ peer, unread }) => [peer, unread]), [[0n, [6n]], [2n, [3n, 5n]]]);

  const second = await profile.page();
  assert.deepEqual(second.client.list().map(({ peer }) => peer), [0n, 2n], "the list is there before any link");
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
      assert.equal(change.talks!.find(({ peer }) => peer === 2n)!.last.queueId, cursor, "neither is ahead of the other");
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
  assert.deepEqual([profile.saved.unsent, second.client.list()[0]!.last.queueId], [[], 9n]);
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
  assert.deepEqual(client.talks.get(2n)!.unread, [4n]);
  client.reading.look(true);
  await settle();
  assert.deepEqual(client.talks.get(2n)!.unread, []);
});

test("on a new device what was read elsewhere is not unread", async () => {
  const { client, socket } = await new Profile().page();
  await socket().welcome({ resumed: ResumeOutcome.START_OVER });
  socket().push(Command.PUSH_ENTRIES, EntriesPushSchema, { entries: [text(3n, 2n, 1n), text(4n, 2n, 1n)] });
  await settle();
  assert.deepEqual(socket().asked(commands.readMarks).map(({ peer }) => peer), [2n]);
  await socket().reply(commands.readMarks, { marks: [{ reader: 1n, upTo: 3n }] });
  assert.deepEqual(client.talks.get(2n)!.unread, [4n]);
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
