package io.longlink.client;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * What the app is told, in order and one at a time, on the app's executor. When more than the bound waits, the owner
 * reads and dials no more until the app has caught up.
 */
final class Feed {
    /** What is told of the feed itself, on whatever thread. */
    interface Watcher {
        /** There is room again. */
        void caughtUp();

        /** The app threw; it is told nothing more. */
        void failed(Throwable why);
    }

    /** So many in one go, so that other work of the executor has its turn. */
    private static final int BATCH = 16;

    private final Executor executor;
    private final int max;
    private final Watcher watcher;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private boolean isDraining;
    private boolean wasFull;
    private boolean hasFailed;

    Feed(Executor executor, int max, Watcher watcher) {
        this.executor = executor;
        this.max = max;
        this.watcher = watcher;
    }

    void push(Runnable told) {
        synchronized (this) {
            if (hasFailed) {
                return;
            }
            waiting.addLast(told);
            if (waiting.size() >= max) {
                wasFull = true;
            }
            if (isDraining) {
                return;
            }
            isDraining = true;
        }
        drainLater();
    }

    synchronized boolean isFull() {
        return wasFull;
    }

    private void drainLater() {
        try {
            executor.execute(this::drain);
        } catch (RejectedExecutionException closed) {
            fail(closed);
        }
    }

    private void drain() {
        for (int i = 0; i < BATCH; i++) {
            Runnable next;
            synchronized (this) {
                next = hasFailed ? null : waiting.pollFirst();
                if (next == null) {
                    isDraining = false;
                    return;
                }
            }
            try {
                next.run();
            } catch (RuntimeException | Error thrown) {
                fail(thrown);
                // The app's own handler is to see it, too.
                throw thrown;
            }
            boolean hasRoom;
            synchronized (this) {
                hasRoom = wasFull && waiting.size() <= max / 2;
                wasFull &= !hasRoom;
            }
            if (hasRoom) {
                watcher.caughtUp();
            }
        }
        drainLater();
    }

    private void fail(Throwable why) {
        synchronized (this) {
            hasFailed = true;
            isDraining = false;
            waiting.clear();
        }
        watcher.failed(why);
    }
}
