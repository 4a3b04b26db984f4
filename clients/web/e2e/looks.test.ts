// Phones, Chinese, the keyboard alone, the dark: the same page for everybody.

import assert from "node:assert/strict";
import { after, before } from "node:test";
import type { Browser, Page } from "playwright-core";
import { Person, launch } from "./support/person.js";
import { Server } from "./support/server.js";
import { story } from "./support/story.js";

let server: Server;
let browser: Browser;
let fay: Person;
let gus: Person;
const step = story();

before(async () => {
  [server, browser] = await Promise.all([Server.start(), launch()]);
  fay = await Person.at(browser, server.origin, "fay");
  await fay.register();
});

after(async () => {
  await browser?.close();
  await server?.end();
});

const ground = (page: Page) => page.evaluate(() => getComputedStyle(document.querySelector(".talk, .nothing, .entrance")!.closest("body")!).backgroundColor);
const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

step("on a phone the list and the conversation are one page each", async () => {
  gus = await Person.at(browser, server.origin, "gus", { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  await gus.shot("phone-login");
  await gus.register();
  await fay.page.getByRole("searchbox").fill("gus");
  await fay.open(/^gus/);
  await fay.write("Can you read this on the train?");
  await fay.write("A_very_long_word_that_has_no_place_to_break_and_must_not_push_the_page_sideways_ever");
  await gus.page.getByRole("link", { name: /fay.*2 unread messages/ }).waitFor();
  await gus.shot("phone-list");
  assert.equal(await gus.page.getByRole("log").count(), 0);
  await gus.open(/^fay/);
  await gus.reads("Can you read this on the train?");
  assert.ok(!(await gus.page.getByRole("searchbox").isVisible()), "the list has made room");
  await gus.write("Yes, quite well");
  await fay.reads("Yes, quite well");
  await gus.state("Yes, quite well", "read");
  assert.equal(await sideways(gus.page), 0);
  await gus.shot("phone-chat");
  await gus.page.goBack();
  await gus.page.getByRole("searchbox").waitFor();
  await gus.page.goForward();
  await gus.page.getByRole("button", { name: "Back to the list" }).tap();
  await gus.page.getByRole("searchbox").waitFor();
});

step("light and dark follow the system until one is chosen", async () => {
  const light = await ground(fay.page);
  await fay.page.emulateMedia({ colorScheme: "dark" });
  const dark = await ground(fay.page);
  assert.notEqual(dark, light);
  await fay.page.getByRole("button", { name: "Settings" }).click();
  await fay.page.getByRole("button", { name: "Light" }).click();
  assert.equal(await ground(fay.page), light);
  await fay.shot("settings");
  await fay.page.getByRole("button", { name: "As the system" }).click();
  assert.equal(await ground(fay.page), dark);
  await fay.page.emulateMedia({ colorScheme: "light" });
  await fay.page.keyboard.press("Escape");
});

step("it speaks the browser's language, and another one when told", async () => {
  const hua = await Person.at(browser, server.origin, "韩梅梅", { locale: "zh-CN" });
  await hua.page.getByRole("button", { name: "还没有账号？注册一个" }).click();
  await hua.page.getByLabel("用户名").fill("韩梅梅");
  await hua.page.getByLabel("密码", { exact: true }).fill("secret");
  await hua.shot("chinese-login");
  await hua.page.getByRole("button", { name: "注册", exact: true }).click();
  await hua.sees("已连接");
  assert.equal(await hua.page.locator("html").getAttribute("lang"), "zh-CN");
  await hua.open(/^fay/);
  await hua.write("你好！周末一起去爬山吗？");
  await hua.state("你好！周末一起去爬山吗？", "kept");
  await fay.open(/^韩梅梅/);
  await fay.write("好啊，几点出发？");
  await hua.reads("好啊，几点出发？");
  await hua.write("早上八点，在地铁站见。\n记得带水和帽子，天气预报说会很热。");
  await hua.sees("记得带水和帽子");
  await hua.page.locator(".message.mine.read").nth(1).waitFor();
  await hua.shot("chinese");
  await hua.page.getByRole("button", { name: "个人资料" }).click();
  await hua.page.getByLabel("昵称").fill("梅梅");
  await hua.page.getByRole("button", { name: "保存" }).click();
  await hua.sees("已保存");
  await hua.shot("chinese-profile");
  await hua.page.getByRole("button", { name: "关闭" }).click();
  await hua.page.getByRole("button", { name: "名片" }).click();
  await hua.page.getByText("添加到联系人").click();
  await hua.shot("chinese-card");
  await hua.page.getByRole("button", { name: "关闭" }).click();
  await hua.page.getByRole("button", { name: "设置" }).click();
  await hua.page.getByRole("button", { name: "English" }).click();
  await hua.sees("Connected");
  await hua.page.reload();
  await hua.sees("Connected");
  assert.deepEqual(hua.complaints, []);
  await hua.context.close();
});

step("the keyboard alone is enough", async () => {
  const ida = await Person.at(browser, server.origin, "ida");
  const { page } = ida;
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = () => page.evaluate(() => document.activeElement?.textContent || document.activeElement?.getAttribute("aria-label"));
  // The field for the name has the focus; the button to register comes behind everything else of the form.
  for (let at = 0; at < 10 && (await focused()) !== "New here? Create an account"; at += 1) await press("Tab");
  await press("Enter");
  await page.keyboard.type("ida");
  await press("Tab");
  await page.keyboard.type("secret");
  await press("Enter");
  await ida.sees("Connected");
  await page.getByRole("link", { name: /^fay/ }).waitFor();
  for (let at = 0; at < 10 && (await focused()) !== "Search people and conversations"; at += 1) await press("Tab");
  await page.keyboard.type("fay");
  await ida.sees("Found");
  await page.getByRole("link", { name: /^fay/ }).waitFor();
  await press("ArrowDown", "Enter");
  await page.getByRole("heading", { name: "fay" }).waitFor();
  await page.keyboard.type("no mouse");
  await press("Shift+Enter");
  await page.keyboard.type("was used");
  await press("Enter");
  await page.locator(".message.mine.kept").waitFor();
  assert.equal(await page.locator(".message .text").textContent(), "no mouse\nwas used");
  // What can be done with the newest message is one step before the field.
  for (let at = 0; at < 6 && (await focused()) !== "What to do with this message"; at += 1) await press("Shift+Tab");
  await press("Enter");
  await page.getByRole("menu").waitFor();
  for (let at = 0; at < 6 && (await focused()) !== "Answer"; at += 1) await press("ArrowDown");
  await press("Enter");
  await ida.sees("Answering ida");
  await press("Escape");
  await ida.page.getByText("Answering ida").waitFor({ state: "hidden" });
  await press("Escape");
  assert.match((await focused())!, /fay/, "Escape goes back to the list");
  await ida.shot("keyboard");
  await press("Enter");
  await page.keyboard.type("and again");
  assert.equal(await page.locator("#message").inputValue(), "and again");
  assert.deepEqual(ida.complaints, []);
  await ida.context.close();
});

step("every control has a name, and every field a label", async () => {
  for (const { page } of [fay, gus]) {
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll("button, a[href], input, textarea, select")]
        .filter((element) => !(element.textContent?.trim() || element.getAttribute("aria-label") || (element as HTMLInputElement).labels?.length))
        .map((element) => element.outerHTML),
    );
    assert.deepEqual(nameless, []);
  }
});

step("nothing went wrong on the way", () => {
  assert.deepEqual({ fay: fay.complaints, gus: gus.complaints }, { fay: [], gus: [] });
});
