// Words and links: both languages say the same things, and only web addresses become links.

import assert from "node:assert/strict";
import { test } from "node:test";
import { en } from "../src/i18n/en.js";
import { count, pickLanguage, setLanguage, t } from "../src/i18n/words.js";
import { zh } from "../src/i18n/zh.js";
import { partsOf } from "../src/ui/links.js";

test("both languages have the same words with the same places to fill", () => {
  const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  assert.deepEqual(Object.keys(zh), Object.keys(en));
  for (const [key, text] of Object.entries(en)) {
    assert.deepEqual(places(zh[key as keyof typeof en]), places(text), key);
    assert.notEqual(text.trim(), "", key);
    assert.notEqual(zh[key as keyof typeof en].trim(), "", key);
  }
});

test("the language is the chosen one, or the first of the browser's that there is", () => {
  assert.equal(pickLanguage("zh", ["en"]), "zh");
  assert.equal(pickLanguage(undefined, ["fr", "zh-TW", "en"]), "zh");
  assert.equal(pickLanguage("xx", ["en-GB"]), "en");
  assert.equal(pickLanguage(undefined, []), "en");
});

test("numbers choose their word, and what is filled in is not looked into", () => {
  setLanguage("en");
  assert.equal(count("members", 1), "1 member");
  assert.equal(count("members", 2), "2 members");
  assert.equal(t("list.from", { name: "{text}", text: "{name}" }), "{text}: {name}");
  setLanguage("zh");
  assert.equal(count("members", 2), "2 位成员");
});

test("only http and https become links, without what belongs to the sentence", () => {
  const links = (text: string) => partsOf(text).flatMap(({ href }) => href ?? []);
  for (const [text, found] of [
    ["see http://a.example/b.", ["http://a.example/b"]],
    ["(https://a.example/x_(y))", ["https://a.example/x_(y)"]],
    ["去 https://a.example/路径，看看", ["https://a.example/%E8%B7%AF%E5%BE%84"]],
    ["HTTPS://A.example!", ["https://a.example/"]],
    ["javascript:alert(1) data:text/html,x ftp://a.example file:///etc", []],
    ["java\nscript:http://", []],
    ["https://", []],
    ['http://a.example/"onmouseover="x', ["http://a.example/"]],
    ["http://a.example http://b.example", ["http://a.example/", "http://b.example/"]],
  ] as [string, string[]][]) {
    assert.deepEqual(links(text), found, text);
    assert.equal(partsOf(text).map((part) => part.text).join(""), text, "nothing is lost");
  }
});
