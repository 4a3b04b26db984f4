// What becomes of messages: changed, taken back, answered, read in a group, naming somebody; and pictures and files.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before } from "node:test";
import type { Browser } from "playwright-core";
import { Person, launch } from "./support/person.js";
import { png } from "./support/picture.js";
import { Server } from "./support/server.js";
import { story } from "./support/story.js";

let server: Server;
let browser: Browser;
let mia: Person;
let noah: Person;
let olga: Person;
const step = story();

before(async () => {
  [server, browser] = await Promise.all([Server.start('uploads.file_mb_max = 2'), launch()]);
  mia = await Person.at(browser, server.origin, "mia");
  await mia.register();
  noah = await Person.at(browser, server.origin, "noah", { colorScheme: "dark" });
  await noah.register();
  olga = await Person.at(browser, server.origin, "olga", { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true });
  await olga.register();
});

after(async () => {
  await browser?.close();
  await server?.end();
});

const attach = (person: Person) => person.page.getByRole("button", { name: "Send pictures or files" });
const photo = { name: "evening.png", mimeType: "image/png", buffer: png(480, 320) };

step("a message that arrived is told from one that was read, and both from one that is kept", async () => {
  await mia.page.getByRole("searchbox").fill("noah");
  await mia.open(/^noah/);
  await mia.write("Shall we meet on Sonday?");
  await mia.state("Shall we meet on Sonday?", "delivered");
  await noah.open(/^mia/);
  await mia.state("Shall we meet on Sonday?", "read");
});

step("a message is changed, by the menu and by the arrow key, and all see that it was", async () => {
  await mia.act("Shall we meet on Sonday?", "Edit");
  await mia.sees("Editing your message");
  await mia.page.locator("#message").fill("Shall we meet on Sunday?");
  await mia.shot("editing");
  await mia.page.keyboard.press("Enter");
  await noah.reads("Shall we meet on Sunday?");
  await noah.messages("Shall we meet on Sunday?").getByText("edited").waitFor();
  await mia.page.keyboard.press("ArrowUp");
  assert.equal(await mia.page.locator("#message").inputValue(), "Shall we meet on Sunday?");
  await mia.page.keyboard.press("Escape");
  assert.equal(await mia.page.locator("#message").inputValue(), "");
  await noah.page.reload();
  await noah.messages("Shall we meet on Sunday?").getByText("edited").waitFor();
});

step("a message is taken back: its words are gone everywhere, and that it was there is not", async () => {
  await mia.write("My PIN is 1234");
  await noah.reads("My PIN is 1234");
  await mia.act("My PIN is 1234", "Take back");
  await mia.sure("Take back");
  await noah.sees("This message was taken back", noah.page.getByRole("log"));
  await mia.sees("You took this message back", mia.page.getByRole("log"));
  for (const { page } of [mia, noah]) assert.equal(await page.getByText("1234").count(), 0);
  await noah.page.getByRole("link", { name: /mia took a message back/ }).waitFor();
});

step("an answer shows what it answers, and leads there however far it is", async () => {
  await noah.act("Shall we meet on Sunday?", "Answer");
  await noah.sees("Answering mia");
  await noah.write("Yes, at ten");
  await mia.reads("Yes, at ten");
  await mia.shot("answer");
  const token = await mia.page.evaluate(() => (JSON.parse(localStorage.getItem("longlink.session")!) as { token: string }).token);
  const to = new URL(mia.page.url()).hash.slice(2);
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
  for (let number = 1; number <= 80; number += 1) {
    const body = JSON.stringify({ to, clientMsgId: `between-${number}`, contentType: 1, content: Buffer.from(`line ${number}`).toString("base64") });
    await fetch(`${server.origin}/cgi/send`, { method: "POST", headers, body });
  }
  await noah.reads("line 80");
  const old = noah.messages("Shall we meet on Sunday?");
  while ((await old.count()) === 0) await noah.page.getByRole("log").evaluate((box) => (box.scrollTop = 0));
  await noah.act("Shall we meet on Sunday?", "Answer");
  await noah.write("Still fine with me");
  await noah.state("Still fine with me", "read");
  await noah.page.reload();
  // What it answers is not among what was loaded, and is read by itself.
  const quote = noah.messages("Still fine with me").getByRole("button", { name: /mia.*Shall we meet on Sunday/ });
  await quote.waitFor();
  assert.equal(await old.count(), 0);
  await quote.click();
  await noah.page.locator(".message.marked", { hasText: "Shall we meet on Sunday?" }).waitFor();
  await noah.shot("quoted");
});

