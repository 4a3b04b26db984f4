// The contacts of this person: who is one, who asks, who was asked, and whom they have blocked.

import type { Contact } from "../gen/longlink/v1/people_pb.js";
import { ContactState } from "../gen/longlink/v1/people_pb.js";
import { commands } from "../wire/commands.js";
import type { Ask } from "./ask.js";
import type { UserId } from "./entries.js";
import type { People } from "./people.js";

const PAGE = 500;
/** More than any server's default lets one have. */
const PAGES_MAX = 20;

export interface Known {
  user: UserId;
  state: ContactState;
  alias: string;
  remark: string;
  greeting: string;
  sinceMs: number;
}

export class Contacts {
  private readonly all = new Map<UserId, Known>();
  /** Nothing until it was asked for. */
  private blocked: Set<UserId> | undefined;
  loaded = false;

  constructor(
    private readonly ask: Ask,
    private readonly people: People,
    /** Somebody became a contact. */
    private readonly made: (user: UserId) => void,
    private readonly changed: () => void,
  ) {}

  get(user: UserId): Known | undefined {
    return this.all.get(user);
  }

  is(user: UserId): boolean {
    return this.all.get(user)?.state === ContactState.CONTACT;
  }

  in(state: ContactState): Known[] {
    return [...this.all.values()].filter((known) => known.state === state);
  }

  startOver(): void {
    this.all.clear();
    this.blocked = undefined;
    this.loaded = false;
  }

  /** Reads all of them. */
  async refresh(): Promise<void> {
    try {
      const read: Contact[] = [];
      for (let page = 0, after = 0n, more = true; more && page < PAGES_MAX; page += 1) {
        const reply = await this.ask(commands.contactList, { after, limit: PAGE });
        read.push(...reply.contacts);
        after = reply.contacts.at(-1)?.user?.id ?? after;
        more = reply.more && reply.contacts.length > 0;
      }
      this.all.clear();
      for (const contact of read) this.put(contact);
      this.loaded = true;
      this.aliases();
      this.changed();
    } catch {
      // Read again at the next login.
    }
  }

  /** As it is now, told by a reply or a push. */
  happened(contact: Contact | undefined): void {
    if (!contact?.user) return;
    const before = this.is(contact.user.id);
    this.put(contact);
    this.aliases();
    if (!before && this.is(contact.user.id)) this.made(contact.user.id);
    this.changed();
  }

  /** Asks somebody to be a contact. */
  async invite(user: UserId, greeting: string): Promise<void> {
    this.happened((await this.ask(commands.contactSet, { user, greeting, alias: this.get(user)?.alias ?? "", remark: this.get(user)?.remark ?? "" })).contact);
  }

  /** What one calls a contact, and what one notes of them. */
  async note(user: UserId, alias: string, remark: string): Promise<void> {
    this.happened((await this.ask(commands.contactSet, { user, alias, remark })).contact);
  }

  async answer(user: UserId, accept: boolean): Promise<void> {
    const { contact } = await this.ask(commands.contactAnswer, { user, accept });
    if (!accept) this.all.delete(user);
    this.happened(contact);
    this.changed();
  }

  async remove(user: UserId): Promise<void> {
    await this.ask(commands.contactRemove, { user });
    this.all.delete(user);
    this.aliases();
    this.changed();
  }

  /** Whom this person has blocked; asked for once. */
  async blocks(): Promise<Set<UserId>> {
    if (this.blocked) return this.blocked;
    const blocked = new Set<UserId>();
    for (let page = 0, after = 0n, more = true; more && page < PAGES_MAX; page += 1) {
      const reply = await this.ask(commands.blockList, { after });
      this.people.take(reply.users);
      for (const { id } of reply.users) blocked.add(id);
      after = reply.users.at(-1)?.id ?? after;
      more = reply.more && reply.users.length > 0;
    }
    this.blocked = blocked;
    return blocked;
  }

  async block(user: UserId, blocked: boolean): Promise<void> {
    await this.ask(commands.block, { user, blocked });
    if (blocked) this.blocked?.add(user);
    else this.blocked?.delete(user);
    // What blocking did to being contacts is the server's to tell.
    await this.refresh();
    this.changed();
  }

  private put({ user, state, alias, remark, greeting, sinceMs }: Contact): void {
    if (!user) return;
    this.people.take([user]);
    if (state === ContactState.NONE) this.all.delete(user.id);
    else this.all.set(user.id, { user: user.id, state, alias, remark, greeting, sinceMs: Number(sinceMs) });
  }

  private aliases(): void {
    this.people.alias(new Map([...this.all.values()].filter(({ alias }) => alias !== "").map(({ user, alias }) => [user, alias])));
  }
}
