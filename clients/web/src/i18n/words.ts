// The words of the page in the language of the person: the browser's at first, until another one is chosen.

import { en } from "./en.js";
import type { Key } from "./en.js";
import { zh } from "./zh.js";

export type { Key } from "./en.js";
export type Language = "en" | "zh";

export const languages: { id: Language; name: string; tag: string }[] = [
  { id: "en", name: "English", tag: "en" },
  { id: "zh", name: "中文", tag: "zh-CN" },
];

const lists: Record<Language, Record<Key, string>> = { en, zh };

let current: Language = "en";

/** The language to begin with: a chosen one, or the first of the browser's that there is. */
export function pickLanguage(chosen: string | undefined, wanted: readonly string[]): Language {
  const known = (tag: string | undefined) => languages.find(({ id }) => tag?.toLowerCase().split("-")[0] === id)?.id;
  return known(chosen) ?? wanted.map(known).find((id) => id !== undefined) ?? "en";
}

export function setLanguage(language: Language): void {
  current = language;
}

export function language(): Language {
  return current;
}

/** The tag for `lang` attributes. */
export function languageTag(): string {
  return languages.find(({ id }) => id === current)!.tag;
}

/** The tag for times and numbers: as the browser's region has them, where it has one for this language. */
export function regionTag(): string {
  const wanted = typeof navigator === "undefined" ? [] : navigator.languages;
  return wanted.find((tag) => tag.toLowerCase().split("-")[0] === current) ?? languageTag();
}

/** The words under this key, with what stands in braces filled in. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return lists[current][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

type Counted = { [K in Key]: K extends `${infer Stem}_other` ? Stem : never }[Key];

/** The same for a number of things. */
export function count(stem: Counted, n: number, values: Record<string, string | number> = {}): string {
  const form = new Intl.PluralRules(languageTag()).select(n) === "one" ? "one" : "other";
  return t(`${stem}_${form}` as Key, { n, ...values });
}

/** Whether there are words under this key. */
export function has(key: string): key is Key {
  return key in en;
}