step("a picture is shown before it goes, then from its preview, then whole; what is written along comes with it", async () => {
  await noah.open(/^mia/);
  await noah.page.getByRole("button", { name: "To the newest message" }).click();
  await mia.give(attach(mia), [photo]);
  await mia.sees("Send this file?");
  await mia.page.getByRole("textbox", { name: "Write something along with it" }).fill("From the hill");
  await mia.shot("sending-files");
  await mia.page.getByRole("dialog").getByRole("button", { name: "Send", exact: true }).click();
  await noah.reads("From the hill");
  await mia.state("From the hill", "read");
  const image = noah.messages("From the hill").locator(".picture img:not(.blurred)");
  await image.waitFor();
  assert.equal(await image.evaluate((element: HTMLImageElement) => element.naturalWidth), 480, "the picture itself, and not its preview");
  await noah.shot("picture");
  await noah.messages("From the hill").locator(".picture").click();
  await noah.page.locator("dialog.viewer img").waitFor();
  await noah.shot("viewer");
  const [saved] = await Promise.all([noah.page.waitForEvent("download"), noah.dialog().getByRole("button", { name: /^Save/ }).click()]);
  assert.equal(saved.suggestedFilename(), "evening.png");
  assert.ok(readFileSync((await saved.path())!).equals(photo.buffer), "byte for byte");
  await noah.close();
});

step("files come by dropping and by pasting, and what is too large is said to be", async () => {
  const notes = { name: "notes <b>.html", mimeType: "text/html", buffer: Buffer.from("<script>alert(1)</script>") };
  const transfer = await mia.page.evaluateHandle(({ name, mimeType, text }) => {
    const given = new DataTransfer();
    given.items.add(new File([text], name, { type: mimeType }));
    return given;
  }, { ...notes, text: String(notes.buffer) });
  await mia.page.locator(".talk").dispatchEvent("dragenter", { dataTransfer: transfer });
  await mia.sees("Drop to send here");
  await mia.shot("dropping");
  await mia.page.locator(".talk").dispatchEvent("drop", { dataTransfer: transfer });
  await mia.page.getByRole("dialog").getByRole("button", { name: "Send", exact: true }).click();
  const file = noah.page.getByRole("button", { name: "Save notes <b>.html" });
  const [saved] = await Promise.all([noah.page.waitForEvent("download"), file.click()]);
  assert.ok(readFileSync((await saved.path())!).equals(notes.buffer));
  assert.equal(noah.page.url().startsWith(server.origin), true, "it was not opened");

  await mia.page.locator("#message").evaluate((field) => {
    const given = new DataTransfer();
    given.items.add(new File([new Uint8Array(3_000_000)], "film.bin", { type: "application/octet-stream" }));
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: given, bubbles: true, cancelable: true }));
  });
  await mia.sees(/is more than the .* that this server takes/, mia.dialog());
  assert.equal(await mia.dialog().getByRole("button", { name: /^Send/ }).isDisabled(), true);
  await mia.shot("file-too-large");
  await mia.close();
  await mia.shot("files");
});

step("a file that is on its way can be called off, and goes on after a reload", async () => {
  // Held up on the way, as a slow network does.
  await mia.page.route("**/files", (route) => (route.request().method() === "POST" ? undefined : route.continue()));
  await mia.give(attach(mia), [{ name: "slow.txt", mimeType: "text/plain", buffer: Buffer.from("slow") }]);
  await mia.page.getByRole("dialog").getByRole("button", { name: "Send", exact: true }).click();
  await mia.page.locator(".file-name", { hasText: "slow.txt" }).waitFor();
  await mia.shot("uploading");
  await mia.page.getByRole("button", { name: "Cancel sending" }).click();
  await mia.page.locator(".file-name", { hasText: "slow.txt" }).waitFor({ state: "detached" });
  await mia.give(attach(mia), [{ name: "later.txt", mimeType: "text/plain", buffer: Buffer.from("later") }]);
  await mia.page.getByRole("dialog").getByRole("button", { name: "Send", exact: true }).click();
  await mia.page.locator(".message.waiting", { hasText: "later.txt" }).waitFor();
  await mia.page.unroute("**/files");
  await mia.page.reload();
  await noah.page.getByRole("button", { name: "Save later.txt" }).waitFor();
  assert.equal(await noah.page.getByText("slow.txt").count(), 0);
});

