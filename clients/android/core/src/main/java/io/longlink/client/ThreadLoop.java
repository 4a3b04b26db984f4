package io.longlink.client;

import java.util.ArrayDeque;
import java.util.Deque;

/** A loop on a thread of its own, in real time. */
final class ThreadLoop implements Loop, Runnable {
    /** A turn that is later than this was not delayed by other work. */
    private static final long LATE_MS = 5_000;

    private final Ticks ticks;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private Turns turns;
    private boolean ended;

    ThreadLoop(Clock clock) {
        ticks = new Ticks(clock);
    }

    void start(Turns turns) {
        this.turns = turns;
        Thread thread = new Thread(this, "longlink");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public long nowMs() {
        return ticks.nowMs();
    }

    // The tasks are bounded by who posts them: one for each call of the app's and for what a link brings, which waits
    // for what it brought before to be taken.
    @Override
    public synchronized boolean post(Runnable task) {
        if (!ended) {
            tasks.addLast(task);
            notifyAll();
        }
        return !ended;
    }

    @Override
    public synchronized void end() {
        ended = true;
        notifyAll();
    }

    @Override
    public void run() {
        long due = NEVER;
        Runnable task = null;
        do {
            try {
                due = once(task, due);
            } catch (RuntimeException | Error thrown) {
                turns.crashed(thrown);
            }
            task = await(due);
        } while (task != null || !isOver());
    }

    private long once(Runnable task, long due) {
        long now = nowMs();
        if (due != NEVER && now - due > LATE_MS) {
            turns.late(now, now - due);
        }
        if (task != null) {
            task.run();
        }
        return turns.turn(nowMs());
    }

    /** The next task, or {@code null} when it is time. */
    private synchronized Runnable await(long due) {
        while (true) {
            Runnable task = tasks.pollFirst();
            if (task != null || ended) {
                return task;
            }
            long left = due == NEVER ? NEVER : due - nowMs();
            if (left <= 0) {
                return null;
            }
            try {
                // Not longer than this, since the clock may go on while waiting does not.
                wait(Math.min(left, 60_000));
            } catch (InterruptedException none) {
                // Nobody but this class has the thread, so this is nobody's wish.
            }
        }
    }

    /** What was put on the loop before it ended is told so. */
    private synchronized boolean isOver() {
        return ended && tasks.isEmpty();
    }
}
