package io.longlink.client;

/** Time that only goes forward, made of a clock that may not: a step back is no time at all. */
final class Ticks {
    private final Clock clock;
    private long seen;
    private long passed;

    Ticks(Clock clock) {
        this.clock = clock;
        seen = clock.nowMs();
    }

    synchronized long nowMs() {
        long now = clock.nowMs();
        passed += Math.max(0, now - seen);
        seen = now;
        return passed;
    }
}
