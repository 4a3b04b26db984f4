// People and groups as the page holds them: who they are, what they are to one, who is here, who may what.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ConversationPushSchema } from "../src/gen/longlink/v1/chat_pb.js";
import { GroupJoin, GroupRequestPushSchema, GroupRole } from "../src/gen/longlink/v1/group_pb.js";
import { Code, Command } from "../src/gen/longlink/v1/numbers_pb.js";
import { ContactPushSchema, ContactState, PresencePushSchema } from "../src/gen/longlink/v1/people_pb.js";
import { mentionParts, typedMention, withMention } from "../src/store/mentions.js";
import { Refused, commands } from "../src/wire/commands.js";
import { Profile, settle } from "./support.js";

const ann = { id: 2n, name: "ann", nickname: "Annie" };
const contact = { user: ann, state: ContactState.CONTACT, alias: "Sis", remark: "since school" };

async function linked(fetch?: Parameters<Profile["page"]>[0]) {
  const page = await new Profile().page(fetch);
  await page.socket().welcome();
  return page;
}

test("somebody is called as this person calls them, and by their own name when that ends", async () => {
  const { client, socket } = await linked();
  await socket().reply(commands.contactList, { contacts: [contact] });
  assert.deepEqual([client.people.get(2n)!.alias, client.contacts.is(2n)], ["Sis", true]);
  socket().push(Command.PUSH_CONTACT, ContactPushSchema, { contact: { user: ann, state: ContactState.NONE } });
  assert.deepEqual([client.people.get(2n)!.alias, client.people.get(2n)!.nickname, client.contacts.is(2n)], ["", "Annie", false]);
});

test("contacts come in pages, and who asks is answered once", async () => {
  const { client, socket } = await linked();
  await socket().reply(commands.contactList, { contacts: [contact], more: true });
  assert.equal(socket().asked(commands.contactList).at(-1)!.after, 2n);
  await socket().reply(commands.contactList, { contacts: [{ user: { id: 3n, name: "ben" }, state: ContactState.ASKS, greeting: "hi" }] });
  assert.deepEqual(client.contacts.in(ContactState.ASKS).map(({ user, greeting }) => [user, greeting]), [[3n, "hi"]]);
  const answered = client.contacts.answer(3n, true);
  await settle();
  await socket().reply(commands.contactAnswer, { contact: { user: { id: 3n, name: "ben" }, state: ContactState.CONTACT } });
  await answered;
  assert.deepEqual(client.contacts.in(ContactState.ASKS), []);
  assert.deepEqual(socket().asked(commands.presence).at(-1)!.users, [3n], "a new contact's presence is asked for");
});

test("presence is a state: the latest holds, and another epoch forgets all and asks once", async () => {
  const { client, socket } = await linked();
  await socket().reply(commands.contactList, { contacts: [contact] });
  await socket().reply(commands.presence, { epoch: 7n, states: [{ user: 2n, lastSeenAtMs: 99n }] });
  assert.deepEqual(client.presence.of(2n), { online: false, lastSeenAtMs: 99 });
  socket().push(Command.PUSH_PRESENCE, PresencePushSchema, { epoch: 7n, states: [{ user: 2n, online: true }] });
  assert.equal(client.presence.isOnline(2n), true);
  const asked = socket().asked(commands.presence).length;
  socket().push(Command.PUSH_PRESENCE, PresencePushSchema, { epoch: 8n, states: [{ user: 5n, online: true }] });
  await settle();
  assert.deepEqual([client.presence.of(2n), client.presence.isOnline(5n), socket().asked(commands.presence).length], [undefined, true, asked + 1]);
  socket().onclose!();
  await settle();
  assert.equal(client.presence.of(5n), undefined, "without a link nothing is known");
});

test("where people are not listed, somebody who is no contact is neither online nor offline", async () => {
  const { client } = await linked();
  client.people.listed = false;
  client.people.take([{ ...ann, $typeName: "longlink.v1.User", online: false, sex: 0, avatar: "", bio: "", deleted: false }]);
  assert.equal(client.presence.of(2n), undefined);
});

