// A conversation's messages: in order, by day and by writer, with what is not sent yet at the end. It reads on as one
// scrolls up, and stays at the end while one is there.

import { language, t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import { EVERYONE, mentionsUser } from "../store/entries.js";
import type { Item, Peer, UserId } from "../store/entries.js";
import { gapAbove, gapBetween } from "../store/gap.js";
import type { Thread } from "../store/thread.js";
import { avatar, face } from "./avatar.js";
import { personCard } from "./card.js";
import { Kept, h, reconcile } from "./dom.js";
import { dayName, dayOf } from "./format.js";
import { icon } from "./icons.js";
import { mediaElement, mediaSign } from "./media.js";
import type { Sending } from "./media.js";
import { messageElement } from "./message.js";
import { messageMenu } from "./messagemenu.js";
import type { MessageActions } from "./messagemenu.js";
import { codeText, eventText, peerName, userName } from "./names.js";
import { mentionedNames, quoteOf, shownText, stateOf, unsentItem } from "./shown.js";
import type { Shown } from "./shown.js";
import { toast } from "./toast.js";

/** Messages of one person that are nearer than this stand together. */
const TOGETHER_MS = 5 * 60_000;
/** So near to the end one is at the end, and so near to the top older ones are read. */
const END_PX = 60;
const TOP_PX = 400;

/** So long the message to which one was taken is marked. */
const MARKED_MS = 1_600;

/** Who wrote it, and the way to their card. The keyboard has the list of members for that. */
function writer(client: Client, user: UserId): HTMLElement {
  const name = userName(client, user);
  return h("button", { type: "button", class: "writer", tabindex: "-1", "aria-label": name, title: name, onClick: () => personCard(client, user) }, avatar(client, user, "small"));
}

export class ThreadView {
  readonly element: HTMLElement;
  private readonly list = h("ol", { class: "messages" });
  private readonly box: HTMLElement;
  private readonly jump: HTMLButtonElement;
  private readonly rows = new Kept<HTMLLIElement>();
  private atEnd = true;
  /** The newest entry when it was drawn first, so that later ones come in with a movement. */
  private drawnUpTo: bigint | undefined;
  private opened = Date.now();

  constructor(
    private readonly client: Client,
    private readonly peer: Peer,
    /** Up to here the person had read when they opened it; the rest is new. */
    private readonly readUpTo: bigint | undefined,
    private readonly looked: () => void,
    private readonly actions: MessageActions,
  ) {
    this.jump = h("button", { type: "button", class: "jump", "aria-label": t("talk.toEnd"), title: t("talk.toEnd"), hidden: true, onClick: () => this.goToEnd() }, icon("down"));
    this.box = h("div", { class: "scroll", role: "log", tabindex: "0", "aria-label": t("talk.log", { name: peerName(client, peer) }) }, this.list);
    this.element = h("div", { class: "thread" }, this.box, this.jump);
    this.box.addEventListener("scroll", () => this.scrolled(), { passive: true });
    // What changes the height of the view (a keyboard, a longer draft) must not push the end out of it.
    new ResizeObserver(() => this.atEnd && this.toEnd(false)).observe(this.box);
  }

  /** Whether the newest message is before the person's eyes. */
  isAtEnd(): boolean {
    return this.atEnd;
  }

  /** At once, so that what comes meanwhile is followed as well. */
  private goToEnd(): void {
    this.atEnd = true;
    this.jump.hidden = true;
    this.toEnd(false);
    this.looked();
  }

  toEnd(smooth: boolean): void {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.box.scrollTo({ top: this.box.scrollHeight, behavior: smooth && !still ? "smooth" : "instant" });
  }

  /** Goes to a message, reading older ones until it is there. */
  async show(queueId: bigint): Promise<void> {
    if (!(await this.client.threads.reach(this.peer, queueId))) {
      toast(t("talk.quoteGone"));
      return;
    }
    this.atEnd = false;
    this.render();
    const row = this.list.querySelector(`[data-id="${queueId}"]`);
    row?.scrollIntoView({ block: "center" });
    row?.classList.add("marked");
    setTimeout(() => row?.classList.remove("marked"), MARKED_MS);
  }

  render(): void {
    const thread = this.client.threads.get(this.peer);
    if (!thread) return;
    const { box, atEnd } = this;
    // What comes from history is not read out as news.
    box.setAttribute("aria-busy", String(thread.loading));
    const fromEnd = box.scrollHeight - box.scrollTop;
    const rows = this.build(thread);
    reconcile(this.list, rows);
    this.rows.sweep();
    if (thread.loaded) this.drawnUpTo ??= thread.newest();
    // Either the end stays in view, or what was in view does, whatever came above it or below.
    if (atEnd) this.toEnd(false);
    else if (this.grewAbove(thread)) box.scrollTop = box.scrollHeight - fromEnd;
    this.jump.hidden = this.atEnd;
    if (thread.loaded && thread.more && box.scrollHeight <= box.clientHeight + TOP_PX) void this.client.threads.readOlder(this.peer);
  }

  private oldest: bigint | undefined;

  private grewAbove(thread: Thread): boolean {
    const before = this.oldest;
    this.oldest = thread.items[0]?.queueId;
    return before !== undefined && this.oldest !== undefined && this.oldest < before;
  }

  private scrolled(): void {
    const { box } = this;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < END_PX;
    if (atEnd !== this.atEnd) {
      this.atEnd = atEnd;
      this.jump.hidden = atEnd;
      this.looked();
    }
    if (box.scrollTop < TOP_PX) {
      const thread = this.client.threads.get(this.peer);
      if (thread?.loaded) {
        this.oldest = thread.items[0]?.queueId;
        void this.client.threads.readOlder(this.peer);
      }
    }
  }

  private build(thread: Thread): Node[] {
    const unsent = this.client.outbox.of(this.peer);
    const rows: Node[] = [this.top(thread, unsent.length)];
    let day = "";
    let marked = this.readUpTo === undefined;
    let run: Shown[] = [];
    const flush = () => {
      run.forEach((shown, at) => rows.push(this.message(shown, at === 0, at === run.length - 1)));
      run = [];
    };
    const separate = (sentAtMs: number) => {
      if (dayOf(sentAtMs) === day) return;
      flush();
      day = dayOf(sentAtMs);
      const name = dayName(sentAtMs);
      rows.push(this.rows.get(`d${day}`, name, () => h("li", { class: "day" }, h("span", {}, name))));
    };
    const put = (shown: Shown) => {
      const last = run.at(-1);
      if (last && (last.from !== shown.from || shown.sentAtMs - last.sentAtMs > TOGETHER_MS)) flush();
      run.push(shown);
    };
    const { keptFrom, me } = this.client;
    let before: Item | undefined;
    for (const item of thread.items) {
      if (gapBetween(before, item, keptFrom)) {
        flush();
        rows.push(this.rows.get("gap", language(), () => h("li", { class: "event gap" }, t("talk.gap"))));
      }
      before = item;
      separate(item.sentAtMs);
      if (!marked && item.queueId > this.readUpTo! && item.from !== me && item.content.kind !== "event") {
        flush();
        marked = true;
        rows.push(this.rows.get("new", t("talk.new"), () => h("li", { class: "new" }, h("span", {}, t("talk.new")))));
      }
      if (item.content.kind === "event") {
        flush();
        const text = eventText(this.client, item.from, item.content);
        rows.push(this.rows.get(`e${item.queueId}`, text, () => h("li", { class: "event", dir: "auto" }, text)));
      } else {
        // One's own keeps its key when it comes back from the server, so that it stays where it is.
        const key = item.from === me ? `${me}:${item.clientMsgId}` : String(item.queueId);
        put({ key, item, from: item.from, sentAtMs: item.sentAtMs, ...stateOf(this.client, this.peer, thread, item), refused: undefined, sending: undefined });
      }
    }
    for (const one of unsent) {
      separate(one.writtenAtMs);
      const { clientMsgId, media, refused } = one;
      const state = refused === undefined ? "waiting" : "failed";
      const sending: Sending | undefined = media && { file: media.file, part: this.client.outbox.progress(clientMsgId), callOff: () => this.client.outbox.discard(clientMsgId) };
      put({ key: `${me}:${clientMsgId}`, item: unsentItem(this.client, one), from: me, sentAtMs: one.writtenAtMs, state, readers: 0, refused, sending });
    }
    flush();
    rows.push(...this.typing());
    return rows;
  }

  private message(shown: Shown, first: boolean, last: boolean): HTMLLIElement {
    const { client, peer } = this;
    const { item, sending } = shown;
    const { content } = item;
    const mine = shown.from === client.me;
    const several = peer <= 0n && !mine;
    const author = several && first ? userName(client, shown.from) : undefined;
    const problem = shown.refused === undefined ? "" : codeText(shown.refused, content.kind === "media" && content.hash === "" ? "upload" : "send");
    const fresh = shown.state === "waiting" || (this.drawnUpTo !== undefined && shown.sentAtMs > this.opened);
    const text = shownText(client, peer, item);
    const quote = quoteOf(client, peer, item);
    const mentioned = mentionedNames(client, item);
    const media = content.kind === "media" ? content : undefined;
    const sign = [
      content.kind, text, shown.sentAtMs, shown.state, shown.readers, first, last, author ?? "", problem, item.changedBy, item.queueId, language(), mentioned.join(),
      several && last ? face(client, shown.from) : "", quote ? `${quote.author}${quote.text}` : "", media ? mediaSign(client, media, sending) : "",
    ].join("\u0000");
    return this.rows.get(`m${shown.key}`, sign, (before) =>
      messageElement({
        ...shown,
        queueId: item.queueId,
        text,
        mentioned,
        toMe: mentionsUser(item, client.me),
        recalled: content.kind === "recalled",
        edited: item.changedBy > 0n,
        media: media && (() => mediaElement(client, media, sending)),
        quote: quote && { ...quote, jump: () => void this.show(item.replyTo) },
        mine,
        first,
        last,
        author,
        problem,
        fresh: fresh && before === undefined,
        avatar: several ? () => (last ? writer(client, shown.from) : h("span", { class: "avatar-gap" })) : undefined,
        retry: () => client.outbox.retry(item.clientMsgId),
        discard: () => client.outbox.discard(item.clientMsgId),
        menu: item.queueId > 0n && content.kind !== "recalled" ? (anchor, at) => messageMenu(client, peer, item, this.actions, anchor, at) : undefined,
      }),
    );
  }

  /** What stands above the oldest message: that there are more, that there are none, or nothing at all. */
  private top(thread: Thread, unsent: number): HTMLLIElement {
    const online = this.client.link.state.kind === "online";
    const make = (sign: string, ...parts: (Node | string)[]) => this.rows.get("top", `${sign}${language()}`, () => h("li", { class: `top ${sign}` }, ...parts));
    if (thread.failed) return make("refused", t("talk.refused"));
    if (!thread.loaded) {
      if (!online && !thread.loading) return make("offline", t("talk.offline"));
      return make("loading", h("span", { class: "spinner" }), t("talk.loading"));
    }
    if (thread.more) return make("older", h("span", { class: "spinner" }), t("talk.older"));
    if (this.isCut(thread)) return make("gap", t("talk.gap"));
    if (thread.items.length === 0 && unsent === 0) {
      const name = peerName(this.client, this.peer);
      return make(`empty${name.length}`, avatar(this.client, this.peer, "large"), h("strong", {}, t("talk.empty")), h("span", {}, this.peer === EVERYONE ? t("peer.everyoneHint") : t("talk.emptyHint", { name })));
    }
    return make("begin", t("talk.begin"));
  }

  /** Whether something older may have been there that the log no longer keeps. */
  private isCut({ items }: Thread): boolean {
    const { keptFrom, talks, groups } = this.client;
    return gapAbove(this.peer, items[0], keptFrom, groups.get(this.peer)?.joinedAt ?? 0n, talks.has(this.peer));
  }

  private typing(): HTMLLIElement[] {
    const { client, peer } = this;
    const users = client.typers.in(peer);
    if (users.length === 0) return [];
    const [a = "", b = ""] = users.map((user) => userName(client, user));
    const text = users.length === 1 ? t("talk.typing1", { a }) : users.length === 2 ? t("talk.typing2", { a, b }) : t("talk.typingMany");
    return [
      this.rows.get("typing", text, () =>
        h("li", { class: "message theirs typing-row", "aria-hidden": "true" }, h("div", { class: "bubble dots" }, h("i", {}), h("i", {}), h("i", {})), h("span", {}, text)),
      ),
    ];
  }
}
