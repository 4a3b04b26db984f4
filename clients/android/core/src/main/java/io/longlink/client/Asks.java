package io.longlink.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Requests that are not messages and have no reply yet. One fails with its link, unless it may be asked again. Time is an
 * argument.
 */
final class Asks {
    /** A request, and who waits for its reply. */
    abstract static class Ask {
        final int command;
        final byte[] body;
        final boolean isAskedAgain;
        long deadline;
        private boolean wasSaid;
        private boolean isDone;

        Ask(int command, byte[] body, boolean isAskedAgain, long deadline) {
            this.command = command;
            this.body = body;
            this.isAskedAgain = isAskedAgain;
            this.deadline = deadline;
        }

        /** The reply, which may be a refusal. */
        abstract void replied(byte[] reply);

        abstract void failed(Failure why);
    }

    /** Puts a request on the link; false when the link takes no more now. */
    interface Put {
        boolean ask(Ask ask);
    }

    private final Deque<Ask> waiting = new ArrayDeque<>();
    private final List<Ask> underWay = new ArrayList<>();

    // The app's bound on requests is kept where they are made, and holds for both.

    void add(Ask ask) {
        waiting.addLast(ask);
    }

    int underWay() {
        return underWay.size();
    }

    void fill(int roomFor, Put put) {
        for (; roomFor > 0 && !waiting.isEmpty(); roomFor--) {
            Ask ask = waiting.peekFirst();
            if (!put.ask(ask)) {
                return;
            }
            ask.wasSaid = true;
            underWay.add(waiting.pollFirst());
        }
    }

    /** Its reply is here. One that nobody waits for any more is no fault. */
    void replied(Ask ask, byte[] reply) {
        if (underWay.remove(ask)) {
            ask.isDone = true;
            ask.replied(reply);
        }
    }

    /** Nobody waits for it any more. What is under way counts as such until its reply is here. */
    void cancel(Ask ask) {
        if (!ask.isDone && waiting.remove(ask)) {
            ask.isDone = true;
            ask.failed(Failure.DISCONNECTED);
        }
    }

    /** When the first of them gives up; while nothing is read, those under way do not. */
    long due(boolean isReading) {
        long due = Loop.NEVER;
        for (Ask ask : waiting) {
            due = Math.min(due, ask.deadline);
        }
        for (Ask ask : underWay) {
            due = isReading ? Math.min(due, ask.deadline) : due;
        }
        return due;
    }

    void expire(long now, boolean isReading) {
        expire(waiting, now);
        if (isReading) {
            expire(underWay, now);
        }
    }

    private static void expire(Iterable<Ask> asks, long now) {
        List<Ask> overdue = new ArrayList<>();
        for (java.util.Iterator<Ask> each = asks.iterator(); each.hasNext(); ) {
            Ask ask = each.next();
            if (ask.deadline <= now) {
                each.remove();
                overdue.add(ask);
            }
        }
        for (Ask ask : overdue) {
            ask.isDone = true;
            ask.failed(ask.wasSaid ? Failure.TIMED_OUT : Failure.DISCONNECTED);
        }
    }

    /** The time that nobody read counts for nobody's reply. */
    void away(long now, long timeoutMs) {
        for (Ask ask : underWay) {
            ask.deadline = Math.max(ask.deadline, now + timeoutMs);
        }
    }

    void linkLost() {
        List<Ask> lost = new ArrayList<>(underWay);
        underWay.clear();
        for (int i = lost.size() - 1; i >= 0; i--) {
            Ask ask = lost.get(i);
            if (ask.isAskedAgain) {
                waiting.addFirst(ask);
            } else {
                ask.isDone = true;
                ask.failed(Failure.DISCONNECTED);
            }
        }
    }

    /** There will be no other link. */
    void end(Failure why) {
        List<Ask> left = new ArrayList<>(underWay);
        left.addAll(waiting);
        underWay.clear();
        waiting.clear();
        for (Ask ask : left) {
            ask.isDone = true;
            ask.failed(why);
        }
    }
}
