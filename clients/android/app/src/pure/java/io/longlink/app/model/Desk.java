package io.longlink.app.model;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The one thread on which everything of the model happens: what the link tells, what the person asks for, and what is
 * written to the phone's database. So none of it needs a lock, and none of it holds the screen up.
 */
public final class Desk implements Executor {
    private final ScheduledThreadPoolExecutor thread;

    public Desk() {
        thread = new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "longlink-desk"));
        thread.setRemoveOnCancelPolicy(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public void execute(Runnable task) {
        try {
            thread.execute(() -> guarded(task));
        } catch (RejectedExecutionException closed) {
            // Nobody waits for it any more.
            return;
        }
    }

    /** Does it later, unless the returned is called off. */
    public Timer after(long ms, Runnable task) {
        try {
            ScheduledFuture<?> future = thread.schedule(() -> guarded(task), ms, TimeUnit.MILLISECONDS);
            return () -> future.cancel(false);
        } catch (RejectedExecutionException closed) {
            return () -> {};
        }
    }

    /** The time of day, for what is shown. */
    public long nowMs() {
        return System.currentTimeMillis();
    }

    public void close() {
        thread.shutdown();
    }

    /** A mistake of the app ends it where it is seen, and not silently on this thread. */
    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error mistake) {
            Thread me = Thread.currentThread();
            Thread.UncaughtExceptionHandler handler = me.getUncaughtExceptionHandler();
            if (handler != null) {
                handler.uncaughtException(me, mistake);
            }
            throw mistake;
        }
    }

    /** Something that is going to happen. */
    public interface Timer {
        void cancel();
    }
}
