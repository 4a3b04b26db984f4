// The page: who is logged in here, and what is shown for that.

import { Code, CloseReason } from "./gen/longlink/v1/numbers_pb.js";
import { languages, language, pickLanguage, setLanguage } from "./i18n/words.js";
import type { Key } from "./i18n/words.js";
import { systemClock } from "./link/clock.js";
import type { World } from "./link/link.js";
import { uploadByXhr } from "./link/upload.js";
import { SUBPROTOCOL } from "./link/websocket.js";
import type { Socket } from "./link/websocket.js";
import { Client } from "./store/client.js";
import { openDatabase, openForgetful } from "./store/database.js";
import { newId } from "./store/ids.js";
import { forgetSession, loadSession, read, saveSession } from "./store/session.js";
import type { Session } from "./store/session.js";
import { showEnd } from "./ui/ended.js";
import { showLogin } from "./ui/login.js";
import { Shell } from "./ui/shell.js";
import { applyTheme } from "./ui/theme.js";
import "./styles/index.css";

const root = document.getElementById("page")!;
/** This tab's name, for the database. */
const tab = newId();

const world: World = {
  clock: systemClock,
  connect: () => new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`, SUBPROTOCOL) as Socket,
  fetch: (path, init) => fetch(path, init),
  upload: uploadByXhr,
};

function begin(): void {
  setLanguage(pickLanguage(read("longlink.language"), navigator.languages));
  document.documentElement.lang = languages.find(({ id }) => id === language())!.tag;
  applyTheme();
  const session = loadSession();
  if (session) void enter(session);
  else askLogin("");
}

function askLogin(name: string, notice?: Key): void {
  showLogin(root, {
    name,
    notice,
    loggedIn(session) {
      saveSession(session);
      void enter(session);
    },
  });
}

async function enter(session: Session): Promise<void> {
  let shell: Shell | undefined;
  let client: Client | undefined;
  let over = false;
  /** The client is at its end, and something else is shown. */
  const leave = () => {
    over = true;
    client?.stop();
    shell?.destroy();
    document.title = "longlink";
  };
  const toLogin = (notice?: Key) => {
    leave();
    forgetSession();
    location.hash = "";
    askLogin(notice === "login.again" ? session.name : "", notice);
  };
  const changed = () => {
    if (over || !client) return;
    const { state } = client.link;
    if (state.kind !== "ended") {
      shell?.changed();
    } else if ("code" in state.why ? LOGIN_CODES.includes(state.why.code) : LOGIN_REASONS.includes(state.why.reason)) {
      toLogin("login.again");
    } else {
      leave();
      showEnd(root, state.why);
    }
  };
  const takenOver = () => {
    if (over) return;
    leave();
    showEnd(root, { reason: CloseReason.REPLACED });
  };
  const database = await openDatabase(session.userId, tab, session.name, takenOver).catch(() => undefined);
  if (over) return;
  const entered = new Client(session, database ?? openForgetful(), world, {
    changed,
    token(token) {
      saveSession({ ...session, token });
    },
    takenOver,
  });
  client = entered;
  entered.forgetful = database === undefined;
  const draw = () => {
    shell?.destroy();
    shell = new Shell(root, entered, {
      redraw: draw,
      logOut: () => void entered.logOut().then(() => toLogin()),
      erased: () => toLogin("erase.done"),
    });
  };
  await entered.start();
  if (!over) draw();
}

const LOGIN_CODES: number[] = [Code.BAD_TOKEN, Code.NOT_LOGGED_IN, Code.WRONG_CREDENTIALS, Code.DISABLED];
const LOGIN_REASONS: CloseReason[] = [CloseReason.LOGGED_OUT, CloseReason.ACCOUNT_ENDED];

begin();
