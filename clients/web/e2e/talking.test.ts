// Two people talk: both ways, typing and reading shown, in a group, over a killed server, and with hostile texts.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser } from "playwright-core";
import { Person, launch } from "./support/person.js";
import { Server } from "./support/server.js";

let server: Server;
let browser: Browser;
let anna: Person;
let bob: Person;

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

test("what one writes the other reads, with its state", async () => {
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
