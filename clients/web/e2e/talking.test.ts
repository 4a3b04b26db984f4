// Two people talk: both ways, typing and reading shown, in a group, over a killed server, and with hostile texts.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import type { Browser } from "playwright-core";
import { Person, launch } from "./support/person.js";
import { Server } from "./support/server.js";
import { story } from "./support/story.js";

let server: Server;
let browser: Browser;
let anna: Person;
let bob: Person;
const step = story();

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  anna = await Person.at(browser, server.origin, "anna");
  await anna.shot("login");
  await anna.register();
  await anna.shot("empty");
  bob = await Person.at(browser, server.origin, "bob", { colorScheme: "dark" });
  await bob.register();
});

after(async () => {
  await browser?.close();
  await server?.end();
});

step("what one writes the other reads, with its state", async () => {
  await anna.page.getByRole("searchbox", { name: "Search people" }).fill("bo");
  await anna.open(/^bob/);
  await anna.shot("empty-talk");
  await anna.write("Hello Bob! Have you seen https://example.org/a_(b)?");
  await anna.state("Hello Bob! Have you seen https://example.org/a_(b)?", "kept");
  const link = anna.page.locator(".text a");
  assert.equal(await link.getAttribute("href"), "https://example.org/a_(b)");
  assert.match((await link.getAttribute("rel"))!, /noopener/);
  await bob.page.getByRole("link", { name: /anna.*1 unread message/ }).waitFor();
  assert.equal(await bob.page.title(), "(1) longlink");
  await bob.open(/^anna/);
  await bob.reads("Hello Bob! Have you seen https://example.org/a_(b)?");
  await bob.page.locator("#message").pressSequentially("Y");
  await anna.sees("bob is typing…");
  await bob.write("Yes, and I liked it");
  await anna.reads("Yes, and I liked it");
  await anna.page.bringToFront();
  await anna.state("Hello Bob! Have you seen https://example.org/a_(b)?", "read");
});

step("text is text, whatever it looks like", async () => {
  const hostile = [
    `<img src=x onerror="document.title='owned'">`,
    `<script>document.title='owned'</script>`,
    `javascript:document.title='owned'`,
    `<a href="javascript:document.title='owned'">click</a> &lt;b&gt;`,
  ];
  for (const text of hostile) {
    await bob.write(text);
    await anna.reads(text);
  }
  await anna.shot("desktop-light");
  for (const { page } of [anna, bob]) {
    assert.equal(await page.locator(".messages img, .messages script").count(), 0);
    assert.equal(await page.locator(".messages a").count(), 1, "only the http address is a link");
    assert.doesNotMatch(await page.title(), /owned/);
  }
});

step("a group is made, written in, grown and left", async () => {
  const carl = await Person.at(browser, server.origin, "李雷", { locale: "zh-CN" });
  await carl.page.getByRole("button", { name: "English" }).click();
  await carl.register();
  const { page } = anna;
  await page.getByRole("button", { name: "New", exact: true }).click();
  await page.getByRole("menuitem", { name: "New group" }).click();
  await page.getByLabel("Name of the group").fill("Sunday walk");
  await page.getByRole("dialog").getByRole("searchbox").fill("bob");
  await page.getByRole("checkbox", { name: "bob" }).check();
  await anna.shot("new-group");
  await page.getByRole("button", { name: "Create group" }).click();
  await page.getByRole("heading", { name: "Sunday walk" }).waitFor();
  await anna.sees("You made the group “Sunday walk”");
  await anna.write("Ten o'clock at the bridge?");
  await bob.open(/Sunday walk/);
  await bob.reads("Ten o'clock at the bridge?");
  await bob.write("I am in");
  await anna.reads("I am in");
  await anna.state("Ten o'clock at the bridge?", "read");
  await page.getByRole("button", { name: "About this group" }).click();
  await page.getByText("Add people", { exact: true }).click();
  await page.getByRole("checkbox", { name: "李雷" }).check();
  await page.getByRole("button", { name: "Add to the group" }).click();
  await anna.sees("3 members", page.getByRole("dialog"));
  await anna.shot("group-info");
  await page.getByRole("button", { name: "Close" }).click();
  await carl.open(/Sunday walk/);
  await carl.sees("anna added you");
  await carl.write("你们好，我也来");
  await bob.reads("你们好，我也来");
  await bob.shot("desktop-dark");
  await carl.page.getByRole("button", { name: "About this group" }).click();
  await carl.page.getByRole("button", { name: "Leave group" }).click();
  await carl.sees("You will not see what is written there afterwards");
  await carl.page.getByRole("button", { name: "Leave group" }).last().click();
  await carl.sees("You are not in this group any more");
  await anna.sees("李雷 left");
  assert.deepEqual(carl.complaints, []);
  await carl.context.close();
});

