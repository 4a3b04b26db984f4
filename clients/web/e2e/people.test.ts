// People to one another: profiles, contacts, who is here, blocking; and the account itself, to its end.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import type { Browser } from "playwright-core";
import { Person, launch } from "./support/person.js";
import { png } from "./support/picture.js";
import { Server } from "./support/server.js";
import { story } from "./support/story.js";

let server: Server;
let browser: Browser;
let pia: Person;
let quin: Person;
const step = story();

before(async () => {
  [server, browser] = await Promise.all([Server.start("accounts.people_listed = false"), launch()]);
  pia = await Person.at(browser, server.origin, "pia");
  await pia.register();
  quin = await Person.at(browser, server.origin, "quin", { colorScheme: "dark" });
  await quin.register();
});

after(async () => {
  await browser?.close();
  await server?.end();
});

const about = (person: Person) => person.page.getByRole("button", { name: "About this person" });


step("a profile is made, with a picture, and others see it", async () => {
  await pia.page.getByRole("button", { name: "Your profile" }).click();
  await pia.page.getByLabel("Nickname").fill("Pia from upstairs");
  await pia.page.getByLabel("Sex").selectOption("Woman");
  await pia.page.getByLabel("About you").fill("Second floor, left.\nKnock twice.");
  await pia.give(pia.page.getByRole("button", { name: "Choose a picture" }), [{ name: "me.png", mimeType: "image/png", buffer: png(300, 200) }]);
  await pia.page.locator("dialog .avatar.large img").waitFor();
  await pia.page.getByRole("button", { name: "Save" }).click();
  await pia.sees("Saved", pia.dialog());
  await pia.shot("profile");
  await pia.close();
  await pia.page.locator(".sidebar > header").getByText("Pia from upstairs").waitFor();
  // Found by the whole name, and shown by the nickname.
  await quin.page.getByRole("searchbox").fill("pia");
  await quin.open(/^Pia from upstairs/);
  await about(quin).click();
  await quin.sees("Second floor, left.", quin.dialog());
  await quin.sees("@pia · Woman", quin.dialog());
  assert.ok(await quin.page.locator("dialog .avatar img").evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth > 0));
});

step("somebody is asked to be a contact, and accepts", async () => {
  await quin.dialog().getByText("Add as a contact").click();
  await quin.page.getByLabel("A word to them").fill("We met on the stairs");
  await quin.shot("card-stranger");
  await quin.dialog().getByRole("button", { name: "Ask", exact: true }).click();
  await quin.sees("Asked, no answer yet", quin.dialog());
  await quin.close();
  await pia.page.getByRole("tab", { name: /Contacts/ }).click();
  await pia.sees("We met on the stairs");
  await pia.shot("contact-asked");
  await pia.page.getByRole("button", { name: "Accept" }).click();
  await pia.page.getByRole("link", { name: /quin/ }).waitFor();
  await quin.page.getByRole("tab", { name: /Contacts/ }).click();
  await quin.page.getByRole("navigation").getByRole("link", { name: /Pia from upstairs.*Online/ }).waitFor();
});

step("contacts see who is here, and when others last were", async () => {
  await quin.open(/Pia from upstairs/);
  await quin.sees("Online", quin.page.locator(".talk > header"));
  await pia.page.goto("about:blank");
  await quin.sees(/Last seen/, quin.page.locator(".talk > header"));
  await quin.shot("contacts-dark");
  await pia.page.goto(server.origin);
  await quin.sees("Online", quin.page.locator(".talk > header"));
});

step("what one calls a contact only oneself sees", async () => {
  await about(quin).click();
  await quin.page.getByLabel("What you call them").fill("Neighbour");
  await quin.page.getByLabel("Note").fill("Has our spare key");
  await quin.dialog().getByRole("button", { name: "Save" }).click();
  await quin.page.getByRole("heading", { name: "Neighbour" }).waitFor();
  await quin.shot("card-contact");
  await quin.close();
  await quin.write("Hello Neighbour");
  await pia.page.getByRole("tab", { name: "Conversations" }).click();
  await pia.open(/^quin/);
  await pia.reads("Hello Neighbour");
  await quin.page.reload();
  await quin.page.getByRole("heading", { name: "Neighbour" }).waitFor();
});

