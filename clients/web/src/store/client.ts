// One person at this page: what comes over the link is put where it belongs, and what the person does is sent. It has
// no view; whoever shows it is told that something changed, and reads it here.

import type { Entry, ReceiptPush, TypingPush } from "../gen/longlink/v1/chat_pb.js";
import type { HelloReply } from "../gen/longlink/v1/link_pb.js";
import { ResumeOutcome } from "../gen/longlink/v1/link_pb.js";
import { Link } from "../link/link.js";
import type { Desk, LinkState, World } from "../link/link.js";
import type { Hello } from "../link/transport.js";
import { commands } from "../wire/commands.js";
import type { Ask } from "./ask.js";
import { NOTHING } from "./database.js";
import type { Database, Place, Saved } from "./database.js";
import { itemOf, peerOf } from "./entries.js";
import type { Item, Peer, UserId } from "./entries.js";
import { Groups } from "./groups.js";
import { Keeper } from "./keeper.js";
import { Outbox } from "./outbox.js";
import { People } from "./people.js";
import { Reading } from "./reading.js";
import type { Session } from "./session.js";
import { fold, sorted } from "./talks.js";
import type { Talk } from "./talks.js";
import { Threads } from "./threads.js";
import { Typing } from "./typing.js";

export interface ClientEvents {
  changed(): void;
  /** The server gave a fresh token. */
  token(token: string): void;
  takenOver(): void;
}

export class Client implements Desk {
  readonly talks = new Map<Peer, Talk>();
  readonly people: People;
  readonly groups: Groups;
  readonly outbox: Outbox;
  readonly threads: Threads;
  readonly reading: Reading;
  readonly typers: Typing;
  readonly link: Link;
  readonly me: UserId;
  /** The browser does not keep what it is given. */
  forgetful = false;

  private place: Place = { epoch: "", cursor: 0n };
  private readonly keeper: Keeper;

  constructor(
    readonly session: Session,
    private readonly database: Database,
    world: World,
    private readonly events: ClientEvents,
  ) {
    this.me = session.userId;
    const changed = () => events.changed();
    this.link = new Link(world, this);
    this.keeper = new Keeper(database, {
      takenOver: () => {
        this.link.stop();
        events.takenOver();
      },
      failed: () => {
        this.forgetful = true;
        changed();
      },
    });
    const ask: Ask = (row, init) => this.link.ask(row, init);
    this.people = new People(ask, this.keeper, world.clock, changed);
    this.groups = new Groups(ask, this.people, changed);
    this.threads = new Threads(ask, changed);
    this.reading = new Reading(this.me, ask, this.threads, this.talks, (talk) => void this.keeper.keep({ talks: [talk] }), changed);
    this.typers = new Typing(this.me, ask, world.clock, changed);
    this.outbox = new Outbox(this.me, ask, this.keeper, world.clock, {
      kept: (peer, item) => {
        this.take(peer, item);
        void this.keeper.keep({ talks: [this.talks.get(peer)!], remove: [item.clientMsgId] });
        changed();
      },
      changed,
    });
  }

  /** Reads what is kept, and connects. */
  async start(): Promise<void> {
    const saved = await this.database.load().catch((): Saved => {
      this.forgetful = true;
      return NOTHING;
    });
    this.place = { ...saved.place };
    for (const talk of saved.talks) this.talks.set(talk.peer, talk);
    this.outbox.items = saved.unsent;
    this.people.remember([...saved.names, { id: this.me, name: this.session.name }], false);
    this.events.changed();
    this.link.start();
  }

  stop(): void {
    this.link.stop();
    this.database.close();
  }

  list(): Talk[] {
    return sorted(this.talks.values());
  }

  async logOut(): Promise<void> {
    try {
      await this.link.ask(commands.logOut, {});
    } catch {
      // The token is forgotten here in any case.
    }
    // Whoever uses this browser next finds nothing of it; only what was not sent waits for its writer.
    this.link.stop();
    await this.keeper.keep({ startOver: true, place: { epoch: this.place.epoch, cursor: 0n }, forgetNames: true });
    this.stop();
  }

  // The desk of the link.

  hello(): Hello {
    const { token, deviceId } = this.session;
    return { credential: { case: "token", value: token }, deviceId, resume: this.place, client: "longlink-web/1.0" };
  }

  loggedIn(reply: HelloReply): bigint {
    if (reply.token) {
      this.session.token = reply.token;
      this.events.token(reply.token);
    }
    if (reply.resumed === ResumeOutcome.START_OVER || reply.epoch !== this.place.epoch) {
      const hadOne = this.place.epoch !== "";
      this.place = { epoch: reply.epoch, cursor: 0n };
      this.talks.clear();
      this.threads.startOver();
      this.groups.startOver();
      void this.keeper.keep({ startOver: true, place: this.place, put: hadOne ? this.outbox.startOver() : [] });
    }
    return this.place.cursor;
  }

  stateChanged(state: LinkState): void {
    const online = state.kind === "online";
    if (online) {
      void this.groups.refresh();
      this.reading.linked(state.via);
      this.threads.linked();
    } else {
      this.people.unlinked();
    }
    this.outbox.setOnline(online);
    this.events.changed();
  }

  entries(entries: Entry[], cursor: bigint): void {
    const moved = new Set<Peer>();
    const settled: string[] = [];
    for (const entry of entries) {
      // Each once, whichever way it came (E12).
      if (entry.queueId <= this.place.cursor) continue;
      const peer = peerOf(entry, this.me);
      this.take(peer, itemOf(entry));
      moved.add(peer);
      if (entry.from === this.me && this.outbox.drop(entry.clientMsgId)) settled.push(entry.clientMsgId);
    }
    if (cursor > this.place.cursor) {
      this.place.cursor = cursor;
      const talks = [...moved].map((peer) => this.talks.get(peer)!);
      void this.keeper.keep({ place: this.place, talks, remove: settled });
    }
    this.reading.synced();
    if (moved.size > 0) this.events.changed();
  }

  receipt(push: ReceiptPush): void {
    this.reading.receipt(push.reader, push.peer, push.upTo);
  }

  typing(push: TypingPush): void {
    this.typers.heard(push.user, push.peer);
  }

  private take(peer: Peer, item: Item): void {
    const talk = fold(this.talks.get(peer), peer, item, this.me);
    this.talks.set(peer, talk);
    this.threads.add(peer, item);
    this.typers.wrote(item.from, peer);
    if (item.content.kind === "event") this.groups.happened(peer, item.content);
    this.reading.came(talk);
  }
}
