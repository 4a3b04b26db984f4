package io.longlink.app.model;

import io.longlink.v1.SendRequest;

/** A message that is written and not known to be kept by the server. It does not change. */
public final class Unsent {
    /** It waits. */
    public static final int WAITS = 0;
    /** It was written for another log: its numbers may mean other people now, so the person decides. */
    public static final int OF_ANOTHER_LOG = -1;
    /** The phone's storage did not take it. */
    public static final int NOT_STORED = -2;

    public final SendRequest message;
    public final long writtenAtMs;
    /** Why it does not go out by itself: the number of a code, or one of the above. */
    public final int refused;

    public Unsent(SendRequest message, long writtenAtMs, int refused) {
        this.message = message;
        this.writtenAtMs = writtenAtMs;
        this.refused = refused;
    }

    public String clientMsgId() {
        return message.getClientMsgId();
    }

    public long peer() {
        return message.getTo();
    }

    public boolean waits() {
        return refused == WAITS;
    }

    Unsent refused(int why) {
        return new Unsent(message, writtenAtMs, why);
    }
}
