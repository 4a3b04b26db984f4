// Which conversation is shown stands in the address, so that going back and reloading do what they should.

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
