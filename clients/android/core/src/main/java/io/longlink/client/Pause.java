package io.longlink.client;

import java.util.Random;

/**
 * How long to wait before the next try (B2): a random time below a bound that doubles with each failure. All of it is
 * random, since clients that lost the same server at the same moment must not come back in step.
 */
final class Pause {
    private final long minMs;
    private final long maxMs;
    private final Random random;
    private long boundMs;

    Pause(long minMs, long maxMs, Random random) {
        this.minMs = minMs;
        this.maxMs = maxMs;
        this.random = random;
        boundMs = minMs;
    }

    long grow() {
        long pause = below(boundMs);
        boundMs = Math.min(2 * boundMs, maxMs);
        return pause;
    }

    /** A pause that cannot grow any more. */
    long longest() {
        return below(maxMs);
    }

    void reset() {
        boundMs = minMs;
    }

    private long below(long bound) {
        return (long) (random.nextDouble() * (bound + 1));
    }
}
