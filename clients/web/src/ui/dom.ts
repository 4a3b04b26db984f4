// Making elements and keeping them. Text becomes text nodes and nothing else: no way from here leads to HTML.

type Child = Node | string | false | undefined | null;
type Props = Record<string, unknown>;

/** An element. `onClick` and the like are listeners, `class` and all else attributes; `false` and `undefined` are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false || value === null) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2).toLowerCase(), value as EventListener);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...(children.filter(Boolean) as (Node | string)[]));
  return element;
}

/** Makes these the children of `parent`, in this order, touching only what differs, so that focus and scroll stay. */
export function reconcile(parent: Element, children: Node[]): void {
  const wanted = new Set(children);
  for (const child of [...parent.childNodes]) if (!wanted.has(child)) child.remove();
  let at: Node | null = parent.firstChild;
  for (const child of children) {
    if (child === at) at = at.nextSibling;
    else parent.insertBefore(child, at);
  }
}

/** Elements by key, each made anew only when what it shows has changed. */
export class Kept<E extends Element> {
  private kept = new Map<string, { sign: string; element: E }>();
  private next = new Map<string, { sign: string; element: E }>();

  /** The element of this key; `sign` says all that it shows. `make` may take over from the one before. */
  get(key: string, sign: string, make: (before: E | undefined) => E): E {
    const before = this.kept.get(key);
    const kept = before?.sign === sign ? before : { sign, element: make(before?.element) };
    this.next.set(key, kept);
    return kept.element;
  }

  /** What was not asked for since the last time is let go. */
  sweep(): void {
    this.kept = this.next;
    this.next = new Map();
  }
}

export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
