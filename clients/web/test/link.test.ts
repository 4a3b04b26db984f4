// The link: coming back, giving up, and going by HTTP where WebSockets do not get through.

import { create, toBinary } from "@bufbuild/protobuf";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry } from "../src/gen/longlink/v1/chat_pb.js";
import { EntriesPushSchema } from "../src/gen/longlink/v1/chat_pb.js";
import { ClosingPushSchema } from "../src/gen/longlink/v1/link_pb.js";
import { CloseReason, Code, Command } from "../src/gen/longlink/v1/numbers_pb.js";
import { Link } from "../src/link/link.js";
import type { Desk, LinkState } from "../src/link/link.js";
import { Lost, commands } from "../src/wire/commands.js";
import { TestClock, TestSocket, settle } from "./support.js";

class TestDesk implements Desk {
  states: LinkState[] = [];
  taken: bigint[] = [];
  hello = () => ({ deviceId: "d" });
  loggedIn = () => 7n;
  receipt() {}
  typing() {}
  presenceOf() {}
  contact() {}
  conversation() {}
  groupRequest() {}
  entries(entries: Entry[]) {
    this.taken.push(...entries.map((entry) => entry.queueId));
  }
  stateChanged(state: LinkState) {
    this.states.push(state);
  }
}

function world(fetch: (path: string, init: RequestInit) => Promise<Response> = () => Promise.reject(new Error("no server"))) {
  const clock = new TestClock();
  const sockets: TestSocket[] = [];
  const desk = new TestDesk();
  const connect = () => {
    const socket = new TestSocket();
    sockets.push(socket);
    return socket;
  };
  const link = new Link({ clock, connect, fetch, upload: () => Promise.reject(new Error("no uploads here")) }, desk);
  link.start();
  return { clock, sockets, desk, link, last: () => sockets.at(-1)! };
}

test("a request gets the reply to its own sequence", async () => {
  const { link, last } = world();
  await last().welcome();
  const first = link.ask(commands.users, { ids: [1n] });
  const second = link.ask(commands.users, { ids: [2n] });
  await settle();
  await last().reply(commands.users, { users: [{ id: 2n, name: "second" }] });
  assert.equal((await second).users[0]!.name, "second");
  const frame = last().sent.filter(({ cmdId }) => cmdId === Command.USERS)[0]!;
  last().say({ ...frame, body: new Uint8Array(0) });
  assert.deepEqual((await first).users, []);
});

