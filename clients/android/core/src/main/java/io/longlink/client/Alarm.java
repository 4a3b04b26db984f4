package io.longlink.client;

/**
 * Wakes a phone that sleeps, so that the heartbeat is not late. On Android set an alarm of {@code AlarmManager}
 * ({@code ELAPSED_REALTIME_WAKEUP}), in place of the one before, that calls {@link Longlink#wake()}.
 */
public interface Alarm {
    /** The client has something to do in so many milliseconds. Called on a thread of the client's. */
    void wakeIn(long delayMs);
}
