package io.longlink.client;

/**
 * Tells how time passes, for heartbeat and pauses. On Android give {@code SystemClock.elapsedRealtime()}, which goes on
 * while the phone sleeps; the default, {@link System#nanoTime()}, does not. Never the time of day: that jumps.
 */
public interface Clock {
    /** Milliseconds since some moment. */
    long nowMs();
}