step("who may not write to everyone is told so, and may delete it or try again", async () => {
  await bob.open(/^Everyone/);
  await bob.write("Sale!");
  await bob.state("Sale!", "failed");
  await bob.sees("You may not write here.");
  await bob.shot("failed");
  await bob.page.getByRole("button", { name: "Try again" }).click();
  await bob.state("Sale!", "failed");
  await bob.page.getByRole("button", { name: "Delete" }).click();
  await bob.messages("Sale!").waitFor({ state: "detached" });
  await anna.open(/^Everyone/);
  await anna.write("The office is closed on Friday");
  await bob.reads("The office is closed on Friday");
});

step("what is written while the server is dead arrives once when it is back", async () => {
  await anna.open(/^bob/);
  await bob.open(/^anna/);
  await server.kill();
  await anna.write("Are you still there?");
  await anna.write("I hope so");
  await anna.state("I hope so", "waiting");
  await anna.sees("What you write is kept", anna.page.getByRole("status").first());
  await anna.shot("reconnecting");
  await server.run();
  for (const text of ["Are you still there?", "I hope so"]) {
    await bob.reads(text);
    await anna.messages(text).and(anna.page.locator(".kept, .delivered, .read")).waitFor();
    for (const person of [anna, bob]) assert.equal(await person.messages(text).count(), 1, text);
  }
  const shown = await bob.page.locator(".message .text").allTextContents();
  assert.deepEqual(shown.slice(-2), ["Are you still there?", "I hope so"]);
});

step("older messages come as one scrolls up, and what one looks at stays where it is", async () => {
  await anna.open(/^bob/);
  // By the same door as a business backend, so that it does not take long.
  const token = await anna.page.evaluate(() => (JSON.parse(localStorage.getItem("longlink.session")!) as { token: string }).token);
  const to = new URL(anna.page.url()).hash.slice(2);
  for (let number = 1; number <= 130; number += 1) {
    const body = JSON.stringify({ to, clientMsgId: `bulk-${number}`, contentType: 1, content: Buffer.from(`line ${number}`).toString("base64") });
    const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
    const answer = (await (await fetch(`${server.origin}/cgi/send`, { method: "POST", headers, body })).json()) as { code: string };
    assert.equal(answer.code, "CODE_OK");
  }
  await anna.reads("line 130");
  await anna.page.reload();
  await anna.reads("line 130");
  assert.equal(await anna.messages("line 20").count(), 0, "nothing is loaded before it is wanted");
  const scroll = anna.page.getByRole("log");
  // In one go, so that nothing can come between going to the top and looking where the oldest message is.
  const before = await scroll.evaluate((box) => {
    box.scrollTop = 0;
    const oldest = box.querySelector(".message")!;
    return { text: oldest.querySelector(".text")!.textContent, top: oldest.getBoundingClientRect().top };
  });
  await anna.messages("line 60").waitFor({ state: "attached" });
  const { y } = (await anna.messages(before.text).boundingBox())!;
  assert.ok(Math.abs(y - before.top) < 3, `the message went from ${before.top} to ${y}`);
  for (const text of [ "line 5", "Hello Bob! Have you seen https://example.org/a_(b)?"]) {
    while ((await anna.messages(text).count()) === 0) await scroll.evaluate((box) => (box.scrollTop = 0));
  }
  await anna.sees("This is where it began");
  const all = await anna.page.locator(".message .text").allTextContents();
  assert.equal(new Set(all).size, all.length, "each once");
  await anna.page.getByRole("button", { name: "To the newest message" }).click();
  await anna.page.getByRole("button", { name: "To the newest message" }).waitFor({ state: "hidden" });
});

step("nothing went wrong on the way", () => {
  assert.deepEqual({ anna: anna.complaints, bob: bob.complaints }, { anna: [], bob: [] });
});
