package io.longlink.client;

/**
 * Telling the server, on one link, how far the app has taken its entries (S6): merged, at most once a second, and one at
 * a time.
 */
final class Delivered {
    private static final long EVERY_MS = 1_000;

    private final String epoch;
    /** Where hello resumed, or what was said since. */
    private long said;
    private long notBefore;
    private boolean underWay;

    Delivered(String epoch, long cursor, long now) {
        this.epoch = epoch;
        said = cursor;
        notBefore = now;
    }

    /** The log of which this tells. */
    String epoch() {
        return epoch;
    }

    /** When to say that everything up to there has arrived; NEVER while there is nothing to say. */
    long due(long taken) {
        return taken > said && !underWay ? notBefore : Loop.NEVER;
    }

    void said(long taken, long now) {
        said = taken;
        underWay = true;
        notBefore = now + EVERY_MS;
    }

    /** Whatever the answer is: what is said next says the same and more. */
    void answered() {
        underWay = false;
    }
}
