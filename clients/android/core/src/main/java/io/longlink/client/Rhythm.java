package io.longlink.client;

/**
 * How long one network leaves a silent connection alone, as far as it was learnt: the way of Mars' smart heartbeat. It
 * grows step by step while noops come back, steps down when they do not, and then stays.
 */
final class Rhythm {
    static final long STEP_MS = 60_000;
    /** How far below what failed, and below the longest, it stays. */
    static final long MARGIN_MS = 20_000;
    static final int SUCCESSES = 5;
    static final int FAILURES = 2;
    /** After so long, a little more is tried. */
    static final long PROBE_AFTER_MS = 7L * 24 * 3600 * 1000;

    long currentMs;
    int successes;
    int failures;
    boolean isStable;
    /** By the time of day, since it is counted in days and over restarts; a jump of it is of no account. */
    long stableSinceMs;

    /** The interval, between the least and the longest that the server allows for. */
    long intervalMs(long baseMs, long maxMs) {
        return Math.max(baseMs, Math.min(currentMs, maxMs));
    }

    /** A noop came back after so much silence. */
    void succeeded(long silenceMs, long baseMs, long maxMs, long todayMs) {
        currentMs = intervalMs(baseMs, maxMs);
        if (silenceMs < currentMs) {
            return;
        }
        failures = 0;
        if (isStable) {
            if (todayMs - stableSinceMs >= PROBE_AFTER_MS) {
                currentMs = Math.min(currentMs + MARGIN_MS, maxMs);
                stableSinceMs = todayMs;
            }
            return;
        }
        successes++;
        if (successes < SUCCESSES) {
            return;
        }
        successes = 0;
        currentMs = Math.min(currentMs + STEP_MS, maxMs);
        if (currentMs == maxMs) {
            stayFrom(todayMs);
        }
    }

    /** A noop did not come back after so much silence. One that was shorter than what is tried says nothing of that. */
    void failed(long silenceMs, long baseMs, long maxMs, long todayMs) {
        currentMs = intervalMs(baseMs, maxMs);
        if (silenceMs < currentMs) {
            return;
        }
        successes = 0;
        if (isStable) {
            isStable = false;
            failures = 0;
            currentMs = baseMs;
            return;
        }
        failures++;
        if (failures >= FAILURES) {
            failures = 0;
            currentMs = Math.max(baseMs, currentMs - STEP_MS - MARGIN_MS);
            stayFrom(todayMs);
        }
    }

    private void stayFrom(long todayMs) {
        isStable = true;
        stableSinceMs = todayMs;
    }
}
