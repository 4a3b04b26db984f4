// Naming people in a text: what is being typed behind an @, and which parts of a text name somebody. Pure.

/** The beginning of a name behind an @ that stands before the cursor, and where the @ is. */
export function typedMention(text: string, cursor: number): { at: number; prefix: string } | undefined {
  const before = text.slice(0, cursor);
  const at = before.lastIndexOf("@");
  if (at < 0) return undefined;
  // An @ in the midst of a word is an address of mail, except behind Han characters, which have no spaces.
  const previous = before[at - 1];
  if (previous !== undefined && /[\p{L}\p{N}_.]/u.test(previous) && !/\p{Script=Han}/u.test(previous)) return undefined;
  const prefix = before.slice(at + 1);
  return /[\s@]/u.test(prefix) || prefix.length > 64 ? undefined : { at, prefix };
}

/** The text with the name in the place of what was typed, and where the cursor is then. */
export function withMention(text: string, cursor: number, at: number, name: string): { text: string; cursor: number } {
  const put = `@${name} `;
  const rest = text.slice(cursor).replace(/^ /, "");
  return { text: text.slice(0, at) + put + rest, cursor: at + put.length };
}

/** Whether a text names this person, in whole. */
export function names(text: string, name: string): boolean {
  return text.includes(`@${name}`);
}

/** The text in parts, those that name one of these marked. Longer names first, so that "@ann lee" is not "@ann". */
export function mentionParts(text: string, known: string[]): { text: string; mention: boolean }[] {
  const wanted = [...known].filter(Boolean).sort((a, b) => b.length - a.length).map((name) => `@${name}`);
  const parts: { text: string; mention: boolean }[] = [];
  let plain = 0;
  for (let at = text.indexOf("@"); at >= 0 && wanted.length > 0; at = text.indexOf("@", at + 1)) {
    const found = wanted.find((name) => text.startsWith(name, at));
    if (!found) continue;
    if (at > plain) parts.push({ text: text.slice(plain, at), mention: false });
    parts.push({ text: found, mention: true });
    plain = at + found.length;
    at = plain - 1;
  }
  if (plain < text.length) parts.push({ text: text.slice(plain), mention: false });
  return parts;
}
