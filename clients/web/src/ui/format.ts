// Times and names as people write them.

import { count, regionTag, t } from "../i18n/words.js";

const DAY_MS = 86_400_000;

export function clockTime(ms: number): string {
  return new Intl.DateTimeFormat(regionTag(), { hour: "2-digit", minute: "2-digit" }).format(ms);
}

export function fullTime(ms: number): string {
  return new Intl.DateTimeFormat(regionTag(), { dateStyle: "full", timeStyle: "short" }).format(ms);
}

/** Which day it is here, to tell days apart. */
export function dayOf(ms: number): string {
  return new Date(ms).toDateString();
}

export function dayName(ms: number, now = Date.now()): string {
  if (dayOf(ms) === dayOf(now)) return t("day.today");
  if (dayOf(ms) === dayOf(now - DAY_MS)) return t("day.yesterday");
  const sameYear = new Date(ms).getFullYear() === new Date(now).getFullYear();
  const options: Intl.DateTimeFormatOptions = { weekday: "long", day: "numeric", month: "long" };
  return new Intl.DateTimeFormat(regionTag(), sameYear ? options : { ...options, year: "numeric" }).format(ms);
}

/** When it was, as short as a list needs it. */
export function shortTime(ms: number, now = Date.now()): string {
  if (dayOf(ms) === dayOf(now)) return clockTime(ms);
  if (dayOf(ms) === dayOf(now - DAY_MS)) return t("day.yesterday");
  const options: Intl.DateTimeFormatOptions =
    now - ms < 6 * DAY_MS ? { weekday: "short" } : { day: "numeric", month: "numeric", year: "2-digit" };
  return new Intl.DateTimeFormat(regionTag(), options).format(ms);
}

/** How long ago somebody was here, as people say it. */
export function agoText(ms: number, now = Date.now()): string {
  const minutes = Math.floor((now - ms) / 60_000);
  if (minutes < 1) return t("seen.now");
  if (minutes < 60) return count("seen.minutes", minutes);
  if (dayOf(ms) === dayOf(now)) return t("seen.today", { time: clockTime(ms) });
  if (dayOf(ms) === dayOf(now - DAY_MS)) return t("seen.yesterday", { time: clockTime(ms) });
  return t("seen.day", { day: new Intl.DateTimeFormat(regionTag(), { day: "numeric", month: "short", year: "numeric" }).format(ms) });
}

/** A size as people write it. */
export function sizeText(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"];
  let size = bytes;
  let unit = 0;
  while (size >= 1_000 && unit < units.length - 1) {
    size /= 1_000;
    unit += 1;
  }
  const options = { style: "unit", unit: units[unit]!, unitDisplay: unit === 0 ? "long" : "short", maximumFractionDigits: size < 10 && unit > 0 ? 1 : 0 } as const;
  return new Intl.NumberFormat(regionTag(), options).format(size);
}

/** One or two letters that stand for a name. */
export function initials(name: string): string {
  const words = name.trim().split(/[\s._-]+/u).filter(Boolean);
  const first = [...(words[0] ?? "?")];
  // A name in Han characters is known by its last two.
  if (/\p{Script=Han}/u.test(first[0]!)) return first.slice(-2).join("");
  const digits = /\d+$/.exec(words.at(-1) ?? "")?.[0];
  if (words.length === 1 && digits && digits.length < first.length) return first[0]!.toUpperCase() + digits.slice(-1);
  const second = words.length > 1 ? [...words.at(-1)!][0]! : (first[1] ?? "");
  return first[0]!.toUpperCase() + (words.length > 1 ? second.toUpperCase() : second);
}

/** Splits a time into seconds that are left, at least 1. */
export function secondsLeft(until: number, now: number): number {
  return Math.max(1, Math.ceil((until - now) / 1_000));
}
