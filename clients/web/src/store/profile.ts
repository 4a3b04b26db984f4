// The own profile and the own account: changing what others see, the password, and the end of it all.

import type { ProfileSetReply } from "../gen/longlink/v1/people_pb.js";
import { ProfileSetRequestSchema } from "../gen/longlink/v1/people_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { commands } from "../wire/commands.js";
import type { Ask } from "./ask.js";
import type { People } from "./people.js";

export type ProfileChange = MessageInitShape<typeof ProfileSetRequestSchema>;

export class OwnProfile {
  /** Contacts are not told when one is online. Nothing until it was asked for. */
  hidden: boolean | undefined;

  constructor(
    private readonly ask: Ask,
    private readonly people: People,
    /** The server gave a fresh token for this device. */
    private readonly token: (token: string) => void,
  ) {}

  /** What is left out stays; with nothing in it, it just reads. */
  async set(change: ProfileChange = {}): Promise<ProfileSetReply> {
    const reply = await this.ask(commands.profileSet, change);
    this.hidden = reply.presenceHidden;
    if (reply.user) this.people.take([reply.user]);
    return reply;
  }

  /** All other devices are logged out by it. */
  async changePassword(oldPassword: string, newPassword: string): Promise<void> {
    const { token } = await this.ask(commands.changePassword, { oldPassword, newPassword });
    if (token) this.token(token);
  }

  async erase(password: string): Promise<void> {
    await this.ask(commands.deleteAccount, { password });
  }
}
