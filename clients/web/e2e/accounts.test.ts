// Logging in and out, registering, and being told why not.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import type { Browser } from "playwright-core";
import { Person, launch } from "./support/person.js";
import { Server } from "./support/server.js";
import { story } from "./support/story.js";

let open: Server;
let closed: Server;
let browser: Browser;
let joe: Person;
const step = story();

before(async () => {
  const settings = 'accounts.registration = "closed"\naccounts.people_listed = false';
  [open, closed, browser] = await Promise.all([Server.start("accounts.people_listed = false"), Server.start(settings), launch()]);
});

after(async () => {
  await browser?.close();
  await Promise.all([open?.end(), closed?.end()]);
});

step("where nobody may register, it says so and keeps what was typed", async () => {
  const kim = await Person.at(browser, closed.origin, "kim");
  await kim.page.getByRole("button", { name: "New here? Create an account" }).click();
  await kim.page.getByLabel("Name", { exact: true }).fill("kim");
  await kim.page.getByLabel("Password", { exact: true }).fill("secret");
  await kim.page.getByLabel("Invitation code").fill("0123");
  await kim.page.getByRole("button", { name: "Create account" }).click();
  await kim.sees("Nobody can register here by themselves", kim.page.getByRole("alert"));
  await kim.shot("registration-refused");
  assert.equal(await kim.page.getByLabel("Name", { exact: true }).inputValue(), "kim");
  await kim.context.close();
});

step("a wrong password, a taken name and a short password are told apart", async () => {
  joe = await Person.at(browser, open.origin, "joe");
  await joe.register();
  const other = await Person.at(browser, open.origin, "joe");
  const { page } = other;
  const problem = page.getByRole("alert");
  await page.getByLabel("Name", { exact: true }).fill("joe");
  await page.getByLabel("Password", { exact: true }).fill("wrong");
  await page.keyboard.press("Enter");
  await other.sees("Name and password do not fit together.", problem);
  await page.getByRole("button", { name: "New here? Create an account" }).click();
  await page.getByRole("button", { name: "Create account" }).click();
  await other.sees("This name is taken.", problem);
  await page.getByLabel("Name", { exact: true }).fill("jo");
  await page.getByLabel("Password", { exact: true }).fill("abc");
  await page.keyboard.press("Enter");
  await other.sees("A password that is too short is the usual reason.", problem);
  await other.context.close();
});

step("where people are not listed, a whole name finds somebody", async () => {
  const lea = await Person.at(browser, open.origin, "lea");
  await lea.register();
  await lea.sees("enter somebody's whole name");
  await lea.page.getByRole("searchbox").fill("jo");
  await lea.sees("Nobody by that name");
  await lea.page.getByRole("searchbox").fill("joe");
  await lea.open(/^joe/);
  await lea.write("found you");
  await joe.page.getByRole("link", { name: /lea.*found you/ }).waitFor();
  await lea.context.close();
});

step("the password is nowhere in the browser, and reloading needs none", async () => {
  await joe.page.reload();
  await joe.sees("Connected");
  const kept = await joe.page.evaluate(() => JSON.stringify(localStorage));
  assert.match(kept, /"name\\":\\"joe/);
  assert.doesNotMatch(kept, /secret/);
});

step("logging out ends the token and leaves the login; logging in brings everything back", async () => {
  const token = await joe.page.evaluate(() => (JSON.parse(localStorage.getItem("longlink.session")!) as { token: string }).token);
  await joe.page.getByRole("button", { name: "Settings" }).click();
  await joe.page.getByRole("button", { name: "Log out" }).click();
  await joe.page.getByRole("heading", { name: "Log in" }).waitFor();
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
  const answer = (await (await fetch(`${open.origin}/cgi/sync`, { method: "POST", headers, body: "{}" })).json()) as { code: string };
  assert.equal(answer.code, "CODE_BAD_TOKEN");
  const left = await joe.page.evaluate(async () => {
    const counted = <T,>(request: IDBRequest<T>) => new Promise<T>((done) => (request.onsuccess = () => done(request.result)));
    const [{ name }] = (await indexedDB.databases()) as [{ name: string }];
    const open = indexedDB.open(name);
    await counted(open);
    const at = open.result.transaction(["talks", "names"]);
    const counts = await Promise.all(["talks", "names"].map((store) => counted(at.objectStore(store).count())));
    open.result.close();
    return counts;
  });
  assert.deepEqual(left, [0, 0], "nothing of it stays in the browser");
  await joe.page.getByLabel("Name", { exact: true }).fill("joe");
  await joe.page.getByLabel("Password", { exact: true }).fill("secret");
  await joe.page.keyboard.press("Enter");
  await joe.page.getByRole("link", { name: /lea.*found you/ }).waitFor();
});

step("a token that is worth nothing asks for the password once more, with the name filled in", async () => {
  await joe.page.evaluate(() => {
    const session = JSON.parse(localStorage.getItem("longlink.session")!) as { token: string };
    localStorage.setItem("longlink.session", JSON.stringify({ ...session, token: `${session.token}x` }));
  });
  await joe.page.reload();
  await joe.sees("Your login has ended. Please log in again.");
  assert.equal(await joe.page.getByLabel("Name", { exact: true }).inputValue(), "joe");
  assert.deepEqual(joe.complaints, []);
});
