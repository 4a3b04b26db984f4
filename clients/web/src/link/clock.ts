// Time and chance, as arguments: what waits and what is random goes through here, so that tests have their own.

export interface Clock {
  now(): number;
  /** Calls `then` after `ms`; what it returns calls that off. */
  after(ms: number, then: () => void): () => void;
  /** From 0 to less than 1. */
  random(): number;
}

export const systemClock: Clock = {
  // Monotonic: a clock that is set must not end or spare a link.
  now: () => performance.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/** Calls `then` again and again, until called off. */
export function every(clock: Clock, ms: number, then: () => void): () => void {
  let off = () => {};
  const next = () => {
    off = clock.after(ms, () => {
      next();
      then();
    });
  };
  next();
  return () => off();
}
