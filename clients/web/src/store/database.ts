// What is kept in the browser (IndexedDB), for one user: the cursor and what follows from the entries up to it, always
// in one transaction; what was written and is not sent yet; names.
//
// Several tabs have one database, and only the newest of them may write: opening writes down who it is, and each
// write looks whether that still holds. So a tab that was taken over cannot move the cursor behind the new one's back.
// It is told at once, too, so that it need not find out by writing.

import type { Upload } from "./entries.js";
import type { Talk } from "./talks.js";

export interface Place {
  epoch: string;
  cursor: bigint;
}

/** What is to be uploaded before the message can be sent. */
export interface Attachment extends Upload {
  /** Gone once it is uploaded; `hash` is empty before. */
  file?: Blob;
}

/** A message that the server has not said it keeps. */
export interface Unsent {
  clientMsgId: string;
  peer: bigint;
  text: string;
  /** A picture or a file; the text is what is written along with it. */
  media?: Attachment;
  /** The entry that it answers. */
  replyTo?: bigint;
  mentions?: bigint[];
  /** The order in which they were written. */
  order: number;
  writtenAtMs: number;
  /** The code of a refusal for good, and then it waits for the person. -1: the server began a new log. */
  refused?: number;
}

/** Of a person or a group: what is shown for them before the server is asked again. */
export interface Named {
  id: bigint;
  name: string;
  nickname?: string;
  /** What this person calls them. */
  alias?: string;
  /** SHA-256 of the picture, or empty. */
  picture?: string;
  deleted?: boolean;
}

export interface Saved {
  place: Place;
  talks: Talk[];
  unsent: Unsent[];
  names: Named[];
}

export interface Change {
  place?: Place;
  talks?: Talk[];
  put?: Unsent[];
  remove?: string[];
  names?: Named[];
  /** Everything that came out of the log is void. */
  startOver?: boolean;
  /** The names are to go, too. */
  forgetNames?: boolean;
}

export interface Database {
  load(): Promise<Saved>;
  /** Resolves when it is on the disk. Fails with `TakenOver`. */
  write(change: Change): Promise<void>;
  close(): void;
  /** Everything of it goes, what was not sent as well. */
  erase(): Promise<void>;
}

export const NOTHING: Saved = { place: { epoch: "", cursor: 0n }, talks: [], unsent: [], names: [] };

/** Another tab has opened the same account. */
export class TakenOver extends Error {}

const VERSION = 2;
const STORES = ["meta", "talks", "unsent", "names"] as const;

export async function openDatabase(user: bigint, tab: string, userName: string, takenOver: () => void): Promise<Database> {
  const db = await opened(`longlink-${user}`);
  const others = new BroadcastChannel(`longlink-${user}`);
  others.onmessage = (event) => {
    if (event.data !== tab) takenOver();
  };
  return {
    async load() {
      const at = db.transaction(STORES, "readwrite");
      const meta = at.objectStore("meta");
      // A number may have been another person's, on a server that was set up anew.
      if ((await got(meta.get("name"))) !== userName) for (const store of STORES) at.objectStore(store).clear();
      meta.put(userName, "name");
      meta.put(tab, "owner");
      const [place, talks, unsent, names] = await Promise.all([
        got(meta.get("place")),
        got(at.objectStore("talks").getAll()),
        got(at.objectStore("unsent").getAll()),
        got(at.objectStore("names").getAll()),
      ]);
      await done(at);
      others.postMessage(tab);
      unsent.sort((a: Unsent, b: Unsent) => a.order - b.order);
      return { place: place ?? { epoch: "", cursor: 0n }, talks, unsent, names };
    },

    async write(change) {
      const at = db.transaction(STORES, "readwrite");
      const meta = at.objectStore("meta");
      if ((await got(meta.get("owner"))) !== tab) {
        at.abort();
        throw new TakenOver("another tab has opened this account");
      }
      const talks = at.objectStore("talks");
      if (change.startOver) talks.clear();
      if (change.forgetNames) at.objectStore("names").clear();
      for (const talk of change.talks ?? []) talks.put(talk, String(talk.peer));
      if (change.place) meta.put(change.place, "place");
      for (const unsent of change.put ?? []) at.objectStore("unsent").put(unsent, unsent.clientMsgId);
      for (const id of change.remove ?? []) at.objectStore("unsent").delete(id);
      for (const named of change.names ?? []) at.objectStore("names").put(named, String(named.id));
      await done(at);
    },

    close() {
      others.close();
      db.close();
    },

    async erase() {
      const at = db.transaction(STORES, "readwrite");
      for (const store of STORES) at.objectStore(store).clear();
      await done(at);
    },
  };
}

/** For browsers that keep nothing, as in some private windows: it lasts as long as the page. */
export function openForgetful(): Database {
  return { load: async () => NOTHING, write: async () => {}, close: () => {}, erase: async () => {} };
}

function opened(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, VERSION);
    request.onupgradeneeded = (event) => {
      const db = request.result;
      // What the first version kept of the log is read from the server anew; what was not sent stays.
      if (event.oldVersion === 1) {
        request.transaction!.objectStore("talks").clear();
        request.transaction!.objectStore("meta").delete("place");
      }
      for (const store of STORES) if (!db.objectStoreNames.contains(store)) db.createObjectStore(store);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function got<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function done(at: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    at.oncomplete = () => resolve();
    at.onabort = () => reject(at.error);
  });
}