test("a link that breaks fails what is asked, and comes back after a random pause that grows", async () => {
  const { clock, desk, link, sockets, last } = world();
  await last().welcome();
  const asked = link.ask(commands.users, {});
  last().onclose!();
  await assert.rejects(asked, Lost);
  const pauses = [];
  for (let round = 0; round < 8; round += 1) {
    await settle();
    const state = desk.states.at(-1)!;
    assert.equal(state.kind, "pausing");
    if (state.kind !== "pausing") return;
    pauses.push(state.retryInMs);
    const before = sockets.length;
    await clock.pass(state.retryInMs);
    assert.equal(sockets.length, before + 1);
    last().onclose!();
  }
  assert.deepEqual(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test("after a minute logged in the pause begins anew", async () => {
  const { clock, desk, last } = world();
  for (const pause of [500, 1_000]) {
    last().onclose!();
    await settle();
    assert.deepEqual(desk.states.at(-1), { kind: "pausing", retryInMs: pause, why: "Error: the connection was refused" });
    await clock.pass(pause);
  }
  await last().welcome();
  await clock.pass(60_000);
  last().onclose!();
  await settle();
  assert.equal((desk.states.at(-1) as { retryInMs: number }).retryInMs, 500);
});

test("a network that is there again ends the pause at once, and the pauses begin anew", async () => {
  const { clock, desk, link, sockets, last } = world();
  for (const pause of [500, 1_000]) {
    if (pause > 500) await clock.pass(500);
    last().onclose!();
    await settle();
    assert.equal((desk.states.at(-1) as { retryInMs: number }).retryInMs, pause);
  }
  link.nudge();
  await settle();
  assert.equal(sockets.length, 3);
  assert.equal(desk.states.at(-1)!.kind, "connecting");
  last().onclose!();
  await settle();
  assert.equal((desk.states.at(-1) as { retryInMs: number }).retryInMs, 500);
});

test("a close reason says whether to come back", async () => {
  for (const [reason, kind] of [
    [CloseReason.SHUTDOWN, "pausing"],
    [CloseReason.REPLACED, "ended"],
    [CloseReason.ACCOUNT_ENDED, "ended"],
    [199 as CloseReason, "pausing"],
    [299 as CloseReason, "ended"],
    [300 as CloseReason, "pausing"],
  ] as const) {
    const { clock, desk, sockets, last } = world();
    await last().welcome();
    last().push(Command.PUSH_CLOSING, ClosingPushSchema, { reason });
    last().onclose!();
    await settle();
    assert.equal(desk.states.at(-1)!.kind, kind, String(reason));
    await clock.pass(120_000);
    assert.equal(sockets.length > 1, kind === "pausing");
  }
});

test("a login that is refused for good is not tried again, one that is refused for now is", async () => {
  for (const [code, kind] of [[Code.BAD_TOKEN, "ended"], [Code.OVERLOADED, "pausing"]] as const) {
    const { desk, last } = world();
    await last().welcome({ code });
    assert.equal(desk.states.at(-1)!.kind, kind);
    assert.ok(last().closed);
  }
});

test("a noop without its echo ends the link after 8 s", async () => {
  const { clock, desk, last } = world();
  await last().welcome();
  await clock.pass(240_000);
  await clock.pass(200_000);
  assert.equal(desk.states.at(-1)!.kind, "online", "the echo came");
  last().alive = false;
  await clock.pass(40_000);
  assert.equal(desk.states.at(-1)!.kind, "online");
  await clock.pass(7_999);
  assert.equal(desk.states.at(-1)!.kind, "online");
  await clock.pass(1);
  assert.equal(desk.states.at(-1)!.kind, "pausing");
});

test("12 s of silence after a request end the link, and not while something is heard", async () => {
  const { clock, desk, link, last } = world();
  await last().welcome();
  link.ask(commands.users, {}).catch(() => {});
  for (let round = 0; round < 3; round += 1) {
    await clock.pass(8_000);
    last().push(Command.PUSH_ENTRIES, EntriesPushSchema, { entries: [{ queueId: BigInt(round + 1) }] });
  }
  assert.equal(desk.states.at(-1)!.kind, "online");
  await clock.pass(14_000);
  assert.ok(desk.states.some((state) => state.kind === "pausing"));
  assert.deepEqual(desk.taken, [1n, 2n, 3n]);
});

test("pushes of commands that are not known are passed over, a message that is no frame ends the link", async () => {
  const { desk, last } = world();
  await last().welcome();
  last().say({ clientVersion: 1, cmdId: 299, seq: 0, body: Uint8Array.of(255) });
  await settle();
  assert.equal(desk.states.at(-1)!.kind, "online");
  last().onmessage!({ data: "text" });
  await settle();
  assert.equal(desk.states.at(-1)!.kind, "ended");
});

/** A server that is there by HTTP alone, and notes what it is asked. */
function httpServer() {
  const asked: string[] = [];
  const waiting: ((entries: bigint[], cursor: bigint) => void)[] = [];
  const answer = (bytes: Uint8Array) => new Response(bytes as Uint8Array<ArrayBuffer>);
  const fetch = async (path: string, init: RequestInit): Promise<Response> => {
    const name = path.replace("/cgi/", "");
    asked.push(`${name} ${(init.headers as Record<string, string> | undefined)?.["Authorization"] ?? "-"}`);
    if (name === "hello") return answer(toBinary(commands.hello.reply, create(commands.hello.reply, { userId: 1n, epoch: "e", token: "fresh" })));
    if (name !== "sync") return answer(new Uint8Array(0));
    return new Promise((resolve, reject) => {
      init.signal?.addEventListener("abort", () => reject(new Error("aborted")));
      waiting.push((ids, cursor) => {
        const page = create(commands.sync.reply, { entries: ids.map((queueId) => ({ queueId })), cursor });
        resolve(answer(toBinary(commands.sync.reply, page)));
      });
    });
  };
  return { asked, waiting, fetch };
}

test("two WebSockets that fail where HTTP works lead to HTTP, and entries come by asking", async () => {
  const server = httpServer();
  const { clock, desk, link, sockets, last } = world(server.fetch);
  last().onclose!();
  await clock.pass(1_000);
  last().onclose!();
  await clock.pass(2_000);
  assert.deepEqual(desk.states.at(-1), { kind: "online", via: "http" });
  assert.equal(sockets.length, 2);
  server.waiting.shift()!([8n, 9n], 9n);
  await settle();
  assert.deepEqual(desk.taken, [8n, 9n]);
  await link.ask(commands.users, {});
  assert.deepEqual(server.asked.slice(-3), ["sync Bearer fresh", "sync Bearer fresh", "users Bearer fresh"]);
});

test("a server that is away is not taken for one that is reached by HTTP alone", async () => {
  const { clock, desk, sockets, last } = world();
  for (let round = 0; round < 5; round += 1) {
    last().onclose!();
    await settle();
    const state = desk.states.at(-1)!;
    await clock.pass(state.kind === "pausing" ? state.retryInMs : 0);
  }
  assert.equal(sockets.length, 6, "each try was a WebSocket");
});

test("on HTTP a WebSocket is tried from time to time, and taken without a pause when it opens", async () => {
  const server = httpServer();
  const { clock, desk, sockets, last } = world(server.fetch);
  last().onclose!();
  await clock.pass(1_000);
  last().onclose!();
  await clock.pass(2_000);
  const wait = async () => {
    for (let round = 0; round < 5; round += 1) {
      await clock.pass(24_000);
      server.waiting.pop()!([], 7n);
    }
  };
  await wait();
  assert.equal(sockets.length, 3);
  last().onclose!();
  await settle();
  assert.deepEqual(desk.states.at(-1), { kind: "online", via: "http" });
  await wait();
  assert.equal(sockets.length, 4);
  last().onopen!();
  await settle();
  assert.equal(sockets.length, 5, "the one that was tried is closed, and the link's own is opened");
  await last().welcome();
  assert.deepEqual(desk.states.at(-1), { kind: "online", via: "websocket" });
});
