package io.longlink.client;

import java.util.ArrayDeque;
import java.util.Deque;

/** A loop in virtual time: nothing happens but what a test makes happen. */
final class FakeLoop implements Loop {
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private Turns turns;
    private long now = 1_000_000;
    private long due;
    private boolean ended;

    void start(Turns turns) {
        this.turns = turns;
        due = turns.turn(now);
        settle();
    }

    @Override
    public long nowMs() {
        return now;
    }

    @Override
    public boolean post(Runnable task) {
        if (!ended) {
            tasks.addLast(task);
        }
        return !ended;
    }

    @Override
    public void end() {
        ended = true;
    }

    boolean hasEnded() {
        return ended;
    }

    /** How long until the client wants a turn; NEVER if it does not. */
    long nextTurnIn() {
        return due == NEVER ? NEVER : due - now;
    }

    /** Runs what is to be done at this moment. */
    void settle() {
        while (!tasks.isEmpty()) {
            tasks.pollFirst().run();
            turn();
        }
        // A turn that is due has to move its own time on, or it would spin in real time as well.
        for (int spins = 0; !ended && due <= now; spins++) {
            if (spins > 10) {
                throw new AssertionError("the client asks for turn after turn at one moment");
            }
            turn();
            if (!tasks.isEmpty()) {
                settle();
            }
        }
    }

    /** Lets so much time pass, with every turn at its time. */
    void pass(long ms) {
        long until = now + ms;
        settle();
        int spins = 0;
        while (!ended && due <= until) {
            spins = due <= now ? spins + 1 : 0;
            if (spins > 10) {
                throw new AssertionError("the client asks for turn after turn at one moment");
            }
            now = Math.max(now, due);
            turn();
            settle();
        }
        now = until;
        settle();
    }

    /** Lets so much time pass in which nothing runs: the device sleeps, or its clock is put forward. */
    void jump(long ms) {
        settle();
        now += ms;
        if (due != NEVER && now - due > 5_000) {
            turns.late(now, now - due);
        }
        turn();
        settle();
    }

    private void turn() {
        if (!ended) {
            due = turns.turn(now);
        }
    }
}
