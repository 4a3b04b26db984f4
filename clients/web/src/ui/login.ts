// The first view: logging in, or making an account and logging in.

import { Code } from "../gen/longlink/v1/numbers_pb.js";
import { language, languages, setLanguage, t } from "../i18n/words.js";
import type { Key, Language } from "../i18n/words.js";
import { askOnce } from "../link/http.js";
import { deviceId, write } from "../store/session.js";
import type { Session } from "../store/session.js";
import { Refused, commands } from "../wire/commands.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { failureText } from "./names.js";

export interface LoginOptions {
  /** Who was logged in here, if their login has ended. */
  name: string;
  /** Why this is shown again. */
  notice: Key | undefined;
  loggedIn(session: Session): void;
}

type Mode = "login" | "register";

export function showLogin(root: HTMLElement, options: LoginOptions): void {
  let mode: Mode = "login";
  const typed = { name: options.name, password: "", invitation: "" };

  const draw = () => {
    document.title = `${t(`${mode}.title`)} · longlink`;
    const problem = h("p", { class: "problem", role: "alert", id: "problem" });
    const note = options.notice && mode === "login" && h("p", { class: "notice" }, t(options.notice));
    const name = field(t("login.name"), "name", { autocomplete: "username", maxlength: 64, value: typed.name });
    const secret = { type: "password", autocomplete: mode === "login" ? "current-password" : "new-password" };
    const password = field(t("login.password"), "password", { ...secret, value: typed.password });
    const invitation = field(t("register.invitation"), "invitation", { autocomplete: "off", value: typed.invitation }, t("register.invitationHint"));
    password.input.after(revealer(password.input));
    const submit = h("button", { class: "primary", type: "submit" }, t(`${mode}.submit`));
    const other = mode === "login" ? "register" : "login";
    const keepTyped = () => {
      Object.assign(typed, { name: name.input.value, password: password.input.value, invitation: invitation.input.value });
    };
    const switchMode = () => {
      keepTyped();
      mode = other;
      draw();
    };
    const send = async (event: Event) => {
      event.preventDefault();
      keepTyped();
      problem.textContent = "";
      submit.disabled = true;
      submit.textContent = t(`${mode}.busy`);
      try {
        options.loggedIn(await enter(mode, typed));
      } catch (error) {
        submit.disabled = false;
        submit.textContent = t(`${mode}.submit`);
        problem.textContent = failureText(error, mode === "register" ? "register" : undefined);
        (error instanceof Refused && error.code === Code.NAME_TAKEN ? name : password).input.select();
      }
    };
    const form = h(
      "form",
      { class: "card", "aria-describedby": "problem", onSubmit: send },
      h("h1", {}, t(`${mode}.title`)),
      note,
      name.label,
      password.label,
      mode === "register" && invitation.label,
      problem,
      submit,
      h("button", { class: "quiet", type: "button", onClick: switchMode }, t(mode === "login" ? "login.toRegister" : "register.toLogin")),
    );
    root.replaceChildren(
      h(
        "main",
        { class: "entrance" },
        h("div", { class: "brand" }, h("span", { class: "mark" }, icon("link")), h("strong", {}, "longlink"), h("p", {}, t("app.tagline"))),
        form,
        languageSwitch(() => {
          keepTyped();
          draw();
        }),
      ),
    );
    (typed.name ? password : name).input.focus();
  };
  draw();
}

async function enter(mode: Mode, { name, password, invitation }: { name: string; password: string; invitation: string }): Promise<Session> {
  const fetch = window.fetch.bind(window);
  const wanted = name.trim();
  if (mode === "register") await askOnce(fetch, commands.register, { name: wanted, password, invitation: invitation.trim() });
  const device = deviceId();
  // By HTTP, so that the password is said once and nothing has to keep it: from then on there is a token.
  const reply = await askOnce(fetch, commands.hello, {
    credential: { case: "password", value: { name: wanted, password } },
    deviceId: device,
    client: "longlink-web/1.0",
  });
  return { userId: reply.userId, name: reply.userName, token: reply.token, deviceId: device };
}

function field(label: string, name: string, props: Record<string, unknown>, hint = "") {
  const input = h("input", { name, id: `field-${name}`, required: name !== "invitation", autocapitalize: "none", spellcheck: "false", ...props });
  const box = h("span", { class: "field" }, input);
  return { input, label: h("label", { for: input.id }, h("span", { class: "label" }, label, hint !== "" && h("small", {}, hint)), box) };
}

function revealer(input: HTMLInputElement): HTMLElement {
  const button = h("button", { type: "button", class: "reveal", "aria-pressed": "false", "aria-label": t("login.show"), title: t("login.show") }, icon("eye"));
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    button.title = t(shown ? "login.hide" : "login.show");
    button.setAttribute("aria-label", button.title);
  });
  return button;
}

/** Chooses among the languages; the choice is kept in this browser. */
export function languageSwitch(changed: () => void): HTMLElement {
  const choose = (id: Language) => {
    setLanguage(id);
    write("longlink.language", id);
    document.documentElement.lang = languages.find((known) => known.id === id)!.tag;
    changed();
  };
  return h(
    "div",
    { class: "choice", role: "group", "aria-label": t("language") },
    ...languages.map(({ id, name, tag }) =>
      h("button", { type: "button", lang: tag, "aria-pressed": String(id === language()), onClick: () => choose(id) }, name),
    ),
  );
}
