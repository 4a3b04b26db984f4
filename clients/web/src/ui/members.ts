// The people of a group, with what each is there, and what this person may do about that.

import { GroupRole } from "../gen/longlink/v1/group_pb.js";
import { t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import type { Peer } from "../store/entries.js";
import type { Member } from "../store/groups.js";
import { avatar } from "./avatar.js";
import { personCard } from "./card.js";
import { confirmDialog } from "./dialog.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import type { Choice } from "./menu.js";
import { peerName, userName } from "./names.js";
import { attempt } from "./toast.js";

const HOUR_MS = 3_600_000;

export function memberRow(client: Client, group: Peer, member: Member, changed: () => void): HTMLLIElement {
  const { user, role, mutedUntilMs } = member;
  const silent = mutedUntilMs < 0 || mutedUntilMs > Date.now();
  const about = [role === GroupRole.OWNER && t("group.owner"), role === GroupRole.ADMIN && t("group.admin"), silent && t("group.silent")].filter(Boolean).join(" · ");
  const row = h("li", {}, avatar(client, user, "small", client.presence.isOnline(user)), h("span", { class: "name", dir: "auto" }, peerName(client, user)), about !== "" && h("span", { class: "preview" }, about));
  if (user === client.me && role !== GroupRole.ADMIN) return row;
  const label = t("group.memberOptions", { name: userName(client, user) });
  const button = h("button", { type: "button", class: "tool", "aria-label": label, title: label, "aria-haspopup": "menu", "aria-expanded": "false" }, icon("more"));
  button.addEventListener("click", () => openMenu(button, label, choices(client, group, member, silent, changed)));
  row.append(button);
  return row;
}

function choices(client: Client, group: Peer, { user, role }: Member, silent: boolean, changed: () => void): Choice[] {
  const { groups } = client;
  const own = groups.get(group)?.role ?? GroupRole.MEMBER;
  const name = userName(client, user);
  const run = (work: Promise<unknown>) => void attempt(work).then((done) => done && changed());
  const sure = async (title: string, text: string, work: () => Promise<unknown>) => {
    if (await confirmDialog(title, text, title)) run(work());
  };
  // Admins can do nothing about the owner and one another.
  const above = own === GroupRole.OWNER || (own === GroupRole.ADMIN && role === GroupRole.MEMBER);
  const owner = own === GroupRole.OWNER;
  if (user === client.me) return [{ label: t("group.endAdmin"), icon: "star", then: () => run(groups.setRole(group, user, GroupRole.MEMBER)) }];
  const all: (Choice | false)[] = [
    { label: t("card.title"), icon: "person", then: () => personCard(client, user) },
    owner && role === GroupRole.MEMBER && { label: t("group.makeAdmin"), icon: "star", then: () => run(groups.setRole(group, user, GroupRole.ADMIN)) },
    owner && role === GroupRole.ADMIN && { label: t("group.endAdmin"), icon: "star", then: () => run(groups.setRole(group, user, GroupRole.MEMBER)) },
    above && silent && { label: t("group.unsilence"), icon: "bell", then: () => run(groups.mute(group, user, 0)) },
    above && !silent && { label: t("group.silenceHour"), icon: "mute", then: () => run(groups.mute(group, user, HOUR_MS)) },
    above && !silent && { label: t("group.silenceDay"), icon: "mute", then: () => run(groups.mute(group, user, 24 * HOUR_MS)) },
    above && !silent && { label: t("group.silence"), icon: "mute", then: () => run(groups.mute(group, user, -1)) },
    owner && { label: t("group.handOver"), icon: "join", danger: true, then: () => void sure(t("group.handOver"), t("group.handOverSure", { name }), () => groups.setRole(group, user, GroupRole.OWNER)) },
    above && { label: t("group.removeMember"), icon: "trash", danger: true, then: () => void sure(t("group.removeMember"), t("group.removeSure", { name }), () => groups.remove(group, user)) },
  ];
  return all.filter((choice) => choice !== false);
}