const group = { id: -3n, name: "walk", owner: 1n, memberCount: 2, role: GroupRole.OWNER, rules: { join: GroupJoin.CLOSED } };

test("what one may in a group follows from role, rules and being muted", async () => {
  const { client, socket } = await linked();
  const may = async (change: object) => {
    void client.groups.refresh();
    await settle();
    await socket().reply(commands.groupList, { groups: [{ ...group, ...change }] });
    const { groups } = client;
    return [groups.isAdmin(-3n), groups.mayInvite(-3n), groups.mayMentionAll(-3n), groups.silence(-3n, 1_000)];
  };
  await socket().reply(commands.groupList, {});
  assert.deepEqual(await may({}), [true, true, true, undefined]);
  assert.deepEqual(await may({ role: GroupRole.MEMBER }), [false, true, false, undefined]);
  assert.deepEqual(await may({ role: GroupRole.MEMBER, rules: { onlyAdminsInvite: true, membersMentionAll: true, onlyAdminsWrite: true } }), [false, false, true, "admins"]);
  assert.deepEqual(await may({ role: GroupRole.ADMIN, rules: { onlyAdminsWrite: true } }), [true, true, true, undefined]);
  assert.equal((await may({ mutedUntilMs: 2_000n }))[3], "muted");
  assert.equal((await may({ mutedUntilMs: 900n }))[3], undefined);
  assert.equal((await may({ mutedUntilMs: -1n }))[3], "muted");
});

test("members come in pages with what they are, and are asked for again when something happened", async () => {
  const { client, socket } = await linked();
  const asked = client.groups.members(-3n);
  await settle();
  await socket().reply(commands.groupMembers, { members: [{ id: 1n, name: "me" }, { id: 2n, name: "ann" }], owner: 1n, admins: [2n], more: true });
  await socket().reply(commands.groupMembers, { members: [{ id: 4n, name: "dan" }], owner: 1n, muted: [{ user: 4n, untilMs: -1n }] });
  assert.deepEqual((await asked).map(({ user, role, mutedUntilMs }) => [user, role, mutedUntilMs]), [[1n, GroupRole.OWNER, 0], [2n, GroupRole.ADMIN, 0], [4n, GroupRole.MEMBER, -1]]);
  assert.equal(client.groups.members(-3n), asked);
  client.groups.happened(-3n, { kind: "event", event: 2, users: [9n], name: "", untilMs: 0 });
  assert.notEqual(client.groups.members(-3n), asked);
});

test("who asks to join is told to admins, and gone when it was answered", async () => {
  const { client, socket } = await linked();
  socket().push(Command.PUSH_GROUP_REQUEST, GroupRequestPushSchema, { group: -3n, request: { user: ann, greeting: "let me in" } });
  assert.equal(client.groups.asks(-3n), 1);
  const answered = client.groups.answer(-3n, 2n, false);
  await settle();
  await socket().reply(commands.groupAnswer, {});
  await answered;
  assert.equal(client.groups.asks(-3n), 0);
});

test("pinning and muting hold over an answer that was on its way, and come from other devices", async () => {
  const { client, clock, socket } = await linked();
  const set = client.conversations.set(2n, { pinned: true });
  await settle();
  // The list was asked for before that was set.
  await socket().reply(commands.conversationSet, {});
  await set;
  await socket().reply(commands.conversations, { conversations: [{ peer: 2n, settings: { pinned: false } }] });
  assert.equal(client.talks.get(2n)!.pinned, true);
  await clock.pass(1_000);
  await socket().reply(commands.conversations, { conversations: [{ peer: 2n, settings: { pinned: true } }] });
  socket().push(Command.PUSH_CONVERSATION, ConversationPushSchema, { peer: 2n, settings: { muted: true } });
  assert.deepEqual([client.talks.get(2n)!.pinned, client.talks.get(2n)!.muted], [false, true]);
});