step("who hides being here is neither online nor away", async () => {
  await pia.page.getByRole("button", { name: "Your profile" }).click();
  await pia.page.getByRole("switch", { name: "Do not show when I am online" }).check();
  await pia.close();
  await quin.page.reload();
  await quin.page.getByRole("heading", { name: "Neighbour" }).waitFor();
  await quin.sees("Connected");
  await quin.page.locator(".message .text").first().waitFor();
  assert.equal(await quin.page.locator(".talk > header .about").textContent(), "");
  await pia.page.getByRole("button", { name: "Your profile" }).click();
  const hidden = pia.page.getByRole("switch", { name: "Do not show when I am online" });
  await hidden.waitFor();
  assert.equal(await hidden.isChecked(), true);
  await hidden.uncheck();
  await pia.close();
});

step("between two of whom one has blocked the other nothing passes, until that ends", async () => {
  await about(pia).click();
  await pia.dialog().getByRole("button", { name: "Block" }).click();
  await pia.sure("Block");
  await pia.dialog().getByRole("button", { name: "Unblock" }).waitFor();
  await pia.shot("blocked");
  await pia.close();
  await quin.write("Are you there?");
  await quin.state("Are you there?", "failed");
  await quin.sees("You may not write here.");
  await pia.page.getByRole("button", { name: "Settings" }).click();
  await pia.page.getByRole("button", { name: "Blocked people" }).click();
  await pia.dialog().getByRole("button", { name: "Unblock" }).click();
  await pia.sees("You have blocked nobody.");
  await pia.close();
  await quin.page.getByRole("button", { name: "Try again" }).click();
  await pia.reads("Are you there?");
});

step("a contact is removed, from both lists", async () => {
  await about(quin).click();
  const remove = quin.dialog().getByRole("button", { name: "Remove contact" });
  // Blocking may have ended it.
  if (await remove.isVisible()) {
    await remove.click();
    await quin.sure("Remove contact");
  }
  await quin.dialog().getByText("Add as a contact").waitFor();
  await quin.close();
  await pia.page.getByRole("tab", { name: /Contacts/ }).click();
  await pia.sees("You have no contacts yet.");
  await pia.page.getByRole("tab", { name: "Conversations" }).click();
});

step("the password is changed: the old one is asked for, this device stays and the others go", async () => {
  const second = await Person.at(browser, server.origin, "pia");
  const logIn = async (password: string) => {
    await second.page.getByLabel("Name", { exact: true }).fill("pia");
    await second.page.getByLabel("Password", { exact: true }).fill(password);
    await second.page.keyboard.press("Enter");
  };
  await logIn("secret");
  await second.sees("Connected");
  const change = async (before: string) => {
    await pia.page.getByLabel("Password so far").fill(before);
    await pia.page.getByLabel("New password", { exact: true }).fill("a better one");
    await pia.page.getByLabel("New password once more").fill("a better one");
    await pia.dialog().getByRole("button", { name: "Change password" }).click();
  };
  await pia.page.getByRole("button", { name: "Settings" }).click();
  await pia.page.getByRole("button", { name: "Change password" }).click();
  await change("wrong");
  await pia.sees("The password so far is not right.");
  await pia.shot("password");
  await change("secret");
  await pia.sees("Your password is changed.");
  await second.sees("Your login has ended. Please log in again.");
  await pia.page.reload();
  await pia.sees("Connected");
  await logIn("secret");
  await second.sees("Name and password do not fit together.");
  await logIn("a better one");
  await second.sees("Connected");
  await second.context.close();
});

step("an account is deleted: its name is gone from what it wrote, and nothing stays in its browser", async () => {
  await pia.write("Goodbye");
  await quin.reads("Goodbye");
  await pia.page.getByRole("button", { name: "Settings" }).click();
  await pia.page.getByRole("button", { name: "Delete account" }).click();
  await pia.dialog().getByLabel("Password").fill("wrong");
  await pia.dialog().getByRole("button", { name: "Delete my account" }).click();
  await pia.sees("The password is not right.");
  await pia.shot("delete-account");
  await pia.dialog().getByLabel("Password").fill("a better one");
  await pia.dialog().getByRole("button", { name: "Delete my account" }).click();
  await pia.sees("Your account was deleted.");
  const left = await pia.page.evaluate(() => localStorage.getItem("longlink.session"));
  assert.equal(left, null);
  await quin.page.reload();
  await quin.page.getByRole("heading", { name: "Deleted account" }).waitFor();
  await quin.sees("This account was deleted. Nobody reads what is written here.");
  await quin.reads("Goodbye");
  await quin.shot("deleted");
});

step("nothing went wrong on the way", () => {
  assert.deepEqual({ pia: pia.complaints, quin: quin.complaints }, { pia: [], quin: [] });
});
