// One person at this page: what comes over the link is put where it belongs, and what the person does is sent. It has
// no view; whoever shows it is told that something changed, and reads it here.

import type { ConversationPush, Entry, ReceiptPush, TypingPush } from "../gen/longlink/v1/chat_pb.js";
import type { GroupRequestPush } from "../gen/longlink/v1/group_pb.js";
import type { HelloReply } from "../gen/longlink/v1/link_pb.js";
import { ResumeOutcome } from "../gen/longlink/v1/link_pb.js";
import type { ContactPush, PresencePush } from "../gen/longlink/v1/people_pb.js";
import { Link } from "../link/link.js";
import type { Desk, LinkState, World } from "../link/link.js";
import type { Hello } from "../link/transport.js";
import { uploaded } from "../link/upload.js";
import { commands } from "../wire/commands.js";
import type { Ask } from "./ask.js";
import { Changing } from "./changing.js";
import { Contacts } from "./contacts.js";
import { Conversations } from "./conversations.js";
import { NOTHING } from "./database.js";
import type { Database, Place, Saved } from "./database.js";
import { Downloads } from "./downloads.js";
import { amendmentOf, itemOf, peerOf } from "./entries.js";
import type { Amendment, Item, Peer, UserId } from "./entries.js";
import { Groups } from "./groups.js";
import { Keeper } from "./keeper.js";
import { Limits } from "./limits.js";
import { Outbox } from "./outbox.js";
import type { SendFile } from "./outbox.js";
import { People } from "./people.js";
import { Presence } from "./presence.js";
import { OwnProfile } from "./profile.js";
import { Reading } from "./reading.js";
import type { Session } from "./session.js";
import { amendedTalk, fold, sorted } from "./talks.js";
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
  readonly conversations: Conversations;
  readonly people: People;
  readonly presence: Presence;
  readonly contacts: Contacts;
  readonly groups: Groups;
  readonly profile: OwnProfile;
  readonly outbox: Outbox;
  readonly changing: Changing;
  readonly downloads: Downloads;
  readonly limits: Limits;
  readonly threads: Threads;
  readonly reading: Reading;
  readonly typers: Typing;
  readonly link: Link;
  readonly me: UserId;
  /** The browser does not keep what it is given. */
  forgetful = false;
  /** The first place that the log still keeps; what was before is gone, but for what happened to groups. */
  keptFrom = 0n;

  private place: Place = { epoch: "", cursor: 0n };
  /** Up to here the log is told from its beginning: nothing of that is news, and the server counts it. */
  private toldUpTo = 0n;
  private readonly keeper: Keeper;

  constructor(
    readonly session: Session,
    private readonly database: Database,
    private readonly world: World,
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
    const { clock } = world;
    const ask: Ask = (row, init) => this.link.ask(row, init);
    const keepTalks = (talks: Talk[]) => void this.keeper.keep({ talks });
    this.people = new People(ask, this.keeper, clock, (users) => this.presence.seen(users), changed);
    this.contacts = new Contacts(ask, this.people, (user) => void this.presence.refresh([user]), changed);
    this.presence = new Presence(ask, (user) => this.contacts.is(user), () => this.people.listed === true, changed);
    this.profile = new OwnProfile(ask, this.people, (token) => this.freshToken(token));
    this.groups = new Groups(ask, this.people, changed);
    this.conversations = new Conversations(this.talks, ask, clock, this.people, this.groups, keepTalks, changed);
    this.threads = new Threads(ask, changed);
    this.reading = new Reading(this.me, ask, clock, this.threads, this.talks, (talk) => keepTalks([talk]), () => this.conversations.soon(), changed);
    this.typers = new Typing(this.me, ask, clock, changed);
    this.changing = new Changing(ask, (peer, amendment) => this.amend(peer, amendment));
    this.downloads = new Downloads(world.fetch, () => session.token, changed);
    this.limits = new Limits(world.fetch, () => session.token, clock);
    const sendFile: SendFile = async (file, progress, signal) => {
      await this.limits.check(file.size);
      const done = await this.upload("/files", file, progress, signal);
      this.limits.spent();
      return done;
    };
    this.outbox = new Outbox(this.me, ask, this.keeper, clock, sendFile, {
      kept: (peer, item) => {
        this.take(peer, item);
        void this.keeper.keep({ talks: [this.talks.get(peer)!], remove: [item.clientMsgId] });
        changed();
      },
      uploaded: (hash, file) => this.downloads.put(hash, file),
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
    this.downloads.forget();
    this.database.close();
  }

  list(): Talk[] {
    return sorted([...this.talks.values()].filter((talk) => talk.last || talk.pinned));
  }

  /** A picture of somebody or of a group: gives the name under which it is got. */
  async uploadAvatar(file: Blob): Promise<string> {
    return (await this.upload("/avatars", file, () => {}, new AbortController().signal)).hash;
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

  /** Erases the account. Nothing stays in this browser. */
  async eraseAccount(password: string): Promise<void> {
    await this.profile.erase(password);
    this.link.stop();
    this.keeper.end();
    await this.database.erase();
    this.stop();
  }

  // The desk of the link.

  hello(): Hello {
    const { token, deviceId } = this.session;
    const hello: Hello = { credential: { case: "token", value: token }, deviceId, client: "longlink-web/1.1" };
    // Who has nothing yet asks for the list of conversations, and not for all that was ever written.
    return this.place.epoch === "" || this.place.cursor === 0n ? hello : { ...hello, resume: this.place };
  }

  loggedIn(reply: HelloReply): bigint {
    if (reply.token) this.freshToken(reply.token);
    const { epoch, resumed, head, keptFrom } = reply;
    this.keptFrom = keptFrom;
    if (epoch !== this.place.epoch || resumed !== ResumeOutcome.CONTINUED) {
      const another = this.place.epoch !== "" && epoch !== this.place.epoch;
      const live = resumed === ResumeOutcome.LIVE;
      this.place = { epoch, cursor: live ? head : 0n };
      this.toldUpTo = live ? 0n : head;
      this.startOver();
      void this.keeper.keep({ startOver: true, place: this.place, put: another ? this.outbox.startOver() : [] });
    } else if (keptFrom > this.place.cursor + 1n) {
      // What came between is gone: no run of entries is unbroken over that.
      this.threads.startOver();
    }
    return this.place.cursor;
  }

  stateChanged(state: LinkState): void {
    const online = state.kind === "online";
    if (online) {
      void this.conversations.refresh();
      void this.groups.refresh();
      void this.contacts.refresh().then(() => this.presence.refresh());
      this.reading.linked(state.via, this.place.cursor);
      this.threads.linked();
    } else {
      this.presence.unlinked();
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
      const amendment = amendmentOf(entry);
      if (amendment) {
        if (this.amendHere(peer, amendment)) moved.add(peer);
        continue;
      }
      this.take(peer, itemOf(entry));
      moved.add(peer);
      if (entry.from === this.me && this.outbox.drop(entry.clientMsgId)) settled.push(entry.clientMsgId);
    }
    if (cursor > this.place.cursor) {
      this.place.cursor = cursor;
      const talks = [...moved].map((peer) => this.talks.get(peer)!);
      void this.keeper.keep({ place: this.place, talks, remove: settled }).then(() => this.reading.arrived(cursor));
    }
    this.reading.synced();
    if (entries.length > 0) this.events.changed();
  }

  receipt({ reader, peer, upTo, deliveredUpTo }: ReceiptPush): void {
    this.reading.receipt(reader, peer, upTo, deliveredUpTo);
  }

  typing(push: TypingPush): void {
    this.typers.heard(push.user, push.peer);
  }

  presenceOf(push: PresencePush): void {
    this.presence.push(push);
  }

  contact(push: ContactPush): void {
    this.contacts.happened(push.contact);
  }

  conversation({ peer, settings }: ConversationPush): void {
    this.conversations.happened(peer, settings?.pinned ?? false, settings?.muted ?? false);
  }

  groupRequest({ group, request }: GroupRequestPush): void {
    this.groups.asked(group, request);
  }

  private startOver(): void {
    this.talks.clear();
    this.threads.startOver();
    this.groups.startOver();
    this.contacts.startOver();
    this.conversations.startOver();
  }

  private freshToken(token: string): void {
    this.session.token = token;
    this.events.token(token);
  }

  private upload(path: string, file: Blob, progress: (part: number) => void, signal: AbortSignal) {
    return uploaded(this.world.upload, { path, file, token: this.session.token, progress, signal });
  }

  private take(peer: Peer, item: Item): void {
    const before = this.talks.get(peer);
    const talk = fold(before, peer, item, this.me);
    // What of it was unread before, and who it is, the server knows.
    if (!before) this.conversations.soon();
    this.talks.set(peer, item.queueId <= this.toldUpTo ? { ...talk, news: [] } : talk);
    this.threads.add(peer, item);
    this.typers.wrote(item.from, peer);
    if (item.content.kind === "event") this.groups.happened(peer, item.content);
    this.reading.came(talk);
  }

  private amend(peer: Peer, amendment: Amendment): void {
    if (this.amendHere(peer, amendment)) void this.keeper.keep({ talks: [this.talks.get(peer)!] });
    this.events.changed();
  }

  /** True when the list shows it too. */
  private amendHere(peer: Peer, amendment: Amendment): boolean {
    this.threads.amend(peer, amendment);
    const talk = this.talks.get(peer);
    const after = talk && amendedTalk(talk, amendment);
    if (!after || after === talk) return false;
    this.talks.set(peer, after);
    return true;
  }
}
