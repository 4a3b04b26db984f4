// Which parts of a text are links. Only http and https are; what else looks like an address stays text.

export interface Part {
  text: string;
  href?: string;
}

const CANDIDATE = /https?:\/\/[^\s<>"'`{}|\\^\u3000-\u303f\uff00-\uffef]+/gi;

export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const shown = withoutTail(match[0]);
    const href = addressOf(shown);
    if (!href) continue;
    if (match.index > at) parts.push({ text: text.slice(at, match.index) });
    parts.push({ text: shown, href });
    at = match.index + shown.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at) });
  return parts;
}

function addressOf(text: string): string | undefined {
  try {
    const url = new URL(text);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** The full stop behind an address belongs to the sentence, and so does a bracket that was not opened in it. */
function withoutTail(text: string): string {
  let end = text.length;
  for (;;) {
    const last = text[end - 1]!;
    const open = { ")": "(", "]": "[" }[last];
    const rest = text.slice(0, end);
    const unopened = open !== undefined && rest.split(last).length > rest.split(open).length;
    if (!/[.,;:!?]/.test(last) && !unopened) return rest;
    end -= 1;
  }
}
