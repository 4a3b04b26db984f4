// The dialog about a group: its name and picture, who is in it, how one comes in, its rules, and leaving it.

import { GroupJoin, GroupRole } from "../gen/longlink/v1/group_pb.js";
import { count, t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import type { Peer, UserId } from "../store/entries.js";
import type { Group } from "../store/groups.js";
import { avatar } from "./avatar.js";
import { conversationToggles } from "./conversation.js";
import { action, confirmDialog, labelled, openDialog, toggle } from "./dialog.js";
import { Kept, h, reconcile } from "./dom.js";
import { memberRow } from "./members.js";
import { failureText, userName } from "./names.js";
import { Picker } from "./picker.js";
import { pictureEditor } from "./profile.js";
import { joinAddress } from "./route.js";
import { attempt, toast } from "./toast.js";

export function groupInfo(client: Client, peer: Peer): void {
  const { groups } = client;
  if (!groups.get(peer)) return;
  const kept = new Kept<HTMLElement>();
  const body = h("div", { class: "card-body" });
  const members = new MemberList(client, peer);
  const render = () => {
    const group = groups.get(peer);
    if (!group) return dialog?.close();
    const admin = groups.isAdmin(peer);
    const rules = JSON.stringify(group.rules);
    const parts = [
      kept.get("head", `${admin}${group.picture}${group.name}`, () => head(client, group, admin)),
      admin && kept.get("requests", String(groups.asks(peer)), () => requests(client, peer)),
      members.element,
      groups.mayInvite(peer) && kept.get("add", "", () => adding(client, peer, members)),
      (admin || (group.rules.join !== GroupJoin.CLOSED && groups.mayInvite(peer))) && kept.get("link", `${admin}${rules}`, () => linkPart(client, group, admin)),
      admin && kept.get("rules", rules, (before) => rulesPart(client, group, before instanceof HTMLDetailsElement && before.open)),
      kept.get("talk", `${client.talks.get(peer)?.pinned}${client.talks.get(peer)?.muted}`, () => conversationToggles(client, peer)),
      kept.get("leave", String(group.role), () => leaving(client, group)),
    ];
    reconcile(body, parts.filter((part) => part instanceof Node));
    kept.sweep();
    members.render(group.memberCount);
    if (dialog) dialog.title.textContent = group.name;
  };
  let dialog: ReturnType<typeof openDialog> | undefined;
  dialog = openDialog(groups.get(peer)!.name, [body], { render });
}

function head(client: Client, group: Group, admin: boolean): HTMLElement {
  const { id } = group;
  if (!admin) return h("div", { class: "picture-editor" }, avatar(client, id, "large"));
  const name = labelled(t("group.name"), h("input", { maxlength: 64, required: true, autocomplete: "off", dir: "auto", value: group.name }));
  const { form } = action(t("dialog.save"), () => client.groups.change(id, { name: name.value.trim() }), undefined, "quiet");
  const box = h("div", { class: "in-line" }, name.row);
  form.prepend(box);
  box.append(form.querySelector("button")!);
  return h("div", { class: "card-body" }, pictureEditor(client, id, () => client.groups.get(id)?.picture ?? "", (picture) => client.groups.change(id, { picture })), form);
}

class MemberList {
  readonly element: HTMLElement;
  readonly known = new Set<UserId>();
  private readonly title = h("h3", {});
  private readonly list = h("ul", { class: "rows members" });
  private readonly problem = h("p", { class: "problem", role: "alert" });
  private shown: Promise<unknown> | undefined;
  private sign = "";

  constructor(
    private readonly client: Client,
    private readonly peer: Peer,
  ) {
    this.element = h("section", {}, this.title, this.list, this.problem);
  }

  render(memberCount: number): void {
    this.title.textContent = count("members", memberCount);
    const asked = this.client.groups.members(this.peer);
    if (asked === this.shown && this.looks() === this.sign) return;
    this.shown = asked;
    asked
      .then((members) => {
        if (asked !== this.shown) return;
        this.known.clear();
        for (const { user } of members) this.known.add(user);
        this.sign = this.looks();
        const first = [...members].sort((a, b) => b.role - a.role);
        const again = () => this.render(memberCount);
        this.list.replaceChildren(...first.map((member) => memberRow(this.client, this.peer, member, again)));
        this.problem.textContent = "";
      })
      .catch((error: unknown) => (this.problem.textContent = failureText(error)));
  }

  /** Who is online, and what they are called. */
  private looks(): string {
    return [...this.known].map((user) => `${userName(this.client, user)}${this.client.presence.isOnline(user)}`).join();
  }
}

function adding(client: Client, peer: Peer, members: MemberList): HTMLElement {
  const picker = new Picker(client, (user) => members.known.has(user), () => (submit.disabled = picker.chosen.length === 0));
  const { form, submit } = action(t("group.invite"), async () => {
    await client.groups.invite(peer, picker.chosen);
    for (const user of picker.chosen) members.known.add(user);
    picker.chosen.length = 0;
    picker.render();
    await client.groups.refresh();
  });
  submit.disabled = true;
  form.prepend(picker.element);
  return h("details", {}, h("summary", {}, t("group.add")), form);
}

function requests(client: Client, peer: Peer): HTMLElement {
  const list = h("ul", { class: "rows members" });
  const section = h("section", { hidden: true }, h("h3", {}, t("join.requests")), list);
  client.groups
    .requests(peer)
    .then((asking) => {
      section.hidden = asking.length === 0;
      list.replaceChildren(
        ...asking.flatMap(({ user, greeting }) => {
          if (!user) return [];
          const answer = (accept: boolean) => void attempt(client.groups.answer(peer, user.id, accept));
          const words = h("span", { class: "name", dir: "auto" }, userName(client, user.id), greeting !== "" && h("span", { class: "preview" }, greeting));
          return h(
            "li",
            {},
            avatar(client, user.id, "small"),
            words,
            h("button", { type: "button", class: "quiet", onClick: () => answer(false) }, t("contact.decline")),
            h("button", { type: "button", class: "primary", onClick: () => answer(true) }, t("contact.accept")),
          );
        }),
      );
    })
    .catch(() => {});
  return section;
}

function linkPart(client: Client, group: Group, admin: boolean): HTMLElement {
  if (group.rules.join === GroupJoin.CLOSED) return h("p", { class: "note" }, t("join.closed"));
  const shown = h("input", { readonly: true, "aria-label": t("join.link"), hidden: true });
  const get = async (renew: boolean) => {
    const done = await attempt(
      client.groups.link(group.id, renew).then((link) => {
        shown.value = joinAddress(link);
        shown.hidden = false;
        renewal.hidden = !admin;
        shown.select();
      }),
    );
    if (!done) return;
    try {
      await navigator.clipboard.writeText(shown.value);
      toast(t("act.copied"));
    } catch {
      // It stands there, chosen, to be copied by hand.
    }
  };
  const renewal = h("button", { type: "button", class: "quiet", hidden: true, onClick: () => void get(true) }, t("join.renew"));
  return h("section", {}, h("h3", {}, t("join.title")), h("p", { class: "note" }, t(group.rules.join === GroupJoin.OPEN ? "join.openNote" : "join.approvalNote")), shown, h("div", { class: "buttons start" }, h("button", { type: "button", class: "quiet", onClick: () => void get(false) }, t("join.copy")), renewal));
}

function rulesPart(client: Client, group: Group, open: boolean): HTMLElement {
  const { id, rules } = group;
  const set = (change: Partial<Group["rules"]>) => attempt(client.groups.change(id, { rules: { ...rules, ...change } }));
  const ways = [
    [GroupJoin.CLOSED, t("rule.joinClosed")],
    [GroupJoin.APPROVAL, t("rule.joinApproval")],
    [GroupJoin.OPEN, t("rule.joinOpen")],
  ] as const;
  const join = labelled(t("rule.join"), h("select", {}, ...ways.map(([value, label]) => h("option", { value, selected: value === rules.join }, label))));
  join.addEventListener("change", () => void set({ join: Number(join.value) }));
  return h(
    "details",
    { open },
    h("summary", {}, t("rule.title")),
    h(
      "div",
      { class: "card-body" },
      join.row,
      toggle(t("rule.onlyAdminsInvite"), rules.onlyAdminsInvite, (onlyAdminsInvite) => set({ onlyAdminsInvite })),
      toggle(t("rule.onlyAdminsWrite"), rules.onlyAdminsWrite, (onlyAdminsWrite) => set({ onlyAdminsWrite })),
      toggle(t("rule.membersMentionAll"), rules.membersMentionAll, (membersMentionAll) => set({ membersMentionAll })),
    ),
  );
}

function leaving(client: Client, group: Group): HTMLElement {
  const { id, name, role } = group;
  const sure = async (title: string, text: string, run: () => Promise<unknown>) => {
    if (await confirmDialog(title, text, title)) await attempt(run());
  };
  const leave = () => void sure(t("group.leave"), t(role === GroupRole.OWNER && group.memberCount > 1 ? "group.leaveOwner" : "group.leaveSure", { name }), () => client.groups.leave(id));
  const dissolve = () => void sure(t("group.dissolve"), t("group.dissolveSure", { name }), () => client.groups.dissolve(id));
  return h(
    "div",
    { class: "buttons" },
    h("button", { type: "button", class: "danger", onClick: leave }, t("group.leave")),
    role === GroupRole.OWNER && h("button", { type: "button", class: "danger", onClick: dissolve }, t("group.dissolve")),
  );
}
