// Which conversation is shown stands in the address, so that going back and reloading do what they should. The address
// by which people join a group is one of these, too.

import type { Peer } from "../store/entries.js";

export function addressOf(peer: Peer): string {
  return `#/${peer}`;
}

export function peerOfAddress(hash: string): Peer | undefined {
  const number = /^#\/(-?\d{1,19})$/.exec(hash)?.[1];
  return number === undefined ? undefined : BigInt(number);
}

export function goTo(peer: Peer | undefined): void {
  location.hash = peer === undefined ? "#/" : addressOf(peer);
}

/** The whole address to give to people. */
export function joinAddress(link: string): string {
  return `${location.origin}/#/join/${encodeURIComponent(link)}`;
}

/** What stands behind `join` in an address, whole or not, or what was given without one. */
export function joinLink(text: string): string | undefined {
  return /#\/join\/([\w-]{1,64})$/.exec(text.trim())?.[1] ?? /^[\w-]{1,64}$/.exec(text.trim())?.[0];
}
