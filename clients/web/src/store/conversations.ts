// The list of conversations as the server has it: asked for in one call at each login, on by a page at a time, and anew
// whenever something came that only the server can count. And what a person made of each: pinned, muted.

import type { Conversation } from "../gen/longlink/v1/chat_pb.js";
import type { Clock } from "../link/clock.js";
import { commands } from "../wire/commands.js";
import type { Ask } from "./ask.js";
import type { Peer } from "./entries.js";
import type { Groups } from "./groups.js";
import type { People } from "./people.js";
import { emptyTalk, told } from "./talks.js";
import type { Talk } from "./talks.js";

/** What happens within this time is asked for together. */
const GATHER_MS = 300;
const PAGE = 50;

export class Conversations {
  /** Whether the server has older ones than those that were asked for. */
  more = false;
  loading = false;
  private next = 0n;
  private gathering = false;
  /** What was set here, counted, so that an answer from before does not undo it. */
  private sets = 0;

  constructor(
    private readonly talks: Map<Peer, Talk>,
    private readonly ask: Ask,
    private readonly clock: Clock,
    private readonly people: People,
    private readonly groups: Groups,
    private readonly keep: (talks: Talk[]) => void,
    private readonly changed: () => void,
  ) {}

  startOver(): void {
    this.more = false;
    this.next = 0n;
  }

  /** The first page: the pinned ones and the latest. */
  async refresh(): Promise<void> {
    const { sets } = this;
    try {
      const { conversations, more, next } = await this.ask(commands.conversations, { limit: PAGE });
      if (sets !== this.sets) return this.soon();
      // What was read on below it stays read.
      if (this.next === 0n || next > this.next || !more) {
        this.more = more;
        this.next = next;
      }
      this.take(conversations);
    } catch {
      // Asked again at the next login; until then the list is what is known here.
    }
  }

  /** The same in a moment, once for all that happens until then. */
  soon(): void {
    if (this.gathering) return;
    this.gathering = true;
    this.clock.after(GATHER_MS, () => {
      this.gathering = false;
      void this.refresh();
    });
  }

  async older(): Promise<void> {
    if (!this.more || this.loading) return;
    this.loading = true;
    this.changed();
    try {
      const { conversations, more, next } = await this.ask(commands.conversations, { before: this.next, limit: PAGE });
      this.more = more;
      this.next = next;
      this.take(conversations);
    } catch {
      // The way to more is still there.
    }
    this.loading = false;
    this.changed();
  }

  async set(peer: Peer, change: { pinned?: boolean; muted?: boolean }): Promise<void> {
    const { pinned, muted } = { ...(this.talks.get(peer) ?? emptyTalk(peer)), ...change };
    this.sets += 1;
    await this.ask(commands.conversationSet, { peer, settings: { pinned, muted } });
    this.happened(peer, pinned, muted);
  }

  /** It was set, here or on another device. */
  happened(peer: Peer, pinned: boolean, muted: boolean): void {
    this.sets += 1;
    const talk = { ...(this.talks.get(peer) ?? emptyTalk(peer)), pinned, muted };
    this.talks.set(peer, talk);
    this.keep([talk]);
    this.changed();
  }

  private take(conversations: Conversation[]): void {
    const talks = conversations.map((conversation) => told(this.talks.get(conversation.peer), conversation));
    for (const talk of talks) this.talks.set(talk.peer, talk);
    for (const { who } of conversations) {
      if (who.case === "user") this.people.take([who.value]);
      else if (who.case === "group") this.groups.take([who.value]);
    }
    this.keep(talks);
    this.changed();
  }
}
