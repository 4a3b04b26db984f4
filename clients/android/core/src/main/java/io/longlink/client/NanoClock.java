package io.longlink.client;

/** The clock of a machine that does not sleep. */
final class NanoClock implements Clock {
    static final Clock ONE = new NanoClock();

    private NanoClock() {}

    @Override
    public long nowMs() {
        return System.nanoTime() / 1_000_000;
    }
}
