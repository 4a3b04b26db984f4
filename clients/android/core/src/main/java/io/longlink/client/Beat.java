package io.longlink.client;

/** The heartbeat of one link: when to say noop, and when a silence is too long. Time is an argument. */
final class Beat {
    /** For a server that names no interval: well below the 15 minutes that no link is closed within. */
    private static final long INTERVAL_DEFAULT_MS = 240_000;
    /** A server cannot make its clients flood it. */
    private static final long INTERVAL_MIN_MS = 100;
    /** As in Mars. Nothing in between is slower than this. */
    private static final long INTERVAL_MAX_MS = 580_000;
    /** By so much a noop has to be there before the server gives a silent link up. */
    private static final long IDLE_MARGIN_MS = 60_000;
    /** So many noops have to come back on a link before what was learnt on others is taken for its own, as in Mars. */
    private static final int TRIALS = 3;
    /** After a sleep of this, whoever does not answer at once is not there any more: as in Mars. */
    private static final long LONG_SLEEP_MS = 15 * 60_000;
    private static final long ECHO_AFTER_SLEEP_MS = 5_000;

    final long baseMs;
    final long maxMs;
    private final long echoTimeoutMs;
    private long echoMs;
    private long intervalMs;
    private long saidAt;
    private long heardAt;
    /** Since when an echo is due; NEVER for none. The first of several, if there were several. */
    private long noopAt = Loop.NEVER;
    /** The noop that is under way came after so long an interval in which nobody said anything; 0 if it did not. */
    private long silenceMs;
    private boolean mayMeasure = true;
    private int trialsLeft = TRIALS;

    /** What the server said at login, 0 for what it did not. */
    Beat(long serverIntervalMs, long serverIdleMs, long echoTimeoutMs, long now) {
        baseMs = serverIntervalMs == 0 ? INTERVAL_DEFAULT_MS : Math.max(serverIntervalMs, INTERVAL_MIN_MS);
        long idleMs = serverIdleMs == 0 ? INTERVAL_MAX_MS + IDLE_MARGIN_MS : serverIdleMs;
        maxMs = Math.max(baseMs, Math.min(INTERVAL_MAX_MS, idleMs - IDLE_MARGIN_MS));
        this.echoTimeoutMs = echoTimeoutMs;
        echoMs = echoTimeoutMs;
        intervalMs = baseMs;
        saidAt = now;
        heardAt = now;
    }

    /** With somebody looking, as the server says; else as the network was learnt to bear. */
    void pace(boolean isLookedAt, Rhythm rhythm) {
        intervalMs = isLookedAt || trialsLeft > 0 ? baseMs : rhythm.intervalMs(baseMs, maxMs);
    }

    void said(long now) {
        saidAt = now;
        silenceMs = 0;
    }

    /** Also of something that is not whole yet, or that has left: a link that moves is not dead. */
    void heard(long now) {
        heardAt = now;
    }

    void noopSaid(long now) {
        boolean isMeasure = noopAt == Loop.NEVER && mayMeasure && now - Math.max(saidAt, heardAt) >= intervalMs;
        silenceMs = isMeasure ? intervalMs : 0;
        mayMeasure = true;
        saidAt = now;
        noopAt = Math.min(noopAt, now);
    }

    /** How long a silence the network has borne by that; 0 when it tells nothing. */
    long echoHeard() {
        long borneMs = silenceMs;
        if (borneMs > 0 && trialsLeft > 0) {
            trialsLeft--;
        }
        noopAt = Loop.NEVER;
        silenceMs = 0;
        echoMs = echoTimeoutMs;
        return borneMs;
    }

    /** How long a silence a link has not borne that ends now; 0 when it tells nothing. */
    long unansweredMs() {
        return silenceMs;
    }

    /** The time that the device slept, or that we did not read, was no silence of the server's. */
    void away(long now, long byMs) {
        heardAt = now;
        if (noopAt != Loop.NEVER) {
            noopAt = now;
        }
        // What was silent for longer than it was meant to be tells nothing of the interval.
        silenceMs = 0;
        mayMeasure = byMs == 0;
        if (byMs >= LONG_SLEEP_MS) {
            echoMs = Math.min(echoTimeoutMs, ECHO_AFTER_SLEEP_MS);
        }
    }

    /** Whether a noop is under way. */
    boolean isAsking() {
        return noopAt != Loop.NEVER;
    }

    long heardAt() {
        return heardAt;
    }

    /**
     * When to say noop: an interval after our last word, since the server closes a link on which it hears nothing. Also
     * an interval after its last word, since a client that writes all day would never ask otherwise; but not again while
     * that noop has no echo, nor while we do not read.
     */
    long noopDue(boolean isReading) {
        long bySaid = saidAt + intervalMs;
        return isReading && !isAsking() ? Math.min(bySaid, heardAt + intervalMs) : bySaid;
    }

    /** When the server has been silent for too long. */
    long silentAt() {
        return isAsking() ? Math.max(noopAt, heardAt) + echoMs : Loop.NEVER;
    }
}
