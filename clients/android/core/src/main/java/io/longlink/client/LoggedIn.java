package io.longlink.client;

import io.longlink.v1.HelloReply;

/** What the server said at login. */
public final class LoggedIn {
    private final HelloReply reply;
    private final long cursor;

    LoggedIn(HelloReply reply, long cursor) {
        this.reply = reply;
        this.cursor = cursor;
    }

    public long userId() {
        return reply.getUserId();
    }

    public String userName() {
        return reply.getUserName();
    }

    /** Names the log. */
    public String epoch() {
        return reply.getEpoch();
    }

    /** The greatest {@code queue_id} in the log at login. */
    public long head() {
        return reply.getHead();
    }

    /** Entries with a greater {@code queue_id} follow. */
    public long cursor() {
        return cursor;
    }

    /** From this {@code queue_id} on the log has every entry; 0 if nothing was ever removed. */
    public long keptFrom() {
        return reply.getKeptFrom();
    }

    /** Whether older entries that were behind the cursor may be gone for good: show a gap (R2). */
    public boolean hasGap() {
        return keptFrom() > cursor && keptFrom() - cursor > 1;
    }
}
