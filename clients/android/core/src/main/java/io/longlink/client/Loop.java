package io.longlink.client;

/** The one thread on which a client lives: it runs tasks in order, and gives its owner a turn after each and in time. */
interface Loop {
    /** Who is given turns. */
    interface Turns {
        /** Something may have happened, or it is time: does what is due. Gives when the next turn is to be at the latest. */
        long turn(long now);

        /** A task or a turn threw, such as a storage of the app's: nothing can be relied on any more. */
        void crashed(Throwable why);

        /** The turn is so much later than it was to be: the device has slept, or its clock has jumped. Comes before all else. */
        void late(long now, long byMs);
    }

    /** Never. */
    long NEVER = Long.MAX_VALUE;

    /** Milliseconds that only go forward. */
    long nowMs();

    /** Runs this task on the loop. False when the loop has ended. */
    boolean post(Runnable task);

    /** Takes no more tasks, and stops when it has run those that it has. */
    void end();
}
