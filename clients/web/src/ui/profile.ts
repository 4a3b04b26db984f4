// The own profile: what others see, and whether they see that one is here.

import { Sex } from "../gen/longlink/v1/people_pb.js";
import { t } from "../i18n/words.js";
import type { Client } from "../store/client.js";
import { avatar } from "./avatar.js";
import { action, labelled, openDialog, toggle } from "./dialog.js";
import { Kept, h, reconcile } from "./dom.js";
import { failureText } from "./names.js";
import { PICTURES, chooseFiles, square } from "./picture.js";
import { attempt } from "./toast.js";

export function ownProfile(client: Client): void {
  const { me, session } = client;
  const form = h("div", { class: "card-body" }, h("p", { class: "note", role: "status" }, t("talk.loading")));
  const dialog = openDialog(t("profile.title"), [
    pictureEditor(client, me, () => client.people.get(me)?.picture ?? "", (hash) => client.profile.set({ avatar: hash })),
    h("p", { class: "note login-name" }, t("profile.login", { name: session.name })),
    form,
  ]);
  client.profile
    .set()
    .then(({ user, presenceHidden }) => {
      if (user) form.replaceChildren(fields(client, user.nickname, user.sex, user.bio), toggle(t("profile.hidden"), presenceHidden, (hidden) => attempt(client.profile.set({ presenceHidden: hidden }), "profile")));
    })
    .catch((error: unknown) => {
      if (dialog.element.isConnected) form.replaceChildren(h("p", { class: "problem", role: "alert" }, failureText(error)));
    });
}

function fields(client: Client, nickname: string, sex: Sex, bio: string): HTMLElement {
  const name = labelled(t("profile.nickname"), h("input", { maxlength: 64, autocomplete: "nickname", dir: "auto", value: nickname }), t("profile.nicknameHint"));
  const about = labelled(t("profile.bio"), h("textarea", { rows: 3, maxlength: 500, dir: "auto" }));
  about.value = bio;
  const sexes = [
    [Sex.UNSPECIFIED, t("sex.none")],
    [Sex.FEMALE, t("sex.female")],
    [Sex.MALE, t("sex.male")],
    [Sex.OTHER, t("sex.other")],
  ] as const;
  const which = labelled(t("profile.sex"), h("select", {}, ...sexes.map(([value, label]) => h("option", { value, selected: value === sex }, label))));
  const { form } = action(
    t("dialog.save"),
    async () => {
      await client.profile.set({ nickname: name.value.trim(), sex: Number(which.value), bio: about.value.trim() });
      return t("dialog.saved");
    },
    "profile",
  );
  form.prepend(name.row, which.row, about.row);
  return form;
}

/** The picture of somebody or of a group, with the way to another one. */
export function pictureEditor(client: Client, peer: bigint, now: () => string, set: (hash: string) => Promise<unknown>): HTMLElement {
  const problem = h("p", { class: "problem", role: "alert" });
  const busy = h("span", { class: "spinner", hidden: true });
  const choose = async () => {
    const [file] = await chooseFiles(PICTURES, false);
    if (!file) return;
    problem.textContent = "";
    busy.hidden = false;
    try {
      const picture = await square(file);
      if (!picture) problem.textContent = t("profile.noPicture");
      else await set(await client.uploadAvatar(picture));
    } catch (error) {
      problem.textContent = failureText(error, "upload");
    }
    busy.hidden = true;
    render();
  };
  const remove = async () => {
    if (await attempt(set(""), "profile")) render();
  };
  const sign = h("span", {});
  const kept = new Kept<HTMLElement>();
  const other = h("button", { type: "button", class: "quiet", onClick: () => void choose() }, t("profile.choosePicture"));
  const none = h("button", { type: "button", class: "quiet", onClick: () => void remove() }, t("profile.removePicture"));
  const render = () => {
    reconcile(sign, [kept.get("sign", now(), () => avatar(client, peer, "large"))]);
    kept.sweep();
    none.hidden = now() === "";
  };
  render();
  return h("div", { class: "picture-editor" }, sign, h("div", {}, other, none, busy), problem);
}
