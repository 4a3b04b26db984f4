// Where WebSockets do not get through, everything that matters works by HTTP; and what was written is not lost by
// closing the page.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import type { Browser } from "playwright-core";
import { Person, launch } from "./support/person.js";
import { Proxy } from "./support/proxy.js";
import { Server } from "./support/server.js";
import { story } from "./support/story.js";

let server: Server;
let proxy: Proxy;
let browser: Browser;
let dora: Person;
let emil: Person;
const step = story();

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  proxy = await Proxy.before(server.origin);
  dora = await Person.at(browser, server.origin, "dora");
  await dora.register();
  emil = await Person.at(browser, proxy.origin, "emil");
});

after(async () => {
  await browser?.close();
  proxy?.end();
  await server?.end();
});

step("without WebSockets it falls back to HTTP, and says so", async () => {
  await emil.register();
  await emil.sees("Connected over HTTP");
  assert.ok(proxy.refused >= 2, `a WebSocket was tried ${proxy.refused} times`);
});

step("what one writes over HTTP the other reads, and the other way round, with read marks", async () => {
  await emil.open(/^dora/);
  await emil.write("through the wall");
  await emil.state("through the wall", "kept");
  await dora.open(/^emil/);
  await dora.reads("through the wall");
  await dora.write("I can hear you");
  await emil.reads("I can hear you");
  await emil.state("through the wall", "read");
  await dora.state("I can hear you", "read");
  await emil.page.getByRole("button", { name: "Settings" }).click();
  await emil.sees("WebSockets do not get through here.", emil.page.getByRole("dialog"));
  await emil.shot("over-http");
  await emil.page.getByRole("button", { name: "Close" }).click();
});

step("a killed server costs nothing over HTTP either", async () => {
  await server.kill();
  await emil.write("into the dark");
  await emil.state("into the dark", "waiting");
  await server.run();
  await dora.reads("into the dark");
  await emil.messages("into the dark").and(emil.page.locator(".kept, .delivered, .read")).waitFor();
  assert.equal(await emil.messages("into the dark").count(), 1);
  assert.equal(await dora.messages("into the dark").count(), 1);
});

step("once WebSockets get through again, it goes back to them", async () => {
  proxy.open = true;
  await emil.page.evaluate(() => window.dispatchEvent(new Event("online")));
  await emil.page.getByText("Connected", { exact: true }).waitFor();
  await emil.page.locator("#message").pressSequentially("t");
  await dora.sees("emil is typing…");
  await emil.page.locator("#message").fill("");
});

step("reloading keeps the list and what is not sent yet, and then it is sent once", async () => {
  // Only the page itself gets through.
  proxy.open = false;
  const cut = (route: { abort(): Promise<void> }) => route.abort();
  await emil.page.route("**/cgi/**", cut);
  await emil.page.route("**/healthz", cut);
  await emil.page.reload();
  await emil.page.getByRole("link", { name: /dora.*into the dark/ }).waitFor();
  await emil.write("first of two");
  await emil.write("second of two");
  await emil.state("second of two", "waiting");
  await emil.page.reload();
  await emil.state("first of two", "waiting");
  await emil.state("second of two", "waiting");
  await emil.page.getByRole("link", { name: /dora.*second of two/ }).waitFor();
  await emil.page.unroute("**/cgi/**");
  await emil.page.unroute("**/healthz");
  await emil.page.evaluate(() => window.dispatchEvent(new Event("online")));
  await dora.reads("second of two");
  const shown = await dora.page.locator(".message .text").allTextContents();
  assert.deepEqual(shown.slice(-2), ["first of two", "second of two"]);
  for (const text of ["first of two", "second of two"]) {
    await emil.messages(text).and(emil.page.locator(".kept, .delivered, .read")).waitFor();
    assert.equal(await emil.messages(text).count(), 1);
  }
});

step("a second tab takes over, the first says so and can take it back", async () => {
  const second = await emil.context.newPage();
  emil.watch(second);
  proxy.open = true;
  await second.goto(proxy.origin);
  await second.getByText("Connected", { exact: true }).waitFor();
  await emil.sees("Open in another tab or window");
  await emil.page.getByRole("button", { name: "Use it here" }).click();
  await emil.page.getByText("Connected", { exact: true }).waitFor();
  await second.getByText("Open in another tab or window").waitFor();
  await second.close();
});

step("nothing went wrong on the way", () => {
  const meant = /Failed to load resource: net::ERR_FAILED|status of 403|ERR_SOCKET_NOT_CONNECTED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_INCOMPLETE/;
  assert.deepEqual(dora.complaints, []);
  assert.deepEqual(emil.complaints.filter((said) => !meant.test(said)), []);
});