test("older conversations are read a page at a time", async () => {
  const { client, socket } = await linked();
  await socket().reply(commands.conversations, { conversations: [{ peer: 2n, last: { queueId: 9n } }], more: true, next: 9n });
  void client.conversations.older();
  await settle();
  assert.equal(socket().asked(commands.conversations).at(-1)!.before, 9n);
  await socket().reply(commands.conversations, { conversations: [{ peer: 3n, last: { queueId: 4n } }] });
  assert.deepEqual([client.list().map(({ peer }) => peer), client.conversations.more], [[2n, 3n], false]);
});

test("a deleted account leaves nothing in the browser", async () => {
  const profile = new Profile();
  const { client, socket } = await profile.page();
  await socket().welcome({ head: 5n });
  void client.outbox.add(2n, "unsent", 0);
  await settle();
  const erased = client.eraseAccount("secret");
  await settle();
  await socket().reply(commands.deleteAccount, {});
  await erased;
  assert.deepEqual([profile.saved.unsent, profile.saved.talks, profile.saved.place.epoch], [[], [], ""]);
});

test("a download that broke off goes on where it was, with the token", async () => {
  const asked: Record<string, string>[] = [];
  const parts = [Uint8Array.of(1, 2), Uint8Array.of(3)];
  const fetch = async (path: string, { headers }: RequestInit) => {
    asked.push(headers as Record<string, string>);
    assert.equal(path, "/files/ab");
    const first = asked.length === 1;
    const body = new ReadableStream({
      pull(stream) {
        if (first && parts.length === 1) stream.error(new Error("broken"));
        else if (parts.length === 0) stream.close();
        else stream.enqueue(parts.shift());
      },
    }, { highWaterMark: 0 });
    return new Response(body, { status: first ? 200 : 206, headers: { "Content-Type": "text/html" } });
  };
  const { client } = await linked(fetch);
  const pull = client.downloads.get("ab", 3);
  assert.equal(client.downloads.of("ab")!.kind, "loading");
  await pull;
  assert.equal(client.downloads.of("ab")!.kind, "failed");
  const blob = await client.downloads.get("ab", 3);
  assert.deepEqual([asked[1]!["Range"], asked[1]!["Authorization"], blob!.size], ["bytes=2-", "Bearer token", 3]);
  const state = client.downloads.of("ab");
  assert.ok(state?.kind === "here" && state.blob.type === "application/octet-stream", "what others sent is never a page");
});

test("what the server would refuse is refused before it is sent", async () => {
  let told = { used: 90, quota: 100, fileSizeMax: 50 };
  const { client, clock } = await linked(async () => new Response(JSON.stringify(told)));
  const refusal = async (size: number) => client.limits.check(size).then(() => 0, (error: unknown) => (error instanceof Refused ? error.code : -1));
  assert.deepEqual([await refusal(10), await refusal(11), await refusal(51)], [0, Code.NOT_ALLOWED, Code.TOO_LARGE]);
  told = { used: 0, quota: 100, fileSizeMax: 0 };
  assert.equal(await refusal(10), 0, "it is not asked again at once");
  await clock.pass(30_000);
  assert.equal(await refusal(10), Code.NOT_ALLOWED);
});

test("an @ begins a name where a word begins, and behind Han characters", () => {
  assert.deepEqual(typedMention("hi @an", 6), { at: 3, prefix: "an" });
  assert.deepEqual(typedMention("@", 1), { at: 0, prefix: "" });
  assert.deepEqual(typedMention("你好@李", 4), { at: 2, prefix: "李" });
  for (const text of ["me@example", "@ann said", "no"]) assert.equal(typedMention(text, text.length), undefined, text);
  assert.deepEqual(withMention("hi @an there", 6, 3, "ann"), { text: "hi @ann there", cursor: 8 });
});

test("names that are mentioned are marked, the longest first, and nothing is lost", () => {
  const parts = mentionParts("@ann lee and @ann, @bob", ["ann", "ann lee"]);
  assert.deepEqual(parts.filter(({ mention }) => mention).map(({ text }) => text), ["@ann lee", "@ann"]);
  assert.equal(parts.map(({ text }) => text).join(""), "@ann lee and @ann, @bob");
});
