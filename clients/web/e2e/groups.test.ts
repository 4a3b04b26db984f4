// A group from its making to its end: its name and picture, how people come in, who may what, and what is told of it.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import type { Browser } from "playwright-core";
import { Person, launch } from "./support/person.js";
import { png } from "./support/picture.js";
import { Server } from "./support/server.js";
import { story } from "./support/story.js";

let server: Server;
let browser: Browser;
let rosa: Person;
let sam: Person;
let tess: Person;
let address = "";
const step = story();

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  rosa = await Person.at(browser, server.origin, "rosa");
  await rosa.register();
  sam = await Person.at(browser, server.origin, "sam", { colorScheme: "dark" });
  await sam.register();
  tess = await Person.at(browser, server.origin, "tess", { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true });
  await tess.register();
  await rosa.pick(rosa.page.getByRole("button", { name: "New", exact: true }), "New group");
  await rosa.page.getByLabel("Name of the group").fill("Garden");
  await rosa.page.getByRole("checkbox", { name: "sam" }).check();
  await rosa.page.getByRole("button", { name: "Create group" }).click();
  await rosa.page.getByRole("heading", { name: "Garden" }).waitFor();
  await sam.open(/Garden/);
});

after(async () => {
  await browser?.close();
  await server?.end();
});

const info = (person: Person) => person.page.getByRole("button", { name: "About this group" });
const member = (person: Person, name: string) => person.page.getByRole("button", { name: `What to do about ${name}` });

step("it gets another name and a picture, and all see that in what was said", async () => {
  await info(rosa).click();
  await rosa.dialog().getByLabel("Name of the group").fill("Community garden");
  await rosa.dialog().getByRole("button", { name: "Save" }).click();
  await rosa.give(rosa.page.getByRole("button", { name: "Choose a picture" }), [{ name: "g.png", mimeType: "image/png", buffer: png(200, 200) }]);
  await rosa.page.locator("dialog .avatar.large img").waitFor();
  await rosa.shot("group-admin");
  await rosa.close();
  await sam.sees("rosa named the group “Community garden”");
  await sam.sees("rosa changed the group's picture");
  await sam.page.getByRole("heading", { name: "Community garden" }).waitFor();
  await sam.page.locator(".talk > header .avatar img").waitFor();
});

step("by its link one asks to join, and an admin accepts", async () => {
  await info(rosa).click();
  await rosa.dialog().getByText("Rules", { exact: true }).click();
  await rosa.page.getByLabel("Joining by the link").selectOption("When an admin accepts");
  await rosa.sees("Who has the link can ask to join.", rosa.dialog());
  await rosa.dialog().getByRole("button", { name: "Copy the link" }).click();
  const link = rosa.dialog().getByRole("textbox", { name: "Link" });
  await link.waitFor();
  address = await link.inputValue();
  assert.ok(address.startsWith(`${server.origin}/#/join/`), address);
  await rosa.shot("group-rules");
  await tess.page.goto(address);
  await tess.page.getByLabel("A word to the admins").fill("I bring a spade");
  await tess.shot("phone-join");
  await tess.dialog().getByRole("button", { name: "Join" }).click();
  await tess.sees("The admins of “Community garden” were asked.");
  await tess.close();
  await rosa.sees("I bring a spade", rosa.dialog());
  await rosa.shot("group-requests");
  await rosa.dialog().getByRole("button", { name: "Accept" }).click();
  await member(rosa, "tess").waitFor();
  await rosa.close();
  await tess.open(/Community garden/);
  await tess.write("Thank you");
  await sam.reads("Thank you");
});

step("an admin is made, and may do what members may not", async () => {
  await info(sam).click();
  assert.equal(await sam.dialog().getByText("Rules", { exact: true }).count(), 0);
  assert.equal(await sam.dialog().getByLabel("Name of the group").count(), 0);
  await sam.close();
  await info(rosa).click();
  await rosa.pick(member(rosa, "sam"), "Make admin");
  await rosa.dialog().locator("li", { hasText: "sam" }).getByText("admin").waitFor();
  await rosa.close();
  await sam.sees("rosa made you admin");
  await info(sam).click();
  await sam.dialog().getByText("Rules", { exact: true }).waitFor();
});

step("who is muted is told so, and cannot write until that ends", async () => {
  await sam.pick(member(sam, "tess"), "Mute until further notice");
  await sam.dialog().locator("li", { hasText: "tess" }).getByText("muted").waitFor();
  await sam.shot("group-muted");
  await tess.sees("sam muted you", tess.page.getByRole("log"));
  await tess.sees("You may not write here until further notice.");
  await tess.shot("phone-muted");
  await sam.pick(member(sam, "tess"), "Let write again");
  await tess.sees("sam let you write again", tess.page.getByRole("log"));
  await tess.page.locator("#message").waitFor();
  await sam.close();
});

step("only admins write, while that is the rule", async () => {
  await info(rosa).click();
  await rosa.dialog().getByText("Rules", { exact: true }).click();
  await rosa.page.getByRole("switch", { name: "Only admins write" }).check();
  await tess.sees("Only admins write in this group.");
  await rosa.page.getByRole("switch", { name: "Only admins write" }).uncheck();
  await tess.page.locator("#message").waitFor();
  await rosa.close();
});

step("somebody is removed, and the group is handed over and left", async () => {
  await info(rosa).click();
  await rosa.pick(member(rosa, "tess"), "Remove from the group");
  await rosa.sure("Remove from the group");
  await member(rosa, "tess").waitFor({ state: "detached" });
  await tess.sees("You are not in this group any more");
  await rosa.pick(member(rosa, "sam"), "Hand the group over");
  await rosa.sure("Hand the group over");
  await rosa.dialog().locator("li", { hasText: "sam" }).getByText("owner").waitFor();
  await rosa.dialog().getByRole("button", { name: "Leave group" }).click();
  await rosa.sure("Leave group");
  await rosa.sees("You are not in this group any more");
  await sam.sees("rosa left");
  await sam.shot("group-story");
});

step("its end is told to all who are in it", async () => {
  await info(sam).click();
  await sam.page.getByRole("button", { name: "End the group" }).click();
  await sam.sure("End the group");
  await sam.sees("You ended the group");
  await sam.sees("You are not in this group any more");
  await tess.page.goto(address);
  await tess.dialog().getByRole("button", { name: "Join" }).click();
  await tess.sees("This link is worth nothing any more.");
});

step("nothing went wrong on the way", () => {
  for (const person of [rosa, sam, tess]) assert.deepEqual(person.complaints, [], person.name);
});