step("in a group one names people and all, and sees how many have read", async () => {
  await mia.pick(mia.page.getByRole("button", { name: "New", exact: true }), "New group");
  await mia.page.getByLabel("Name of the group").fill("Choir");
  for (const name of ["noah", "olga"]) {
    await mia.page.getByRole("dialog").getByRole("searchbox").fill(name);
    await mia.page.getByRole("checkbox", { name }).check();
  }
  await mia.page.getByRole("button", { name: "Create group" }).click();
  await mia.page.getByRole("heading", { name: "Choir" }).waitFor();
  await mia.page.locator("#message").pressSequentially("Listen @no");
  await mia.page.getByRole("option", { name: /noah/ }).waitFor();
  await mia.shot("mention");
  await mia.page.keyboard.press("Enter");
  await mia.page.locator("#message").pressSequentially("please");
  await mia.page.keyboard.press("Enter");
  await noah.page.getByRole("link", { name: /Choir.*1 unread message, you were mentioned/ }).waitFor();
  await olga.page.getByRole("link", { name: /Choir.*1 unread message/ }).waitFor();
  assert.equal(await olga.page.getByRole("link", { name: /Choir.*mentioned/ }).count(), 0);
  await mia.page.locator("#message").pressSequentially("@all");
  await mia.page.getByRole("option", { name: /everybody/ }).waitFor();
  await mia.page.keyboard.press("Tab");
  await mia.page.locator("#message").pressSequentially("we sing at eight");
  await mia.page.keyboard.press("Enter");
  await olga.page.getByRole("link", { name: /Choir.*2 unread messages, you were mentioned/ }).waitFor();
  await noah.shot("mentioned-list");
  await noah.open(/Choir/);
  await noah.reads("Listen @noah please");
  await noah.page.locator(".mention", { hasText: "@noah" }).waitFor();
  await noah.shot("mentioned");
  await mia.messages("Listen @noah please").getByText("Read by 1").waitFor({ state: "attached" });
  await olga.open(/Choir/);
  await mia.messages("Listen @noah please").getByText("Read by 2").waitFor({ state: "attached" });
  await mia.act("Listen @noah please", "Who has read this");
  await mia.sees("Read by 2 of 2", mia.dialog());
  await mia.shot("readers");
  await mia.close();
});

step("an admin takes back what another wrote, and on a phone a tap opens what can be done", async () => {
  await olga.write("Buy cheap tickets");
  await mia.reads("Buy cheap tickets");
  await olga.messages("Buy cheap tickets").locator(".act").tap();
  await olga.page.getByRole("menuitem", { name: "Edit" }).waitFor();
  await olga.shot("phone-menu");
  await olga.page.keyboard.press("Escape");
  await mia.act("Buy cheap tickets", "Take back");
  await mia.sure("Take back");
  await olga.page.locator(".bubble.recalled").waitFor();
  await olga.shot("phone-group");
});

step("a conversation is pinned and muted, on all of one's devices", async () => {
  await mia.open(/^noah/);
  await mia.pick(mia.page.getByRole("button", { name: "Options of this conversation" }), "Pin to the top");
  await mia.page.getByRole("navigation").getByRole("link").first().getByText("Pinned").waitFor({ state: "attached" });
  await mia.pick(mia.page.getByRole("button", { name: "Options of this conversation" }), "Mute");
  await mia.page.getByRole("link", { name: /^noah.*Muted/ }).waitFor();
  await mia.open(/Choir/);
  await noah.open(/^mia/);
  await noah.write("Nobody is told of this");
  await mia.page.getByRole("link", { name: /noah.*1 unread message/ }).waitFor();
  assert.equal(await mia.page.title(), "longlink");
  await mia.shot("pinned");
  await mia.page.reload();
  await mia.page.getByRole("navigation").getByRole("link").first().getByText("Pinned").waitFor({ state: "attached" });
});

step("nothing went wrong on the way", () => {
  for (const person of [mia, noah, olga]) assert.deepEqual(person.complaints, [], person.name);
});
