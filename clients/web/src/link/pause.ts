// How long to wait before the next try (B2): a random time below a bound that doubles with each failure.

import type { Clock } from "./clock.js";

const BOUND_MIN_MS = 1_000;
const BOUND_MAX_MS = 60_000;
/** Logged in for so long, a link has shown that the server is well. */
export const PROVEN_MS = 60_000;

export class Pause {
  private bound = BOUND_MIN_MS;

  constructor(private readonly clock: Clock) {}

  next(): number {
    const wait = this.clock.random() * this.bound;
    this.bound = Math.min(this.bound * 2, BOUND_MAX_MS);
    return wait;
  }

  reset(): void {
    this.bound = BOUND_MIN_MS;
  }
}
