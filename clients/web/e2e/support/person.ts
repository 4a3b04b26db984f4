// Somebody at a browser: what they do and what they see. Every complaint of the browser is noted: an error, a breach of
// the page's policy, a script that threw.

import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from "playwright-core";

export const SHOTS = process.env["LONGLINK_SHOTS"] ?? join(tmpdir(), "longlink-web-shots");
/** What is waited for comes much sooner; this is for a machine that does much else. */
const PATIENCE_MS = 30_000;

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launch(): Promise<Browser> {
  mkdirSync(SHOTS, { recursive: true });
  return chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args: FLAGS });
}

export class Person {
  readonly complaints: string[] = [];

  private constructor(
    readonly name: string,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async at(browser: Browser, origin: string, name: string, options: BrowserContextOptions = {}, before?: (page: Page) => Promise<void>): Promise<Person> {
    const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1180, height: 760 }, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    const person = new Person(name, context, page);
    person.watch(page);
    if (before) await before(page);
    await page.goto(origin);
    return person;
  }

  watch(page: Page): void {
    page.on("console", (said) => {
      // A connection that is refused, because the server is meant to be away, is told here too.
      if (["error", "warning"].includes(said.type()) && !/ERR_CONNECTION_REFUSED|WebSocket connection/.test(said.text())) this.complaints.push(said.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
  }

  /** Makes an account and is in. */
  async register(password = "secret"): Promise<this> {
    await this.page.getByRole("button", { name: "New here? Create an account" }).click();
    await this.page.getByLabel("Name", { exact: true }).fill(this.name);
    await this.page.getByLabel("Password", { exact: true }).fill(password);
    await this.page.getByRole("button", { name: "Create account" }).click();
    await this.sees("Connected");
    return this;
  }

  async sees(text: string | RegExp, within: Page | Locator = this.page): Promise<void> {
    await within.getByText(text).first().waitFor();
  }

  /** Opens a conversation, and waits until it is the one that is written in: the browser tells of a new address only afterwards. */
  async open(name: string | RegExp): Promise<void> {
    const list = this.page.getByRole("navigation");
    const link = list.getByRole("link", { name }).first();
    const address = await link.getAttribute("href");
    await link.click();
    await this.page.locator(`a[href="${address}"][aria-current]`).first().waitFor({ state: "attached" });
  }

  async write(text: string): Promise<void> {
    await this.page.locator("#message").fill(text);
    await this.page.keyboard.press("Enter");
  }

  /** The bubbles with exactly this text. */
  messages(text: string): Locator {
    return this.page.locator(".message").filter({ has: this.page.locator(".text", { hasText: new RegExp(`^${escape(text)}$`) }) });
  }

  async reads(text: string): Promise<void> {
    await this.messages(text).first().waitFor();
  }

  /** Waits until one's own message is in this state. */
  async state(text: string, state: "waiting" | "kept" | "delivered" | "read" | "failed"): Promise<void> {
    await this.messages(text).and(this.page.locator(`.${state}`)).waitFor();
  }

  /** Opens what is at a message, and picks something there. */
  async act(text: string, choice: string): Promise<void> {
    const message = this.messages(text).first();
    await message.hover();
    await message.getByRole("button", { name: "What to do with this message" }).click();
    await this.page.getByRole("menuitem", { name: choice }).click();
  }

  /** Picks something from a menu that opens at this button. */
  async pick(button: Locator, choice: string): Promise<void> {
    await button.click();
    await this.page.getByRole("menuitem", { name: choice, exact: true }).click();
  }

  /** Gives these files to whatever asks for some when this is clicked. */
  async give(button: Locator, files: { name: string; mimeType: string; buffer: Buffer }[]): Promise<void> {
    const [chooser] = await Promise.all([this.page.waitForEvent("filechooser"), button.click()]);
    await chooser.setFiles(files);
  }

  /** Answers the question whether to go on. */
  async sure(answer: string): Promise<void> {
    await this.page.getByRole("dialog").last().getByRole("button", { name: answer, exact: true }).click();
  }

  dialog(): Locator {
    return this.page.getByRole("dialog").last();
  }

  async close(): Promise<void> {
    await this.dialog().getByRole("button", { name: "Close" }).click();
  }

  async shot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(SHOTS, `${name}.png`), animations: "disabled" });
  }
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
